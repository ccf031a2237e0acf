"""Flags of how an answer is written."""

import pytest

from suite.behaviour import is_boxed, is_code


@pytest.mark.parametrize(
    ("text", "code"),
    [("```python\nprint(1)\n```", True), ("In Python, we", True), ("PYTHON", True), ("```\nprint(1)\n```", False), ("", False)],
)
def test_code_reasoning_is_the_word_python_in_any_case(text: str, code: bool) -> None:
    assert is_code(text) is code


@pytest.mark.parametrize(
    ("text", "boxed"),
    [(r"\boxed{1}", True), (r"\boxed{wrong} more", True), (r"\boxed{}", False), (r"\boxed{ }", False), (r"\boxed{1", False)],
)
def test_a_box_counts_when_it_is_closed_and_holds_something(text: str, boxed: bool) -> None:
    assert is_boxed(text) is boxed
