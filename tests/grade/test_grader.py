"""Outcomes: every answer gets exactly one word, and a right answer in the wrong place is flagged."""

from itertools import product
from typing import get_args

import pytest
from extracted_answers import EXTRACTED

from suite.grade import canonical, extract, grade, grade_all, is_correct
from suite.schema import OUTCOMES, FinishReason


@pytest.mark.parametrize(
    ("text", "present"),
    [
        (r"\boxed{25}, no, \boxed{24}", True),
        ("The answer is 24. Or $25$?", True),
        ("It is 24.\nThat is 25, or 24", True),
        ("Take 25.\nThen 24", False),
        (r"\boxed{25}", False),
        ("I cannot say", False),
        (r"\boxed{25^{10} \mod 7}", False),
        (r"so \boxed{x^{25} + 25", False),
        ("it is \\boxed{\\begin{pmatrix} 1 \\\\\n 25 \\end{pmatrix}}", False),
        (r"so $25^{10} \mod 7$ is 24", False),
        (r"so \(x^{25}\) or \[25 + y\] is 24", False),
        (r"$5^2 = 25$, that is 24", True),
        (r"\(x = 25\), that is 24", True),
        (r"the value of $50 \div 2$ is 24", False),
        ("It costs $25 or $24", True),
        (r"25 and not \boxed{24}", True),
    ],
)
def test_a_right_answer_that_was_not_the_extracted_one_is_flagged(text: str, present: bool) -> None:
    graded = grade(text, "25")
    assert graded.answer_present == present
    assert graded.outcome != "correct" or not present


def test_a_batch_is_graded_as_its_rows_are() -> None:
    rows: list[tuple[str, str, FinishReason]] = [
        (text, gold, "stop") for (text, _), gold in product(EXTRACTED, ("12", "x+1"))
    ]
    assert grade_all(rows) == [grade(*row) for row in rows]


@pytest.mark.parametrize(
    ("text", "finish_reason", "outcome"),
    [
        (r"\boxed{25}", "stop", "correct"),
        (r"\boxed{25} and then on and on", "length", "correct"),
        (r"\boxed{24} and then on and on", "length", "truncated"),
        ("no number so far", "length", "truncated"),
        ("no number", "stop", "unparsed"),
        ("", "stop", "unparsed"),
        (r"\boxed{24}", "stop", "wrong"),
        ("I got 25", "stop", "correct"),
    ],
)
def test_the_outcome_of_an_answer_to_25(text: str, finish_reason: FinishReason, outcome: str) -> None:
    assert grade(text, "25", finish_reason).outcome == outcome


@pytest.mark.parametrize(
    ("text", "finish_reason"), list(product((t for t, _ in EXTRACTED), get_args(FinishReason)))
)
def test_an_answer_is_correct_by_its_text_alone_and_else_has_one_other_outcome(
    text: str, finish_reason: FinishReason
) -> None:
    graded = grade(text, "12", finish_reason)
    assert graded.outcome in set(OUTCOMES) - {"error"}
    assert (graded.outcome == "correct") == is_correct(text, "12")
    assert (graded.outcome == "truncated") == (finish_reason == "length" and not is_correct(text, "12"))
    assert graded.extracted == extract(text)


@pytest.mark.parametrize("huge", ["1e9999999", "1e900000"])
def test_a_huge_exponent_is_an_ordinary_wrong_answer_of_ordinary_length(huge: str) -> None:
    assert grade(f"\\boxed{{{huge}}}", "5").outcome == "wrong"
    assert len(canonical(huge)) < 100


def test_an_empty_hoped_answer_is_no_answer() -> None:
    assert grade("final answer is $$. I hope so", "5").outcome == "unparsed"
