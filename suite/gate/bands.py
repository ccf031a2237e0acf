"""Where an interval lies: inside what is claimed, outside it, or across its edge; and what would move it off the edge. Pure."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from suite import stats
from suite.schema import Covers, DeltaRow, Interval, Needs, VerdictWord


@dataclass(frozen=True)
class Band:
    """The points that a claim allows: above ``low``, which itself is allowed where ``closed``, and below ``high``."""

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False

    def judge(self, interval: Interval) -> VerdictWord:
        """holds where all of the interval is allowed, refuted where none of it is."""
        low, high = interval
        if (low > self.low or (self.closed and low == self.low)) and high < self.high:
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
        """How far ``points`` is from where the verdict would turn; the interval must reach less far than that."""
        inside = min(points - self.low, self.high - points)
        outside = max(self.low - points, points - self.high)
        return max(inside, outside)


def gain_of(points: float) -> Band:
    """At least ``points``; 0 means more than nothing, so that an interval that touches 0 shows no gain."""
    return Band(low=points, closed=points > 0)


class Noise(NamedTuple):
    """Where an interval's width comes from: the items, the deltas of the seeds it covers, how an item's difference varies."""

    n_items: int
    seed_deltas: tuple[float, ...] = ()
    spread: stats.ItemVariance | None = None


def own_noise(row: DeltaRow) -> Noise:
    """That of the row's own delta."""
    spread = stats.ItemVariance(row.spread.between, row.spread.sampling) if row.spread else None
    return Noise(row.n_items, row.seed_deltas or (), spread)


def items_noise(row: DeltaRow, covers: Covers | None) -> Noise | None:
    """That of another difference over the row's items; of one over training seeds their share is not known."""
    return Noise(row.n_items) if covers == "items only" else None


def needs(band: Band, points: float, interval: Interval, noise: Noise) -> Needs | None:
    """What would decide with 80% chance if the truth is ``points``; None where nothing would.

    The longer arm of the interval counts, as either may be the one that crosses the edge.
    """
    half = max(points - interval[0], interval[1] - points)
    found = stats.needed(half, noise.n_items, band.distance(points), noise.seed_deltas, noise.spread)
    return Needs(**found._asdict()) if any(found) else None
