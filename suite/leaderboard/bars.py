"""One scale of percentage points for all bars of the gate page: where a value stands, in percent of a bar's width."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from suite.schema import Interval

EDGE = 6.0
"""Percent of the width that stays free on either side, for the marks at its ends and the axis labels under them."""
LEAST_SPAN = 2.0
"""Points that a bar spans at least, so that two tiny values are not drawn as far apart."""
MOST_STEPS = 4
"""Steps between two ticks that fit under a bar."""


@dataclass(frozen=True)
class Bar:
    """A point and its interval in percent of the width; either may be absent, not both."""

    point: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Scale:
    """From ``low`` to ``high`` points, zero always among them."""

    low: float
    high: float

    def place(self, points: float) -> float:
        """Percent from the left."""
        share = (points - self.low) / (self.high - self.low)
        return EDGE + (100 - 2 * EDGE) * share

    def bar(self, points: float | None, interval: Interval | None) -> Bar | None:
        """What is drawn of a measurement; ``None`` where there is none."""
        if points is None and interval is None:
            return None
        low, high = (self.place(end) for end in interval) if interval else (None, None)
        return Bar(None if points is None else self.place(points), low, high)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values, zero among them, at most ``MOST_STEPS`` steps long."""
        step = _round_step((self.high - self.low) / MOST_STEPS)
        return tuple(step * n for n in range(math.ceil(self.low / step), math.floor(self.high / step) + 1))


def scale_of(values: Iterable[float]) -> Scale:
    """The scale that holds all of the values and zero."""
    shown = (0.0, *values)
    low, high = min(shown), max(shown)
    lacking = max(0.0, LEAST_SPAN - (high - low)) / 2
    return Scale(low - lacking, high + lacking)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, ... that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least)
