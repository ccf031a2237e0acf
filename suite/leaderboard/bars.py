"""A scale of percentage points for drawn bars: the position of a value in percent of the drawing's width."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from suite.schema import Interval

EDGE = 6.0
"""Percent of the width left free on either side, for the marks at the ends and the axis labels below them."""
LEAST_SPAN = 2.0
"""Minimum span of a scale in points, so that two tiny values are not drawn far apart."""
MOST_STEPS = 4
"""Maximum number of steps between the ticks of a scale."""


@dataclass(frozen=True)
class Bar:
    """A point and its interval in percent of the width; one of the two may be absent."""

    point: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Scale:
    """The range from ``low`` to ``high`` points, which always contains zero."""

    low: float
    high: float

    def place(self, points: float) -> float:
        """Return the position of ``points`` in percent from the left."""
        share = (points - self.low) / (self.high - self.low)
        return EDGE + (100 - 2 * EDGE) * share

    def bar(self, points: float | None, interval: Interval | None) -> Bar | None:
        """Return what to draw for a measurement; ``None`` without one."""
        if points is None and interval is None:
            return None
        point = None if points is None else self.place(points)
        if interval is None:
            return Bar(point, None, None)
        return Bar(point, self.place(interval[0]), self.place(interval[1]))

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values including zero, at most ``MOST_STEPS`` steps apart from first to last."""
        step = _round_step((self.high - self.low) / MOST_STEPS)
        first = math.ceil(self.low / step)
        last = math.floor(self.high / step)
        return tuple(step * n for n in range(first, last + 1))


def scale_of(values: Iterable[float]) -> Scale:
    """Return the smallest scale that contains zero and all of ``values`` and spans at least ``LEAST_SPAN``.

    >>> scale_of([3.0, -1.0]), scale_of([0.5])
    (Scale(low=-1.0, high=3.0), Scale(low=-0.75, high=1.25))
    """
    shown = (0.0, *values)
    low = min(shown)
    high = max(shown)
    padding = max(0.0, LEAST_SPAN - (high - low)) / 2
    return Scale(low - padding, high + padding)


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, ... that is at least ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least)
