"""The five verdicts of the gate, their order and marks, and what would decide an open one.

The verdicts themselves are ``suite.gate.gate_report``: it knows the kinds of claim.
"""

from typing import Literal

from suite.schema.records import Strict

VerdictWord = Literal["holds", "refuted", "inconclusive", "not comparable", "missing"]
VERDICT_MARKS: dict[VerdictWord, str] = {
    "refuted": "✗",
    "missing": "∅",
    "not comparable": "⊘",
    "inconclusive": "?",
    "holds": "✓",
}
"""The mark shown with each verdict in every report, worst first."""
WORST_FIRST = tuple(VERDICT_MARKS)
"""Verdicts in the order in which they decide if several count as one."""


class Needs(Strict):
    """What would decide an open verdict, or show a delta, with 80% chance if the truth is what was measured.

    ``items`` of the task, ``samples`` per item, training ``seeds``. Each is a total and enough by itself,
    with the others unchanged; it is absent if no number of it is enough or if its noise is unknown.
    """

    items: int | None = None
    samples: int | None = None
    seeds: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing would."""
        return self.items is self.samples is self.seeds is None


class NotCheckable(Strict):
    """A statement that a policy lists without checking it, and why it cannot be checked."""

    claim: str
    why: str
