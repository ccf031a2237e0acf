"""Structural limits: what sympy never sees, what it may see, and when its yes counts."""

import pytest

from suite.grade import limits


@pytest.mark.parametrize(
    "text",
    ["9^{9^{9^9}}", "1000000!", "x^{99999}", "{" * 17, "1" * 61, "+1" * 61, r"\int_0^1 x", "\x00", "x" * 301],
)
def test_sympy_never_sees_what_it_could_choke_on(text: str) -> None:
    assert not limits.is_computable(text)


@pytest.mark.parametrize(
    "text", [r"\frac{1}{2}", r"A \cap B", "x^{12}+y^{9}", "20!", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"]
)
def test_sympy_may_see_an_ordinary_answer(text: str) -> None:
    assert limits.is_computable(text)


@pytest.mark.parametrize("text", ["x" * 1001, "(" * 17, "1\x00"])
def test_the_suites_own_reader_never_sees_long_deep_or_binary_text(text: str) -> None:
    assert not limits.is_parsable(text)


def test_nesting_counts_brackets_of_any_kind() -> None:
    assert limits.nesting("([{x}])(y)") == 3


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        (r"3 \pmod 7", r"3 \pmod 5", False),
        (r"3 \pmod 7", r"3 \pmod {7}", True),
        (r"\angle A", r"\angle B", False),
        ("f'", "f", False),
        (r"A \cap B", r"A \cup B", False),
    ],
)
def test_math_verifys_yes_counts_only_for_the_same_numbers_letters_and_commands(
    left: str, right: str, agree: bool
) -> None:
    assert limits.may_agree(left, right) is agree
