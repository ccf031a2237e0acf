"""The grader: a table of hard cases, and outcomes that leave no answer without exactly one word."""

from fractions import Fraction
from itertools import product
from typing import get_args

import pytest

from suite.grade import canonical, equivalent, extract, grade, grade_all, is_correct, rational
from suite.grade.extract import last_boxed
from suite.schema import OUTCOMES, FinishReason

EXTRACTED = [
    (r"so \boxed{\frac{1}{2}}", r"\frac{1}{2}"),
    (r"\boxed{\sqrt{\frac{1}{2}}} or \boxed{ \text{a {b} c} }", r"\text{a {b} c}"),
    (r"\boxed{\{1,2\}}", r"\{1,2\}"),
    (r"first \boxed{1}, no: \boxed{2}", "2"),
    (r"\boxed{}", None),
    (r"\boxed{  }", None),
    (r"it is 5, so \boxed{}", "5"),
    (r"never closed \boxed{12", "12"),
    (r"\boxed{7}. The answer is 8", "7"),
    (r"final answer is $3$. I hope it is right. \boxed{4}", "3"),
    ("The answer is 12. Then 99 more", "12"),
    ("The answer is 3.5. Then 99 more", "3.5"),
    ("the answer is: $x+1$\n99", "x+1"),
    ("The answer is **12**.", "12"),
    (r"The answer is \[12\] as shown", r"\[12\]"),
    ("The answer is therefore, $12$ as 7 shows", "12"),
    ("The answer is 1. No: the answer is 2.", "2"),
    ("My final answer is 4 \n 99", "4"),
    ("I count 3 and 1,234.5 of them", "1,234.5"),
    ("from 7 down to -3", "-3"),
    ("no number at all", None),
    (r"\boxed 5", "5"),
    (r"\fbox{6}", "6"),
    ("所以答案是 12。 99", "12"),
    (r"final answer is $3$. I hope. final answer is $4$. I hope", "4"),
    ("", None),
    ("so </think> <answer> 5 </answer>", "5"),
    (r"<answer> \frac{1}{2} </answer> and 9", r"\frac{1}{2}"),
    (r"<answer>$x+1$</answer>", "x+1"),
    (r"<answer> The area is $5$ cm^2. </answer>", "5"),
    ("<answer> They meet after 12 miles </answer>", "12"),
    ("<answer> Thus the answer is 7. </answer>", "7"),
    (r"<answer>(3, \pi)", r"(3, \pi)"),
    (r"<answer>1</answer> no: <answer>2</answer>", "2"),
    (r"\boxed{3} <answer>4</answer>", "3"),
    ("the answer is 3 <answer>4</answer>", "4"),
    ("<answer></answer> 9", "9"),
]

EQUIVALENT = [
    ("142.0", "142"),
    ("025", "25"),
    ("1,000", "1000"),
    ("1,000,000.50", "1000000.5"),
    ("$7$", "7"),
    (" 7 ", "7"),
    ("0.0", "0"),
    ("1/2", r"\frac{1}{2}"),
    ("0.5", r"\frac{1}{2}"),
    (r"\frac12", r"\frac{1}{2}"),
    (r"\dfrac{2}{4}", r"\frac{1}{2}"),
    ("x+1", "1+x"),
    (r"\sqrt{8}", r"2\sqrt{2}"),
    (r"\text{a}   b", r"\text{a} b"),
]

DIFFERENT = [
    ("3", "4"),
    ("-3", "3"),
    ("142.01", "142"),
    (r"\frac{1}{3}", "0.5"),
    ("(1,2)", "(2,1)"),
    ("}", "1"),
    ("\\frac{1}{0}", "1"),
    ("\x00", "1"),
    ("x" * 301, "1"),
]


@pytest.mark.parametrize(("text", "answer"), EXTRACTED)
def test_the_extracted_answer_follows_the_stated_order(text: str, answer: str | None) -> None:
    assert extract(text) == answer


@pytest.mark.parametrize(("answer", "gold"), EQUIVALENT)
def test_two_spellings_of_one_object_are_equivalent_both_ways(answer: str, gold: str) -> None:
    assert equivalent(answer, gold)
    assert equivalent(gold, answer)


@pytest.mark.parametrize(("answer", "gold"), DIFFERENT)
def test_different_objects_are_not_equivalent(answer: str, gold: str) -> None:
    assert not equivalent(answer, gold)


@pytest.mark.parametrize(
    ("spellings", "one"), [(("142.0", "142", "0142", "$142$"), "142"), ((" x  +\n1 ", "x + 1"), "x + 1")]
)
def test_spellings_of_one_plain_answer_share_a_canonical_form(spellings: tuple[str, ...], one: str) -> None:
    assert {canonical(s) for s in spellings} == {one}


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
    ("answer", "value"),
    [
        ("3866.26", "3866.26"),
        ("1,000", "1000"),
        (r"\frac{1}{2}", "1/2"),
        ("-7/3", "-7/3"),
        ("x = 5", "5"),
        (r"\approx 2.5", "2.5"),
    ],
)
def test_a_rational_answer_is_read_exactly(answer: str, value: str) -> None:
    assert rational(answer) == Fraction(value)


@pytest.mark.parametrize("answer", [r"\sqrt{2}", "x", "", "no", r"\frac{1}{0}", "9^{9^{9}}", "1,2"])
def test_what_is_no_one_rational_number_has_no_rational_value(answer: str) -> None:
    assert rational(answer) is None


def test_an_unbalanced_or_empty_box_is_no_box() -> None:
    assert [last_boxed(t) for t in (r"\boxed{1", r"\boxed{}", "1", r"\boxed{\frac{1}{2}")] == [None] * 4


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


@pytest.mark.parametrize("zero", ["-0", "-0.0"])
def test_minus_zero_is_zero(zero: str) -> None:
    assert equivalent(zero, "0")


def test_long_numbers_that_differ_in_their_last_digit_are_different() -> None:
    assert not equivalent("1" * 30, "1" * 29 + "2")


@pytest.mark.parametrize("huge", ["1e9999999", "1e900000"])
def test_a_huge_exponent_is_an_ordinary_wrong_answer_of_ordinary_length(huge: str) -> None:
    assert grade(f"\\boxed{{{huge}}}", "5").outcome == "wrong"
    assert len(canonical(huge)) < 100


def test_an_empty_hoped_answer_is_no_answer() -> None:
    assert grade("final answer is $$. I hope so", "5").outcome == "unparsed"
