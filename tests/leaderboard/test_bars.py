"""The scale of drawn bars, by hand."""

import pytest

from suite.leaderboard.bars import EDGE, Bar, scale_of


def test_a_scale_holds_zero_and_all_values_and_spans_two_points_at_least() -> None:
    assert (scale_of([4.0, 9.0]).low, scale_of([4.0, 9.0]).high) == (0.0, 9.0)
    narrow = scale_of([0.5])
    assert (narrow.low, narrow.high) == (-0.75, 1.25)


def test_the_ends_of_a_scale_leave_an_edge_free() -> None:
    scale = scale_of([-10.0, 30.0])
    assert [scale.place(points) for points in (-10.0, 10.0, 30.0)] == [EDGE, 50.0, 100.0 - EDGE]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([-10.0, 30.0], (-10.0, 0.0, 10.0, 20.0, 30.0)),
        ([3.0], (0.0, 1.0, 2.0, 3.0)),
        ([-101.0, 99.0], (-100.0, -50.0, 0.0, 50.0)),
    ],
)
def test_ticks_are_round_and_few_and_zero_is_one_of_them(
    values: list[float], ticks: tuple[float, ...]
) -> None:
    assert scale_of(values).ticks == ticks


def test_a_bar_lacks_what_was_not_measured() -> None:
    scale = scale_of([-10.0, 10.0])
    assert scale.bar(None, None) is None
    assert scale.bar(0.0, None) == Bar(50.0, None, None)
    assert scale.bar(None, (-10.0, 10.0)) == Bar(None, EDGE, 100.0 - EDGE)
