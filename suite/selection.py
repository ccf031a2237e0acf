"""What a user selects -> models and tasks to run: families, rewards and tasks, from flags or from a run file.

A run file is YAML with the keys of ``Selection``; flags take the place of its keys.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import Field

from suite.errors import SuiteError
from suite.items import ItemSet, load_set
from suite.plan import ModelToRun, PlannedCell, TaskToRun, Wishes, plan, task_to_run
from suite.registry import Registry
from suite.schema import Pair, Strict
from suite.store import RunStore
from suite.strict_yaml import did_you_mean
from suite.tasks import expand
from suite.weights import locate, weights_hash


class Selection(Strict):
    """Families, and what to run of them. ``rewards`` left out: all; ``temperature`` and ``k`` left out: the task's own.

    ``tasks`` may name groups, too. ``item_seed`` asks the tasks that are generated from a seed for fresh items.
    """

    families: tuple[str, ...] = Field(min_length=1)
    tasks: tuple[str, ...] = Field(min_length=1)
    rewards: tuple[str, ...] | None = None
    seeds: tuple[int, ...] | None = None
    limit: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0)
    k: int | None = Field(default=None, ge=1)
    max_new_tokens: int | None = Field(default=None, ge=1)
    data_dir: str | None = None
    item_seed: int | None = Field(default=None, ge=0)


def known_pairs(registry: Registry, store: RunStore) -> list[Pair]:
    """The registry's pairs and those of the run's own checkpoints."""
    return [*registry.pairs, *store.pairs()]


def selected_pairs(selection: Selection, pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs of the selected families, rewards and seeds; a reward that no such pair has is an error."""
    of_families = [p for p in pairs if p.family in selection.families]
    known = sorted({p.reward for p in of_families})
    for reward in selection.rewards or ():
        if reward not in known:
            what = f"no checkpoint was trained on reward '{reward}' here. Known: {', '.join(known) or 'none'}"
            raise SuiteError(what, "--rewards", f"{did_you_mean(reward, known)}Train one with `rlvr-suite train`")
    return [
        p
        for p in of_families
        if (selection.rewards is None or p.reward in selection.rewards) and (selection.seeds is None or p.seed in selection.seeds)
    ]


def base_to_run(registry: Registry, model_id: str) -> ModelToRun:
    """A model of the registry with its files at hand."""
    model = registry.model(model_id)
    folder = locate(model_id, model)
    base = model.base or model_id
    return ModelToRun(model_id, model.family, base, folder, weights_hash(folder), model.protocol, model.dtype)


def checkpoint_to_run(registry: Registry, store: RunStore, pair: Pair) -> ModelToRun:
    """A pair's checkpoint: one that the run trained, else the registry's. It keeps its base's protocol and dtype: equal arms."""
    if (store.checkpoint(pair.checkpoint) / "pair.json").is_file():
        folder, base = store.checkpoint(pair.checkpoint), registry.model(pair.base)
        return ModelToRun(pair.checkpoint, pair.family, pair.base, folder, weights_hash(folder), base.protocol, base.dtype)
    return base_to_run(registry, pair.checkpoint)


def _models(selection: Selection, registry: Registry, store: RunStore) -> list[ModelToRun]:
    """Bases first, each once, then the checkpoints."""
    for family in selection.families:
        registry.family(family)
    pairs = selected_pairs(selection, known_pairs(registry, store))
    if selection.rewards is None:
        bases = [m for m in registry.bases() if registry.model(m).family in selection.families]
    else:
        bases = list(dict.fromkeys(p.base for p in pairs))
    here = [p for p in pairs if not p.is_imported]  # answers came from elsewhere: there are no weights to run
    return [*(base_to_run(registry, m) for m in bases), *(checkpoint_to_run(registry, store, p) for p in here)]


def tasks_to_run(selection: Selection) -> list[TaskToRun]:
    """The selected tasks with their items and the selection's wishes on decoding."""
    data_dir = Path(selection.data_dir) if selection.data_dir else None
    if data_dir and not data_dir.is_dir():
        raise SuiteError("no such folder", f"--data-dir {data_dir}", "Name a folder of <task>.jsonl files")
    wishes = Wishes(selection.limit, selection.temperature, selection.k, selection.max_new_tokens)
    specs = expand(selection.tasks)
    if selection.item_seed is not None and not any(spec.metadata.seed is not None for spec in specs):
        what = "no task of the selection is generated from a seed"
        raise SuiteError(what, "item_seed", "Leave it out, or add a task such as arithmetic_clean")
    loaded = [(spec, load_set(spec, data_dir, selection.item_seed)) for spec in specs]
    return [_with_origin(task_to_run(spec, items.items, wishes), items) for spec, items in loaded]


def _with_origin(run: TaskToRun, items: ItemSet) -> TaskToRun:
    return replace(run, dataset=items.dataset, dataset_revision=items.revision)


def planned_cells(selection: Selection, registry: Registry, store: RunStore) -> list[PlannedCell]:
    """Every cell of the selection, in the order in which it runs."""
    from suite.engine.hf import identity

    tasks: Sequence[TaskToRun] = tasks_to_run(selection)
    return plan(_models(selection, registry, store), tasks, identity())
