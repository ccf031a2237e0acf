"""The registry: families, models and pairs from ``model_registry.yaml`` and any overlays, checked as one whole.

``load_registry([Path("my_models.yaml")]).model("qwen2.5-math-7b")``; on the command line ``rlvr-suite list models``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from suite import resources
from suite.errors import SuiteError
from suite.protocols import PROTOCOLS
from suite.schema import Pair, Strict
from suite.strict_yaml import Document, did_you_mean, read_document

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
"""Lower-case letters, digits, ``.``, ``_`` and ``-``: ids become folder names and addresses."""


class Family(Strict):
    """Models of one pretraining lineage; ``name`` is what people read."""

    name: str = Field(min_length=1)


class EngineSettings(Strict):
    """The ``engine`` block of a model: how it is set up on the device. Checkpoints take their base's.

    ``batch_size`` counts rows and is transformers' alone; the rest is vLLM's. ``gpu_memory`` is a share of the device's memory,
    ``max_model_len`` counts tokens (absent: the model's own context).
    """

    batch_size: int = Field(default=128, ge=1)
    tensor_parallel: int = Field(default=1, ge=1)
    max_model_len: int | None = Field(default=None, ge=1)
    gpu_memory: float = Field(default=0.9, gt=0, le=1)
    prefix_caching: bool = True
    enforce_eager: bool = False
    batch_invariant: bool = False


class Model(Strict):
    """A base model (``base`` absent), or a checkpoint trained from ``base``.

    The weights come from exactly one of ``hub`` (repository id), ``path`` (folder), ``builtin`` (shipped micro base).
    ``context`` is the limit in tokens, ``released`` a date as text; both are absent where nobody vouches for a value.
    """

    family: str
    hub: str | None = Field(default=None, min_length=1)
    path: str | None = Field(default=None, min_length=1)
    builtin: Id | None = None
    revision: str | None = None
    gated: bool = False
    architecture: str = Field(min_length=1)
    protocol: str
    context: int | None = Field(default=None, ge=1)
    dtype: Literal["float32", "bfloat16", "float16"]
    base: str | None = None
    released: str | None = None
    engine: EngineSettings = EngineSettings()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """The weights have one place, and only the Hub knows revisions."""
        given = [name for name in ("hub", "path", "builtin") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of hub, path, builtin is allowed; given: {', '.join(given) or 'none'}")
        if self.revision is not None and self.hub is None:
            raise ValueError(f"'revision' is allowed with hub only; given: {given[0]}")
        return self


class RegistryFile(Strict):
    """One registry file; every section may be left out of an overlay."""

    families: dict[Id, Family] = Field(default_factory=dict)
    models: dict[Id, Model] = Field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Registry:
    """All files merged, in file order; ``sources`` says for messages which files these were."""

    families: Mapping[str, Family]
    models: Mapping[str, Model]
    pairs: tuple[Pair, ...]
    sources: tuple[Path, ...]

    def model(self, model_id: str) -> Model:
        """The model with this id; ``SuiteError`` with the closest match if there is none."""
        if model_id in self.models:
            return self.models[model_id]
        raise _unknown("model", model_id, self.models, ", ".join(map(str, self.sources)))

    def family(self, family_id: str) -> Family:
        """The family with this id; ``SuiteError`` with the closest match if there is none."""
        if family_id in self.families:
            return self.families[family_id]
        raise _unknown("family", family_id, self.families, ", ".join(map(str, self.sources)))

    def bases(self) -> tuple[str, ...]:
        """Ids of the models that are not checkpoints of another."""
        return tuple(model_id for model_id, model in self.models.items() if model.base is None)


def load_registry(overlays: Sequence[Path] = ()) -> Registry:
    """The shipped registry with ``overlays`` added in order; ``SuiteError`` for the first fault in any file."""
    return merge([read_document(path) for path in (resources.registry_file(), *overlays)])


def merge(documents: Sequence[Document]) -> Registry:
    """One registry out of several files; ids may not be given twice. ``SuiteError`` as ``load_registry``."""
    families: dict[str, Family] = {}
    models: dict[str, Model] = {}
    pairs: list[Pair] = []
    origin: dict[tuple[str, str], Document] = {}
    parsed = [(document, document.parse(RegistryFile)) for document in documents]
    for document, file in parsed:
        _claim_ids(document, file, origin)
        families |= file.families
        models |= {model_id: _resolved(model, document.path) for model_id, model in file.models.items()}
        pairs += file.pairs
    registry = Registry(families, models, tuple(pairs), tuple(document.path for document in documents))
    for document, file in parsed:
        _check_models(document, file, registry)
        _check_pairs(document, file, registry)
    return registry


def _resolved(model: Model, file: Path) -> Model:
    """A relative ``path`` is meant from the folder of the file that gives it."""
    if model.path is None:
        return model
    return model.model_copy(update={"path": str((file.parent / Path(model.path).expanduser()).absolute())})


def _entries(file: RegistryFile) -> Iterator[tuple[str, str, tuple[int | str, ...]]]:
    """(kind, id, key path) of everything that may exist once only; a pair is known by its checkpoint."""
    yield from (("family", name, ("families", name)) for name in file.families)
    yield from (("model", name, ("models", name)) for name in file.models)
    for n, pair in enumerate(file.pairs):
        yield "pair of checkpoint", pair.checkpoint, ("pairs", n, "checkpoint")


def _claim_ids(document: Document, file: RegistryFile, origin: dict[tuple[str, str], Document]) -> None:
    """Add the ids of ``file`` to ``origin``; refuse those that are there already."""
    for kind, name, key in _entries(file):
        if (kind, name) in origin:
            first = origin[kind, name].path
            what = f"duplicate {kind} {name!r}, already given in {first}. Allowed: each id once over all files"
            raise SuiteError(what, document.where(*key), "Rename or remove one of the two")
        origin[kind, name] = document


def _check_models(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Family, protocol and base of every model exist and fit each other."""
    for name, model in file.models.items():
        _known("family", model.family, registry.families, document.where("models", name, "family"))
        _known("protocol", model.protocol, PROTOCOLS, document.where("models", name, "protocol"))
        if model.base is None:
            continue
        where = document.where("models", name, "base")
        allowed = {i: i for i in registry.bases() if registry.models[i].family == model.family}
        listed = ", ".join(allowed) or "none yet"
        if model.base not in registry.models:
            raise _unknown("base", model.base, allowed, where)
        base = registry.models[model.base]
        if base.base is not None:
            what = f"base {model.base!r} is itself a checkpoint (of {base.base!r}). Allowed: {listed}"
            raise SuiteError(what, where, "Name the base that training started from")
        if base.family != model.family:
            what = f"base {model.base!r} is of family {base.family!r}, not {model.family!r}. Allowed: {listed}"
            raise SuiteError(what, where, "Correct 'base' or 'family'")


def _check_pairs(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Every pair names a known base, a checkpoint trained from it, and their family."""
    for number, pair in enumerate(file.pairs):
        for role, name in (("base", pair.base), ("checkpoint", pair.checkpoint)):
            _known(role, name, registry.models, document.where("pairs", number, role))
        trained_from, family = registry.models[pair.checkpoint].base, registry.models[pair.base].family
        if trained_from != pair.base:
            allowed = trained_from or "none, it is a base itself"
            what = f"the base of {pair.checkpoint!r} is not {pair.base!r}. Allowed: {allowed}"
            raise SuiteError(what, document.where("pairs", number, "base"), "Correct the pair, or 'base' of the model")
        if pair.family != family:
            what = f"family {pair.family!r} is not that of base and checkpoint. Allowed: {family}"
            raise SuiteError(what, document.where("pairs", number, "family"), f"Write {family!r}")


def _known(kind: str, name: str, known: Mapping[str, object], where: str) -> None:
    """Refuse a ``name`` that ``known`` lacks."""
    if name not in known:
        raise _unknown(kind, name, known, where)


def _unknown(kind: str, name: str, known: Mapping[str, object], where: str) -> SuiteError:
    """The error for a name that nothing has, with all that there is."""
    what = f"unknown {kind} {name!r}. Known: {', '.join(known) or 'none'}"
    return SuiteError(what, where, f"{did_you_mean(name, known)}Correct the name, or add it to a registry file")
