"""Tests of significance: brute force, parity with scipy and statsmodels, and error rates that hold."""

from itertools import product

import numpy as np
import pytest
from scipy import stats as scipy_stats

from suite.stats import Estimate, delta, delta_p
from suite.stats.significance import FLIPS, benjamini_hochberg, equivalent_within, finding, holm, sign_flip_p

mcnemar = pytest.importorskip(
    "statsmodels.stats.contingency_tables"
).mcnemar  # not in the environment of vLLM
multipletests = pytest.importorskip("statsmodels.stats.multitest").multipletests


@pytest.mark.parametrize("k", [1, 3, 8])
def test_the_exact_p_is_the_share_of_all_sign_patterns(k: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(20):
        count_I = rng.integers(-k, k + 1, 9)
        sums = [abs(int(np.dot(signs, count_I))) for signs in product((1, -1), repeat=9)]
        wanted = np.mean([s >= abs(int(count_I.sum())) for s in sums])
        assert sign_flip_p(count_I / k, 1 / k) == pytest.approx(wanted, abs=1e-13)


def test_one_sample_an_item_gives_mcnemars_exact_test() -> None:
    fixed, broken, same = 31, 17, 452
    difference_I = np.concatenate([np.ones(fixed), -np.ones(broken), np.zeros(same)])
    p = sign_flip_p(difference_I, 1.0)
    assert p == pytest.approx(mcnemar([[0, broken], [fixed, 0]], exact=True).pvalue, abs=1e-12)
    assert p == pytest.approx(scipy_stats.binomtest(fixed, fixed + broken).pvalue, abs=1e-12)


def test_scipys_permutation_test_agrees() -> None:
    difference_I = np.array([3, 1, -2, 4, 0, 2, -1, 5]) / 8
    theirs = scipy_stats.permutation_test(
        (difference_I,),
        lambda x, axis: np.sum(x, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert sign_flip_p(difference_I, 1 / 8) == pytest.approx(theirs.pvalue, abs=1e-12)


def test_a_p_of_a_large_effect_is_tiny_and_not_zero() -> None:
    p = sign_flip_p(np.ones(500), 1.0)
    assert p == pytest.approx(2.0**-499, rel=1e-9)


@pytest.mark.parametrize("difference_I", [np.zeros(5), np.array([1.0, -1.0]), np.array([0.5])])
def test_no_difference_a_tie_and_one_item_reject_nothing(difference_I: np.ndarray) -> None:
    assert sign_flip_p(difference_I, 0.5) == 1.0


def test_no_items_have_no_p() -> None:
    assert sign_flip_p(np.array([]), 1.0) is None


def test_differences_that_are_no_multiples_are_flipped_at_random_the_same_on_every_call() -> None:
    difference_I = np.random.default_rng(0).normal(0.3, 1, 40)
    first = sign_flip_p(difference_I, 1 / 8)
    assert first == sign_flip_p(difference_I, 1 / 8) == sign_flip_p(difference_I)
    assert first == pytest.approx(scipy_stats.ttest_1samp(difference_I, 0).pvalue, abs=0.02)
    assert sign_flip_p(difference_I + 10) == 1 / (
        FLIPS + 1
    )  # never zero, and small enough for Holm over 48 cells


def test_holm_and_benjamini_hochberg_are_statsmodels() -> None:
    rng = np.random.default_rng(5)
    for n in (1, 2, 7, 48):
        p_values = [*rng.beta(0.4, 2, n - 1), 0.03] if n > 1 else [0.03]
        assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-12)
        assert benjamini_hochberg(p_values) == pytest.approx(
            multipletests(p_values, method="fdr_bh")[1], abs=1e-12
        )
        assert benjamini_hochberg(p_values) == pytest.approx(
            scipy_stats.false_discovery_control(p_values), abs=1e-12
        )


def test_nothing_adjusted_is_nothing() -> None:
    assert (holm([]), benjamini_hochberg([])) == ([], [])


@pytest.mark.parametrize(
    ("mean", "interval", "p", "within", "word"),
    [
        (4, (1, 7), 0.01, 6.0, "gain"),
        (-4, (-7, -1), 0.01, 6.0, "loss"),
        (4, (1, 7), 0.06, 6.0, "inconclusive"),
        (4, (-1, 9), 0.2, 8.0, "inconclusive"),
        (1, (-2, 4), 0.5, 3.0, "equivalent"),
        (1, (-2, 4), 0.5, 5.0, "inconclusive"),
        (1, (0.5, 1.5), 0.01, 1.4, "gain"),
        (1, (0, 2), 0.05, 1.8, "equivalent"),
        (1, None, None, None, "inconclusive"),
    ],
)
def test_a_finding_needs_interval_and_test_and_equivalence_the_margin(
    mean: float, interval: tuple[float, float] | None, p: float | None, within: float | None, word: str
) -> None:
    assert finding(Estimate(mean, interval), p, within, margin=5.0) == word


def test_equivalence_is_within_the_farther_end() -> None:
    assert equivalent_within((-2.0, 3.5)) == 3.5
    assert equivalent_within(None) is None


def test_a_true_zero_is_rejected_in_at_most_5_percent_and_families_of_48_with_holm_too() -> None:
    rng = np.random.default_rng(11)
    share_I = rng.beta(0.6, 1.0, 30)
    boards, cells = 60, 48
    p_BC = np.array(
        [
            [
                sign_flip_p((rng.binomial(8, share_I) - rng.binomial(8, share_I)) / 8, 1 / 8)
                for _ in range(cells)
            ]
            for _ in range(boards)
        ]
    )
    error = 2 * np.sqrt(0.05 * 0.95 / p_BC.size)
    assert (p_BC <= 0.05).mean() <= 0.05 + error
    wrong = np.mean([min(holm(list(p_C))) <= 0.05 for p_C in p_BC])
    assert wrong <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / boards)


def arms(rng: np.random.Generator, n: int, k: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """avg@k of two arms whose true accuracies differ by exactly ``shift`` (a share) on every item."""
    share_I = rng.uniform(0.1, 0.9 - shift, n)
    return rng.binomial(k, share_I) / k, rng.binomial(k, share_I + shift) / k


@pytest.mark.parametrize(("n", "k"), [(30, 8), (83, 8), (500, 1)])
def test_a_delta_at_the_margin_is_called_equivalent_in_at_most_5_percent(n: int, k: int) -> None:
    rng, runs, margin = np.random.default_rng(n), 600, 8.0
    called = 0
    for _ in range(runs):
        before_I, after_I = arms(rng, n, k, margin / 100)
        within = equivalent_within(delta(before_I, after_I[None], level=0.95).interval)
        called += within is not None and within < margin
    assert called / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize(("n", "k"), [(30, 8), (83, 8), (500, 1)])
def test_two_runs_of_the_same_model_are_a_gain_or_a_loss_in_at_most_5_percent(n: int, k: int) -> None:
    rng, runs, found = np.random.default_rng(n + 1), 600, 0
    for _ in range(runs):
        before_I, after_I = arms(rng, n, k, 0.0)
        word = finding(delta(before_I, after_I[None]), delta_p(before_I, after_I[None], k))
        found += word != "inconclusive"
    assert found / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


def test_a_true_nothing_is_called_equivalent_once_there_are_items_enough() -> None:
    rng, called = np.random.default_rng(8), 0
    for _ in range(100):
        before_I, after_I = arms(rng, 500, 8, 0.0)
        delta_I = delta(before_I, after_I[None], level=0.9)
        called += (
            finding(delta(before_I, after_I[None]), 0.5, equivalent_within(delta_I.interval), 5.0)
            == "equivalent"
        )
    assert called == 100
