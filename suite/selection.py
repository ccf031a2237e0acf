"""What a user selects -> models and tasks to run: families, rewards and tasks, from flags or from a run file.

A run file is YAML with the keys of ``Selection``; flags take the place of its keys.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from suite.errors import SuiteError
from suite.items import ItemSet, load_set
from suite.plan import ModelToRun, PlannedCell, TaskToRun, Wishes, plan, task_to_run
from suite.protocols import PROTOCOLS
from suite.registry import Registry
from suite.schema import Decoding, Pair, Strict
from suite.store import RunStore
from suite.strict_yaml import did_you_mean
from suite.tasks import expand
from suite.weights import adapter_hash, is_adapter, locate, weights_hash


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
    engine: Literal["hf", "vllm", "replay"] = "hf"
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


def _to_run(registry: Registry, model_id: str, folder: Path, pair: Pair | None = None) -> ModelToRun:
    """A model with its files at hand; a pair's checkpoint keeps its base's protocol, dtype and engine block: equal arms."""
    model = registry.model(pair.base if pair else model_id)
    base_id = pair.base if pair else (model.base or model_id)
    adapter = folder if is_adapter(folder) else None
    if adapter:
        folder = locate(base_id, registry.model(base_id))
    return ModelToRun(
        id=model_id,
        family=model.family,
        base=base_id,
        folder=folder,
        weights_hash=adapter_hash(folder, adapter) if adapter else weights_hash(folder),
        protocol=model.protocol,
        dtype=model.dtype,
        settings=model.engine,
        adapter=adapter,
    )


def base_to_run(registry: Registry, model_id: str) -> ModelToRun:
    """A model of the registry with its files at hand."""
    return _to_run(registry, model_id, locate(model_id, registry.model(model_id)))


def checkpoint_to_run(registry: Registry, store: RunStore, pair: Pair) -> ModelToRun:
    """A pair's checkpoint: one that the run trained, else the registry's."""
    if (store.checkpoint(pair.checkpoint) / "pair.json").is_file():
        return _to_run(registry, pair.checkpoint, store.checkpoint(pair.checkpoint), pair)
    return _to_run(registry, pair.checkpoint, locate(pair.checkpoint, registry.model(pair.checkpoint)), pair)


def _models(selection: Selection, registry: Registry, store: RunStore) -> tuple[list[ModelToRun], list[SuiteError]]:
    """Bases first, each once, then the checkpoints; and what is wrong with those whose files cannot be had."""
    for family in selection.families:
        registry.family(family)
    pairs = selected_pairs(selection, known_pairs(registry, store))
    if selection.rewards is None:
        bases = [m for m in registry.bases() if registry.model(m).family in selection.families]
    else:
        bases = list(dict.fromkeys(p.base for p in pairs))
    wanted: list[Callable[[], ModelToRun]] = [partial(base_to_run, registry, m) for m in bases]
    # answers that came from elsewhere have no weights to run
    wanted += [partial(checkpoint_to_run, registry, store, p) for p in pairs if not p.is_imported]
    models, failures = [], []
    for find in wanted:
        try:
            models.append(find())
        except SuiteError as error:
            failures.append(error)
    return models, failures


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


def _stored_cells(selection: Selection, store: RunStore) -> list[PlannedCell]:
    """The finished cells of the selection, as they were planned: what the replay engine serves."""
    specs = {spec.task: spec for spec in expand(selection.tasks)}
    out = []
    for cell_store in store.finished():
        m = cell_store.manifest
        if m is None or m.source is not None or m.family not in selection.families or m.cell.task not in specs:
            continue
        model = ModelToRun(m.cell.model, m.family, m.base, Path(), m.cell.weights_hash, m.cell.protocol, m.cell.dtype)
        decoding = Decoding.model_validate(m.cell.decoding.model_dump())
        task = TaskToRun(specs[m.cell.task], cell_store.items(), decoding, m.k, m.dataset, m.dataset_revision)
        out.append(PlannedCell(m.cell, model, task, PROTOCOLS[m.cell.protocol]))
    return sorted(out, key=lambda p: p.model.id)


def planned_cells(selection: Selection, registry: Registry, store: RunStore) -> tuple[list[PlannedCell], list[SuiteError]]:
    """Every cell of the selection, in the order in which it runs, and what is wrong with models that cannot be had.

    A selection of which no model can be had is an error, the first model's.
    """
    if selection.engine == "replay":
        return _stored_cells(selection, store), []
    from suite.engine import identity

    tasks: Sequence[TaskToRun] = tasks_to_run(selection)
    models, failures = _models(selection, registry, store)
    if failures and not models:
        raise failures[0]
    return plan(models, tasks, identity(selection.engine)), failures
