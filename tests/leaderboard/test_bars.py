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


def test_bars_share_a_scale_that_holds_zero_and_every_value() -> None:
    scale = scale_of((-9.9, 21.5))
    assert scale.place(-9.9) == EDGE and scale.place(21.5) == 100 - EDGE and scale.ticks == (0, 10, 20)
    assert scale.place(0) == pytest.approx(EDGE + (100 - 2 * EDGE) * 9.9 / 31.4)
    bar = scale.bar(0.0, (-9.9, 21.5))
    assert bar and (bar.low, bar.point, bar.high) == (EDGE, scale.place(0), 100 - EDGE)
    assert scale.bar(None, None) is None
    assert scale_of(()).ticks == (-1, -0.5, 0, 0.5, 1) and scale_of((0.1,)).place(0.1) < 60
    assert scale_of((-100.0, 100.0)).ticks == (-100, -50, 0, 50, 100)
