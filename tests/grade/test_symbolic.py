"""math-verify as the workers call it."""

import pytest

from suite.grade.symbolic import math_verify_equal


@pytest.mark.parametrize(
    ("answer", "gold", "equal"),
    [("x+1", "1+x", True), (r"\sqrt{8}", r"2\sqrt{2}", True), ("x+1", "x+2", False), (r"\foo", "5", False)],
)
def test_math_verify_compares_boxed_answers(answer: str, gold: str, equal: bool) -> None:
    assert math_verify_equal(answer, gold) is equal
