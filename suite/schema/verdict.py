"""What the gate says: one ``GateReport``, which drives text, JSON, JUnit, Markdown, annotations, badge, page and exit code."""

from typing import Literal

from suite.schema.records import Strict
from suite.schema.summary import Interval

VerdictWord = Literal["holds", "refuted", "inconclusive", "not comparable", "missing"]
VERDICT_MARKS: dict[VerdictWord, str] = {
    "refuted": "✗",
    "missing": "∅",
    "not comparable": "⊘",
    "inconclusive": "?",
    "holds": "✓",
}
"""The sign that stands beside each verdict in every report, worst first."""
WORST_FIRST = tuple(VERDICT_MARKS)
"""Verdicts in the order in which they decide where several count as one."""
ClaimKind = Literal[
    "gain", "no_gain", "equivalent", "beats", "reproduces", "not_worse_than", "clean", "strong_baseline"
]


class Needs(Strict):
    """What would decide an open verdict with 80% chance if the truth is what was measured.

    Each by itself, the others as they are, and absent where no number of it is enough or where its noise is not known: ``items``
    of the task, ``samples`` an item, training ``seeds``; all are totals.
    """

    items: int | None = None
    samples: int | None = None
    seeds: int | None = None


class Verdict(Strict):
    """What the gate says of one claim about one pair, or (with ``parts``) about several together.

    ``claim`` is the claim's id in its policy (its own, else its number from 1), ``kind`` what it expects, ``says`` the same in
    words, ``line`` its place in the policy file. ``family`` to ``n_items`` say what was looked at; of a missing pair what the
    claim names of it. ``detail`` is the reason in one line, ``quantity`` what ``points`` and ``interval`` measure, in points.
    ``differs`` names the fields that are not comparable. ``parts`` are the verdicts that it was put together from: each has its
    own numbers, so that the whole has none, and one that is ``unverified`` makes the whole so.
    """

    claim: str
    kind: ClaimKind
    says: str
    line: int | None = None
    family: str
    base: str | None = None
    reward: str
    task: str
    protocol: str | None = None
    checkpoint: str | None = None
    step: int | None = None
    k: int | None = None
    n_items: int | None = None
    verdict: VerdictWord
    detail: str
    quantity: str | None = None
    points: float | None = None
    interval: Interval | None = None
    needs: Needs | None = None
    differs: tuple[str, ...] | None = None
    unverified: Literal[True] | None = None
    parts: tuple["Verdict", ...] | None = None


class NotCheckable(Strict):
    """A statement that a policy lists without checking it, and why it cannot be checked."""

    claim: str
    why: str


class GateReport(Strict):
    """All verdicts of one policy and the exit code that they add up to (0, 1 or 3).

    ``policy_file`` is the path that was asked for, absent for a policy that ships. ``inconclusive`` is what was asked of exit
    code 3. ``samples_hash``, ``suite_version`` and ``generated`` are the summary's.
    """

    policy: str
    policy_file: str | None = None
    description: str = ""
    suite_version: str
    generated: str
    samples_hash: str
    inconclusive: Literal["pass", "fail"] | None = None
    exit_code: int
    verdicts: tuple[Verdict, ...]
    not_checkable: tuple[NotCheckable, ...] = ()

    def to_json(self) -> str:
        """Text of ``verdict.json``; absent keys are left out."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"
