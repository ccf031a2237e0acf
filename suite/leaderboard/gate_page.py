"""A gate's report, arranged as its page shows it: worst verdicts first, otherwise in the policy's order."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from suite.gate.gate_report import GateReport, Verdict, tally, tally_words
from suite.leaderboard.bars import Bar, Scale, scale_of
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.links import board_view
from suite.leaderboard.wording.gate import GateOutcome, outcome, reason
from suite.schema import Summary, VerdictWord

ANY_FAMILY = "*"
PLACE = ("family", "reward", "task", "protocol")
"""Fields that name what a verdict is about."""
FIELDS = ("family", "base", "reward", "task", "protocol", "step", "checkpoint")
"""Fields that can distinguish the verdicts of one claim."""
ANCHOR_LENGTH = 160
"""Maximum length of the name in an anchor; a number keeps longer ones distinct."""


@dataclass(frozen=True)
class VerdictRow:
    """A verdict with its anchor and its bar.

    ``of_claim`` is the claim's own anchor, on the first of several verdicts of a claim. ``place`` are the
    fields that say what the verdict is about; for a part, those that distinguish it from the other parts.
    ``parts_by`` are these fields of its parts.
    """

    verdict: Verdict
    anchor: str
    of_claim: str | None
    place: tuple[str, ...]
    bar: Bar | None
    parts: tuple["VerdictRow", ...]
    parts_by: tuple[str, ...]


@dataclass(frozen=True)
class VerdictGroup:
    """The verdicts of one word."""

    word: VerdictWord
    rows: tuple[VerdictRow, ...]


@dataclass(frozen=True)
class GateView:
    """All that the page shows; ``scale`` is absent without measurements, ``tabs`` are addresses of tasks."""

    report: GateReport
    outcome: GateOutcome
    reason: str
    counts: str
    groups: tuple[VerdictGroup, ...]
    scale: Scale | None
    families: dict[str, str]
    tasks: dict[str, str]
    tabs: dict[str, str]
    other_samples: bool

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every verdict, parts included."""
        return tuple(_with_parts(self.report.verdicts))

    def family(self, verdict: Verdict) -> str:
        """Return the titles of a verdict's families; for a claim about a base in any family, the base."""
        if verdict.family == ANY_FAMILY:
            return verdict.base or "every family"
        return ", ".join(self.families.get(name, name) for name in verdict.family.split(", "))


def gate_view(report: GateReport, summary: Summary) -> GateView:
    """Arrange ``report``; ``summary`` names its families and tasks."""
    # One scale for all bars of the page, parts included: bars are compared by eye across claims.
    drawn: list[float] = []
    for verdict in _with_parts(report.verdicts):
        drawn += verdict.interval or ()
        if verdict.points is not None:
            drawn.append(verdict.points)
    scale = scale_of(drawn) if drawn else None
    return GateView(
        report=report,
        outcome=outcome(report),
        reason=reason(report),
        counts=tally_words(report.verdicts),
        groups=_groups(report.verdicts, _VerdictRows(report.verdicts, scale)),
        scale=scale,
        families=summary.families,
        tasks={task.task: task.title for task in summary.tasks},
        tabs={view.task.task: board_view(task=view.task.task) for view in task_views(summary)},
        other_samples=report.samples_hash != summary.samples_hash,
    )


def _groups(verdicts: Sequence[Verdict], rows: "_VerdictRows") -> tuple[VerdictGroup, ...]:
    groups: list[VerdictGroup] = []
    for word, _ in tally(verdicts):
        members = (rows.row(verdict) for verdict in verdicts if verdict.verdict == word)
        groups.append(VerdictGroup(word, tuple(members)))
    return tuple(groups)


class _VerdictRows:
    """Makes the rows of a report, each with a unique anchor."""

    def __init__(self, verdicts: Sequence[Verdict], scale: Scale | None) -> None:
        self.scale = scale
        self.taken: set[str] = set()
        claims: dict[str, list[Verdict]] = {}
        for verdict in verdicts:
            claims.setdefault(verdict.claim, []).append(verdict)
        # A claim with several verdicts has an anchor of its own, on the first of them, for links.
        self.several = {
            claim: _distinguishing(members) for claim, members in claims.items() if len(members) > 1
        }
        self.without_anchor = set(self.several)

    def row(self, verdict: Verdict) -> VerdictRow:
        """Return the row of a verdict; its name is ``claim.family``, say, if the claim has several."""
        claim = verdict.claim
        of_claim = self._anchor(claim) if claim in self.without_anchor else None
        self.without_anchor.discard(claim)
        return self._row(verdict, _named(claim, verdict, self.several.get(claim, ())), PLACE, of_claim)

    def _row(
        self, verdict: Verdict, name: str, place: tuple[str, ...], of_claim: str | None = None
    ) -> VerdictRow:
        # Anchors are given from the top down: a whole verdict keeps its name even if a part has the same one.
        anchor = self._anchor(name)
        parts_by = _distinguishing(verdict.parts or ())
        parts: list[VerdictRow] = []
        for part in verdict.parts or ():
            part_name = _named(name, part, parts_by or FIELDS[:1])
            parts.append(self._row(part, part_name, parts_by or PLACE))
        bar = self.scale.bar(verdict.points, verdict.interval) if self.scale else None
        return VerdictRow(verdict, anchor, of_claim, place, bar, tuple(parts), parts_by)

    def _anchor(self, name: str) -> str:
        wanted = "claim-" + re.sub(r"[^\w.-]+", "-", name)[:ANCHOR_LENGTH]
        anchor = wanted
        number = 1
        while anchor in self.taken:
            number += 1
            anchor = f"{wanted}.{number}"
        self.taken.add(anchor)
        return anchor


def _distinguishing(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Return a single field that distinguishes the verdicts, or else all fields in which they differ."""
    counts = {field: len({getattr(verdict, field) for verdict in verdicts}) for field in FIELDS}
    for field in FIELDS:
        if counts[field] == len(verdicts) > 1:
            return (field,)
    return tuple(field for field in FIELDS if counts[field] > 1)


def _named(stem: str, verdict: Verdict, fields: tuple[str, ...]) -> str:
    return ".".join((stem, *(str(getattr(verdict, field)) for field in fields)))


def _with_parts(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    for verdict in verdicts:
        yield verdict
        yield from _with_parts(verdict.parts or ())
