"""One colour scale for every cell of the board, so that tasks and kinds of delta can be compared by eye."""

import math
from dataclasses import dataclass

from suite.schema import DeltaRow, Summary

LEAST_POINTS = 5.0
"""Points at either end when all deltas are small, so that noise does not get full colour."""
STEP = 5.0
"""The ends are multiples of this, so that the legend has round numbers."""


@dataclass(frozen=True)
class ColourScale:
    """The range from ``-end`` over zero to ``end`` points."""

    end: float

    def share(self, points: float) -> float:
        """Return the position of a value in -1..1; values beyond an end get the colour of that end."""
        return max(-1.0, min(1.0, points / self.end))

    @property
    def ticks(self) -> tuple[float, ...]:
        """The values that the legend names."""
        return (-self.end, -self.end / 2, 0.0, self.end / 2, self.end)


def colour_scale(summary: Summary) -> ColourScale:
    """Return the scale that covers every value that a cell of any task can show."""
    largest = max(map(_largest, summary.deltas), default=0.0)
    return ColourScale(max(LEAST_POINTS, STEP * math.ceil(largest / STEP)))


def _largest(row: DeltaRow) -> float:
    """Return the largest of a row's three deltas, in absolute points; 0 without any."""
    deltas = (row.delta, row.adjusted_delta, row.strong_baseline_delta)
    return max((abs(points) for points in deltas if points is not None), default=0.0)
