"""The registry: ``model_registry.yaml`` and any overlays, checked as one whole: families, models, protocols, rewards, pairs.

``load_registry([Path("my_models.yaml")]).model("qwen2.5-math-7b")``; on the command line ``rlvr-suite list models``. The JSON
Schema of a file is ``suite/commands/json_schemas/registry.json``.
"""

import datetime
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from suite.errors import SuiteError
from suite.files import shipped
from suite.files.text import did_you_mean, shown
from suite.files.yaml import Document, read_document
from suite.registry import reward_ids
from suite.registry.protocols import Protocol
from suite.schema import Pair, Strict

T = TypeVar("T")


ALL = "all"
"""In place of protocol ids: every one of them."""
MAX_ID = 100
"""Characters in an id: it becomes a file name."""


@dataclass(frozen=True)
class Form:
    """Annotates a text: ``pattern`` is what all of it must match, also in the JSON Schema; ``allowed`` is the same in words."""

    pattern: str
    allowed: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def checked(self, text: str) -> str:
        """``text``; ``ValueError`` in words where it is of another form."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"{shown(text)} has not the form it needs. Allowed: {self.allowed}")
        return text


Id = Annotated[
    str,
    Form(
        f"[a-z0-9][a-z0-9._-]{{0,{MAX_ID - 1}}}",
        "lower-case letters a-z, digits, '.', '_' and '-', the first a letter or digit, 100 at most",
    ),
]
"""Ids become folder names and addresses."""
HubId = Annotated[
    str,
    Form(
        "[A-Za-z0-9_][A-Za-z0-9_.-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*",
        "owner/name, of letters A-Z, digits, '.', '_' and '-'",
    ),
]
Day = Annotated[str, Form("[0-9]{4}-[0-9]{2}-[0-9]{2}", "year-month-day, such as 2024-09-19")]
Dtype = Literal["float32", "bfloat16", "float16"]


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
    ``context`` is the limit in tokens, ``released`` a day (2024-09-19); both are absent where nobody vouches for a value.
    """

    family: str
    hub: HubId | None = None
    path: str | None = Field(default=None, min_length=1)
    builtin: Id | None = None
    revision: str | None = Field(default=None, min_length=1)
    gated: bool = False
    architecture: str = Field(min_length=1)
    protocol: str
    context: int | None = Field(default=None, ge=1)
    dtype: Dtype
    base: str | None = None
    released: Day | None = None
    engine: EngineSettings = EngineSettings()

    @field_validator("released")
    @classmethod
    def _is_a_day(cls, released: str | None) -> str | None:
        if released is not None:
            try:
                datetime.date.fromisoformat(released)
            except ValueError:
                raise ValueError(
                    f"{released!r} is no day of the calendar. Allowed: such as 2024-09-19"
                ) from None
        return released

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """The weights have one place, and only the Hub knows revisions."""
        given = [name for name in ("hub", "path", "builtin") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"exactly one of hub, path, builtin is allowed; given: {', '.join(given) or 'none'}"
            )
        if self.revision is not None and self.hub is None:
            raise ValueError(f"'revision' is allowed with hub only; given: {given[0]}")
        return self


class Reward(Strict):
    """What a checkpoint was trained on. ``spurious``: says nothing about whether an answer is right, so it is a control."""

    description: str = Field(min_length=1)
    spurious: bool = False


class Slot(Strict):
    """What a recipe can train: one pair for each base of ``families`` and each of ``rewards``."""

    recipe: str = Field(min_length=1)
    families: tuple[str, ...] = Field(min_length=1)
    rewards: tuple[str, ...] = Field(min_length=1)


class Throughput(Strict):
    """A stated speed of ``models``: generated tokens a second and device, all requests together, and what it was ``measured_on``.

    ``rlvr-suite plan`` estimates with it. Of several for one model the last counts, an overlay's before the shipped one.
    """

    models: tuple[str, ...] = Field(min_length=1)
    tokens_per_s: float = Field(gt=0, allow_inf_nan=False)
    measured_on: str = Field(min_length=1)


class RegistryFile(Strict):
    """One registry file; every section may be left out of an overlay."""

    families: dict[Id, Family] = Field(default_factory=dict)
    protocols: dict[Id, Protocol] = Field(default_factory=dict)
    rewards: dict[Id, Reward] = Field(default_factory=dict)
    slots: tuple[Slot, ...] = ()
    throughputs: tuple[Throughput, ...] = ()
    models: dict[Id, Model] = Field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Registry:
    """All files merged, in file order; ``sources`` says for messages which files these were."""

    families: Mapping[str, Family]
    protocols: Mapping[str, Protocol]
    rewards: Mapping[str, Reward]
    slots: tuple[Slot, ...]
    throughputs: tuple[Throughput, ...]
    models: Mapping[str, Model]
    pairs: tuple[Pair, ...]
    sources: tuple[Path, ...]

    def model(self, model_id: str, where: str | None = None) -> Model:
        """Return the model; raise ``SuiteError`` with the closest match if no model has this id.

        ``where`` is the flag, or the file, line and key, that names the id; this holds for ``family`` and
        ``protocol``, too. Ids that the suite itself looks up leave it out.
        """
        return self._named("model", model_id, self.models, where)

    def family(self, family_id: str, where: str | None = None) -> Family:
        """Return the family; raise ``SuiteError`` as ``model`` does."""
        return self._named("family", family_id, self.families, where)

    def protocol(self, protocol_id: str, where: str | None = None) -> Protocol:
        """Return the protocol; raise ``SuiteError`` as ``model`` does."""
        return self._named("protocol", protocol_id, self.protocols, where)

    def _named(self, kind: str, name: str, known: Mapping[str, T], where: str | None) -> T:
        _known(kind, name, known, where or ", ".join(map(str, self.sources)))
        return known[name]

    def bases(self, family: str | None = None) -> tuple[str, ...]:
        """Ids of the models that are not checkpoints of another, of one family or of all."""
        return tuple(
            i for i, model in self.models.items() if model.base is None and family in (None, model.family)
        )

    def is_spurious(self, reward: str) -> bool:
        """Whether pairs of this reward are controls: of ``format-and-not-python`` each part; one that nobody lists is not."""
        names = (reward,) if reward in self.rewards else reward_ids.names(reward)
        return all(name in self.rewards and self.rewards[name].spurious for name in names)

    def throughput(self, model_id: str) -> Throughput | None:
        """The speed that is stated of a model."""
        return next((stated for stated in reversed(self.throughputs) if model_id in stated.models), None)

    def with_models(self, models: Mapping[str, Model]) -> "Registry":
        """This registry and the models that a run folder knows; an id that a file gives stays what the file says."""
        return replace(self, models={**models, **self.models})


def load_registry(overlays: Sequence[Path] = ()) -> Registry:
    """The shipped registry with ``overlays`` added in order; ``SuiteError`` for the first fault in any file."""
    return merge([read_document(path) for path in (shipped.registry_file(), *overlays)])


def merge(documents: Sequence[Document]) -> Registry:
    """One registry out of several files; ids may not be given twice. ``SuiteError`` as ``load_registry``."""
    origin: dict[tuple[str, str], str] = {}
    parsed = [(document, document.parse(RegistryFile)) for document in documents]
    for document, file in parsed:
        _claim_ids(document, file, origin)
    registry = Registry(
        families={name: entry for _, file in parsed for name, entry in file.families.items()},
        protocols={name: entry for _, file in parsed for name, entry in file.protocols.items()},
        rewards={name: entry for _, file in parsed for name, entry in file.rewards.items()},
        slots=tuple(slot for _, file in parsed for slot in file.slots),
        throughputs=tuple(stated for _, file in parsed for stated in file.throughputs),
        models={
            name: _resolved(name, entry, document)
            for document, file in parsed
            for name, entry in file.models.items()
        },
        pairs=tuple(pair for _, file in parsed for pair in file.pairs),
        sources=tuple(document.path for document in documents),
    )
    for document, file in parsed:
        if ALL in file.protocols:
            what = f"{ALL!r} stands for every protocol. Allowed: any other id"
            raise SuiteError(what, document.where("protocols", ALL), "Rename the protocol")
        _check_models(document, file, registry)
        _check_pairs(document, file, registry)
        _check_lists(document, file, registry)
    return registry


def _resolved(name: str, model: Model, document: Document) -> Model:
    """A relative ``path`` is meant from the folder of the file that gives it, and stays inside that folder."""
    if model.path is None:
        return model
    home, where = Path(os.path.abspath(document.path.parent)), document.where("models", name, "path")
    if not model.path.isprintable():
        raise SuiteError(f"{shown(model.path)} holds a control character", where, "Write the path without it")
    is_relative = not model.path.startswith(("/", "~"))
    path = expanded(str(home / model.path) if is_relative else model.path, where)
    if is_relative and not path.is_relative_to(home):
        what = f"{shown(model.path)} leaves the folder of the file. Allowed: a path inside {home}, or an absolute one"
        raise SuiteError(what, where, "Write the absolute path, or move the file")
    return model.model_copy(update={"path": str(path)})


def id_part(reward: str, where: str = "--reward") -> str:
    """Return ``reward`` if it can be part of a checkpoint's id."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", reward):
        what = f"reward {shown(reward)} cannot be part of an id"
        raise SuiteError(what, where, "Use a-z, 0-9, '.', '_' and '-'")
    return reward


def expanded(text: str, where: str) -> Path:
    """``text`` as an absolute path without ``~`` and ``..``; ``SuiteError`` where it names nobody's home."""
    try:
        return Path(os.path.abspath(Path(text).expanduser()))
    except RuntimeError:
        what = f"{shown(text)} names a home folder that is not known. Allowed: ~ alone for yours"
        raise SuiteError(what, where, "Write the absolute path") from None


def _entries(file: RegistryFile) -> Iterator[tuple[str, str, tuple[int | str, ...]]]:
    """(kind, id, key path) of everything that may exist once only; a pair is known by its checkpoint."""
    yield from (("family", name, ("families", name)) for name in file.families)
    yield from (("protocol", name, ("protocols", name)) for name in file.protocols)
    yield from (("reward", name, ("rewards", name)) for name in file.rewards)
    yield from (("model", name, ("models", name)) for name in file.models)
    for n, pair in enumerate(file.pairs):
        yield "pair of checkpoint", pair.checkpoint, ("pairs", n, "checkpoint")


def _claim_ids(document: Document, file: RegistryFile, origin: dict[tuple[str, str], str]) -> None:
    """Add the ids of ``file`` to ``origin`` (kind and id -> path:line); refuse those that are there already."""
    for kind, name, key in _entries(file):
        if (kind, name) in origin:
            what = f"duplicate {kind} {shown(name)}, already given in {origin[kind, name]}. Allowed: each id once over all files"
            raise SuiteError(what, document.where(*key), "Rename or remove one of the two")
        origin[kind, name] = str(document.lines[key])


def _check_models(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Family, protocol and base of every model exist and fit each other."""
    for name, model in file.models.items():
        _known("family", model.family, registry.families, document.where("models", name, "family"))
        _known("protocol", model.protocol, registry.protocols, document.where("models", name, "protocol"))
        if model.base is None:
            continue
        where = document.where("models", name, "base")
        allowed = registry.bases(model.family)
        listed = ", ".join(allowed) or "none yet"
        if model.base not in registry.models:
            raise _unknown("base", model.base, allowed, where)
        base = registry.models[model.base]
        if base.base is not None:
            what = f"base {model.base!r} is itself a checkpoint (of {base.base!r}). Allowed: {listed}"
            raise SuiteError(what, where, "Name the base that training started from")
        if base.family != model.family:
            what = (
                f"base {model.base!r} is of family {base.family!r}, not {model.family!r}. Allowed: {listed}"
            )
            raise SuiteError(what, where, "Correct 'base' or 'family'")
        for key in ("protocol", "dtype"):
            own, bases = getattr(model, key), getattr(base, key)
            if own != bases:
                what = f"{key} {own!r} is not the base's; both arms are asked alike. Allowed: {bases}"
                raise SuiteError(
                    what,
                    document.where("models", name, key),
                    "Write the base's, or pick --protocols in a run",
                )


def _check_pairs(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Every pair names a known base, a checkpoint trained from it, and their family."""
    for number, pair in enumerate(file.pairs):
        for role, name in (("base", pair.base), ("checkpoint", pair.checkpoint)):
            _known(role, name, registry.models, document.where("pairs", number, role))
        trained_from, family = registry.models[pair.checkpoint].base, registry.models[pair.base].family
        if trained_from != pair.base:
            allowed = trained_from or "none, it is a base itself"
            what = f"the base of {pair.checkpoint!r} is not {pair.base!r}. Allowed: {allowed}"
            raise SuiteError(
                what, document.where("pairs", number, "base"), "Correct the pair, or 'base' of the model"
            )
        if pair.family != family:
            what = f"family {shown(pair.family)} is not that of base and checkpoint. Allowed: {family}"
            raise SuiteError(what, document.where("pairs", number, "family"), f"Write {family!r}")


def _check_lists(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Families and rewards of every slot exist, and the models of every stated throughput."""
    recipes = sorted(path.stem for path in shipped.recipes_dir().glob("*.yaml"))
    for number, slot in enumerate(file.slots):
        if not Path(slot.recipe).is_file():
            _known("recipe", slot.recipe, recipes, document.where("slots", number, "recipe"))
        for n, family in enumerate(slot.families):
            _known("family", family, registry.families, document.where("slots", number, "families", n))
        for n, reward in enumerate(slot.rewards):
            _known("reward", reward, registry.rewards, document.where("slots", number, "rewards", n))
    for number, stated in enumerate(file.throughputs):
        for n, model in enumerate(stated.models):
            _known("model", model, registry.models, document.where("throughputs", number, "models", n))


def _known(kind: str, name: str, known: Collection[str], where: str) -> None:
    """Refuse a ``name`` that ``known`` lacks."""
    if name not in known:
        raise _unknown(kind, name, known, where)


def _unknown(kind: str, name: str, known: Collection[str], where: str) -> SuiteError:
    """Return the error for an unknown name, with all known ones."""
    what = f"unknown {kind} {shown(name)}. Known: {', '.join(known) or 'none'}"
    mistaken = where if where.startswith("--") else "the name"
    fix = f"{did_you_mean(name, known)}Correct {mistaken}, or add the {kind} to a registry file"
    return SuiteError(what, where, fix)
