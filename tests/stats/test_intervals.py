"""Intervals: closed forms worked by hand, edge cases, invariances, and a short form of
docs/statistics-coverage.md.
"""

import interval_coverage as simulated
import numpy as np
import pytest
from scipy import stats as scipy_stats

from suite.stats.intervals import (
    Estimate,
    Floats,
    accuracy,
    difference,
    paired_delta,
    reach,
    seed_reach,
    seeds_delta,
    stacks_difference,
)

Setting = simulated.Setting
T_29, T_9 = scipy_stats.t.ppf(0.975, 29), scipy_stats.t.ppf(0.975, 9)


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.interval is not None
    return estimate.interval


def scores(seed: int, n: int = 30, p: float = 0.4, rows: int = 1) -> Floats:
    return np.random.default_rng(seed).binomial(8, p, (rows, n)) / 8


def test_symmetric_values_have_the_t_interval() -> None:
    before_I, after_I = np.zeros(10), np.array([-1, -1, 1, 1, -2, 2, -3, 3, -4, 4]) / 8
    wanted = scipy_stats.ttest_1samp(100 * after_I, 0).confidence_interval(0.95)
    assert ends(paired_delta(before_I, after_I)) == pytest.approx((wanted.low, wanted.high))


def test_two_items_that_differ_are_worked_by_hand() -> None:
    # d = -1/8, 1/8; one differs, so half an item stands at either bound: S2 = 2/64 + 1/2 * (0.5^2 + 0.5^2) =
    # 0.28125
    half = scipy_stats.t.ppf(0.975, 1) * np.sqrt(0.28125 / 2)
    below, above = reach(np.array([0.375, 0.625]), (0.0, 1.0))
    assert (below, above) == pytest.approx((half, half))


def test_ten_right_of_thirty_are_worked_by_hand() -> None:
    # S2 = 10 * (2/3)^2 + 20 * (1/3)^2 = 20/3; S3 = 10 * 8/27 - 20 / 27 = 20/9
    error, lean = np.sqrt(20 / 3 / 870), 20 / 9 * np.sqrt(870) / 28 / (20 / 3) ** 1.5
    shift = (2 * T_29**2 + 1) / 6 * lean
    wanted = (1 / 3 - error * (T_29 - shift / 10), 1 / 3 + error * (T_29 + shift))
    assert ends(accuracy(np.repeat([1.0, 0.0], [10, 20]))) == pytest.approx(wanted)


@pytest.mark.parametrize("n", [10, 30, 500])
def test_unchanged_items_leave_one_at_either_bound(n: int) -> None:
    # S2 = 1 + 1, S3 = 0
    half = 100 * scipy_stats.t.ppf(0.975, n - 1) * np.sqrt(2 / (n * (n - 1)))
    assert ends(paired_delta(np.ones(n), np.ones(n))) == pytest.approx((-half, half))


@pytest.mark.parametrize("differing", range(6))
def test_the_imagined_items_are_halved_for_each_that_differs_and_gone_from_four_on(differing: int) -> None:
    n, weight = 10, 0.5**differing if differing < 4 else 0.0
    change_I = np.zeros(n)
    change_I[:differing] = 0.25 * (-1) ** np.arange(differing)
    mean = change_I.mean()
    squares = ((change_I - mean) ** 2).sum() + weight * ((1 - mean) ** 2 + (1 + mean) ** 2)
    cubes = ((change_I - mean) ** 3).sum() + weight * ((1 - mean) ** 3 - (1 + mean) ** 3)
    shift = (2 * T_9**2 + 1) / 6 * cubes * np.sqrt(90) / 8 / squares**1.5
    above = np.sqrt(squares / 90) * (T_9 + (shift if shift > 0 else shift / 10))
    assert ends(paired_delta(np.zeros(n), change_I))[1] == pytest.approx(100 * (mean + above))


def test_seeds_without_a_spread_of_their_own_leave_the_interval_of_the_items() -> None:
    before_I, after_I = scores(0)[0], scores(1)[0]
    assert ends(seeds_delta(before_I, np.stack([after_I] * 3))) == pytest.approx(
        ends(paired_delta(before_I, after_I))
    )


def test_seeds_and_items_are_squared_and_added_by_hand() -> None:
    before_I = np.full(12, 0.5)
    after_TI = before_I + np.array([0.1, 0.2, 0.3])[:, None] + np.tile([-0.2, -0.1, 0.1, 0.2], 3)
    of_seeds = scipy_stats.t.ppf(0.975, 2) * 10 / np.sqrt(3)  # their means are 10, 20, 30 points
    of_items = scipy_stats.t.ppf(0.975, 11) * np.sqrt((20**2 + 10**2) / 2 / 11)
    half = np.hypot(of_seeds, of_items)
    assert ends(seeds_delta(before_I, after_TI)) == pytest.approx((20 - half, 20 + half))


def test_disjoint_sets_are_squared_and_added_by_hand() -> None:
    one_I, other_J = np.tile([-10.0, 0.0, 10.0, 40.0], 5), np.tile([-5.0, 5.0], 8)
    (low, high), (other_low, other_high) = (
        ends(paired_delta(np.zeros(len(v)), v / 100)) for v in (one_I, other_J)
    )
    wanted = (10 - np.hypot(10 - low, other_high), 10 + np.hypot(high - 10, other_low))
    assert ends(difference(one_I, other_J)) == pytest.approx(wanted)


def test_a_stack_of_one_row_each_is_a_paired_delta() -> None:
    one, other = scores(2), scores(3)
    assert ends(stacks_difference(one, other)) == pytest.approx(ends(paired_delta(other[0], one[0])))


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999, 1 - 1e-9])
@pytest.mark.parametrize("n", [2, 3, 4, 30])
def test_a_higher_level_holds_the_lower_one(level: float, n: int) -> None:
    for value_I in (scores(4, n)[0], np.zeros(n), np.eye(n)[0]):
        inner, outer = (np.array(reach(value_I, (0.0, 1.0), at)) for at in (0.9 * level, level))
        assert (outer > inner).all() and (inner > 0).all()


ODD = [
    [0.0, 0.0],
    [1.0, 1.0],
    [0.0, 1.0],
    [0.1] * 3,
    [0.7] * 3,
    [1.0] * 30,
    [0.0] * 500,
    [0.0] * 29 + [0.125],
    [1.0] * 29 + [0.0],
]


@pytest.mark.parametrize("value", ODD, ids=str)
def test_no_interval_is_empty_or_not_a_number_or_out_of_bounds(value: list[float]) -> None:
    value_I = np.array(value)
    zero_I = np.zeros_like(value_I)
    for estimate, bounds in (
        (accuracy(value_I), (0, 1)),
        (paired_delta(zero_I, value_I), (-100, 100)),
        (paired_delta(value_I, zero_I), (-100, 100)),
        (seeds_delta(zero_I, np.stack([value_I, zero_I])), (-100, 100)),
        (difference(100 * value_I, -100 * value_I), (-200, 200)),
    ):
        low, high = ends(estimate)
        assert bounds[0] <= low <= estimate.mean <= high <= bounds[1]
        assert high - low > 1e-3


def test_equal_values_that_are_no_binary_fractions_count_as_equal() -> None:
    assert ends(paired_delta(np.full(30, 0.1), np.full(30, 0.3))) == pytest.approx(
        ends(paired_delta(np.full(30, 0.25), np.full(30, 0.45)))
    )


def test_one_item_has_a_mean_but_no_interval() -> None:
    assert accuracy(np.array([0.5])) == Estimate(0.5, None)
    assert paired_delta(np.zeros(1), np.ones(1)) == Estimate(100.0, None)
    assert seeds_delta(np.zeros(1), np.ones((3, 1))) == Estimate(100.0, None)
    assert difference(np.array([5.0]), np.array([1.0, 2.0, 3.0])) == Estimate(3.0, None)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="no items"):
        accuracy(np.array([]))
    with pytest.raises(ValueError, match="no items"):
        difference(np.array([]), np.ones(3))
    with pytest.raises(ValueError, match="differ in items"):
        paired_delta(np.zeros(3), np.zeros(4))
    with pytest.raises(ValueError, match="differ in items"):
        stacks_difference(np.zeros((2, 3)), np.zeros((1, 4)))
    with pytest.raises(ValueError, match="paired_delta"):
        seeds_delta(np.zeros(3), np.zeros((1, 3)))


def test_the_order_of_items_and_of_seeds_does_not_matter() -> None:
    before_I, after_TI, mixed = (
        scores(5)[0],
        scores(6, p=0.6, rows=3),
        np.random.default_rng(7).permutation(30),
    )
    shuffled = seeds_delta(before_I[mixed], after_TI[::-1, mixed])
    assert ends(shuffled) == pytest.approx(ends(seeds_delta(before_I, after_TI)))


@pytest.mark.parametrize("seed", range(5))
def test_swapping_the_arms_turns_the_interval_round(seed: int) -> None:
    before_I, after_I = scores(seed, p=0.05)[0], scores(seed + 9, p=0.2)[0]
    low, high = ends(paired_delta(before_I, after_I))
    assert ends(paired_delta(after_I, before_I)) == pytest.approx((-high, -low))
    low, high = ends(difference(100 * before_I, 100 * after_I[:20]))
    assert ends(difference(100 * after_I[:20], 100 * before_I)) == pytest.approx((-high, -low))


def test_right_for_wrong_turns_an_accuracy_round() -> None:
    score_I = scores(8, p=0.1)[0]
    low, high = ends(accuracy(score_I))
    assert ends(accuracy(1 - score_I)) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(
    "value", [[0.0, 0.0], [0.0, 0.125, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]], ids=str
)
def test_more_items_of_the_same_kind_narrow_the_interval(value: list[float]) -> None:
    lows, highs = zip(*(ends(accuracy(np.array(value * times))) for times in (4, 8, 16, 32)), strict=True)
    assert all(np.diff(np.subtract(highs, lows)) < 0)


def test_one_seed_adds_nothing_and_more_add_their_t_interval() -> None:
    assert seed_reach(np.array([[3.0]])) == 0
    assert seed_reach(np.array([1.0, 2.0])) == pytest.approx(scipy_stats.t.ppf(0.975, 1) / 2)


def test_what_is_simulated_is_what_is_shipped() -> None:
    sample = simulated.draw(Setting(30, 8, 0.1, 1.0, "moved", 0.05, 0.03, 3), 20)
    low_R, high_R = simulated.chosen_seeds(sample)
    for before_I, after_TI, low, high in zip(sample.before_RI, sample.after_RTI, low_R, high_R, strict=True):
        assert ends(seeds_delta(before_I, after_TI)) == pytest.approx((100 * low, 100 * high))
    low_R, high_R = simulated.chosen(sample.before_RI, (0.0, 1.0))
    shipped_RE = np.array([ends(accuracy(before_I)) for before_I in sample.before_RI])
    assert shipped_RE == pytest.approx(np.stack([low_R, high_R], axis=1))
    other_RI = simulated.draw(Setting(83, 8, 0.5, 4.0, "same"), 20).change_RI
    low_R, high_R = simulated.chosen_difference(sample.change_RI, other_RI)
    for one_I, other_J, low, high in zip(sample.change_RI, other_RI, low_R, high_R, strict=True):
        assert ends(difference(100 * one_I, 100 * other_J)) == pytest.approx((100 * low, 100 * high))


def test_the_simulation_draws_what_it_says() -> None:
    sample = simulated.draw(Setting(500, 8, 0.1, 1.0, "moved", 0.05, 0.03, 2), 1000)
    assert sample.before_RI.mean() == pytest.approx(0.1, abs=0.002)
    assert sample.after_RTI.mean() == pytest.approx(0.15, abs=0.005)
    assert sample.after_RTI.mean(axis=2).std() == pytest.approx(np.hypot(0.03, 0.015), abs=0.003)
    assert sample.true_method == pytest.approx(0.05, abs=1e-4)


RUNS = 2000
SLACK = 100 * 2 * np.sqrt(0.95 * 0.05 / RUNS)
"""Two Monte Carlo standard errors, in percent."""


@pytest.mark.slow
@pytest.mark.parametrize(("n", "k"), simulated.SIZES)
@pytest.mark.parametrize("level", simulated.ACCURACIES)
def test_intervals_of_one_model_and_of_one_delta_keep_their_promise(n: int, k: int, level: float) -> None:
    base = Setting(n, k, level, 1.0)
    covers = [simulated.accuracy_coverage(base, RUNS).coverage]
    for arms, delta in (("same", 0.0), ("independent", 0.05), ("moved", 0.2)):
        setting = simulated._signed(Setting(n, k, level, 1.0, arms, delta))
        covers.append(simulated.delta_coverage(setting, RUNS).coverage)
    assert min(covers) >= 93.5 - SLACK
    if level in (0.1, 0.5):
        assert max(covers) <= 96.5 + SLACK


@pytest.mark.slow
@pytest.mark.parametrize("seed_sd", simulated.SEED_SDS)
@pytest.mark.parametrize("seeds", [2, 3])
def test_intervals_over_seeds_keep_their_promise(seed_sd: float, seeds: int) -> None:
    for n, k, arms in ((30, 8, "moved"), (83, 8, "independent"), (500, 1, "moved")):
        setting = Setting(n, k, 0.5, 1.0, arms, 0.05, seed_sd, seeds)
        assert simulated.seeds_coverage(setting, RUNS).coverage >= 93.5 - SLACK


def test_differences_keep_their_promise() -> None:
    leaked, rest = Setting(30, 8, 0.5, 1.0, "moved", 0.2), Setting(83, 8, 0.1, 1.0, "moved", 0.0)
    assert simulated.difference_coverage(leaked, rest, RUNS).coverage >= 93.5 - SLACK
    assert simulated.families_coverage(leaked, Setting(30, 8, 0.1, 1.0), RUNS).coverage >= 93.5 - SLACK
