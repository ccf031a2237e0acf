"""Fresh arithmetic: what is drawn, that its label is its value, read by two other readers, and the two
scores by hand.
"""

import hashlib
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from statistics import median

import pytest

from suite.benchmarks.arithmetic import (
    MAX_ITEMS,
    PROMPT,
    Expression,
    continuous_score,
    expressions,
    is_close,
    label,
)
from suite.errors import SuiteError

LEVELS = range(1, 21)
LEAF = re.compile(r"\\frac\{\d+\}\{\d+\}|\d+\^\d+|\d+")
TOKEN = re.compile(r"\\frac\{(\d+)\}\{(\d+)\}|(\d+)|([-+*/^()])")


class Reader:
    """Recursive descent over the printed string, in exact rationals: ^ before * and / before + and -, each
    from left to right.
    """

    def __init__(self, latex: str) -> None:
        assert TOKEN.sub("", latex) == "", f"unread text in {latex}"
        self.tokens = [match.groups() for match in TOKEN.finditer(latex)]

    def at(self, signs: str) -> str:
        """The next token, taken, if it is one of these signs; else ""."""
        sign = self.tokens[0][3] if self.tokens else None
        if not sign or sign not in signs:
            return ""
        self.tokens.pop(0)
        return str(sign)

    def value(self) -> Fraction:
        total = self.sum()
        assert not self.tokens, "text after the end"
        return total

    def sum(self) -> Fraction:
        total = self.product()
        while sign := self.at("+-"):
            right = self.product()
            total = total + right if sign == "+" else total - right
        return total

    def product(self) -> Fraction:
        total = self.power()
        while sign := self.at("*/"):
            right = self.power()
            total = total * right if sign == "*" else total / right
        return total

    def power(self) -> Fraction:
        base = self.atom()
        return base ** int(self.atom()) if self.at("^") else base

    def atom(self) -> Fraction:
        if self.at("("):
            inside = self.sum()
            assert self.at(")"), "parenthesis left open"
            return inside
        upper, lower, integer, _ = self.tokens.pop(0)
        return Fraction(int(integer)) if integer else Fraction(int(upper), int(lower))


@pytest.fixture(scope="module")
def drawn() -> dict[int, list[Expression]]:
    """500 expressions of each level, by steps."""
    return {steps: expressions(seed=1, steps=steps, n=500) for steps in LEVELS}


def everything(drawn: dict[int, list[Expression]]) -> list[Expression]:
    return [expression for level in drawn.values() for expression in level]


def test_the_reader_of_this_file_knows_precedence_and_reads_from_left_to_right() -> None:
    for latex, value in {
        "2+3*4": 14,
        "8-3-2": 3,
        "8-(3-2)": 7,
        "8/2^2/2": 1,
        r"6/\frac{3}{2}*2": 8,
        "2*(3+4)": 14,
    }.items():
        assert Reader(latex).value() == value


def test_the_papers_worked_example_has_the_papers_answer() -> None:
    latex = r"18^2/\frac{34}{8}+\frac{89}{4}-\frac{49}{9}*\frac{56}{4}+62^2"  # Fig. 16
    assert float(Reader(latex).value()) == pytest.approx(3866.26307189542, abs=1e-11)


def test_a_seed_has_frozen_items() -> None:
    """These change only with the version of the task that shows them."""
    assert expressions(seed=1, steps=1, n=3) == [
        Expression(r"\frac{67}{8}+\frac{26}{2}", Fraction(171, 8), 1),
        Expression(r"77+\frac{81}{5}", Fraction(466, 5), 1),
        Expression(r"9^3-\frac{41}{2}", Fraction(1417, 2), 1),
    ]
    five = r"(\frac{41}{9}*\frac{69}{8}+\frac{60}{8}+\frac{74}{4}-\frac{58}{7})/\frac{8}{5}"
    assert expressions(seed=1, steps=5, n=1) == [Expression(five, Fraction(47885, 1344), 5)]


def test_all_levels_of_a_seed_are_frozen(drawn: dict[int, list[Expression]]) -> None:
    text = "\n".join(f"{e.latex} = {label(e.value)}" for steps in LEVELS for e in drawn[steps][:100])
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "6e6de4eb985be1e49bfd842810eaeb0b5239c774524e9c40cd6aa1927ec13db4"
    )


def test_fewer_items_are_the_first_of_more(drawn: dict[int, list[Expression]]) -> None:
    for steps in (1, 7, 20):
        assert [expressions(1, steps, m) for m in (0, 1, 50)] == [drawn[steps][:m] for m in (0, 1, 50)]


def test_other_seeds_and_levels_have_other_items(drawn: dict[int, list[Expression]]) -> None:
    other = {e.latex for seed in (0, 2, -1) for e in expressions(seed, 5, 500)}
    assert len(other) == 1500
    assert not other & {e.latex for e in drawn[5]}
    first_leaves = [[LEAF.findall(e.latex)[0] for e in drawn[steps]] for steps in LEVELS]
    for some, others in pairwise(first_leaves):  # one stream for all levels would start alike
        assert sum(a == b for a, b in zip(some, others, strict=True)) < 10


def test_no_expression_of_a_level_occurs_twice(drawn: dict[int, list[Expression]]) -> None:
    assert all(len({e.latex for e in level}) == 500 for level in drawn.values())
    one_step = expressions(seed=3, steps=1, n=20_000)  # of 4.7 million: some 40 were drawn twice
    assert len({e.latex for e in one_step}) == 20_000


def test_an_expression_has_exactly_its_steps(drawn: dict[int, list[Expression]]) -> None:
    for steps, level in drawn.items():
        assert {e.steps for e in level} == {steps}
        assert {sum(map(e.latex.count, "+-*/")) for e in level} == {steps}


def test_the_leaves_are_the_papers_and_each_is_as_frequent(drawn: dict[int, list[Expression]]) -> None:
    integers = {str(i) for i in range(101)}
    fractions = {f"\\frac{{{i}}}{{{d}}}" for i in range(1, 100) for d in range(2, 10)}
    powers = {f"{i}^{p}" for i in range(2, 100) for p in (2, 3)}
    seen = Counter(leaf for e in everything(drawn) for leaf in LEAF.findall(e.latex))
    assert seen.keys() == integers | fractions | powers
    assert len(seen) == 1089
    expected = seen.total() / 1089  # 106 each
    statistic = sum((count - expected) ** 2 / expected for count in seen.values())
    assert abs(statistic - 1088) < 4 * (2 * 1088) ** 0.5  # chi-squared of 1,088 degrees of freedom


def test_the_four_operators_are_as_frequent(drawn: dict[int, list[Expression]]) -> None:
    seen = Counter(sign for e in everything(drawn) for sign in e.latex if sign in "+-*/")
    assert all(abs(seen[sign] / seen.total() - 0.25) < 0.01 for sign in "+-*/")


def test_the_sizes_of_both_operands_are_uniform_and_their_order_is_random() -> None:
    """At three steps half of the products and quotients are of two compound operands; the others have the
    leaf on either side.
    """
    shapes = Counter()
    for e in expressions(seed=5, steps=3, n=4000):
        shape = LEAF.sub("n", e.latex)
        shapes["both"] += bool(re.fullmatch(r"\(n.n\)[*/]\(n.n\)", shape))
        shapes["right"] += bool(re.fullmatch(r"n[*/]\(.*\)", shape))
        shapes["left"] += bool(re.fullmatch(r"\(.*\)[*/]n", shape))
    assert abs(shapes["both"] - 1000) < 110  # 4 standard deviations of a binomial count
    assert abs(shapes["right"] - 500) < 84
    assert abs(shapes["left"] - 500) < 84


def test_every_label_is_the_value_of_the_printed_string(drawn: dict[int, list[Expression]]) -> None:
    wrong = [e.latex for e in everything(drawn) if label(Reader(e.latex).value()) != label(e.value)]
    assert wrong == []
    assert len(everything(drawn)) == 10_000


@pytest.mark.slow
def test_latex2sympy_reads_the_same_values(drawn: dict[int, list[Expression]]) -> None:
    from latex2sympy2_extended import latex2sympy

    for e in [e for level in drawn.values() for e in level[-3:]]:
        read = latex2sympy(e.latex).doit()
        assert read.is_Rational
        assert Fraction(int(read.p), int(read.q)) == e.value, e.latex


def test_a_compound_operand_is_bracketed_where_its_value_or_a_reader_needs_it(
    drawn: dict[int, list[Expression]],
) -> None:
    """The shapes of two steps, all of them: never a/b*c, which readers take differently, and a - (b + c)
    with its parentheses.
    """
    shapes = {LEAF.sub("n", e.latex) for e in drawn[2]}
    sums = {f"n{a}n{b}n" for a in "+-" for b in "+-"} | {"n-(n+n)", "n-(n-n)"}
    mixed = {f"n{a}n{b}n" for a in "+-" for b in "*/"} | {f"n{b}n{a}n" for a in "+-" for b in "*/"}
    inside = {f"n{b}(n{a}n)" for a in "+-*/" for b in "*/"} | {f"(n{a}n){b}n" for a in "+-*/" for b in "*/"}
    assert shapes == sums | mixed | inside


@pytest.mark.parametrize(("steps", "known"), [(1, 30), (5, 561), (10, 3.6e3), (20, 3.1e4)])
def test_values_are_as_large_as_those_of_the_papers_scheme(steps: int, known: float) -> None:
    """Medians of a re-implementation of the code with its pools, 1,200 samples a level."""
    assert known / 3 < median(abs(e.value) for e in expressions(seed=7, steps=steps, n=1500)) < known * 3


def test_the_answer_0_is_right_for_a_few_percent_of_the_items(drawn: dict[int, list[Expression]]) -> None:
    right = [sum(is_close(Fraction(0), e.value) for e in level) / 500 for level in drawn.values()]
    assert right[0] < 0.03
    assert 0.03 < max(right) < 0.13


@pytest.mark.parametrize("steps", [0, -1, 21])
def test_only_1_to_20_steps_are_allowed(steps: int) -> None:
    with pytest.raises(SuiteError, match=r"Allowed: 1\.\.20"):
        expressions(1, steps, 1)


@pytest.mark.parametrize("n", [-1, MAX_ITEMS + 1])
def test_only_so_many_items_are_allowed(n: int) -> None:
    with pytest.raises(SuiteError, match="Change 'n'"):
        expressions(1, 1, n)


def test_the_prompt_is_the_papers_and_ends_before_the_expression() -> None:
    words = "Evaluate this LaTeX numerical expression step-by-step and give the final value within"
    assert words + " \\boxed{}: " == PROMPT


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(17), "17"),
        (Fraction(-3), "-3"),
        (Fraction(0), "0"),
        (Fraction(6, -4), "-3/2"),
        (Fraction(136, 8), "17"),
    ],
)
def test_a_label_is_exact_and_in_lowest_terms(value: Fraction, text: str) -> None:
    assert label(value) == text
    assert Fraction(text) == value


@pytest.mark.parametrize(
    ("answer", "gold", "close"),
    [
        ("17", "17", True),
        ("17.0", "17", True),
        ("17.0000001", "17", False),  # an integer is exact however near
        ("100000001", "100000000", False),  # ... and however large
        ("0.0001", "0", False),
        ("0.3333", "1/3", True),
        ("0.334", "1/3", True),
        ("0.3344", "1/3", False),  # 1.07e-3 off
        ("-0.3333", "1/3", False),
        ("0.501", "1/2", True),  # at the absolute bound
        ("0.501000001", "1/2", False),
        ("0.499", "1/2", True),
        ("1000.60005", "1000.5", True),  # at the relative bound: 1e-4 of 1000.5
        ("1000.60006", "1000.5", False),
        ("-1000.39995", "-1000.5", True),
        ("-1000.39994", "-1000.5", False),
        ("1000.5", "-1000.5", False),
        ("0", "1/1001", True),  # the price of an absolute bound
        ("0", "1/999", False),
    ],
)
def test_close_is_exact_for_integers_and_1e_3_or_1e_4_of_the_gold_for_others(
    answer: str, gold: str, close: bool
) -> None:
    assert is_close(Fraction(answer), Fraction(gold)) is close


@pytest.mark.parametrize(
    ("answer", "gold", "score"),
    [
        ("3/7", "3/7", 1.0),
        ("0", "0", 1.0),
        ("1001", "1000", 0.4995),  # off by 1, so the absolute half is gone; 1e-3 / 2 of the other
        ("1000002", "1000000", 0.499999),  # the absolute half is gone, hardly any of the other
        ("1000.5", "1000", 0.74975),  # 1 - 0.25 - 0.00025
        ("0.5", "1", 0.5),  # 1 - 0.25 - 0.25
        ("0.75", "0.25", 0.25),  # 1 - 0.25, and twice the gold: that half is gone
        ("5", "2", 0.0),  # both are
        ("-2", "2", 0.0),
        ("10", "0", 0.0),
        ("0.000001", "0", 0.4999995),  # epsilon keeps the relative half finite: 1e-6 / 1e-6
        ("0.0000005", "0", 0.74999975),
    ],
)
def test_the_continuous_score_is_equation_2_of_the_paper(answer: str, gold: str, score: float) -> None:
    assert continuous_score(Fraction(answer), Fraction(gold)) == pytest.approx(score, abs=1e-6)


def test_the_continuous_score_of_no_answer_is_0() -> None:
    assert continuous_score(None, Fraction(0)) == 0.0


def test_the_continuous_score_stays_in_0_to_1_at_any_size(drawn: dict[int, list[Expression]]) -> None:
    for e in drawn[20]:
        assert continuous_score(e.value, e.value) == 1.0
        assert 0.0 <= continuous_score(e.value + Fraction(1, 3), e.value) < 1.0
        assert 0.0 <= continuous_score(Fraction(10**400), e.value) <= 0.5
