"""Scored cells -> rows of deltas, part by part.

Pure; ``suite.summary.summarize`` calls it for the methods of a run. Each function here computes one part of
a row, and ``suite.summary.delta_row`` puts the parts together.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from suite import stats
from suite.registry import Registry
from suite.schema import UNSTATED, ControlDelta, Covers, DeltaRow, PartOfKey
from suite.stats import Answers, Estimate
from suite.summary.delta_row import (
    Controls,
    DeltaParts,
    GainSources,
    Measurement,
    Significance,
    StrongBaseline,
    delta_row,
)
from suite.summary.methods import MeasuredMethod, by_item, differing
from suite.summary.scored_cells import Flags, ScoredCell


@dataclass(frozen=True)
class Comparison:
    """A method, the base's cell that it is compared with, and the resulting row."""

    method: MeasuredMethod
    before: ScoredCell
    row: DeltaRow


def compare(
    methods: Sequence[MeasuredMethod], cells: Sequence[ScoredCell], registry: Registry, margin: float
) -> list[Comparison]:
    """Return one comparison for each method whose base has a cell on the task.

    ``cells`` are all of the run, among them the bases'; ``margin`` is what counts as no change, in points.
    """
    # Look-ups for all methods at once: the controls by what they must share, the bases by model and task.
    controls: dict[PartOfKey, list[MeasuredMethod]] = defaultdict(list)
    for method in methods:
        if registry.is_spurious(method.pair.reward):
            controls[method.key.budget].append(method)
    cells_of: dict[tuple[str, str], list[ScoredCell]] = defaultdict(list)
    for cell in cells:
        cells_of[cell.manifest.cell.model, cell.manifest.cell.task].append(cell)
    comparisons = []
    for method in methods:
        candidates = cells_of[method.pair.base, method.key.task]
        # A checkpoint is compared with the weights that it was trained from, if these are known.
        bases = [cell for cell in candidates if cell.has_weights(method.pair.base_weights)]
        if bases:
            is_spurious = registry.is_spurious(method.pair.reward)
            matched = [] if is_spurious else _matched_controls(method, controls)
            comparisons.append(_compare_with_base(method, bases, matched, is_spurious, margin))
    return comparisons


def _compare_with_base(
    method: MeasuredMethod,
    bases: Sequence[ScoredCell],
    controls: Sequence[MeasuredMethod],
    is_spurious: bool,
    margin: float,
) -> Comparison:
    # The base may have several cells, under other prompts or other decoding. Its arm is the one that differs
    # in the fewest must-match fields. If it still differs in any, the row names them and has no delta; only
    # the strong baseline, which may differ in its prompt, is computed either way.
    before = min(bases, key=lambda cell: len(differing(cell, method.cell)))
    differs = differing(before, method.cell)
    parts = DeltaParts(
        base_cell=before.id,
        is_spurious=is_spurious,
        strong=_strong_baseline(bases, method),
        differs=differs,
    )
    if not differs:
        delta = stats.delta(by_item(before), method.score_TI)
        parts = replace(
            parts,
            measurement=_measure(before, method, delta),
            significance=_test(before, method, delta, margin),
            controls=Controls() if is_spurious else _against_controls(method, controls),
            sources=_gain_sources(before, method),
        )
    return Comparison(method, before, delta_row(method, parts))


def _measure(before: ScoredCell, method: MeasuredMethod, delta: Estimate) -> Measurement:
    before_I = by_item(before)
    after_TI = method.score_TI
    # Imported arms that agree may still differ in what neither states.
    unstated = before.manifest.cell.unstated or method.cell.manifest.cell.unstated
    # Of several seeds the row also has each one's delta, from which the gate takes their noise; of one seed
    # it has the variance of an item's difference, from which more items or samples follow.
    seed_deltas = tuple(float(100 * (seed_I - before_I).mean()) for seed_I in after_TI)
    is_one_seed = len(after_TI) == 1
    right = [cell.flags_IS("correct")[cell.by_hash_I] for cell in (before, method.cell)]
    return Measurement(
        before=float(before_I.mean()),
        after=float(after_TI.mean()),
        delta=delta,
        covers=covers(len(after_TI)),
        seed_deltas=None if is_one_seed else seed_deltas,
        spread=stats.measured_variance(*right) if is_one_seed else None,
        arms="unverified" if unstated else None,
    )


def _test(before: ScoredCell, method: MeasuredMethod, delta: Estimate, margin: float) -> Significance:
    before_I = by_item(before)
    after_TI = method.score_TI
    p = stats.delta_p(before_I, after_TI, method.cell.manifest.k)
    within = stats.equivalent_within(delta.interval)
    return Significance(
        p=p,
        equivalent_within=within,
        mde=stats.detectable_by(stats.half_width(before_I, after_TI), len(before_I)),
        finding=stats.finding(delta, p, within, margin),
    )


def _strong_baseline(bases: Sequence[ScoredCell], method: MeasuredMethod) -> StrongBaseline:
    """Return the delta against the base's best prompt, empty if the base was evaluated under only one.

    The one exemption from equal arms: the prompts differ, and nothing else may.
    """
    after = method.cell
    # The base's cells that match in all but the prompt, one for each text of a prompt.
    by_prompt = {}
    for cell in bases:
        if set(differing(cell, after)) <= {"protocol_hash"}:
            by_prompt[cell.manifest.cell.protocol_hash] = cell
    # Nothing to choose from, no halves to choose on, or a prompt that is not stated.
    if len(by_prompt) < 2 or after.manifest.n_items < 2 or UNSTATED in by_prompt:
        return StrongBaseline()
    # The method's own prompt first: of equally good prompts the first is chosen.
    own_prompt = after.manifest.cell.protocol_hash
    arms = [by_prompt.pop(own_prompt)] if own_prompt in by_prompt else []
    arms += sorted(by_prompt.values(), key=lambda cell: cell.manifest.cell.protocol)
    best = stats.strong_baseline(np.stack([by_item(cell) for cell in arms]))
    protocols = tuple(cell.manifest.cell.protocol for cell in arms)
    return StrongBaseline(
        delta=stats.delta(best.before_I, method.score_TI),
        before=float(best.before_I.mean()),
        chosen=tuple(protocols[place] for place in best.chosen),
        protocols=protocols,
    )


def _matched_controls(
    method: MeasuredMethod, controls: Mapping[PartOfKey, Sequence[MeasuredMethod]]
) -> list[MeasuredMethod]:
    """Return the methods of a spurious reward and the same budget that were measured alike."""
    if not method.is_stated:
        return []
    candidates = controls.get(method.key.budget, ())
    return [control for control in candidates if not differing(control.cell, method.cell)]


def _against_controls(method: MeasuredMethod, controls: Sequence[MeasuredMethod]) -> Controls:
    """Return the delta beyond each control; the base is the same for both and cancels out."""
    checkpoints: list[str] = []
    deltas = []
    for control in controls:
        estimate = stats.adjusted_delta(control.score_TI, method.score_TI)
        of_control = tuple(pair.checkpoint for pair in control.pairs)
        checkpoints += of_control
        deltas.append(
            ControlDelta(
                reward=control.pair.reward,
                checkpoints=of_control,
                difference=estimate.mean,
                interval=estimate.interval,
                interval_covers=covers(len(method.cells), len(control.cells)),
            )
        )
    # The row is adjusted by the control with the largest delta, that is, of the largest score: a gain that
    # does not exceed this one may come from the training alone.
    strongest = None
    if controls:
        strongest = deltas[int(np.argmax([control.score_TI.mean() for control in controls]))]
    return Controls(tuple(checkpoints), tuple(deltas), strongest)


def covers(*seeds: int) -> Covers:
    """Return what the interval of a difference covers.

    ``seeds`` are the numbers of training seeds on its sides.
    """
    several = [n > 1 for n in seeds]
    if all(several):
        return "items and seeds"
    return "items, and seeds of one arm" if any(several) else "items only"


def _gain_sources(before: ScoredCell, method: MeasuredMethod) -> GainSources:
    answers_before = _answers([before])
    answers_after = _answers(method.cells)
    return GainSources(
        transitions=stats.transitions(answers_before, answers_after),
        contributions=stats.contributions(answers_before, answers_after),
    )


def _answers(cells: Sequence[ScoredCell]) -> Answers:
    """Return the samples of one arm in an order that both arms share, those of several seeds side by side."""

    def joined(flags_of: Callable[[ScoredCell], Flags]) -> Flags:
        return np.hstack([flags_of(cell)[cell.by_hash_I] for cell in cells])

    return Answers(
        right_IS=joined(lambda cell: cell.flags_IS("correct")),
        code_IS=joined(lambda cell: cell.flags_IS("code")),
        truncated_IS=joined(lambda cell: cell.outcome_IS("truncated")),
        unparsed_IS=joined(lambda cell: cell.outcome_IS("unparsed")),
    )
