"""Power: parity with statsmodels, simulated power of what is called detectable, and what the components
measure.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from suite.schema import Spread
from suite.stats import power
from suite.stats.intervals import seeds_delta
from suite.stats.power import (
    items_needed,
    minimum_detectable_effect,
    samples_needed,
    seeds_needed,
)

statsmodels_power = pytest.importorskip("statsmodels.stats.power")  # not in the environment of vLLM
tt_solve_power = statsmodels_power.tt_solve_power
N_RUNS = 4000
TOLERANCE = 4 * np.sqrt(0.8 * 0.2 / N_RUNS)
CHANCE = statsmodels_power.TTestPower().power
Chances = NDArray[np.float64]


@pytest.mark.parametrize("n", [3, 5, 30, 83, 500, 5000])
def test_the_detectable_effect_is_found_with_80_percent_by_statsmodels(n: int) -> None:
    effect = minimum_detectable_effect(25.0, n)
    assert effect is not None
    assert CHANCE(effect / 5, n, 0.05) == pytest.approx(0.8, abs=1e-10)


@pytest.mark.parametrize("n", [3, 30, 500])
def test_the_detectable_effect_is_that_of_statsmodels(n: int) -> None:
    wanted = tt_solve_power(nobs=n, alpha=0.05, power=0.8)
    assert minimum_detectable_effect(1.0, n) == pytest.approx(wanted, rel=5e-6)  # their solver stops there


@pytest.mark.parametrize("delta", [0.5, 2.0, 5.0, 20.0, 60.0])
def test_the_items_needed_are_statsmodels_rounded_up(delta: float) -> None:
    wanted = tt_solve_power(effect_size=delta / 30, alpha=0.05, power=0.8)
    assert items_needed(900.0, delta) == int(np.ceil(wanted))


@pytest.mark.parametrize(("delta", "seed_sd"), [(5.0, 3.0), (10.0, 3.0), (3.0, 3.0)])
def test_where_items_do_not_vary_the_seeds_needed_are_statsmodels(delta: float, seed_sd: float) -> None:
    seeds = seeds_needed(1e-9, 500, delta, seed_sd)
    assert seeds is not None
    chance = {t: CHANCE(delta / seed_sd, t, 0.05) for t in (seeds, seeds - 1) if t > 1}
    assert chance.pop(seeds) >= 0.8 - 1e-9
    assert all(value < 0.8 for value in chance.values())


def test_so_many_seeds_find_the_delta_with_80_percent_by_the_interval_over_items_and_seeds() -> None:
    rng, n, item_sd, seed_sd, delta = np.random.default_rng(4), 200, 20.0, 2.0, 6.0
    seeds = seeds_needed(item_sd**2, n, delta, seed_sd)
    assert seeds is not None
    found = 0
    for _ in range(400):
        shift_T1 = rng.normal(delta, seed_sd, (seeds, 1))
        gain_TI = (shift_T1 + rng.normal(0, item_sd, n)) / 100
        interval = seeds_delta(np.zeros(n), gain_TI).interval
        found += interval is not None and interval[0] > 0
    assert (
        0.76 <= found / 400 <= 0.97
    )  # the fewest whole seeds, so at least 80%, up to what one seed fewer would miss


def test_published_rules_of_thumb_come_out() -> None:
    """80% power needs 2.8 standard errors: 30 items at sd 25 give 12.8 points by the normal, 500 at sd 50
    give 6.3.
    """
    assert minimum_detectable_effect(625.0, 30) == pytest.approx(
        12.8, abs=0.5
    )  # t with 29 degrees of freedom: a little more
    assert minimum_detectable_effect(2500.0, 500) == pytest.approx(6.3, abs=0.03)


def test_each_answer_is_the_smallest_that_is_enough() -> None:
    variance = Spread(between=100.0, sampling=1680.0)
    k = samples_needed(variance, 60, 6.0)
    n = items_needed(variance.of_difference(8), 6.0)
    assert k is not None and n is not None
    for enough, too_few in [
        ((variance.of_difference(k), 60), (variance.of_difference(k - 1), 60)),
        ((variance.of_difference(8), n), (variance.of_difference(8), n - 1)),
    ]:
        assert (minimum_detectable_effect(*enough) or 100) <= 6 < (minimum_detectable_effect(*too_few) or 100)


@pytest.mark.parametrize("k", [1, 2, 7, 8, 100])
def test_what_is_detectable_with_k_samples_needs_k_samples(k: int) -> None:
    variance = Spread(between=100.0, sampling=1680.0)
    effect = minimum_detectable_effect(variance.of_difference(k), 60)
    assert effect is not None
    assert samples_needed(variance, 60, effect) == k
    assert items_needed(variance.of_difference(k), effect) == 60


def test_where_items_differ_too_much_no_number_of_samples_or_seeds_is_enough() -> None:
    variance = Spread(between=504.0, sampling=1680.0)
    assert samples_needed(variance, 30, 5.0) is None
    assert seeds_needed(variance.of_difference(8), 30, 5.0, 3.0) is None
    assert samples_needed(variance, 200, 5.0) == 14


def test_the_undefined_is_none() -> None:
    assert minimum_detectable_effect(625.0, 1) is None
    assert minimum_detectable_effect(625.0, 0) is None
    assert minimum_detectable_effect(0.0, 30) is None
    assert minimum_detectable_effect(2500.0, 2) is None  # would be 577 points
    assert samples_needed(Spread(between=1.0, sampling=1.0), 1, 5.0) is None
    assert seeds_needed(1.0, 1, 5.0, 1.0) is None
    assert items_needed(2500.0, 1e-4) is None


def test_more_items_samples_and_seeds_never_hurt() -> None:
    variance = Spread(between=100.0, sampling=1680.0)
    by_n = [minimum_detectable_effect(500.0, n) for n in (5, 10, 100, 10_000, 10**7)]
    by_k = [minimum_detectable_effect(variance.of_difference(k), 30) for k in (1, 2, 8, 64)]
    for effects in (by_n, by_k):
        assert effects == sorted(effects, key=lambda effect: -(effect or 0)) and None not in effects


def drawn(rng: np.random.Generator, p: Chances, k: int) -> Chances:
    """avg@k for every chance."""
    return np.asarray(rng.binomial(k, p) / k)


def share_found(before: Chances, after: Chances) -> float:
    """Share of the runs (rows) whose paired t test finds the difference."""
    return float((scipy_stats.ttest_rel(after, before, axis=1).pvalue < 0.05).mean())


@pytest.mark.parametrize(("n", "k"), [(30, 8), (200, 1), (200, 8)])
def test_a_true_delta_of_the_detectable_size_is_found_in_80_percent_of_simulated_runs(n: int, k: int) -> None:
    rng = np.random.default_rng(0)
    before = rng.uniform(0.2, 0.5, (N_RUNS, n))
    change = rng.uniform(-0.1, 0.1, (N_RUNS, n))
    delta = 0.0
    for _ in range(8):  # the noise of the after arm depends on the delta, a little
        after = np.clip(before + change + delta, 0, 1)
        sampling = float(1e4 * (before * (1 - before) + after * (1 - after)).mean())
        variance = Spread(between=1e4 * 0.2**2 / 12, sampling=sampling)
        delta = (minimum_detectable_effect(variance.of_difference(k), n) or 0.0) / 100
    found = share_found(drawn(rng, before, k), drawn(rng, before + change + delta, k))
    assert found == pytest.approx(0.8, abs=TOLERANCE)


def test_the_items_needed_find_the_delta_nearly_as_often_when_most_items_are_never_or_always_solved() -> None:
    """Difficulties as they are assumed; a fifth of the items get a new one: the differences are mostly
    zero, and skewed.
    """
    rng = np.random.default_rng(1)

    def chances(n_runs: int, n: int) -> tuple[Chances, Chances]:
        before = rng.beta(0.2, 0.8 * 7 / 12, (n_runs, n))
        return before, np.where(rng.random((n_runs, n)) < 0.2, rng.beta(0.4, 4 / 15, (n_runs, n)), before)

    before, after = chances(1, 1_000_000)
    delta = 100 * float((after - before).mean())
    sampling = float(1e4 * (before * (1 - before) + after * (1 - after)).mean())
    variance = Spread(between=float(1e4 * np.var(after - before)), sampling=sampling)
    n = items_needed(variance.of_difference(8), delta)
    assert n is not None and n > 100
    before, after = chances(N_RUNS, n)
    assert share_found(drawn(rng, before, 8), drawn(rng, after, 8)) == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("ks", [(8, 8), (2, 2), (8, 3)])
def test_the_components_are_measured_without_bias(ks: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    before_I = rng.uniform(0.1, 0.5, 1000)
    after_I = before_I + rng.choice([-0.1, 0.5], 1000)
    found = []
    for _ in range(60):
        arms = [rng.random((1000, k)) < p[:, None] for p, k in zip((before_I, after_I), ks, strict=True)]
        one = power.measured_variance(*arms)
        assert one is not None and one.sampling is not None
        found.append((one.between, one.sampling))
    truth = (
        1e4 * np.var(after_I - before_I, ddof=1),
        1e4 * (before_I * (1 - before_I) + after_I * (1 - after_I)).mean(),
    )
    error = np.std(found, axis=0, ddof=1) / np.sqrt(60)
    assert np.all(np.abs(np.mean(found, axis=0) - truth) < 4 * error)


def test_noise_that_the_arms_share_is_not_counted() -> None:
    rng = np.random.default_rng(3)
    noise_IS = rng.random((500, 8))
    one = power.measured_variance(noise_IS < 0.4, noise_IS < 0.5)
    assert one is not None and one.sampling is not None
    assert one.sampling == pytest.approx(1e4 * 0.1 * 0.9, rel=0.1)  # not 1e4 (0.4 x 0.6 + 0.5 x 0.5)
    assert one.between < 10


def test_one_sample_an_item_does_not_tell_sampling_from_items() -> None:
    before_IS, after_IS = np.array([[True], [False], [False]]), np.array([[True], [True], [False]])
    one = power.measured_variance(before_IS, after_IS)
    assert one is not None and (one.between, one.sampling) == (pytest.approx(1e4 / 3), None)
    assert one.of_difference(8) == one.of_difference(1)


def test_without_variance_or_with_one_item_nothing_is_measured() -> None:
    wrong_IS, right_IS = np.zeros((5, 4), dtype=bool), np.ones((5, 4), dtype=bool)
    assert power.measured_variance(wrong_IS, wrong_IS) is None
    assert power.measured_variance(wrong_IS, right_IS) is None
    assert power.measured_variance(wrong_IS[:, :1], right_IS) is None
    assert power.measured_variance(wrong_IS[:1], right_IS[:1]) is None
    third_IS = np.tile([True, False, False], (7, 1))  # 1/3 has no exact binary fraction
    assert power.measured_variance(np.zeros((7, 1), dtype=bool), third_IS) is None
    with pytest.raises(ValueError, match="differ in items"):
        power.measured_variance(wrong_IS, right_IS[:3])


@pytest.mark.parametrize("accuracy", [0.05, 0.3, 0.9])
def test_the_assumed_variance_is_that_of_correlated_betas(accuracy: float) -> None:
    rng = np.random.default_rng(4)
    c = power.CONCENTRATION
    p, fresh = rng.beta(c * accuracy, c * (1 - accuracy), (2, 2_000_000))
    q = np.where(rng.random(len(p)) < power.CORRELATION, p, fresh)  # of the same Beta, correlated
    assumed = power.assumed_variance(accuracy)
    assert assumed.between == pytest.approx(1e4 * np.var(q - p), rel=0.02)
    assert assumed.sampling == pytest.approx(1e4 * (p * (1 - p) + q * (1 - q)).mean(), rel=0.02)
