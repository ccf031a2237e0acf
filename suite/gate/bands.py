"""Where an interval lies: inside what is claimed, outside it, or across its edge; and what would move it off the edge. Pure."""

import math
from dataclasses import dataclass

from suite import stats
from suite.schema import DeltaRow, Interval, Needs, VerdictWord


@dataclass(frozen=True)
class Band:
    """The points that a claim allows: above ``low``, which itself is allowed where ``closed``, and below ``high``.

    ``refuted_below`` is where it is refuted on the low side, if that is not ``low``: a tolerance that is not used up does not
    turn a sure loss into none.
    """

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False
    refuted_below: float | None = None

    def judge(self, interval: Interval) -> VerdictWord:
        """holds where all of the interval is allowed, refuted where none of it is."""
        low, high = interval
        if (low > self.low or (self.closed and low == self.low)) and high < self.high:
            return "holds"
        floor = self.low if self.refuted_below is None else self.refuted_below
        beneath = high < floor or (high == floor and not self.closed)
        return "refuted" if beneath or low >= self.high else "inconclusive"

    @property
    def text(self) -> str:
        """The band in words."""
        if math.isinf(self.high):
            return f"at least {self.low:g}" if self.closed else f"above {self.low:g}"
        return f"below {self.high:g}" if math.isinf(self.low) else f"between {self.low:g} and {self.high:g}"

    def distance(self, points: float) -> float:
        """How far ``points`` is from where the verdict would turn; the interval must reach less far than that."""
        floor = self.low if self.refuted_below is None else self.refuted_below
        inside = min(points - self.low, self.high - points)
        outside = max(floor - points, points - self.high)
        return max(inside, outside)


def gain_of(points: float) -> Band:
    """At least ``points``; 0 means more than nothing, so that an interval that touches 0 shows no gain."""
    return Band(low=points, closed=points > 0)


def needs(band: Band, points: float, interval: Interval, row: DeltaRow, of_delta: bool) -> Needs | None:
    """What would decide with 80% chance if the truth is ``points``; None where nothing known would.

    ``of_delta``: the interval is that of the row's delta, so that the row's seeds and spread belong to it.
    """
    if not all(map(math.isfinite, (points, *interval))):
        return None
    spread = row.spread if of_delta else None
    found = stats.needed(
        (interval[1] - interval[0]) / 2,
        row.n_items,
        band.distance(points),
        (row.seed_deltas or ()) if of_delta else (),
        stats.ItemVariance(spread.between, spread.sampling) if spread else None,
    )
    return Needs(**found._asdict()) if any(found) else None
