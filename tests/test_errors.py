"""Errors and lines that stay one line, whatever stands in them."""

import pytest

from suite.errors import SuiteError, safe_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two columns  kept", "  two columns  kept"),
        ("a\nb\r\nc\td\u2028e\x85f", "a b  c d e f"),
        ("\x1b[31mred\x9b\u202e\x00", "\ufffd[31mred\ufffd\ufffd\ufffd"),
        ("::error::x", ": :error: :x"),
        (":::::", ": : : : :"),
        ("##[error]x ###[group]", "## [error]x ### [group]"),
        ("Fragen 10:30 é 🙂", "Fragen 10:30 é 🙂"),
    ],
)
def test_a_line_is_one_line_and_no_command(text: str, line: str) -> None:
    assert safe_line(text) == line
    assert safe_line(line) == line


def test_an_error_is_a_safe_line() -> None:
    assert str(SuiteError("a\n::error::b.", "x\x1b", "Mend it.")) == "x\ufffd: a : :error: :b. Mend it."
