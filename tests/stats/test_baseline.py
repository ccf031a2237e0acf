"""The strong baseline: the best prompt, chosen and measured on different items."""

import numpy as np
import pytest

from suite.stats import strong_baseline
from suite.stats.intervals import paired_delta


def test_the_best_protocol_is_chosen_on_one_half_and_measured_on_the_other() -> None:
    own, other = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]
    best = strong_baseline(np.array([own, other]))
    assert best.chosen == (1, 0)  # the odd items choose the other protocol, the even items the own one
    assert best.before_I.tolist() == [0.0] * 6  # and both choices fail where they were not made


def test_of_protocols_that_are_equally_good_the_pairs_own_counts() -> None:
    best = strong_baseline(np.array([[0.5, 0.25, 0.5, 0.75], [0.5, 0.75, 0.5, 0.25]]))
    assert best.chosen == (0, 0)
    assert best.before_I.tolist() == [0.5, 0.25, 0.5, 0.75]


def test_a_protocol_that_is_better_on_every_item_is_the_baseline() -> None:
    rng = np.random.default_rng(3)
    weak_I = rng.random(20) / 2
    assert strong_baseline(np.array([weak_I, weak_I + 0.5, weak_I / 2])).before_I == pytest.approx(
        weak_I + 0.5
    )


def test_choosing_among_equally_good_protocols_does_not_raise_the_baseline() -> None:
    rng = np.random.default_rng(0)
    runs = 2000
    before_RPI = rng.binomial(1, 0.5, (runs, 10, 30)).astype(np.float64)
    crossed = np.mean([strong_baseline(before_PI).before_I.mean() for before_PI in before_RPI])
    greedy = np.mean(before_RPI.mean(axis=2).max(axis=1))
    error = 0.5 / np.sqrt(30 * runs)
    assert abs(crossed - 0.5) < 4 * error
    assert greedy - 0.5 > 0.1  # what choosing and measuring on the same items would claim


def test_intervals_against_the_strong_baseline_cover_the_true_delta() -> None:
    rng = np.random.default_rng(1)
    true_P, runs, covered = np.array([0.35, 0.4, 0.4]), 1000, 0
    for _ in range(runs):
        item_I = rng.normal(0, 0.15, 100)
        before_PI = rng.binomial(8, np.clip(true_P[:, None] + item_I, 0, 1)) / 8
        after_I = rng.binomial(8, np.clip(0.4 + item_I, 0, 1)) / 8
        low, high = paired_delta(strong_baseline(before_PI).before_I, after_I).interval or (1.0, -1.0)
        covered += low <= 0 <= high
    assert covered / runs > 0.93


@pytest.mark.parametrize("shape", [(2,), (0, 4), (2, 0), (3, 1)])
def test_a_strong_baseline_needs_protocols_and_two_items(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        strong_baseline(np.zeros(shape))
