"""How small a delta can be detected, and what it takes to detect a smaller one.

A delta is detectable where the paired t test over items, two-sided at ``ALPHA``, finds it with chance
``POWER``. Variances are in points squared. An item's difference has var_d(k) = between + sampling / k; the
variance of the delta over n items is var_d(k) / n, and of a method's delta over T training seeds var_d(k) /
n + seed_sd^2 / T (Miller 2024, arXiv 2411.00640, has the part without seeds). The detectable delta is
lambda(df) times the root of a variance; lambda is the noncentrality at which Student's t with df degrees of
freedom rejects with chance ``POWER``.

One seed is about that checkpoint: df = n - 1 and seed noise is no part of it; it says nothing about the
method. With several seeds the items' part has n - 1 and the seeds' part T - 1 degrees of freedom, and the
two reaches are squared and added.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy import stats as scipy_stats

from suite.schema import Needs, Spread
from suite.stats.significance import ALPHA

POWER = 0.8
MAX_POINTS = 100.0
"""No delta is larger."""
MOST = 10**9
"""Where a search ends: a larger number of items, samples or seeds counts as none."""
CONCENTRATION = 2 / 3
"""Assumed alpha + beta of item difficulties, a Beta: 40% of a single answer's variance is sampling, 60%
between items.

From the base rows of "Sober Look" (arXiv 2504.07086): the sd of an accuracy over runs, squared, times the
items is the mean of p (1 - p). Its ratio to accuracy (1 - accuracy) has the median 0.41 over AIME24, AIME25
and AMC23 (six bases, 15 entries above 0).
"""
CORRELATION = 0.8
"""Assumed correlation of an item's difficulty before and after: a guess, as it is not published anywhere."""


def assumed_variance(accuracy: float) -> Spread:
    """Return the variance where both arms are near ``accuracy`` (a share) and difficulties are a Beta.

    Difficulties correlate between the arms. p has the variance V = accuracy (1 - accuracy) / (CONCENTRATION
    + 1) in either arm; then between = 2 V (1 - CORRELATION) and sampling = 2 E[p (1 - p)] = 2 (accuracy (1
    - accuracy) - V).

    >>> round(assumed_variance(0.5).between, 6)
    600.0
    """
    single = accuracy * (1 - accuracy)
    of_items = single / (CONCENTRATION + 1)
    return Spread(between=2e4 * of_items * (1 - CORRELATION), sampling=2e4 * (single - of_items))


def measured_variance(before_IS: NDArray[np.bool_], after_IS: NDArray[np.bool_]) -> Spread | None:
    """Return the components from what is right in two arms, the same items in the same order.

    None where nothing varies, or of one item. Sampling with equal k: the variance within items of after -
    before, sample by sample, because the arms share the seeds of their samples and part of their noise may
    cancel; where none does it estimates p (1 - p) of both arms. With unequal k: the sum of the variances
    within items of either arm. Between: the variance of the items' differences minus sampling / k, at least
    0.
    """
    if len(before_IS) != len(after_IS):
        raise ValueError(f"arms differ in items: {len(before_IS)} and {len(after_IS)}")
    if len(before_IS) < 2:
        return None
    k_before = before_IS.shape[1]
    k_after = after_IS.shape[1]
    difference_I = 100 * (after_IS.mean(axis=1) - before_IS.mean(axis=1))
    varies = np.ptp(difference_I) > 1e-9  # less is rounding
    observed = float(np.var(difference_I, ddof=1)) if varies else 0.0
    # One sample of an item shows no variance within it: its noise stays in what is observed between items.
    if min(k_before, k_after) == 1:
        return Spread(between=observed) if observed else None
    if k_before == k_after:
        sampling = _within(after_IS.astype(np.int8) - before_IS)
        noise = sampling / k_after
    else:
        sampling = _within(before_IS) + _within(after_IS)
        noise = _within(before_IS) / k_before + _within(after_IS) / k_after
    if not observed and not sampling:
        return None
    return Spread(between=max(0.0, observed - noise), sampling=sampling)


def _within(value_IS: NDArray[np.int8] | NDArray[np.bool_]) -> float:
    """Return the mean over items of the unbiased variance of their samples, in points squared."""
    return float(1e4 * np.var(value_IS, axis=1, ddof=1, dtype=np.float64).mean())


def _rejects(noncentrality: float, df: int) -> float:
    """Return the chance that the two-sided t test rejects."""
    critical = scipy_stats.t.ppf(1 - ALPHA / 2, df)
    # scipy gives NaN for a wrong sign whose chance is below 1e-12.
    wrong_sign = scipy_stats.nct.cdf(-critical, df, noncentrality)
    return float(scipy_stats.nct.sf(critical, df, noncentrality) + np.nan_to_num(wrong_sign))


@cache
def _lambda(df: int) -> float:
    """Return the noncentrality that is found with chance ``POWER``.

    2.80 with many degrees of freedom, 16.3 with one.
    """

    def excess(noncentrality: float) -> float:
        return _rejects(noncentrality, df) - POWER

    return float(optimize.brentq(excess, 1.0, 20.0, xtol=1e-12))


def minimum_detectable_effect(variance: float, n: int) -> float | None:
    """Return the points that n items can show if an item's difference has ``variance``; for one checkpoint.

    Seed noise is no part of it. None where it is undefined: for one item, without variance (items that all
    agree do not show how much items vary), or beyond 100 points.

    >>> round(minimum_detectable_effect(2500.0, 500), 2)
    6.28
    """
    if n < 2 or variance <= 0:
        return None
    points = _lambda(n - 1) * math.sqrt(variance / n)
    return points if points <= MAX_POINTS else None


def detectable_by(half_width: float | None, n: int) -> float | None:
    """Return the points found with chance ``POWER`` if ``n`` items gave a 95% interval of that half width.

    It is the half width times lambda / t: as ``minimum_detectable_effect``, with the interval's own
    estimate of the spread, which is never zero.
    """
    if half_width is None or n < 2:
        return None
    return min(MAX_POINTS, _lambda(n - 1) * half_width / _t(n - 1))


def _t(df: int) -> float:
    """Return Student's quantile of a two-sided test at ``ALPHA``."""
    return float(scipy_stats.t.ppf(1 - ALPHA / 2, df))


def _smallest(is_enough: Callable[[int], bool], first: int) -> int | None:
    """Return the smallest number from ``first`` to ``MOST`` that is enough; None if there is none.

    Every number above one that is enough must be enough, too.
    """
    high = first
    while not is_enough(high):
        if high >= MOST:
            return None
        high = min(2 * high, MOST)
    low = max(first - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle
    return high


def _detects(variance: float, df: int, delta: float) -> bool:
    """Whether ``delta`` is detectable if its estimate has ``variance``, with slack for rounding."""
    return _lambda(df) * math.sqrt(variance) <= delta * (1 + 1e-9)


def items_needed(variance: float, delta: float, seeds_reach: float = 0.0) -> int | None:
    """Return the items that show ``delta`` points if an item's difference has ``variance``.

    None if above ``MOST``.

    ``seeds_reach`` are the points that the training seeds alone can show; below them no number of items is
    enough.

    >>> items_needed(2500.0, 5.0)
    787
    """
    left = math.sqrt(max(0.0, delta**2 - seeds_reach**2))
    return _smallest(lambda n: _detects(variance / n, n - 1, left), 2) if left else None


def samples_needed(spread: Spread, n: int, delta: float) -> int | None:
    """Return the samples per item with which n items show ``delta`` points.

    None if no number does, as the items differ too much.
    """
    if n < 2:
        return None
    return _smallest(lambda k: _detects(spread.of_difference(k) / n, n - 1, delta), 1)


def seeds_needed(variance: float, n: int, delta: float, seed_sd: float) -> int | None:
    """Return the training seeds, at least two, that show a method's ``delta`` points on n items.

    None if no number does.

    ``seed_sd`` is the standard deviation, in points, of the true delta from seed to seed. Detectable is the
    root of lambda(n - 1)^2 variance / n + lambda(T - 1)^2 seed_sd^2 / T, combined as the interval over
    items and seeds is.
    """
    if n < 2:
        return None
    items_reach = _lambda(n - 1) * math.sqrt(variance / n)

    def is_enough(seeds: int) -> bool:
        return math.hypot(items_reach, _lambda(seeds - 1) * seed_sd / math.sqrt(seeds)) <= delta

    return _smallest(is_enough, 2)


def needed(
    half_width: float, n: int, delta: float, seed_T: Sequence[float] = (), spread: Spread | None = None
) -> Needs:
    """Return the totals that would show ``delta`` points.

    ``n`` items gave a 95% interval of that half width.

    ``seed_T`` are the deltas of the training seeds that the interval covers, in points, empty for one seed;
    ``spread`` is the variance of an item's difference, if it is known. Each total leaves the other two as
    they are.
    """
    if n < 2 or delta <= 0:
        return Needs()
    n_seeds = len(seed_T)
    seed_sd = float(np.std(seed_T, ddof=1)) if n_seeds > 1 else 0.0
    # How far the seeds alone reach: in the interval that was computed, and in what they can detect.
    seeds_half = 0.0
    seeds_reach = 0.0
    if seed_sd:
        seeds_half = _t(n_seeds - 1) * seed_sd / math.sqrt(n_seeds)
        seeds_reach = _lambda(n_seeds - 1) * seed_sd / math.sqrt(n_seeds)
    # The items' part of the half width is what the seeds leave of it; from it follows an item's variance.
    items_half = math.sqrt(max(0.0, half_width**2 - seeds_half**2))
    variance = n * (items_half / _t(n - 1)) ** 2
    items = items_needed(variance, delta, seeds_reach)
    if seed_sd:
        return Needs(items=items, seeds=seeds_needed(variance, n, delta, seed_sd))
    if spread is None or spread.sampling is None:
        return Needs(items=items)
    return Needs(items=items, samples=samples_needed(spread, n, delta))
