"""Deltas against each other: leaked items and the rest, contaminated tasks and clean ones, two bases.

Pure; ``suite.summary.summarize`` calls it with the comparisons of ``suite.summary.comparison``.
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
from suite.summary.comparison import Comparison, covers
from suite.summary.methods import by_item
from suite.summary.scored_cells import Flags, ScoredCell

PROBED_SHARE = 0.6
"""Share of a question that a probe shows (the papers' middle one); of several probes the nearest decides
what leaked."""

Probes = Mapping[tuple[str, str], ScoredCell]
"""(model, probed task) -> the model's cell on the probe."""


def probes(cells: Iterable[ScoredCell]) -> Probes:
    """Return the probe of each model and task.

    Of several the one of the most items, then the one nearest to ``PROBED_SHARE``.
    """
    known = all_tasks()
    candidates: dict[tuple[str, str], list[tuple[int, float, str, ScoredCell]]] = defaultdict(list)
    for cell in cells:
        source = known[cell.manifest.cell.task].metadata.source
        if source.of is not None and cell.rows["exact_match"].notna().all():
            distance = abs((source.fraction or 0) - PROBED_SHARE)
            preference = (-cell.manifest.n_items, distance, cell.id, cell)
            candidates[cell.manifest.cell.model, source.of].append(preference)
    return {key: min(found)[3] for key, found in candidates.items()}


def with_leak(comparison: Comparison, known: Probes) -> DeltaRow:
    """Return the row, with its leak split if the base was probed for the task."""
    row = comparison.row
    probe = known.get((row.base, row.task))
    if probe is None or row.delta is None:
        return row
    return row.model_copy(update={"leak": _leak_split(comparison, probe)})


def _leak_split(comparison: Comparison, probe: ScoredCell) -> LeakSplit:
    # A probe shows a part of the question, so its items have other hashes: they are matched by their ids.
    # Items that were not probed are in neither part.
    exact_IS = probe.rows["exact_match"].to_numpy(dtype=np.float64).reshape(-1, probe.manifest.k)
    exact_I = exact_IS.mean(axis=1)
    reproduced = {item_id for item_id, exact in zip(probe.item_ids, exact_I, strict=True) if exact > 0.5}
    not_reproduced = set(probe.item_ids) - reproduced
    item_ids = [comparison.before.item_ids[place] for place in comparison.before.by_hash_I]
    leaked_I = np.array([item_id in reproduced for item_id in item_ids])
    other_I = np.array([item_id in not_reproduced for item_id in item_ids])

    leaked = _delta_on(comparison, leaked_I)
    other = _delta_on(comparison, other_I)
    # A difference needs both parts.
    gap = None
    if leaked and other:
        points_TI = _points_TI(comparison)
        gap = stats.parts_difference(points_TI[:, leaked_I], points_TI[:, other_I])
    return LeakSplit(
        probe=probe.manifest.cell.task,
        n_reproduced=int(leaked_I.sum()),
        delta_reproduced=leaked and leaked.mean,
        interval_reproduced=leaked and leaked.interval,
        n_other=int(other_I.sum()),
        delta_other=other and other.mean,
        interval_other=other and other.interval,
        difference=gap and gap.mean,
        difference_interval=gap and gap.interval,
    )


def _delta_on(comparison: Comparison, chosen_I: Flags) -> Estimate | None:
    """Return the delta on some of the items; None on none."""
    if not chosen_I.any():
        return None
    return stats.delta(by_item(comparison.before)[chosen_I], comparison.method.score_TI[:, chosen_I])


def _points_TI(comparison: Comparison) -> Floats:
    """Return the difference of each item in each checkpoint, in points."""
    points_TI: Floats = 100 * (comparison.method.score_TI - by_item(comparison.before))
    return points_TI


def clean_contrasts(comparisons: Sequence[Comparison], registry: Registry) -> list[CleanContrast]:
    """Return each method's delta on every contaminated task of its run against that on every clean one.

    The two have the same protocol, engine, dtype and device.
    """
    known = all_tasks()
    # Tasks are compared within one method that was measured in one way; their items differ anyway.
    groups: dict[tuple[object, ...], list[Comparison]] = defaultdict(list)
    for comparison in comparisons:
        row = comparison.row
        if row.delta is not None and not known[row.task].is_probe:
            cell = comparison.method.cell.manifest.cell
            setting = (row.protocol, cell.engine, cell.dtype, cell.device)
            groups[row.pair, row.seeds, *setting].append(comparison)

    # A task may be contaminated for one family and clean for another, and so may be on both sides.
    contrasts = []
    for group in groups.values():
        largest = _largest_by_task(group)
        clean = [other for other in largest if _is_clean(known[other.row.task], other.row, registry)]
        for dirty in largest:
            task = known[dirty.row.task]
            if task.metadata.contaminated:
                contrasts += [_contrast(dirty, other, task) for other in clean]
    return contrasts


def _largest_by_task(group: Iterable[Comparison]) -> list[Comparison]:
    """Return for each task the comparison on the most items, the first of equals."""
    by_task: dict[str, Comparison] = {}
    for comparison in group:
        known = by_task.get(comparison.row.task)
        if known is None or comparison.row.n_items > known.row.n_items:
            by_task[comparison.row.task] = comparison
    return list(by_task.values())


def _is_clean(task: TaskFile, row: DeltaRow, registry: Registry) -> bool:
    base = registry.models.get(row.base)
    released = base.released if base else None
    return row.family not in task.metadata.contaminated and task.is_clean_for(released)


def _contrast(dirty: Comparison, clean: Comparison, task: TaskFile) -> CleanContrast:
    row = dirty.row
    dirty_TI = _points_TI(dirty)
    clean_TI = _points_TI(clean)
    gap = stats.parts_difference(dirty_TI, clean_TI)
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
        delta_contaminated=float(dirty_TI.mean()),
        delta_clean=float(clean_TI.mean()),
        difference=gap.mean,
        interval=gap.interval,
        interval_covers=covers(len(dirty.method.cells)),
    )


def interactions(comparisons: Iterable[Comparison]) -> list[Interaction]:
    """Return each method's delta on one base minus that on another, item by item.

    Methods of a spurious reward are left out.
    """
    groups: dict[tuple[object, ...], list[Comparison]] = defaultdict(list)
    for comparison in comparisons:
        row = comparison.row
        if row.delta is not None and not row.spurious:
            training = row.key.only("reward", "recipe", "step", "task", "protocol", "k")
            groups[training, comparison.method.cell.manifest.cell.items_hash].append(comparison)
    # Methods of one group share their items, so that their gains are compared item by item.
    found = []
    for group in groups.values():
        for one, other in combinations(group, 2):
            if one.row.base != other.row.base:
                found.append(_interaction(one, other))
    return found


def _interaction(one: Comparison, other: Comparison) -> Interaction:
    row = one.row
    one_gain_TI = one.method.score_TI - by_item(one.before)
    other_gain_UI = other.method.score_TI - by_item(other.before)
    gap = stats.stacks_difference(one_gain_TI, other_gain_UI)
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
