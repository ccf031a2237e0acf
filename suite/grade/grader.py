"""One sample -> its outcome: ``grade("so \\\\boxed{0.5}", "\\\\frac{1}{2}").outcome`` is "correct".

A change here, or in anything that decides an outcome, raises ``GRADER_VERSION``: grades are stored under it,
and ``rlvr-suite regrade RUN`` reports what a new version changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from suite.grade import limits
from suite.grade.compare import Maybe
from suite.grade.equivalence import equivalent, rational, verdicts
from suite.grade.extraction import candidates, extract
from suite.grade.spelling import spell
from suite.schema import FinishReason, Outcome

GRADER_VERSION = "3"


@dataclass(frozen=True)
class Grade:
    """What one sample earned: its outcome and the answer that was extracted from it (None if there was none).

    ``answer_present``: the outcome is not correct, but the text holds the right answer in a box, after a cue
    or in its last line. ``metrics``: further shares that the task's grader measures; one that could not be
    measured is absent.
    """

    outcome: Outcome
    extracted: str | None
    answer_present: bool = False
    metrics: dict[str, float] = field(default_factory=dict)

    @property
    def correct(self) -> bool:
        return self.outcome == "correct"


def grade(text: str, gold: str, finish_reason: FinishReason = "stop") -> Grade:
    """Return ``grade_all`` of one row."""
    return grade_all([(text, gold, finish_reason)])[0]


def grade_all(rows: Sequence[tuple[str, str, FinishReason]]) -> list[Grade]:
    """Grade rows of text, gold answer and finish reason, in their order."""
    answers = [extract(text) for text, _, _ in rows]
    # All pairs in one call, so that those which math-verify has to decide share its workers.
    pairs = [(answer, row[1]) for answer, row in zip(answers, rows, strict=True) if answer is not None]
    verdict_of = dict(zip(pairs, verdicts(pairs), strict=True))
    grades = []
    for answer, (text, gold, finish_reason) in zip(answers, rows, strict=True):
        verdict = False if answer is None else verdict_of[answer, gold]
        outcome = _outcome(answer, verdict, finish_reason)
        grades.append(Grade(outcome, answer, outcome != "correct" and _is_present(text, gold)))
    return grades


def is_correct(text: str, gold: str) -> Maybe:
    """Whether the extracted answer is equivalent to ``gold``; None if the grader failed twice."""
    answer = extract(text)
    return False if answer is None else equivalent(answer, gold)


def _outcome(answer: str | None, verdict: Maybe, finish_reason: FinishReason) -> Outcome:
    """Return the one outcome.

    An answer boxed before the cap is correct, so the verdict comes before truncation.
    """
    if verdict is None:
        return "error"
    if verdict:
        return "correct"
    if finish_reason == "length":
        return "truncated"
    return "unparsed" if answer is None else "wrong"


def _is_present(text: str, gold: str) -> bool:
    """Whether ``text`` holds the gold where an answer might be meant, spelled alike or the same number.

    This looks at every candidate, so it stays with what is cheap and leaves equivalence to the extracted
    answer.
    """
    spelling = spell(gold).text if limits.is_parsable(gold) else gold
    number = rational(gold)
    for candidate in dict.fromkeys(candidates(text)):
        if not limits.is_parsable(candidate):
            continue
        if spell(candidate).text == spelling or (number is not None and rational(candidate) == number):
            return True
    return False
