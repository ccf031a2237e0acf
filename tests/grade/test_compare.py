"""Whether two forms are the same answer; the table of hard cases is in ``test_hard_cases``."""

import pytest

from suite.grade.compare import Maybe, same_form, same_value, unnamed
from suite.grade.expression import parse
from suite.grade.forms import read


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("1/3", "2/6", True),
        ("1/3", "0.3333333333333333333", False),
        (r"\sqrt{8}", r"2\sqrt{2}", True),
        ("(x+1)^2", "x^2+2x+1", True),
        ("|x|", "x", False),
        (r"\sqrt{x^2}", "x", False),
        (r"\lfloor x \rfloor + 1", r"\lceil x \rceil", False),
        (r"\ln x^2", r"2 \ln x", True),
        (r"\frac{1}{x-x}", "1", None),
        ("9^{9^{9^9}}", "1", False),
    ],
)
def test_values_are_compared_exactly_or_at_fixed_points(left: str, right: str, same: Maybe) -> None:
    assert same_value(parse(left), parse(right)) is same


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("(1,2)", "(2,1)", False),
        (r"\{1,2\}", r"\{2,1\}", True),
        (r"\{1,1\}", r"\{1,2\}", False),
        ("[1,2]", "(1,2)", False),
        ("x = 3, y = 5", "(3,5)", True),
        ("x = 5, y = 3", "(3,5)", False),
        ("x = 5", "5", True),
        (r"\{5\}", "5", True),
        ("2x = 4", "x = 2", True),
        ("2x < 4", "x < 2", True),
        ("-x < 4", "x < -4", False),
        ("x < 2", r"(-\infty, 2)", True),
        ("f(x) = x+1", "y = x+1", True),
        ("f(x) = x+1", "g(x) = x+1", False),
        ("ABC", "CAB", False),
        ("xyz", "zyx", True),
        ("12", "12_3", True),
        ("12_3", "12_4", False),
        ('"Even"', '"even"', True),
        ('"even"', "2", False),
        (r"\foo", r"\bar", None),
        ("(1,2)", "1", False),
    ],
)
def test_forms_are_compared_part_by_part(left: str, right: str, same: Maybe) -> None:
    assert same_form(read(left), read(right)) is same


def test_only_a_stated_value_loses_its_name() -> None:
    assert unnamed(read("x = 5")) == read("5")
    assert unnamed(read("2^{10} = 1024")) == read("1024")
    assert unnamed(read("m + n = 3 + 4 = 7")) == read("7")
    for relation in ("x^2 = 5", "m + n = 3 + 4 = 8", "x < 5"):
        assert unnamed(read(relation)) == read(relation)
