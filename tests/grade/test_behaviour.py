"""Behaviour flags: pure functions of the text."""

import time

import pytest

from suite.grade.behaviour import Behaviours, behaviours, is_boxed, is_code, is_fenced_code, is_repetitive


@pytest.mark.parametrize("text", ["```python\nprint(1)```", "Let us use Python.", "PYTHON"])
def test_code_is_the_word_python_in_any_case(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize("text", ["", "```c\nint x;```", "py thon", "x = 1"])
def test_other_code_is_not_code(text: str) -> None:
    assert not is_code(text)


@pytest.mark.parametrize(
    ("text", "fenced"),
    [("```python\nx", True), ("```Python", True), ("in python:", False), ("```\npython", False)],
)
def test_the_stricter_detector_wants_a_fence(text: str, fenced: bool) -> None:
    assert is_fenced_code(text) == fenced


@pytest.mark.parametrize(
    ("text", "boxed"), [(r"\boxed{0}", True), (r"\boxed{}", False), ("boxed 3", False), (r"\boxed{3", False)]
)
def test_boxed_is_a_box_with_something_in_it(text: str, boxed: bool) -> None:
    assert is_boxed(text) == boxed


@pytest.mark.parametrize(
    ("text", "repetitive"),
    [
        ("I think so. " * 10, True),
        ("Then: " + "I think so. " * 10 + "The end", True),
        ("I think so. " * 9, False),
        ("0123456789" * 10, True),
        ("0123456789" * 9 + "012345678", False),
        ("012345678" * 40, True),  # 9 characters ten times are 18 characters ten times
        ("012345678" * 19, False),
        ("x" * 100, True),
        ("x" * 99, False),
        ("".join(chr(300 + i) for i in range(256)) * 10, True),
        ("".join(chr(300 + i) for i in range(257)) * 11, False),
        ("", False),
        ("So we add one. Then we add two. " * 3, False),
        ("\ud83d" * 200, True),
    ],
)
def test_repetition_is_ten_to_256_characters_ten_times_in_a_row(text: str, repetitive: bool) -> None:
    assert is_repetitive(text) == repetitive


def test_language_only_is_the_absence_of_code() -> None:
    assert behaviours(r"Python: \boxed{1}") == Behaviours(True, False, False, True, False)
    assert behaviours("one") == Behaviours(False, False, True, False, False)


def test_a_megabyte_is_looked_through_in_a_second() -> None:
    started = time.process_time()
    is_repetitive("ab cd ef " * 3 + "".join(chr(32 + (i * i * 7919) % 90) for i in range(1_000_000)))
    assert time.process_time() - started < 1
