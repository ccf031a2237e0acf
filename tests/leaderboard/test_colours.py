"""The colour scale of the cells, by hand."""

from suite.leaderboard.colours import ColourScale, colour_scale
from suite.schema import Summary


def test_the_ends_are_multiples_of_five_beyond_every_value_that_a_cell_can_show(audited: Summary) -> None:
    assert colour_scale(audited).end == 30.0  # the largest delta is 29.3
    beyond = audited.deltas[0].model_copy(update={"adjusted_delta": -41.0})
    assert colour_scale(audited.model_copy(update={"deltas": (beyond,)})).end == 45.0


def test_noise_does_not_get_full_colour(audited: Summary) -> None:
    small = audited.deltas[4].model_copy(update={"delta": 0.4})
    assert colour_scale(audited.model_copy(update={"deltas": (small,)})) == ColourScale(5.0)
    assert colour_scale(audited.model_copy(update={"deltas": ()})) == ColourScale(5.0)


def test_values_beyond_an_end_get_its_colour_and_the_legend_names_five_values() -> None:
    scale = ColourScale(20.0)
    assert [scale.share(points) for points in (-50.0, -10.0, 0.0, 20.0, 21.0)] == [-1.0, -0.5, 0.0, 1.0, 1.0]
    assert scale.ticks == (-20.0, -10.0, 0.0, 10.0, 20.0)


def test_the_scale_ends_at_a_round_number_and_is_never_narrower_than_five_points(summary: Summary) -> None:
    assert colour_scale(summary).ticks == (-20, -10, 0, 10, 20)
    small = summary.deltas[0].model_copy(update={"delta": 0.4})
    assert colour_scale(summary.model_copy(update={"deltas": (small,)})).end == 5
    assert colour_scale(summary.model_copy(update={"deltas": ()})).share(-9) == -1
