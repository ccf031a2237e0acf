"""Which answer is taken from a text."""

import pytest
from extracted_answers import EXTRACTED

from suite.grade.extraction import extract, last_boxed


@pytest.mark.parametrize(("text", "answer"), EXTRACTED)
def test_the_extracted_answer_follows_the_stated_order(text: str, answer: str | None) -> None:
    assert extract(text) == answer


def test_an_unbalanced_or_empty_box_is_no_box() -> None:
    assert [last_boxed(t) for t in (r"\boxed{1", r"\boxed{}", "1", r"\boxed{\frac{1}{2}")] == [None] * 4
