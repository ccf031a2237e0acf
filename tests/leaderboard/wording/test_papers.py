"""The words of the papers' board: figures keep every digit of their source."""

import pytest

from suite.leaderboard.papers.figures import as_printed, signed_as_printed


@pytest.mark.parametrize(
    ("value", "text"),
    [(53.01, "53.01"), (10, "10.0"), (0, "0.0"), (72.2, "72.2"), (0.62, "0.62"), (None, "not found")],
)
def test_figures_keep_every_digit(value: float | None, text: str) -> None:
    assert as_printed(value) == text


def test_deltas_have_a_sign_and_a_true_minus() -> None:
    assert [signed_as_printed(points) for points in (29.1, -6.4, 0.0)] == ["+29.1", "−6.4", "0.0"]
