"""Whether two answers are the same mathematical object; the table of hard cases is in ``test_hard_cases``."""

from fractions import Fraction

import pytest

from suite.grade.equivalence import canonical, equivalent, rational

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


@pytest.mark.parametrize("zero", ["-0", "-0.0"])
def test_minus_zero_is_zero(zero: str) -> None:
    assert equivalent(zero, "0")


def test_long_numbers_that_differ_in_their_last_digit_are_different() -> None:
    assert not equivalent("1" * 30, "1" * 29 + "2")
