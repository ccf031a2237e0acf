"""What all kinds of claim have in common, and what a kind is given to judge."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from suite.gate.bands import Band, own_noise
from suite.gate.baseline import BaselineRow, Versions, versions_of
from suite.gate.claim import Claim, Scope
from suite.gate.judgement import Judgement, in_band
from suite.schema import CleanContrast, DeltaRow, PairKey, Summary
from suite.stats import Estimate

Method = tuple[PairKey, str]
"""What the rows of one method on several tasks share: the pair and the protocol."""


@dataclass(frozen=True)
class SummaryFacts:
    """What judging a row needs from the rest of the summary: task versions, rows, clean contrasts."""

    versions: Versions
    rows: Mapping[Method, Sequence[DeltaRow]]
    contrasts: Mapping[Method, Sequence[CleanContrast]]

    @classmethod
    def of(cls, summary: Summary) -> "SummaryFacts":
        rows: dict[Method, list[DeltaRow]] = defaultdict(list)
        for row in summary.deltas:
            rows[method_of(row)].append(row)
        contrasts: dict[Method, list[CleanContrast]] = defaultdict(list)
        for contrast in summary.contrasts:
            contrasts[method_of(contrast)].append(contrast)
        return cls(versions_of(summary), rows, contrasts)


def method_of(row: DeltaRow | CleanContrast) -> Method:
    """Return the method of a row, or of a contrast between two of its tasks."""
    return (row.pair, row.protocol)


@dataclass(frozen=True)
class Case:
    """A claim and one row that it is about; ``stored`` is that row in the claim's baseline, if any."""

    facts: SummaryFacts
    claim: Claim
    row: DeltaRow
    stored: BaselineRow | None = None


class Flaw(NamedTuple):
    """Why a claim can never be judged, and what to do about it."""

    what: str
    fix: str


class Kind(ABC):
    """A kind of claim: how a policy writes it, what it says in words, which interval must lie in which band.

    A subclass is one file of this package, and the table ``KINDS`` lists one object of each. ``name`` is the
    kind in policies and reports. ``key`` is the policy key that claims it: ``expect`` (whose value is the
    name) or a key of its own. ``thresholds`` are the keys it takes; one of ``margin`` and ``within`` that it
    takes must be given. ``takes_points``: ``at_least`` may state points, not only a number of families.
    ``rule`` says in one line when the claim holds and when it is refuted.
    """

    # What a policy writes, and what people read.
    name: ClassVar[str]
    key: ClassVar[str] = "expect"
    thresholds: ClassVar[tuple[str, ...]]
    takes_points: ClassVar[bool] = False
    rule: ClassVar[str]

    @property
    def written(self) -> str:
        """The kind as a policy writes it, for messages."""
        return self.name if self.key == self.name else f"{self.key}: {self.name}"

    # Reading a claim: its words, and what a claim of this kind cannot be about.
    @abstractmethod
    def words(self, claim: Claim) -> str:
        """Return what the claim says, in words."""

    def narrowed(self, scope: Scope) -> Scope:
        """Return the part of the scope that a claim of this kind can be about."""
        return scope

    def flaw(self, claim: Claim) -> Flaw | None:
        """Return why this claim can never be judged; None if it can."""
        return None

    # Judging a row: from its arms to an interval, from the interval to the band, from the band to a word.
    def judge(self, case: Case) -> Judgement:
        """Return the judgement of one row. A row whose arms do not match has no number to judge."""
        row = case.row
        if not row.comparable:
            fields = ", ".join(row.differs or ()) or "fields that the summary does not name"
            return Judgement("not comparable", f"the arms differ in {fields}", differs=row.differs)
        return self.judge_comparable(case)

    @abstractmethod
    def band(self, claim: Claim) -> Band:
        """Return the band that the interval must lie in."""

    def judge_comparable(self, case: Case) -> Judgement:
        """Return what the claim finds in one comparable row: where the interval of its delta lies."""
        return delta_in_band(self.band(case.claim), case.row)


def delta_of(row: DeltaRow) -> Estimate | None:
    """Return the row's delta with its interval, in points; None if the summary has none."""
    return None if row.delta is None else Estimate(row.delta, row.interval)


def delta_in_band(band: Band, row: DeltaRow) -> Judgement:
    """Return where the interval of the row's delta lies, and what that interval covers."""
    judgement = in_band(band, "delta", delta_of(row), own_noise(row))
    if row.interval_covers is None or judgement.interval is None:
        return judgement
    return replace(judgement, detail=f"{judgement.detail}; the interval covers {row.interval_covers}")
