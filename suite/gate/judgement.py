"""What is found of a claim in one row: the interval of a quantity, and a word for where it lies. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from suite.gate.bands import Band, Noise, needs
from suite.schema import WORST_FIRST, DeltaRow, Interval, Needs, VerdictWord
from suite.schema.numbers import points
from suite.stats import Estimate

ROUNDING = 1e-9
"""How far an interval may miss its own estimate, in points: rounding only."""
SHARES: dict[VerdictWord, str] = {"holds": "all of it is", "refuted": "none of it is"}
"""How much of the interval lies in the band, in words; for any other verdict, not all of it."""


@dataclass(frozen=True)
class Judgement:
    """What was found in one row, before the verdict says which row it was.

    ``quantity`` names what ``points`` and ``interval`` measure, in percentage points. A judgement with
    ``parts`` has no numbers of its own.
    """

    word: VerdictWord
    detail: str
    quantity: str | None = None
    points: float | None = None
    interval: Interval | None = None
    needs: Needs | None = None
    differs: tuple[str, ...] | None = None
    parts: "tuple[PartJudgement, ...] | None" = None


@dataclass(frozen=True)
class PartJudgement:
    """One of several judgements that make up a claim's, with the row that it is about."""

    row: DeltaRow
    judgement: Judgement


def in_band(band: Band, quantity: str, estimate: Estimate | None, noise: Noise | None) -> Judgement:
    """Return where the estimate's interval lies; without a usable interval the judgement is inconclusive.

    ``noise`` says what the interval's width comes from; None if that is not known, and then the judgement
    does not say what would decide it.
    """
    if estimate is None:
        return Judgement("inconclusive", f"the summary gives no {quantity}")
    interval = estimate.interval
    value = f"{quantity} {points(estimate.mean)} points"
    if interval is None:
        detail = f"{value} without an interval: too few items to say how sure it is"
        return Judgement("inconclusive", detail, quantity, estimate.mean)
    detail = f"{value}, interval {points(interval[0])} to {points(interval[1])}"
    if not is_usable(estimate):
        return Judgement("inconclusive", f"{detail}: not a usable interval")
    # From here on it is plain: the interval lies in the band, outside it, or across its edge. Only in the
    # last case can more data still decide, so only then is it worked out how much.
    word = band.judge(interval)
    detail = f"{detail}: {SHARES.get(word, 'not all of it is')} {band.text}"
    to_decide = None
    if word == "inconclusive" and noise:
        to_decide = needs(band, estimate.mean, interval, noise)
    return Judgement(word, detail, quantity, estimate.mean, interval, to_decide)


def is_usable(estimate: Estimate) -> bool:
    """Return whether an interval, if there is one, is finite and contains its own estimate."""
    low, high = estimate.interval or (estimate.mean, estimate.mean)
    return math.isfinite(high - low) and low - ROUNDING <= estimate.mean <= high + ROUNDING


def worst_of(parts: Sequence[PartJudgement]) -> Judgement:
    """Return the worst of several judgements that must all hold, with all of them as its parts.

    A single judgement is returned as it is.
    """
    worst = min((part.judgement for part in parts), key=lambda judgement: WORST_FIRST.index(judgement.word))
    if len(parts) == 1:
        return worst
    holding = sum(part.judgement.word == "holds" for part in parts)
    detail = f"{holding} of {len(parts)} hold; {worst.detail}"
    return Judgement(worst.word, detail, differs=worst.differs, parts=tuple(parts))
