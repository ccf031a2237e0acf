"""One spelling for the many of one answer."""

import pytest

from suite.grade.spelling import spell, words


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (r"$\dfrac{1}{2}$", r"\frac{1}{2}"),
        (r"\left( 1, 2 \right)", "( 1, 2 )"),
        ("x²", "x^{2}"),
        ("√2", r"\sqrt{2}"),
        ("1,234", "1234"),
        ("1 234", "1234"),
        ("(1,234)", "(1,234)"),
        (r"10,\!080", "10080"),
        (r"2\frac{1}{3}", r"(2+\frac{1}{3})"),
        ("2 1/3", "(2+1/3)"),
        ("2.5e3", "2.5*10^{3}"),
        (r"\text{even}", '"even"'),
        ("no solution", '"no solution"'),
        ("xy", "xy"),
        ("three", "3"),
        ("007", "7"),
        (r"\boxed{{5}}", "5"),
        (r"\begin{cases} x=1 \\ y=2 \end{cases}", "x=1 , y=2"),
        (r"a \le b", r"a \leq b"),
    ],
)
def test_an_answer_has_one_spelling(answer: str, text: str) -> None:
    assert spell(answer).text == text


def test_without_grouping_a_comma_separates() -> None:
    assert (spell("118,122").text, spell("118,122", grouped=False).text) == ("118122", "118,122")


@pytest.mark.parametrize("text", ['"No Solution"', '"no solution."', '("no solution")'])
def test_words_are_compared_without_case_quotes_dots_and_brackets(text: str) -> None:
    assert words(text) == "no solution"
