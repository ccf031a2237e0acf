"""Bands: where an interval lies, and how much more it takes to decide."""

import math

import pytest
from small_summaries import SEVERAL_SEEDS, row

from suite.gate.bands import Band, Noise, gain_of, items_noise, needs, own_noise
from suite.schema import Spread


@pytest.mark.parametrize(
    ("band", "interval", "word"),
    [
        (gain_of(0), (0.1, 9), "holds"),
        (gain_of(0), (0, 9), "inconclusive"),
        (gain_of(0), (-9, 0), "refuted"),
        (gain_of(5), (5, 9), "holds"),
        (gain_of(5), (1, 5), "inconclusive"),
        (gain_of(5), (1, 4.9), "refuted"),
        (Band(high=5), (-90, 4.9), "holds"),
        (Band(high=5), (-90, 5), "inconclusive"),
        (Band(high=5), (5, 9), "refuted"),
        (Band(-5, 5), (-4, 4), "holds"),
        (Band(-5, 5), (-6, 6), "inconclusive"),
        (Band(-5, 5), (-9, -5), "refuted"),
    ],
)
def test_only_the_lower_edge_of_a_stated_gain_is_part_of_its_band(
    band: Band, interval: tuple[float, float], word: str
) -> None:
    assert band.judge(interval) == word


def test_a_band_is_said_in_words() -> None:
    texts = [band.text for band in (gain_of(0), gain_of(2.5), Band(high=5), Band(-5, 5), Band(low=-5))]
    assert texts == ["above 0", "at least 2.5", "below 5", "between -5 and 5", "above -5"]


@pytest.mark.parametrize(("points", "distance"), [(0, 5), (4, 1), (7, 2), (-8, 3), (5, 0)])
def test_the_distance_is_to_the_nearest_edge(points: float, distance: float) -> None:
    assert Band(-5, 5).distance(points) == distance


def test_the_longer_arm_of_an_interval_says_what_would_decide() -> None:
    even = needs(gain_of(0), 2.5, (-1.5, 6.5), Noise(50))
    lopsided = needs(gain_of(0), 2.5, (-1.5, 3.5), Noise(50))
    assert even is not None
    assert even == lopsided


def test_nothing_decides_where_the_truth_lies_on_the_edge() -> None:
    assert needs(gain_of(0), 0.0, (-4, 4), Noise(50)) is None


def test_the_noise_of_a_delta_is_that_of_its_items_and_seeds() -> None:
    assert own_noise(row((1, 9))) == Noise(50)
    noise = own_noise(row((1, 9), spread=Spread(between=10.0, sampling=300.0), **SEVERAL_SEEDS))
    assert noise.seed_deltas == (1.5, 3.0, 4.5)
    assert noise.spread is not None
    assert math.isclose(noise.spread.between, 10.0)


def test_the_noise_of_another_difference_is_known_only_over_items() -> None:
    assert items_noise(row((1, 9)), "items only") == Noise(50)
    assert items_noise(row((1, 9)), "items and seeds") is None
    assert items_noise(row((1, 9)), None) is None
