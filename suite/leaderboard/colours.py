"""One colour scale for every cell of the board, so that tasks and ways of showing can be compared by eye."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from suite.schema import DeltaRow, Summary

LEAST_POINTS = 5.0
"""Points at either end when all deltas are small, so that noise is not painted in full colour."""
STEP = 5.0
"""The ends are multiples of it, so that the legend has round numbers."""


@dataclass(frozen=True)
class ColourScale:
    """From ``-end`` over zero to ``end`` points."""

    end: float

    def share(self, points: float) -> float:
        """Where a value stands, in -1..1; what lies beyond an end is painted like it."""
        return max(-1.0, min(1.0, points / self.end))

    @property
    def ticks(self) -> tuple[float, ...]:
        """What the legend names."""
        return (-self.end, -self.end / 2, 0.0, self.end / 2, self.end)


def colour_scale(summary: Summary) -> ColourScale:
    """The scale that holds whatever a cell of any task can show."""
    most = max((abs(points) for row in summary.deltas for points in _shown(row)), default=0.0)
    return ColourScale(max(LEAST_POINTS, STEP * math.ceil(most / STEP)))


def _shown(row: DeltaRow) -> Iterator[float]:
    yield from (
        points for points in (row.delta, row.adjusted_delta, row.strong_baseline_delta) if points is not None
    )
