"""Scored cells -> rows of deltas: what is comparable, the delta and its tests, its controls, where it comes from.

Pure; ``suite.summary.summarize`` calls it for the pairs of a run.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from suite import stats
from suite.registry import Registry, published
from suite.schema import (
    IMPORTED,
    MUST_MATCH,
    UNSTATED,
    Contributions,
    ControlDelta,
    Covers,
    DeltaReference,
    DeltaRow,
    Pair,
    PartOfKey,
    RowKey,
    Spread,
    Transition,
    Transitions,
)
from suite.stats import Answers, Floats
from suite.summary.table import ScoredCell

Key = tuple[object, ...]


def differing(before: ScoredCell, after: ScoredCell) -> tuple[str, ...]:
    """Must-match fields in which the arms differ; ``k`` counts as one, since a mean over more samples is another measurement."""
    fields = tuple(
        f for f in MUST_MATCH if getattr(before.manifest.cell, f) != getattr(after.manifest.cell, f)
    )
    return fields if before.manifest.k == after.manifest.k else (*fields, "k")


def by_item(cell: ScoredCell) -> Floats:
    """Item scores in an order that both arms share."""
    return cell.score_I[cell.by_hash_I]


@dataclass(frozen=True)
class Method:
    """The checkpoints of one recipe that differ in their training seed alone, measured alike on one task; often just one."""

    pairs: tuple[Pair, ...]
    cells: tuple[ScoredCell, ...]

    @property
    def pair(self) -> Pair:
        return self.pairs[0]

    @property
    def cell(self) -> ScoredCell:
        return self.cells[0]

    @property
    def task(self) -> str:
        return self.cell.manifest.cell.task

    @property
    def key(self) -> RowKey:
        """The key of the row that the method gets."""
        return _key(self.pair, self.cell)

    @cached_property
    def score_TI(self) -> Floats:
        """Item scores of each checkpoint, in an order that all arms share."""
        return np.stack([by_item(cell) for cell in self.cells])


def methods(pairs: Iterable[Pair], cells: Iterable[ScoredCell]) -> list[Method]:
    """Pairs with a cell, seeds of one method together.

    A pair whose seed or recipe nobody states stands by itself.
    """
    of_model: dict[str, list[ScoredCell]] = defaultdict(list)
    for cell in cells:
        of_model[cell.manifest.cell.model].append(cell)
    groups: dict[Key, dict[int | None, tuple[Pair, ScoredCell]]] = {}
    for pair in pairs:
        for cell in of_model[pair.checkpoint]:
            alike = tuple(str(getattr(cell.manifest.cell, f)) for f in MUST_MATCH)
            measured = _key(pair, cell).without("family", "checkpoint", "n_items", "cell")
            key: Key = (*measured, pair.base_weights, alike)
            if pair.seed is None or pair.recipe in (IMPORTED, UNSTATED) or pair.seed in groups.get(key, {}):
                key = (*key, pair.checkpoint)
            groups.setdefault(key, {})[pair.seed] = (pair, cell)
    return [_method(group.values()) for group in groups.values()]


def _key(pair: Pair, cell: ScoredCell) -> RowKey:
    manifest = cell.manifest
    return RowKey(
        *pair.key, manifest.cell.task, manifest.cell.protocol, manifest.k, manifest.n_items, cell.id
    )


def _method(arms: Iterable[tuple[Pair, ScoredCell]]) -> Method:
    ordered = sorted(arms, key=lambda arm: (arm[0].seed or 0, arm[0].checkpoint))
    return Method(tuple(pair for pair, _ in ordered), tuple(cell for _, cell in ordered))


def _unmeasured_row(method: Method) -> DeltaRow:
    """The row without any number; published deltas of the pair's base, reward and task stand in it as references."""
    pair, cell = method.pair, method.cell.manifest.cell
    references = tuple(
        DeltaReference(
            delta=row.points, source=f"{source.id}, {row.where}", setting=row.setting, step=row.step
        )
        for source, row in published.deltas(pair.base, pair.reward, cell.task)
        if row.points is not None
    )
    return DeltaRow(
        family=pair.family,
        base=pair.base,
        checkpoint=pair.checkpoint,
        checkpoints=tuple(p.checkpoint for p in method.pairs) if len(method.pairs) > 1 else None,
        reward=pair.reward,
        recipe=pair.recipe,
        step=pair.step,
        seeds=tuple(p.seed for p in method.pairs if p.seed is not None),
        task=cell.task,
        protocol=cell.protocol,
        k=method.cell.manifest.k,
        n_items=method.cell.manifest.n_items,
        checkpoint_cells=tuple(cell.id for cell in method.cells),
        comparable=True,
        published=references or None,
    )


def _numbers(before: ScoredCell, method: Method, margin: float) -> dict[str, object]:
    """The delta with its interval and tests; where the arms do not match, the fields that differ in their place."""
    differs = differing(before, method.cell)
    if differs:
        return {"comparable": False, "differs": differs}
    before_I, after_TI, k = by_item(before), method.score_TI, method.cell.manifest.k
    delta, p = stats.delta(before_I, after_TI), stats.delta_p(before_I, after_TI, k)
    within = stats.equivalent_within(delta.interval)
    several = len(after_TI) > 1
    return {
        "before": float(before_I.mean()),
        "after": float(after_TI.mean()),
        "delta": delta.mean,
        "interval": delta.interval,
        "interval_covers": covers(len(after_TI)),
        "seed_deltas": tuple(float(100 * (seed_I - before_I).mean()) for seed_I in after_TI)
        if several
        else None,
        "p": p,
        "equivalent_within": within,
        "mde": stats.detectable_by(stats.half_width(before_I, after_TI), len(before_I)),
        "spread": None if several else _spread(before, method.cell),
        "finding": stats.finding(delta, p, within, margin),
        "arms": "unverified" if before.manifest.cell.unstated or method.cell.manifest.cell.unstated else None,
    }


def _spread(before: ScoredCell, after: ScoredCell) -> Spread | None:
    """How an item's difference varies; None where nothing does, or of one item."""
    arms = [cell.flags_IS("correct")[cell.by_hash_I] for cell in (before, after)]
    variance = stats.measured_variance(*arms)
    return None if variance is None else Spread(between=variance.between, sampling=variance.sampling)


def _strong_baseline(bases: Iterable[ScoredCell], method: Method) -> dict[str, object]:
    """The delta against the base's best prompt; nothing where the base was asked in fewer than two ways.

    The one exemption from equal arms: the prompts differ, and nothing else may.
    """
    own, after = method.cell.manifest.cell.protocol_hash, method.cell
    matching = {
        c.manifest.cell.protocol_hash: c for c in bases if set(differing(c, after)) <= {"protocol_hash"}
    }
    arms = sorted(
        matching.values(), key=lambda c: (c.manifest.cell.protocol_hash != own, c.manifest.cell.protocol)
    )
    if len(arms) < 2 or after.manifest.n_items < 2 or UNSTATED in matching:
        return {}
    best = stats.strong_baseline(np.stack([by_item(c) for c in arms]))
    delta = stats.delta(best.before_I, method.score_TI)
    return {
        "strong_baseline_delta": delta.mean,
        "strong_baseline_interval": delta.interval,
        "strong_baseline_before": float(best.before_I.mean()),
        "strong_baseline_chosen": tuple(arms[n].manifest.cell.protocol for n in best.chosen),
        "strong_baseline_protocols": tuple(c.manifest.cell.protocol for c in arms),
    }


def _controls(method: Method, spurious: Mapping[PartOfKey, Sequence[Method]]) -> list[Method]:
    """Methods of a spurious reward and the same budget that were measured alike.

    A recipe that nobody states cannot be the same as another.
    """
    if method.pair.recipe in (IMPORTED, UNSTATED):
        return []
    return [
        control for control in spurious.get(method.key.budget, ()) if not differing(control.cell, method.cell)
    ]


def _adjusted(method: Method, controls: Sequence[Method]) -> dict[str, object]:
    """The controls, and the delta beyond the best of them. Both share the base, which cancels out."""
    names = tuple(pair.checkpoint for control in controls for pair in control.pairs)
    if not controls:
        return {"control": names}
    beyond = tuple(_beyond(method, control) for control in controls)
    best = beyond[int(np.argmax([control.score_TI.mean() for control in controls]))]
    return {
        "control": names,
        "against_controls": beyond,
        "adjusted_delta": best.difference,
        "adjusted_interval": best.interval,
        "adjusted_covers": best.interval_covers,
        "adjusted_against": best.reward,
        "beats_controls": all(one.interval is not None and one.interval[0] > 0 for one in beyond),
    }


def _beyond(method: Method, control: Method) -> ControlDelta:
    """The delta beyond one control."""
    estimate = stats.adjusted_delta(control.score_TI, method.score_TI)
    return ControlDelta(
        reward=control.pair.reward,
        checkpoints=tuple(pair.checkpoint for pair in control.pairs),
        difference=estimate.mean,
        interval=estimate.interval,
        interval_covers=covers(len(method.cells), len(control.cells)),
    )


def covers(*seeds: int) -> Covers:
    """What the interval of a difference is about, by the training seeds of its two sides."""
    several = [n > 1 for n in seeds]
    return (
        "items and seeds" if all(several) else "items, and seeds of one arm" if any(several) else "items only"
    )


def _answers(cells: Sequence[ScoredCell]) -> Answers:
    """The samples of one arm, those of several seeds side by side, in an order that both arms share."""

    def joined(flags: Sequence[np.ndarray]) -> np.ndarray:
        return np.hstack([flags_IS[cell.by_hash_I] for flags_IS, cell in zip(flags, cells, strict=True)])

    return Answers(
        right_IS=joined([c.flags_IS("correct") for c in cells]),
        code_IS=joined([c.flags_IS("code") for c in cells]),
        truncated_IS=joined([c.outcome_IS("truncated") for c in cells]),
        unparsed_IS=joined([c.outcome_IS("unparsed") for c in cells]),
    )


def _sources(before: ScoredCell, method: Method) -> dict[str, object]:
    """Where the gain comes from."""
    arms = _answers([before]), _answers(method.cells)
    outcomes, mix, moves = stats.outcome_sources(*arms), stats.strategy_mix(*arms), stats.transitions(*arms)
    contributions = Contributions(
        **outcomes._asdict(),
        strategy_mix=mix.mix,
        within_code=mix.within_code,
        within_language=mix.within_language,
    )
    subsets = {name: Transition(**subset._asdict()) for name, subset in moves._asdict().items()}
    return {"contributions": contributions, "transitions": Transitions(**subsets)}


@dataclass(frozen=True)
class Compared:
    """A method beside the base's cell that is nearest to it, and the row that says what came out."""

    method: Method
    before: ScoredCell
    row: DeltaRow


def compare(
    found: Sequence[Method], cells: Sequence[ScoredCell], registry: Registry, margin: float
) -> list[Compared]:
    """One row for each method and task where both arms are there."""
    spurious: dict[PartOfKey, list[Method]] = defaultdict(list)
    bases: dict[tuple[str, str], list[ScoredCell]] = defaultdict(list)
    for method in found:
        if registry.is_spurious(method.pair.reward):
            spurious[method.key.budget].append(method)
    for cell in cells:
        bases[cell.manifest.cell.model, cell.manifest.cell.task].append(cell)
    out = []
    for method in found:
        own = [c for c in bases[method.pair.base, method.task] if c.has_weights(method.pair.base_weights)]
        if own:
            before = min(own, key=lambda c: len(differing(c, method.cell)))
            update = {
                "base_cell": before.id,
                **_numbers(before, method, margin),
                **_strong_baseline(own, method),
            }
            if registry.is_spurious(method.pair.reward):
                update["spurious"] = True
            if "differs" not in update:
                update |= _sources(before, method)
                if "spurious" not in update:
                    update |= _adjusted(method, _controls(method, spurious))
            out.append(Compared(method, before, _unmeasured_row(method).model_copy(update=update)))
    return out
