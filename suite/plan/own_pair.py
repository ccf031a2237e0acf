"""A pair of your own, stated by ids or folders: no registry file is needed for it.

``rlvr-suite eval --before qwen2.5-7b --after out/step-300 --family qwen2.5 --reward mine --tasks math500``.
The run folder keeps the pair and the models given as folders, so that a later ``eval``,
``summarize`` or ``list pairs`` knows them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from suite.errors import SuiteError
from suite.files.text import did_you_mean
from suite.files.yaml import Where, flag
from suite.plan.cells import ModelToRun
from suite.registry import MAX_ID, Dtype, Model, Registry, expanded, id_part
from suite.registry.weights import checked, is_adapter
from suite.schema import UNSTATED, Pair
from suite.store.run_folder import RunStore


@dataclass(frozen=True)
class StatedPair:
    """A pair as the user states it; ``before`` and ``after`` are ids or folders, None is unstated.

    ``where("before")`` is the place of a key for a message: its flag, or file and line.
    """

    before: str
    after: str
    family: str
    reward: str
    recipe: str | None = None
    seed: int | None = None
    step: int | None = None
    where: Where = flag


@dataclass(frozen=True)
class OwnPair:
    """The pair, and those of its models that were given as folders."""

    models: Mapping[str, Model]
    pair: Pair

    def with_weights(self, models: Iterable[ModelToRun]) -> "OwnPair":
        """Return the same pair with the weights that its two models have now."""
        hashes = {model.id: model.weights_hash for model in models}
        update = {"base_weights": hashes.get(self.pair.base), "weights": hashes.get(self.pair.checkpoint)}
        return replace(self, pair=self.pair.model_copy(update=update))


def own_pair(stated: StatedPair, registry: Registry, store: RunStore) -> OwnPair:
    """Return the pair with an id for each of its models.

    Raise ``SuiteError`` with the flag or key that does not fit the registry, the run or the disk.
    """
    registry.family(stated.family, stated.where("family"))
    id_part(stated.reward, stated.where("reward"))
    # Before: an id of the registry, or a folder, which becomes a model with an id of its own.
    models: dict[str, Model] = {}
    base = stated.before
    if base in registry.models:
        base_model = registry.models[base]
    else:
        base, base_model = _base_in_folder(stated, registry, store)
        models[base] = base_model
    _check_base(base, registry.with_models(models).models[base], stated)
    # After: a pair that is known already stays as it is, and the user may not contradict it.
    for known in (*registry.pairs, *store.pairs()):
        if known.checkpoint == stated.after:
            _check_agreement(known, base, stated)
            return OwnPair(models, known)
    checkpoint = stated.after
    if checkpoint not in registry.models:
        checkpoint, model = _checkpoint_in_folder(base, base_model, stated, registry, store)
        models[checkpoint] = model
    elif registry.models[checkpoint].base != base:
        origin = registry.models[checkpoint].base or "nothing: it is a base"
        what = f"{checkpoint!r} is not trained from {base!r} but from {origin}"
        fix = f"Name a checkpoint of that base, or correct {stated.where('before')}"
        raise SuiteError(what, stated.where("after"), fix)
    pair = Pair(
        family=stated.family,
        base=base,
        checkpoint=checkpoint,
        reward=stated.reward,
        recipe=stated.recipe or UNSTATED,
        seed=stated.seed,
        step=stated.step or 0,
    )
    return OwnPair(models, pair)


def _check_agreement(known: Pair, base: str, stated: StatedPair) -> None:
    """Refuse a statement that contradicts the known pair."""
    statements = {
        "before": (base, known.base),
        "reward": (stated.reward, known.reward),
        "recipe": (stated.recipe, known.recipe),
        "seed": (stated.seed, known.seed),
        "step": (stated.step, known.step),
    }
    for key, (value, known_value) in statements.items():
        if value is not None and value != known_value:
            what = f"{known.checkpoint!r} is known with {known_value!r} here, not {value!r}"
            fix = f"Say {known_value!r}, or give the checkpoint's folder with another --out"
            raise SuiteError(what, stated.where(key), fix)


def _check_base(base: str, model: Model, stated: StatedPair) -> None:
    """Refuse a checkpoint as base, and a base of another family."""
    if model.base is not None:
        what = f"{base!r} is a checkpoint; a pair starts from a base"
        raise SuiteError(what, stated.where("before"), f"Name its base, {model.base}")
    if model.family != stated.family:
        what = f"{base!r} is of family {model.family!r}, not {stated.family!r}"
        fix = f"Write {model.family!r}, or correct {stated.where('before')}"
        raise SuiteError(what, stated.where("family"), fix)


def _base_in_folder(stated: StatedPair, registry: Registry, store: RunStore) -> tuple[str, Model]:
    """Return id and model of the base in the folder ``stated.before``.

    Protocol, dtype and engine settings are those of the family's first base in the registry.
    """
    folder = _model_folder(stated.before, stated.where("before"), registry)
    if is_adapter(folder):
        what = f"a LoRA adapter cannot be a base: {folder}"
        fix = f"Name the model that it goes onto, and give the adapter as {stated.where('after')}"
        raise SuiteError(what, stated.where("before"), fix)
    config = _config(folder)
    # A family that is new to the registry has no base to follow.
    settings: dict[str, object] = {"protocol": "boxed", "dtype": _saved_dtype(config)}
    for known in registry.bases(stated.family)[:1]:
        first = registry.models[known]
        settings = {"protocol": first.protocol, "dtype": first.dtype, "engine": first.engine}
    architecture = str(config.get("model_type", "unknown"))
    model = Model.model_validate(
        {"family": stated.family, "path": str(folder), "architecture": architecture, **settings}
    )
    base = _id_of(stated.family, folder.name)
    _check_id_is_free(base, model, stated.where("before"), registry, store)
    return base, model


def _checkpoint_in_folder(
    base: str, base_model: Model, stated: StatedPair, registry: Registry, store: RunStore
) -> tuple[str, Model]:
    """Return id and model of the checkpoint in the folder ``stated.after``; the rest is its base's."""
    folder = _model_folder(stated.after, stated.where("after"), registry)
    source = {
        "hub": None,
        "builtin": None,
        "revision": None,
        "gated": False,
        "path": str(folder),
        "base": base,
    }
    model = base_model.model_copy(update=source)
    # Step and seed tell apart checkpoints whose folders have one name, such as "final".
    names = [base, stated.reward, folder.name]
    if stated.step is not None:
        names.append(f"step{stated.step}")
    if stated.seed is not None:
        names.append(f"s{stated.seed}")
    checkpoint = _id_of(*names)
    _check_id_is_free(checkpoint, model, stated.where("after"), registry, store)
    return checkpoint, model


def _check_id_is_free(model_id: str, model: Model, where: str, registry: Registry, store: RunStore) -> None:
    """Refuse an id under which this run knows another folder: samples of two models would be mixed."""
    known = {**store.models(), **registry.models}.get(model_id)
    if known is not None and known.path != model.path:
        place = known.source
        what = f"the id {model_id!r}, made of the folder's name, is that of {place} here"
        fix = "Give seed or step in a run file, rename the folder, or name another --out"
        raise SuiteError(what, where, fix)


def _model_folder(text: str, where: str, registry: Registry) -> Path:
    """Return the folder that ``text`` names, if it holds a model."""
    folder = expanded(text, where)
    if not folder.is_dir():
        what = f"neither a model id nor a folder: {text!r}"
        guess = did_you_mean(text, registry.models)
        fix = f"{guess}See `rlvr-suite list models`; a Hub repository goes into a registry overlay"
        raise SuiteError(what, where, fix)
    return checked(folder, f"Name a folder that save_pretrained wrote ({where})")


def _config(folder: Path) -> dict[str, object]:
    """Read the model's ``config.json``."""
    path = folder / "config.json"
    fix = "Save the model again with save_pretrained"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise SuiteError(f"damaged: {error}", str(path), fix) from error
    if not isinstance(config, dict):
        raise SuiteError("damaged: not a mapping", str(path), fix)
    return config


def _saved_dtype(config: dict[str, object]) -> str:
    """Return the type that the weights were saved in, or bfloat16 if engines do not take it."""
    saved = config.get("dtype") or config.get("torch_dtype")
    return str(saved) if saved in get_args(Dtype) else "bfloat16"


def _id_of(*names: str) -> str:
    """Join names to one id: lower-case, with ``-`` for characters that an id cannot hold."""
    words = []
    for name in names:
        word = re.sub(r"[^a-z0-9._]+", "-", name.lower()).strip("-.")
        words.append(word or "folder")
    joined = "-".join(words)
    if len(joined) > MAX_ID:
        what = f"the id {joined[:40]}... would have {len(joined)} characters; at most {MAX_ID} are allowed"
        raise SuiteError(what, "--after, --reward", "Shorten the reward, or rename the folder")
    return joined
