"""A gate's report arranged as its page shows it: worst verdicts first, the policy's order kept among equals."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from suite.gate.verdict import GateReport, Verdict, tally, tally_words
from suite.leaderboard.bars import Bar, Scale, scale_of
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.links import board_view
from suite.leaderboard.wording.gate import Outcome, outcome, reason
from suite.schema import Summary, VerdictWord

ANY_FAMILY = "*"
PLACE = ("family", "reward", "task", "protocol")
"""What a verdict is about, in words."""
FIELDS = ("family", "base", "reward", "task", "protocol", "step", "checkpoint")
"""What tells the verdicts of one claim apart."""
ANCHOR_LENGTH = 160
"""Characters of a name that an anchor keeps; longer ones are told apart by a number."""


@dataclass(frozen=True)
class Row:
    """A verdict with its anchor and where it was reached.

    ``of_claim`` is the claim's own anchor, on the first verdict of a claim that has several. ``place`` says where: all of it, or
    of a part what it does not share with the others. ``parts_by`` are the fields that tell the parts apart.
    """

    verdict: Verdict
    anchor: str
    of_claim: str | None
    place: tuple[str, ...]
    bar: Bar | None
    parts: tuple["Row", ...]
    parts_by: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The verdicts of one word."""

    word: VerdictWord
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class GateView:
    """All that the page shows. ``scale`` is absent where nothing was measured; ``tabs`` are those that can be linked to."""

    report: GateReport
    outcome: Outcome
    reason: str
    counts: str
    groups: tuple[Group, ...]
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
        """The families of a verdict by their titles; of a claim about a base in whatever family the base."""
        if verdict.family == ANY_FAMILY:
            return verdict.base or "every family"
        return ", ".join(self.families.get(name, name) for name in verdict.family.split(", "))


def gate_view(report: GateReport, summary: Summary) -> GateView:
    """The report beside the summary that names its families and tasks."""
    drawn = [value for verdict in _with_parts(report.verdicts) for value in _drawn(verdict)]
    scale = scale_of(drawn) if drawn else None
    return GateView(
        report=report,
        outcome=outcome(report),
        reason=reason(report),
        counts=tally_words(report.verdicts),
        groups=_groups(report.verdicts, _Rows(report.verdicts, scale)),
        scale=scale,
        families=summary.families,
        tasks={task.task: task.title for task in summary.tasks},
        tabs={view.task.task: board_view(task=view.task.task) for view in task_views(summary)},
        other_samples=report.samples_hash != summary.samples_hash,
    )


def _groups(verdicts: Sequence[Verdict], rows: "_Rows") -> tuple[Group, ...]:
    return tuple(
        Group(word, tuple(rows.row(v) for v in verdicts if v.verdict == word)) for word, _ in tally(verdicts)
    )


class _Rows:
    """Makes the rows of a report, each with an anchor of its own."""

    def __init__(self, verdicts: Sequence[Verdict], scale: Scale | None) -> None:
        self.scale = scale
        self.taken: set[str] = set()
        claims: dict[str, list[Verdict]] = {}
        for verdict in verdicts:
            claims.setdefault(verdict.claim, []).append(verdict)
        self.several = {claim: _apart(found) for claim, found in claims.items() if len(found) > 1}
        self.to_come = set(self.several)

    def row(self, verdict: Verdict) -> Row:
        """A verdict of the report; ``a claim.its family`` where the claim has several."""
        first = self._anchor(verdict.claim) if verdict.claim in self.to_come else None
        self.to_come.discard(verdict.claim)
        return self._row(
            verdict, _named(verdict.claim, verdict, self.several.get(verdict.claim, ())), PLACE, first
        )

    def _row(self, verdict: Verdict, name: str, place: tuple[str, ...], of_claim: str | None = None) -> Row:
        anchor = self._anchor(name)
        parts = verdict.parts or ()
        by = _apart(parts)
        bar = self.scale.bar(verdict.points, verdict.interval) if self.scale else None
        return Row(
            verdict, anchor, of_claim, place, bar,
            parts=tuple(self._row(part, _named(name, part, by or FIELDS[:1]), by or PLACE) for part in parts),
            parts_by=by,
        )  # fmt: skip

    def _anchor(self, name: str) -> str:
        wanted = "claim-" + re.sub(r"[^\w.-]+", "-", name)[:ANCHOR_LENGTH]
        anchor, number = wanted, 1
        while anchor in self.taken:
            number += 1
            anchor = f"{wanted}.{number}"
        self.taken.add(anchor)
        return anchor


def _apart(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """One field that tells the verdicts apart, else all in which they differ."""
    kinds = {field: len({getattr(verdict, field) for verdict in verdicts}) for field in FIELDS}
    alone = next((field for field in FIELDS if kinds[field] == len(verdicts) > 1), None)
    return (alone,) if alone else tuple(field for field in FIELDS if kinds[field] > 1)


def _named(stem: str, verdict: Verdict, fields: tuple[str, ...]) -> str:
    return ".".join((stem, *(str(getattr(verdict, field)) for field in fields)))


def _with_parts(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    for verdict in verdicts:
        yield verdict
        yield from _with_parts(verdict.parts or ())


def _drawn(verdict: Verdict) -> tuple[float, ...]:
    return (*(() if verdict.points is None else (verdict.points,)), *(verdict.interval or ()))
