"""Bands of allowed points, and what would move an interval off a band's edge. Pure."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from suite import stats
from suite.schema import Covers, DeltaRow, Interval, Needs, Spread, VerdictWord


@dataclass(frozen=True)
class Band:
    """The points that a claim allows: above ``low`` (or equal to it if ``closed``) and below ``high``.

    >>> Band(high=5).judge((-2, 4)), Band(high=5).judge((5, 9)), Band(high=5).judge((-2, 9))
    ('holds', 'refuted', 'inconclusive')
    """

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False

    def judge(self, interval: Interval) -> VerdictWord:
        """Return holds if all of the interval is in the band, refuted if none of it is, else inconclusive."""
        low, high = interval
        above = low > self.low or (self.closed and low == self.low)
        if above and high < self.high:
            return "holds"
        beneath = high < self.low or (high == self.low and not self.closed)
        return "refuted" if beneath or low >= self.high else "inconclusive"

    @property
    def text(self) -> str:
        """The band in words."""
        if math.isinf(self.high):
            return f"at least {self.low:g}" if self.closed else f"above {self.low:g}"
        return f"below {self.high:g}" if math.isinf(self.low) else f"between {self.low:g} and {self.high:g}"

    def distance(self, points: float) -> float:
        """Return how far ``points`` is from the nearest edge; a shorter interval around it is decided."""
        inside = min(points - self.low, self.high - points)
        outside = max(self.low - points, points - self.high)
        return max(inside, outside)


def gain_of(points: float) -> Band:
    """Return the band of a gain of at least ``points``.

    A gain of 0 means more than 0, so an interval that touches 0 shows none.
    """
    return Band(low=points, closed=points > 0)


class Noise(NamedTuple):
    """Where an interval's width comes from: items, training seeds, and the spread of an item's difference."""

    n_items: int
    seed_deltas: tuple[float, ...] = ()
    spread: Spread | None = None


def own_noise(row: DeltaRow) -> Noise:
    """Return the noise of the row's own delta."""
    return Noise(row.n_items, row.seed_deltas or (), row.spread)


def items_noise(row: DeltaRow, covers: Covers | None) -> Noise | None:
    """Return the noise of another difference over the row's items.

    None for a difference over several training seeds: the summary does not have their share of its width.
    """
    return Noise(row.n_items) if covers == "items only" else None


def needs(band: Band, points: float, interval: Interval, noise: Noise) -> Needs | None:
    """Return what would decide with 80% chance if the truth is ``points``; None if nothing would.

    The longer arm of the interval counts, because either arm may be the one that crosses the edge.
    """
    # More data narrows the interval around the same estimate, until its half width is less than the distance
    # from the edge. On the edge itself no amount is enough.
    half = max(points - interval[0], interval[1] - points)
    needed = stats.needed(half, noise.n_items, band.distance(points), noise.seed_deltas, noise.spread)
    return None if needed.is_empty else needed
