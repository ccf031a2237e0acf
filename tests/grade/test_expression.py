"""Expressions: what is one, and which variables it has."""

import pytest

from suite.grade.expression import NotAnExpression, parse, variables


@pytest.mark.parametrize("text", ["", "1+", "(1", "1 2", "apple", r"\foo", "x=1", "1,2", r"\frac{1}", "|1"])
def test_anything_else_is_not_an_expression(text: str) -> None:
    with pytest.raises(NotAnExpression):
        parse(text)


def test_variables_keep_their_subscripts_and_constants_are_none() -> None:
    assert variables(parse(r"x_1 + x_{2} y + \theta e^{i\pi}")) == {"x_1", "x_2", "y", "\\theta"}
