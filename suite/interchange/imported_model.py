"""Whose answers are imported: a known model (``--model``) or a new checkpoint (``--base --reward``)."""

from dataclasses import dataclass

from suite.errors import SuiteError
from suite.registry import Registry, id_part
from suite.schema import IMPORTED, Pair
from suite.store.run_folder import RunStore


@dataclass(frozen=True)
class ImportedModel:
    """The model that gave the answers.

    ``pair`` registers a checkpoint that the suite knows by its answers only.
    """

    model: str
    family: str
    base: str
    pair: Pair | None = None


def known_model(model: str, registry: Registry, store: RunStore) -> ImportedModel:
    """Return a model of the registry or a checkpoint of this run; raise ``SuiteError`` if it is neither."""
    # A checkpoint of the run comes first: its id may not be in any registry.
    for pair in store.pairs():
        if pair.checkpoint == model:
            return ImportedModel(model, pair.family, pair.base)
    entry = registry.model(model, "--model")
    return ImportedModel(model, entry.family, entry.base or model)


def new_checkpoint(base: str, reward: str, seed: int | None, step: int, registry: Registry) -> ImportedModel:
    """Return a checkpoint that has no weights here.

    Its id is made of base, reward, step and seed, its recipe is "imported".

    Raises ``SuiteError`` if ``base`` is no base model, a number is negative or the registry has a model of
    that id.
    """
    entry = registry.model(base, "--base")
    if entry.base is not None:
        what = f"'{base}' is a checkpoint; a pair starts from a base"
        raise SuiteError(what, "--base", f"Name its base, {entry.base}")
    id_part(reward)
    if step < 0:
        raise SuiteError(f"{step} is below 0", "--step", "Give the number of rollouts, or leave it out")
    if seed is not None and seed < 0:
        raise SuiteError(f"{seed} is below 0", "--seed", "Give the training seed, or leave it out")
    # The id says all that separates two such checkpoints, so that importing one twice is seen.
    parts = [base, reward, IMPORTED]
    if step:
        parts.append(f"step{step}")
    if seed is not None:
        parts.append(f"s{seed}")
    checkpoint = "-".join(parts)
    if checkpoint in registry.models:
        what = f"'{checkpoint}' is a model of the registry"
        raise SuiteError(what, "--base", f"Import it with --model {checkpoint}")
    pair = Pair(
        family=entry.family,
        base=base,
        checkpoint=checkpoint,
        reward=reward,
        recipe=IMPORTED,
        seed=seed,
        step=step,
    )
    return ImportedModel(checkpoint, entry.family, base, pair)
