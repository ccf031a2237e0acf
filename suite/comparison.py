"""Cells of two arms -> rows of deltas: what is comparable, the delta, its controls, the strong baseline, published references.

Pure; ``suite.summary`` calls it for every pair of a run.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from suite import published, stats
from suite.registry import Registry
from suite.schema import IMPORTED, MUST_MATCH, UNSTATED, DeltaReference, DeltaRow, Pair
from suite.stats import Floats
from suite.table import ScoredCell

Arm = tuple[Pair, ScoredCell]
"""A pair and one of its checkpoint's cells."""


def _differing(before: ScoredCell, after: ScoredCell) -> tuple[str, ...]:
    """Must-match fields in which the arms differ; ``k`` counts as one, since a mean over more samples is another measurement."""
    fields = tuple(f for f in MUST_MATCH if getattr(before.manifest.cell, f) != getattr(after.manifest.cell, f))
    return fields if before.manifest.k == after.manifest.k else (*fields, "k")


def _by_item(cell: ScoredCell) -> Floats:
    """Item scores in an order that both arms share."""
    return cell.score_I[cell.by_hash_I]


def _unmeasured_row(pair: Pair, after: ScoredCell) -> DeltaRow:
    """The row without any number; published deltas of the pair's base, reward and task stand in it as references."""
    cell = after.manifest.cell
    references = tuple(
        DeltaReference(delta=row.points, source=f"{source.id}, {row.where}", setting=row.setting, step=row.step)
        for source, row in published.deltas(pair.base, pair.reward, cell.task)
        if row.points is not None
    )
    return DeltaRow(
        family=pair.family,
        base=pair.base,
        checkpoint=pair.checkpoint,
        reward=pair.reward,
        recipe=pair.recipe,
        step=pair.step,
        seeds=() if pair.seed is None else (pair.seed,),
        task=cell.task,
        protocol=cell.protocol,
        k=after.manifest.k,
        n_items=after.manifest.n_items,
        comparable=True,
        published=references or None,
    )


def _numbers(before: ScoredCell, after: ScoredCell) -> dict[str, object]:
    """The delta and what goes with it; fields that differ in place of a number where the arms do not match."""
    differs = _differing(before, after)
    if differs:
        return {"comparable": False, "differs": differs}
    before_I, after_I = _by_item(before), _by_item(after)
    delta = stats.paired_delta(before_I, after_I)
    return {
        "before": float(before_I.mean()),
        "after": float(after_I.mean()),
        "delta": delta.mean,
        "interval": delta.interval,
        "interval_covers": "items only",
        "finding": stats.finding(delta),
        "arms": "unverified" if before.manifest.cell.unstated or after.manifest.cell.unstated else None,
    }


def _strong_baseline(bases: Iterable[ScoredCell], after: ScoredCell) -> dict[str, object]:
    """The delta against the base's best prompt; nothing where the base was asked in fewer than two ways.

    The one exemption from equal arms: the prompts differ, and nothing else may.
    """
    own = after.manifest.cell.protocol_hash
    matching = {c.manifest.cell.protocol_hash: c for c in bases if set(_differing(c, after)) <= {"protocol_hash"}}
    arms = sorted(matching.values(), key=lambda c: (c.manifest.cell.protocol_hash != own, c.manifest.cell.protocol))
    if len(arms) < 2 or after.manifest.n_items < 2 or UNSTATED in matching:
        return {}
    best = stats.strong_baseline(np.stack([_by_item(c) for c in arms]))
    delta = stats.paired_delta(best.before_I, _by_item(after))
    return {
        "strong_baseline_delta": delta.mean,
        "strong_baseline_interval": delta.interval,
        "strong_baseline_before": float(best.before_I.mean()),
        "strong_baseline_chosen": tuple(arms[n].manifest.cell.protocol for n in best.chosen),
        "strong_baseline_protocols": tuple(c.manifest.cell.protocol for c in arms),
    }


def _controls(pair: Pair, after: ScoredCell, arms: Iterable[Arm], registry: Registry) -> tuple[str, ...]:
    """Checkpoints of a spurious reward and the same budget that were measured alike.

    A recipe that nobody states cannot be the same as another.
    """
    if pair.recipe in (IMPORTED, UNSTATED):
        return ()
    budget = (pair.base, pair.recipe, pair.step)
    return tuple(
        p.checkpoint
        for p, cell in arms
        if registry.is_spurious(p.reward)
        and (p.base, p.recipe, p.step) == budget
        and cell.manifest.cell.task == after.manifest.cell.task
        and not _differing(cell, after)
    )


def delta_rows(pairs: Iterable[Pair], cells: Sequence[ScoredCell], registry: Registry) -> list[DeltaRow]:
    """One row for each pair and task where both arms are there; an arm with an error among its samples stays off the board."""
    sound = [c for c in cells if c.is_sound]
    arms = [(pair, after) for pair in pairs for after in sound if after.manifest.cell.model == pair.checkpoint]
    rows = []
    for pair, after in arms:
        asked = (pair.base, after.manifest.cell.task)
        bases = [c for c in sound if (c.manifest.cell.model, c.manifest.cell.task) == asked]
        if bases:
            before = min(bases, key=lambda c: len(_differing(c, after)))
            update = {**_numbers(before, after), **_strong_baseline(bases, after)}
            if registry.is_spurious(pair.reward):
                update["spurious"] = True
            elif "differs" not in update:
                update["control"] = _controls(pair, after, arms, registry)
            rows.append(_unmeasured_row(pair, after).model_copy(update=update))
    return rows
