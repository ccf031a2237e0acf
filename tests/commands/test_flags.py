"""The types of the flags' values: what they accept, and what they say of the rest."""

from argparse import ArgumentTypeError
from collections.abc import Callable

import pytest

from suite.commands.flags import number, one_of, points_of_margin, seeds, whole_number, words


@pytest.mark.parametrize(
    ("of_type", "text", "value"),
    [
        (words, "a, b,,c ", ("a", "b", "c")),
        (words, "", ()),
        (seeds, "0,1", (0, 1)),
        (whole_number, "-3", -3),
        (number, "0.5", 0.5),
        (points_of_margin, "100", 100.0),
        (one_of(["hf", "vllm"]), "vllm", "vllm"),
    ],
)
def test_a_value_is_read(of_type: Callable[[str], object], text: str, value: object) -> None:
    assert of_type(text) == value


@pytest.mark.parametrize(
    ("of_type", "text", "message"),
    [
        (seeds, "0,x", "expected whole numbers separated by commas, not '0,x'"),
        (whole_number, "1.5", "expected a whole number, not '1.5'"),
        (number, "five", "expected a number, not 'five'"),
        (points_of_margin, "0", "expected points above 0 and at most 100, not '0'"),
        (points_of_margin, "inf", "expected points above 0 and at most 100, not 'inf'"),
        (points_of_margin, "x", "expected a number, not 'x'"),
        (one_of(["hf", "vllm"]), "vlm", "unknown value 'vlm'. Known: hf, vllm. Did you mean 'vllm'? "),
        (one_of(["hf", "vllm"]), "\u0430", r"unknown value '\u0430'. Known: hf, vllm. "),
    ],
)
def test_a_value_that_does_not_fit_says_what_would(
    of_type: Callable[[str], object], text: str, message: str
) -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        of_type(text)
    assert str(caught.value) == message
