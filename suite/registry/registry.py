"""The registry: ``model_registry.yaml`` and any overlays, merged and checked as a whole.

``load_registry([Path("my_models.yaml")]).model("qwen2.5-math-7b")``; on the command line ``rlvr-suite list
models``. The JSON Schema of a file is ``suite/commands/json_schemas/registry.json``.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from suite.errors import SuiteError
from suite.files import shipped
from suite.files.text import correct_name, did_you_mean, shown
from suite.files.yaml import Document, read_document
from suite.registry import reward_ids
from suite.registry.entries import Family, Model, RegistryFile, RewardEntry, Slot, Throughput
from suite.registry.protocols import Protocol
from suite.schema import Pair

T = TypeVar("T")

ALL = "all"
"""Stands for every protocol where protocol ids are listed."""


@dataclass(frozen=True)
class Registry:
    """All files merged, in file order; ``sources`` are the files, for messages."""

    families: Mapping[str, Family]
    protocols: Mapping[str, Protocol]
    rewards: Mapping[str, RewardEntry]
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
        _check_known(kind, name, known, where or ", ".join(map(str, self.sources)))
        return known[name]

    def bases(self, family: str | None = None) -> tuple[str, ...]:
        """Return the ids of the base models, of one family or of all."""
        bases = {model_id: model for model_id, model in self.models.items() if model.base is None}
        return tuple(model_id for model_id, model in bases.items() if family in (None, model.family))

    def is_spurious(self, reward: str) -> bool:
        """Whether pairs of this reward are controls.

        ``format-and-not-python`` is one if each of its parts is; a reward that the registry lacks is not.
        """
        names = (reward,) if reward in self.rewards else reward_ids.names(reward)
        return all(name in self.rewards and self.rewards[name].spurious for name in names)

    def throughput(self, model_id: str) -> Throughput | None:
        """Return the stated speed of a model."""
        return next((stated for stated in reversed(self.throughputs) if model_id in stated.models), None)

    def with_models(self, models: Mapping[str, Model]) -> "Registry":
        """Return this registry with the models that a run folder knows; a file's entry has precedence."""
        return replace(self, models={**models, **self.models})


def load_registry(overlays: Sequence[Path] = ()) -> Registry:
    """Return the shipped registry with ``overlays`` added; raise ``SuiteError`` for the first fault."""
    return merge([read_document(path) for path in (shipped.registry_file(), *overlays)])


def merge(documents: Sequence[Document]) -> Registry:
    """Return several files as one registry; raise ``SuiteError`` for the first fault in any of them."""
    parsed = [(document, document.parse(RegistryFile)) for document in documents]
    # Every id is claimed before anything refers to one: an overlay may name a model of the shipped file, or
    # of a later overlay, but two files may not give one id.
    origin: dict[tuple[str, str], str] = {}
    for document, file in parsed:
        _claim_ids(document, file, origin)
    registry = Registry({}, {}, {}, (), (), {}, (), tuple(document.path for document in documents))
    for document, file in parsed:
        models = {name: _with_full_path(name, model, document) for name, model in file.models.items()}
        registry = replace(
            registry,
            families={**registry.families, **file.families},
            protocols={**registry.protocols, **file.protocols},
            rewards={**registry.rewards, **file.rewards},
            slots=registry.slots + file.slots,
            throughputs=registry.throughputs + file.throughputs,
            models={**registry.models, **models},
            pairs=registry.pairs + file.pairs,
        )
    # References are checked against the merged registry, but file by file, so that a message has the file's
    # line.
    for document, file in parsed:
        _check_models(document, file, registry)
        _check_pairs(document, file, registry)
        _check_lists(document, file, registry)
    return registry


def _claim_ids(document: Document, file: RegistryFile, origin: dict[tuple[str, str], str]) -> None:
    """Add the ids of ``file`` to ``origin`` (kind and id -> path:line); refuse duplicates."""
    for kind, name, key in _entries(file):
        if (kind, name) in origin:
            first = origin[kind, name]
            what = f"duplicate {kind} {shown(name)}, already given in {first}"
            what += ". Allowed: each id once over all files"
            raise SuiteError(what, document.where(*key), "Rename or remove one of the two")
        origin[kind, name] = str(document.lines[key])
    if ALL in file.protocols:
        what = f"{ALL!r} stands for every protocol. Allowed: any other id"
        raise SuiteError(what, document.where("protocols", ALL), "Rename the protocol")


def _entries(file: RegistryFile) -> Iterator[tuple[str, str, tuple[int | str, ...]]]:
    """Yield (kind, id, key path) of everything that may exist only once; a pair's id is its checkpoint's."""
    yield from (("family", name, ("families", name)) for name in file.families)
    yield from (("protocol", name, ("protocols", name)) for name in file.protocols)
    yield from (("reward", name, ("rewards", name)) for name in file.rewards)
    yield from (("model", name, ("models", name)) for name in file.models)
    for n, pair in enumerate(file.pairs):
        yield "pair of checkpoint", pair.checkpoint, ("pairs", n, "checkpoint")


def _with_full_path(name: str, model: Model, document: Document) -> Model:
    """Return the model with an absolute ``path``; a relative one must stay inside its file's folder."""
    if model.path is None:
        return model
    home = Path(os.path.abspath(document.path.parent))
    where = document.where("models", name, "path")
    if not model.path.isprintable():
        raise SuiteError(f"{shown(model.path)} holds a control character", where, "Write the path without it")
    is_relative = not model.path.startswith(("/", "~"))
    path = expanded(str(home / model.path) if is_relative else model.path, where)
    if is_relative and not path.is_relative_to(home):
        allowed = f"a path inside {home}, or an absolute one"
        what = f"{shown(model.path)} leaves the folder of the file. Allowed: {allowed}"
        raise SuiteError(what, where, "Write the absolute path, or move the file")
    return model.model_copy(update={"path": str(path)})


def expanded(text: str, where: str) -> Path:
    """Return ``text`` as an absolute path without ``~`` and ``..``; refuse an unknown home."""
    try:
        return Path(os.path.abspath(Path(text).expanduser()))
    except RuntimeError:
        what = f"{shown(text)} names an unknown home folder. Allowed: ~ alone for yours"
        raise SuiteError(what, where, "Write the absolute path") from None


def _check_models(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Refuse a model whose family, protocol or base is unknown or does not fit the others."""
    for name, model in file.models.items():
        _check_known("family", model.family, registry.families, document.where("models", name, "family"))
        protocol_at = document.where("models", name, "protocol")
        _check_known("protocol", model.protocol, registry.protocols, protocol_at)
        if model.base is not None:
            _check_base(name, model, model.base, document, registry)


def _check_base(name: str, model: Model, base_id: str, document: Document, registry: Registry) -> None:
    where = document.where("models", name, "base")
    allowed = registry.bases(model.family)
    listed = ", ".join(allowed) or "none yet"
    if base_id not in registry.models:
        raise _unknown("base", base_id, allowed, where)
    base = registry.models[base_id]
    if base.base is not None:
        what = f"base {base_id!r} is itself a checkpoint (of {base.base!r}). Allowed: {listed}"
        raise SuiteError(what, where, "Name the base that training started from")
    if base.family != model.family:
        what = f"base {base_id!r} is of family {base.family!r}, not {model.family!r}. Allowed: {listed}"
        raise SuiteError(what, where, "Correct 'base' or 'family'")
    # A default of the checkpoint that differs from its base's would make the arms of their pair unequal.
    for key in ("protocol", "dtype"):
        own = getattr(model, key)
        wanted = getattr(base, key)
        if own != wanted:
            what = f"{key} {own!r} is not the base's, and both arms must be equal. Allowed: {wanted}"
            fix = "Write the base's, or pick --protocols in a run"
            raise SuiteError(what, document.where("models", name, key), fix)


def _check_pairs(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Refuse a pair without a known base, a checkpoint trained from it, and their family."""
    for number, pair in enumerate(file.pairs):
        for role, name in (("base", pair.base), ("checkpoint", pair.checkpoint)):
            _check_known(role, name, registry.models, document.where("pairs", number, role))
        trained_from = registry.models[pair.checkpoint].base
        if trained_from != pair.base:
            allowed = trained_from or "none, it is a base itself"
            what = f"the base of {pair.checkpoint!r} is not {pair.base!r}. Allowed: {allowed}"
            where = document.where("pairs", number, "base")
            raise SuiteError(what, where, "Correct the pair, or 'base' of the model")
        family = registry.models[pair.base].family
        if pair.family != family:
            what = f"family {shown(pair.family)} is not that of base and checkpoint. Allowed: {family}"
            raise SuiteError(what, document.where("pairs", number, "family"), f"Write {family!r}")


def _check_lists(document: Document, file: RegistryFile, registry: Registry) -> None:
    """Refuse unknown families, rewards and recipes in slots, and unknown models in throughputs."""
    recipes = sorted(path.stem for path in shipped.recipes_dir().glob("*.yaml"))
    for number, slot in enumerate(file.slots):
        if not Path(slot.recipe).is_file():
            _check_known("recipe", slot.recipe, recipes, document.where("slots", number, "recipe"))
        for n, family in enumerate(slot.families):
            _check_known("family", family, registry.families, document.where("slots", number, "families", n))
        for n, reward in enumerate(slot.rewards):
            _check_known("reward", reward, registry.rewards, document.where("slots", number, "rewards", n))
    for number, stated in enumerate(file.throughputs):
        for n, model in enumerate(stated.models):
            _check_known("model", model, registry.models, document.where("throughputs", number, "models", n))


def _check_known(kind: str, name: str, known: Collection[str], where: str) -> None:
    """Refuse a ``name`` that ``known`` lacks."""
    if name not in known:
        raise _unknown(kind, name, known, where)


def _unknown(kind: str, name: str, known: Collection[str], where: str) -> SuiteError:
    """Return the error for an unknown name, with all known ones."""
    what = f"unknown {kind} {shown(name)}. Known: {', '.join(known) or 'none'}"
    fix = f"{did_you_mean(name, known)}{correct_name(where)}, or add the {kind} to a registry file"
    return SuiteError(what, where, fix)
