"""Texts inside messages: short, in ASCII, and with a guess only where one is close."""

import pytest

from suite.files.text import correct_name, did_you_mean, shown


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("format", "'format'"),
        ("it's", '"it\'s"'),
        ("l\u0430ma", "'l\\u0430ma'"),  # a Cyrillic letter that looks like an "a"
        ("\x1b[31m\n", "'\\x1b[31m\\n'"),
    ],
)
def test_a_text_is_shown_in_quotes_and_ascii(text: str, quoted: str) -> None:
    assert shown(text) == quoted


def test_a_long_text_is_cut_and_keeps_its_quote() -> None:
    text = shown("x" * 1000)
    assert len(text) == 60
    assert text.startswith("'xxx")
    assert text.endswith("x...'")


@pytest.mark.parametrize(
    ("word", "guess"),
    [("fromat", "Did you mean 'format'? "), ("format", "Did you mean 'format'? "), ("luck", ""), ("", "")],
)
def test_the_closest_name_is_guessed_and_a_distant_one_is_not(word: str, guess: str) -> None:
    assert did_you_mean(word, ["random", "format", "ground_truth"]) == guess


def test_a_flag_is_corrected_by_its_name_and_a_place_in_a_file_by_its_entry() -> None:
    assert correct_name("--tasks") == "Correct --tasks"
    assert correct_name("run.yaml:3: tasks.0") == "Correct the name"
