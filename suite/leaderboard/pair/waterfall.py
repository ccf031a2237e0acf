"""The sources of a delta as steps from zero to it: three ways to split it, each drawn on its own scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from suite.leaderboard.bars import Scale, scale_of
from suite.leaderboard.wording.pair import (
    ANSWER_PARTS,
    BY_ANSWER,
    BY_MOVE,
    BY_STRATEGY,
    MOVES,
    STRATEGY_PARTS,
    TOTAL,
)
from suite.schema import Contributions, DeltaRow, Transitions


class DeltaPart(NamedTuple):
    """One part of a delta."""

    label: str
    points: float
    meaning: str


@dataclass(frozen=True)
class WaterfallStep:
    """One bar, which starts at the previous one's end; ``left`` and ``width`` in percent of the drawing."""

    label: str
    points: float
    meaning: str
    left: float
    width: float
    is_total: bool = False


@dataclass(frozen=True)
class Waterfall:
    """The steps of one way to split a delta, the delta itself last."""

    title: str
    note: str
    steps: tuple[WaterfallStep, ...]
    scale: Scale


def waterfalls(row: DeltaRow) -> tuple[Waterfall, ...]:
    """Return the ways in which the summary splits a row; none if it has no delta."""
    if row.delta is None:
        return ()
    drawn: list[Waterfall] = []
    if row.contributions:
        drawn.append(_waterfall(*BY_ANSWER, _contributions(row.contributions, ANSWER_PARTS), row.delta))
        drawn.append(_waterfall(*BY_STRATEGY, _contributions(row.contributions, STRATEGY_PARTS), row.delta))
    if row.transitions:
        drawn.append(_waterfall(*BY_MOVE, _moves(row.transitions), row.delta))
    return tuple(drawn)


def _contributions(split: Contributions, parts: Mapping[str, tuple[str, str]]) -> list[DeltaPart]:
    return [DeltaPart(label, getattr(split, field), meaning) for field, (label, meaning) in parts.items()]


def _moves(split: Transitions) -> list[DeltaPart]:
    parts: list[DeltaPart] = []
    for field, label in MOVES.items():
        move = getattr(split, field)
        right = f"{move.correct_before:.1f} right before, {move.correct_after:.1f} after"
        parts.append(DeltaPart(label, move.points, f"{move.n:.1f} items, {right}"))
    return parts


def _waterfall(title: str, note: str, parts: Sequence[DeltaPart], delta: float) -> Waterfall:
    reached = [0.0, *accumulate(part.points for part in parts)]
    scale = scale_of((*reached, delta))
    steps = [_step(scale, part, *ends) for part, ends in zip(parts, pairwise(reached), strict=True)]
    label, meaning = TOTAL
    steps.append(_step(scale, DeltaPart(label, delta, meaning), 0.0, delta, is_total=True))
    return Waterfall(title, note, tuple(steps), scale)


def _step(
    scale: Scale, part: DeltaPart, start: float, end: float, *, is_total: bool = False
) -> WaterfallStep:
    left, right = sorted((scale.place(start), scale.place(end)))
    return WaterfallStep(part.label, part.points, part.meaning, left, right - left, is_total)
