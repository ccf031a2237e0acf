"""Deltas against each other: leaked items against the rest, contaminated tasks against clean ones, one family against another.

Pure; ``suite.summary.summarize`` calls it with the rows of ``suite.summary.comparison``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

from suite import stats
from suite.benchmarks.tasks import TaskFile, all_tasks
from suite.registry import Registry
from suite.schema import CleanContrast, DeltaRow, Interaction, LeakSplit
from suite.stats import Estimate, Floats
from suite.summary.comparison import Compared, by_item, covers
from suite.summary.table import ScoredCell

SHOWN = 0.6
"""The share of a question that a probe shows for its items to count as reproduced (the papers' middle one), or the nearest."""


Probes = Mapping[tuple[str, str], ScoredCell]
"""(model, task that is probed) -> the model's cell on the probe."""


def probes(cells: Iterable[ScoredCell]) -> Probes:
    """Of each model and task the probe of the most items, of these the one that shows nearest to ``SHOWN``."""
    known, found = all_tasks(), dict[tuple[str, str], list[tuple[int, float, str, ScoredCell]]]()
    for cell in cells:
        source = known[cell.manifest.cell.task].metadata.source
        if source.of is not None and cell.rows["exact_match"].notna().all():
            far = abs((source.fraction or 0) - SHOWN)
            key = (cell.manifest.cell.model, source.of)
            found.setdefault(key, []).append((-cell.manifest.n_items, far, cell.id, cell))
    return {key: min(candidates)[3] for key, candidates in found.items()}


def with_leak(compared: Compared, known: Probes) -> DeltaRow:
    """The row with the delta on the items that the base reproduces, where the base was probed for them."""
    row = compared.row
    probe = known.get((row.base, row.task))
    return (
        row
        if probe is None or row.delta is None
        else row.model_copy(update={"leak": _split(compared, probe)})
    )


def _split(compared: Compared, probe: ScoredCell) -> LeakSplit:
    """Items are known by their ids: a probe shows a part of the question, so its hash is another. Others are in neither part."""
    exact_I = probe.rows["exact_match"].to_numpy(dtype=np.float64).reshape(-1, probe.manifest.k).mean(axis=1)
    reproduced = {item_id for item_id, exact in zip(probe.item_ids, exact_I, strict=True) if exact > 0.5}
    ids_I = [compared.before.item_ids[place] for place in compared.before.by_hash_I]
    leaked_I, other_I = (
        np.array([i in part for i in ids_I]) for part in (reproduced, set(probe.item_ids) - reproduced)
    )
    inside, outside = _part(compared, leaked_I), _part(compared, other_I)
    numbers: dict[str, object] = {}
    if inside is not None and outside is not None:
        gap = stats.parts_difference(_points_TI(compared)[:, leaked_I], _points_TI(compared)[:, other_I])
        numbers = {"difference": gap.mean, "difference_interval": gap.interval}
    return LeakSplit.model_validate(
        {
            "probe": probe.manifest.cell.task,
            "n_reproduced": int(leaked_I.sum()),
            "n_other": int(other_I.sum()),
            **_named("reproduced", inside),
            **_named("other", outside),
            **numbers,
        }
    )


def _part(compared: Compared, chosen_I: np.ndarray) -> Estimate | None:
    """The delta on some of the items; None on none."""
    if not chosen_I.any():
        return None
    return stats.delta(by_item(compared.before)[chosen_I], compared.method.score_TI[:, chosen_I])


def _named(part: str, delta: Estimate | None) -> dict[str, object]:
    return {} if delta is None else {f"delta_{part}": delta.mean, f"interval_{part}": delta.interval}


def _points_TI(compared: Compared) -> Floats:
    """The difference of each item in each checkpoint, in points."""
    points_TI: Floats = 100 * (compared.method.score_TI - by_item(compared.before))
    return points_TI


def clean_contrasts(compared: Sequence[Compared], registry: Registry) -> list[CleanContrast]:
    """Each method's delta on every contaminated task of its run against that on every clean one, under the same protocol."""
    known = all_tasks()
    groups: dict[tuple[object, ...], list[Compared]] = defaultdict(list)
    for one in compared:
        row = one.row
        if row.delta is not None and not known[row.task].is_probe:
            engine = one.method.cell.manifest.cell
            alike = (row.protocol, engine.engine, engine.dtype, engine.device)
            groups[row.pair, row.seeds, *alike].append(one)
    return [
        _contrast(dirty, clean, known[dirty.row.task])
        for group in map(_largest, groups.values())
        for dirty in group
        if known[dirty.row.task].metadata.contaminated
        for clean in group
        if _is_clean(known[clean.row.task], clean.row, registry)
    ]


def _largest(group: Iterable[Compared]) -> list[Compared]:
    """Of each task the comparison on the most items."""
    by_task: dict[str, Compared] = {}
    for one in group:
        if one.row.task not in by_task or one.row.n_items > by_task[one.row.task].row.n_items:
            by_task[one.row.task] = one
    return list(by_task.values())


def _is_clean(task: TaskFile, row: DeltaRow, registry: Registry) -> bool:
    base = registry.models.get(row.base)
    return row.family not in task.metadata.contaminated and task.is_clean_for(base.released if base else None)


def _contrast(dirty: Compared, clean: Compared, task: TaskFile) -> CleanContrast:
    row = dirty.row
    gap = stats.parts_difference(_points_TI(dirty), _points_TI(clean))
    return CleanContrast(
        family=row.family,
        base=row.base,
        checkpoint=row.checkpoint,
        reward=row.reward,
        recipe=row.recipe,
        step=row.step,
        protocol=row.protocol,
        contaminated=row.task,
        leaked=row.family in task.metadata.contaminated,
        clean=clean.row.task,
        n_contaminated=row.n_items,
        n_clean=clean.row.n_items,
        delta_contaminated=float(_points_TI(dirty).mean()),
        delta_clean=float(_points_TI(clean).mean()),
        difference=gap.mean,
        interval=gap.interval,
        interval_covers=covers(len(dirty.method.cells)),
    )


def interactions(compared: Iterable[Compared]) -> list[Interaction]:
    """Each method's delta on one base minus that on another, item by item; methods of a spurious reward are left out."""
    groups: dict[tuple[object, ...], list[Compared]] = defaultdict(list)
    for one in compared:
        row, items = one.row, one.method.cell.manifest.cell.items_hash
        if row.delta is not None and not row.spurious:
            alike = row.key.only("reward", "recipe", "step", "task", "protocol", "k")
            groups[alike, items].append(one)
    both = (two for group in groups.values() for two in combinations(group, 2))
    return [_interaction(one, other) for one, other in both if one.row.base != other.row.base]


def _interaction(one: Compared, other: Compared) -> Interaction:
    row = one.row
    gains = [compared.method.score_TI - by_item(compared.before) for compared in (one, other)]
    gap = stats.stacks_difference(gains[0], gains[1])
    return Interaction(
        reward=row.reward,
        recipe=row.recipe,
        step=row.step,
        task=row.task,
        protocol=row.protocol,
        base=row.base,
        other_base=other.row.base,
        difference=gap.mean,
        interval=gap.interval,
        interval_covers=covers(len(one.method.cells), len(other.method.cells)),
    )
