"""Statistics: closed forms, parity with scipy, brute force, and the coverage that the interval promises."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from suite.stats import Estimate, accuracy, finding, mean_interval, paired_delta, pass_at_k, strong_baseline


def test_two_items_have_the_closed_form_interval() -> None:
    estimate = mean_interval(np.array([0.4, 0.6]), (-100.0, 100.0))
    half = 12.706204736 * 0.1  # t(0.975, 1 degree of freedom) x standard error |a - b| / 2
    assert estimate.mean == pytest.approx(0.5)
    assert estimate.interval == pytest.approx((0.5 - half, 0.5 + half))


def test_a_paired_delta_is_scipys_paired_t_interval_in_points() -> None:
    rng = np.random.default_rng(0)
    before_I, after_I = rng.binomial(8, 0.4, 50) / 8, rng.binomial(8, 0.6, 50) / 8
    wanted = scipy_stats.ttest_rel(after_I, before_I).confidence_interval(0.95)
    delta = paired_delta(before_I, after_I)
    assert delta.mean == pytest.approx(100 * (after_I.mean() - before_I.mean()))
    assert delta.interval == pytest.approx((100 * wanted.low, 100 * wanted.high))


def test_an_interval_is_cut_to_what_the_mean_can_be() -> None:
    assert accuracy(np.array([0.0, 0.0, 1.0])).interval == (0.0, 1.0)
    assert paired_delta(np.array([0.0, 1.0]), np.array([1.0, 0.0])).interval == (-100.0, 100.0)


@pytest.mark.parametrize("n", [2, 10, 200])
def test_all_items_right_has_the_clopper_pearson_interval_not_none(n: int) -> None:
    wanted = scipy_stats.binomtest(n, n).proportion_ci(0.95, method="exact")
    assert accuracy(np.ones(n)).interval == pytest.approx((wanted.low, 1.0))
    assert accuracy(np.zeros(n)).interval == pytest.approx((0.0, 1 - wanted.low))


def test_items_that_all_change_alike_leave_the_interval_some_width() -> None:
    low, high = paired_delta(np.full(10, 0.25), np.full(10, 0.5)).interval or (0.0, 0.0)
    assert low < 25 < high


def test_one_item_has_a_mean_but_no_interval_and_no_finding() -> None:
    estimate = paired_delta(np.array([0.0]), np.array([1.0]))
    assert estimate == Estimate(100.0, None)
    assert finding(estimate) == "inconclusive"


def test_no_items_and_arms_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="no items"):
        accuracy(np.array([]))
    with pytest.raises(ValueError, match="differ in items"):
        paired_delta(np.zeros(3), np.zeros(4))


@pytest.mark.parametrize(
    ("interval", "word"),
    [((0.1, 2.0), "gain"), ((-2.0, -0.1), "loss"), ((-1.0, 1.0), "inconclusive"), ((0.0, 1.0), "inconclusive")],
)
def test_a_finding_needs_an_interval_that_excludes_zero(interval: tuple[float, float], word: str) -> None:
    assert finding(Estimate(sum(interval) / 2, interval)) == word


@pytest.mark.parametrize("k", range(1, 7))
def test_pass_at_k_is_the_share_of_draws_of_k_samples_with_a_right_one(k: int) -> None:
    right_IS = np.array([[i < c for i in range(6)] for c in range(7)])
    draws = list(combinations(range(6), k))
    brute = np.mean([np.mean([row[list(draw)].any() for draw in draws]) for row in right_IS])
    assert pass_at_k(right_IS, k) == pytest.approx(brute)


@pytest.mark.parametrize("k", [0, 7])
def test_pass_at_k_needs_k_samples(k: int) -> None:
    with pytest.raises(ValueError, match="of 6 samples"):
        pass_at_k(np.zeros((2, 6), dtype=bool), k)


def test_95_percent_of_intervals_cover_the_true_delta() -> None:
    """200 items at avg@8: item difficulty is drawn once, samples anew; the truth is the population's mean change."""
    rng, n_runs, hits = np.random.default_rng(1), 2000, 0
    for _ in range(n_runs):
        before_I = rng.beta(1, 1, 200)
        after_I = np.clip(before_I + rng.choice([0.0, 0.2], 200), 0, 1)
        delta = paired_delta(rng.binomial(8, before_I) / 8, rng.binomial(8, after_I) / 8)
        low, high = delta.interval or (0.0, 0.0)
        # E[min(b + 0.2, 1) - b] for b uniform: 0.2 - 0.02; for half of the items
        hits += low <= 100 * 0.5 * 0.18 <= high
    assert abs(hits / n_runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n_runs)


@pytest.mark.parametrize("value", [0.1, 0.7])
def test_equal_items_have_a_wide_interval_though_their_value_is_no_binary_fraction(value: float) -> None:
    low, high = accuracy(np.full(3, value)).interval or (0.0, 0.0)
    assert high - low > 0.1


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
    assert strong_baseline(np.array([weak_I, weak_I + 0.5, weak_I / 2])).before_I == pytest.approx(weak_I + 0.5)


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
