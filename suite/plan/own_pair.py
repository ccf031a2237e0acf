"""A pair of your own, given by ids or folders: no registry file is needed for it.

``rlvr-suite eval --before qwen2.5-7b --after out/checkpoint-300 --family qwen2.5 --reward my_method --tasks math500``. The run
folder keeps what it was given, so that a later ``eval``, ``summarize`` or ``list pairs`` knows it.
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
class Given:
    """What a user says of a pair; ``before`` and ``after`` are ids or folders, None is unstated.

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
    """The pair, and the models of it that were given as folders."""

    models: Mapping[str, Model]
    pair: Pair

    def with_weights(self, models: Iterable[ModelToRun]) -> "OwnPair":
        """The same with the weights that its two models have now, as far as they could be had."""
        known = {model.id: model.weights_hash for model in models}
        hashes = {"base_weights": known.get(self.pair.base), "weights": known.get(self.pair.checkpoint)}
        return replace(self, pair=self.pair.model_copy(update=hashes))


def own_pair(given: Given, registry: Registry, store: RunStore) -> OwnPair:
    """The pair that ``given`` describes; ``SuiteError`` names the flag that does not fit the registry, the run or the disk."""
    registry.family(given.family, given.where("family"))
    id_part(given.reward, given.where("reward"))
    models: dict[str, Model] = {}
    base = given.before
    if base not in registry.models:
        base, models = _base(given, registry, store)
    _check_base(base, registry.with_models(models).models[base], given)
    known = next((p for p in [*registry.pairs, *store.pairs()] if p.checkpoint == given.after), None)
    if known is not None:
        return OwnPair(models, _agreeing(known, base, given))
    checkpoint = given.after
    if checkpoint not in registry.models:
        checkpoint, model = _checkpoint(base, given, registry, store, models)
        models = {**models, checkpoint: model}
    elif registry.models[checkpoint].base != base:
        what = f"{checkpoint!r} is not trained from {base!r} but from {registry.models[checkpoint].base or 'nothing: it is a base'}"
        fix = f"Name a checkpoint of that base, or correct {given.where('before')}"
        raise SuiteError(what, given.where("after"), fix)
    return OwnPair(models, _pair(base, checkpoint, given))


def _pair(base: str, checkpoint: str, given: Given) -> Pair:
    return Pair(
        family=given.family,
        base=base,
        checkpoint=checkpoint,
        reward=given.reward,
        recipe=given.recipe or UNSTATED,
        seed=given.seed,
        step=given.step or 0,
    )


def _agreeing(known: Pair, base: str, given: Given) -> Pair:
    """A pair that is known already, if what is said of it now is what it says itself."""
    said = {
        "before": base,
        "reward": given.reward,
        "recipe": given.recipe,
        "seed": given.seed,
        "step": given.step,
    }
    there = {
        "before": known.base,
        "reward": known.reward,
        "recipe": known.recipe,
        "seed": known.seed,
        "step": known.step,
    }
    for key, word in said.items():
        if word is not None and word != there[key]:
            what = f"{known.checkpoint!r} is known with {there[key]!r} here, not {word!r}"
            fix = f"Say {there[key]!r}, or give the checkpoint's folder with another --out"
            raise SuiteError(what, given.where(key), fix)
    return known


def _check_base(base: str, model: Model, given: Given) -> None:
    if model.base is not None:
        what = f"{base!r} is a checkpoint; a pair starts from a base"
        raise SuiteError(what, given.where("before"), f"Name its base, {model.base}")
    if model.family != given.family:
        what = f"{base!r} is of family {model.family!r}, not {given.family!r}"
        fix = f"Write {model.family!r}, or correct {given.where('before')}"
        raise SuiteError(what, given.where("family"), fix)


def _base(given: Given, registry: Registry, store: RunStore) -> tuple[str, dict[str, Model]]:
    """The base in the folder ``given.before``: protocol and engine block are those of the family's first base."""
    folder = _folder(given.before, given.where("before"), registry)
    if is_adapter(folder):
        what = f"a LoRA adapter cannot be a base: {folder}"
        fix = f"Name the model that it goes onto, and give the adapter as {given.where('after')}"
        raise SuiteError(what, given.where("before"), fix)
    config = _config(folder)
    like = next((registry.models[name] for name in registry.bases(given.family)), None)
    settings: dict[str, object] = {"protocol": "boxed", "dtype": _dtype(config)}
    if like is not None:
        settings = {"protocol": like.protocol, "dtype": like.dtype, "engine": like.engine}
    architecture = str(config.get("model_type", "unknown"))
    model = Model.model_validate(
        {"family": given.family, "path": str(folder), "architecture": architecture, **settings}
    )
    base = _id(given.family, folder.name)
    _refuse_taken(base, model, given.where("before"), registry, store)
    return base, {base: model}


def _checkpoint(
    base: str, given: Given, registry: Registry, store: RunStore, models: Mapping[str, Model]
) -> tuple[str, Model]:
    """The checkpoint in the folder ``given.after``; all but the weights is its base's."""
    folder = _folder(given.after, given.where("after"), registry)
    of = models.get(base) or registry.models[base]
    source = {
        "hub": None,
        "builtin": None,
        "revision": None,
        "gated": False,
        "path": str(folder),
        "base": base,
    }
    model = of.model_copy(update=source)
    step = f"step{given.step}" if given.step is not None else ""
    seed = f"s{given.seed}" if given.seed is not None else ""
    checkpoint = _id(base, given.reward, folder.name, step, seed)
    _refuse_taken(checkpoint, model, given.where("after"), registry, store)
    return checkpoint, model


def _refuse_taken(model_id: str, model: Model, where: str, registry: Registry, store: RunStore) -> None:
    """An id that this run knows with another folder would mix two models' samples."""
    known = {**store.models(), **registry.models}.get(model_id)
    if known is not None and known.path != model.path:
        what = f"the id {model_id!r}, made of the folder's name, is that of {known.path or known.hub or known.builtin} here"
        raise SuiteError(
            what, where, "Give seed or step in a run file, rename the folder, or name another --out"
        )


def _folder(text: str, where: str, registry: Registry) -> Path:
    """The folder of a model that the registry does not know."""
    folder = expanded(text, where)
    if not folder.is_dir():
        what = f"neither a model id nor a folder: {text!r}"
        guess = did_you_mean(text, registry.models)
        raise SuiteError(
            what, where, f"{guess}See `rlvr-suite list models`; a Hub repository goes into a registry overlay"
        )
    return checked(folder, f"Name a folder that save_pretrained wrote ({where})")


def _config(folder: Path) -> dict[str, object]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise SuiteError(
            f"damaged: {error}", str(path), "Save the model again with save_pretrained"
        ) from error
    if not isinstance(config, dict):
        raise SuiteError("damaged: not a mapping", str(path), "Save the model again with save_pretrained")
    return config


def _dtype(config: dict[str, object]) -> str:
    """The type that the weights were saved in, if it is one that engines take."""
    saved = config.get("dtype") or config.get("torch_dtype")
    return str(saved) if saved in get_args(Dtype) else "bfloat16"


def _id(*parts: str) -> str:
    """One id out of names: lower-case, with ``-`` for what an id may not hold."""
    words = [re.sub(r"[^a-z0-9._]+", "-", part.lower()).strip("-.") for part in parts if part]
    made = "-".join(word or "folder" for word in words)
    if len(made) > MAX_ID:
        what = f"the id {made[:40]}... would have {len(made)} characters; at most {MAX_ID} are allowed"
        raise SuiteError(what, "--after, --reward", "Shorten the reward, or rename the folder")
    return made
