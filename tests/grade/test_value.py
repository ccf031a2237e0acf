"""Values of expressions: exact by hand, numeric by closed form, and never past the limits."""

import math
from fractions import Fraction

import mpmath
import pytest

from suite.grade.expression import TooLarge, parse
from suite.grade.value import exact, numeric

EXACT = {
    "1+2*3": "7",
    "-2^2": "-4",
    "(-2)^2": "4",
    "2^{-3}": "1/8",
    r"\frac12": "1/2",
    r"\frac{1}{2}\frac{3}{4}": "3/8",
    "1/2/3": "1/6",
    "2 - -3": "5",
    r"3\cdot(4-1)": "9",
    "5!": "120",
    r"\binom{6}{2}": "15",
    r"\sqrt{16}": "4",
    r"0.1\overline{6}": "1/6",
    "|3-5|": "2",
    r"\lfloor 7/2 \rfloor": "3",
    r"\lceil 7/2 \rceil": "4",
    r"2^{\frac{4}{2}}": "4",
    ".5": "1/2",
}
NUMERIC = {
    r"\sqrt{2}": math.sqrt(2),
    r"\sqrt[3]{27}": 3,
    r"\sqrt[3]{-27}": -3,
    r"2\pi": math.tau,
    r"\sin\frac{\pi}{6}": 0.5,
    r"\sin^2 1 + \cos^2 1": 1,
    r"\sin^{-1} 1": math.pi / 2,
    r"\log_2 8": 3,
    r"\log 100": 2,
    r"\ln e^2": 2,
    r"\sin 2\cos 3": math.sin(2) * math.cos(3),
    "e^{1}": math.e,
}


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_a_rational_expression_has_its_exact_value(text: str, value: str) -> None:
    assert exact(parse(text)) == Fraction(value)


@pytest.mark.parametrize(("text", "value"), NUMERIC.items())
def test_any_other_constant_has_its_value_to_many_digits(text: str, value: float) -> None:
    found = numeric(parse(text), {})
    assert found is not None
    assert complex(found[0]) == pytest.approx(value, abs=1e-14)
    assert found[1] < mpmath.mpf(10) ** -37


def test_a_large_number_is_evaluated_with_as_many_more_digits() -> None:
    small, large = (numeric(parse(text), {}) for text in (r"\sqrt{2}", r"10^{300}+\sqrt{2}"))
    assert small is not None and large is not None
    with mpmath.workdps(400):
        assert abs(large[0] - mpmath.mpf(10) ** 300 - small[0]) < mpmath.mpf(10) ** -38


@pytest.mark.parametrize("text", ["2^{1000000}", "1001!", r"\binom{5000}{2}", "9^{9^{9^9}}"])
def test_a_number_past_the_limit_is_never_computed(text: str) -> None:
    with pytest.raises(TooLarge):
        exact(parse(text))


@pytest.mark.parametrize("text", [r"\frac{1}{0}", "0^{-1}"])
def test_division_by_zero_raises_exactly_and_is_undefined_numerically(text: str) -> None:
    with pytest.raises(ZeroDivisionError):
        exact(parse(text))
    assert numeric(parse(text), {}) is None
