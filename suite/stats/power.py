"""How small a delta can be found, and what finding a smaller one takes: items, samples an item, training seeds.

A delta is detectable where the paired t test over items, two-sided at ``ALPHA``, finds it with chance ``POWER``. Variances are in
points squared. An item's difference has var_d(k) = between + sampling / k; the variance of the delta over n items is
var_d(k) / n, and of a method's delta over T training seeds var_d(k) / n + seed_sd^2 / T (Miller 2024, arXiv 2411.00640, has the
part without seeds). The detectable delta is lambda(df) times the root of a variance; lambda is the noncentrality at which
Student's t with df degrees of freedom rejects with chance ``POWER``.

One seed is about that checkpoint: df = n - 1, and seed noise is no part of it; of the method one seed says nothing. Of several
seeds the items' part has n - 1 and the seeds' part T - 1 degrees of freedom, and the two reaches are squared and added.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy import stats as scipy_stats

from suite.stats.significance import ALPHA

POWER = 0.8
MAX_POINTS = 100.0
"""No delta is larger."""
MOST = 10**9
"""Where a search ends: more items, samples or seeds than that are none."""
CONCENTRATION = 2 / 3
"""Assumed of item difficulties, a Beta: alpha + beta. Then 40% of a single answer's variance is sampling, 60% lies between items.

From the base rows of "Sober Look" (arXiv 2504.07086): the sd of an accuracy over runs, squared, times the items is the mean of
p (1 - p). Its ratio to accuracy (1 - accuracy) has the median 0.41 over AIME24, AIME25 and AMC23 (six bases, 15 entries above 0).
"""
CORRELATION = 0.8
"""Assumed of an item's difficulty before and after; a guess, since nobody publishes it."""


@dataclass(frozen=True)
class ItemVariance:
    """Variance of an item's difference, in points squared. ``between``: of its true difference, over items.

    ``sampling``: the noise of one sample in each arm, mean over items; None where each item has one sample, so that it cannot
    be told from ``between`` and is counted there.
    """

    between: float
    sampling: float | None

    def of_difference(self, k: int) -> float:
        """With ``k`` samples an item in either arm."""
        return self.between + (self.sampling or 0.0) / k


def assumed_variance(accuracy: float) -> ItemVariance:
    """Both arms near ``accuracy`` (a share in 0..1), difficulties spread as a Beta and correlated between the arms.

    p has the variance V = accuracy (1 - accuracy) / (CONCENTRATION + 1) in either arm; then between = 2 V (1 - CORRELATION) and
    sampling = 2 E[p (1 - p)] = 2 (accuracy (1 - accuracy) - V).
    """
    single = accuracy * (1 - accuracy)
    spread = single / (CONCENTRATION + 1)
    return ItemVariance(2e4 * spread * (1 - CORRELATION), 2e4 * (single - spread))


def measured_variance(before_IS: NDArray[np.bool_], after_IS: NDArray[np.bool_]) -> ItemVariance | None:
    """Components from what is right in two arms; the same items in the same order. None where nothing varies, or of one item.

    Sampling with equal k: the variance within items of after - before, sample by sample, because the arms share the seeds of
    their samples and part of their noise may cancel; where none does it estimates p (1 - p) of both arms. With unequal k: the sum
    of the variances within items of either arm. Between: the variance of the items' differences minus sampling / k, at least 0.
    """
    if len(before_IS) != len(after_IS):
        raise ValueError(f"arms differ in items: {len(before_IS)} and {len(after_IS)}")
    if len(before_IS) < 2:
        return None
    k_before, k_after = before_IS.shape[1], after_IS.shape[1]
    difference_I = 100 * (after_IS.mean(axis=1) - before_IS.mean(axis=1))
    observed = (
        float(np.var(difference_I, ddof=1)) if np.ptp(difference_I) > 1e-9 else 0.0
    )  # equal but for rounding
    if min(k_before, k_after) == 1:
        return ItemVariance(observed, None) if observed else None
    if k_before == k_after:
        sampling = _within(after_IS.astype(np.int8) - before_IS)
        noise = sampling / k_after
    else:
        sampling = _within(before_IS) + _within(after_IS)
        noise = _within(before_IS) / k_before + _within(after_IS) / k_after
    return ItemVariance(max(0.0, observed - noise), sampling) if observed or sampling else None


def _within(value_IS: NDArray[np.int8] | NDArray[np.bool_]) -> float:
    """Mean over items of the unbiased variance of their samples, in points squared."""
    return float(1e4 * np.var(value_IS, axis=1, ddof=1, dtype=np.float64).mean())


def _rejects(noncentrality: float, df: int) -> float:
    """Chance that the two-sided t test rejects."""
    critical = scipy_stats.t.ppf(1 - ALPHA / 2, df)
    wrong_sign = scipy_stats.nct.cdf(
        -critical, df, noncentrality
    )  # scipy has no number for it where it is below 1e-12
    return float(scipy_stats.nct.sf(critical, df, noncentrality) + np.nan_to_num(wrong_sign))


@cache
def _lambda(df: int) -> float:
    """Noncentrality that is found with chance ``POWER``: 2.80 for many degrees of freedom, 16.3 for one."""
    return float(
        optimize.brentq(lambda noncentrality: _rejects(noncentrality, df) - POWER, 1.0, 20.0, xtol=1e-12)
    )


def minimum_detectable_effect(variance: float, n: int) -> float | None:
    """Points that n items can show, where an item's difference has ``variance``; for one checkpoint, so without seed noise.

    None where it is undefined: for one item, without variance (items that all agree do not tell how much items vary), or beyond
    100 points.
    """
    if n < 2 or variance <= 0:
        return None
    points = _lambda(n - 1) * math.sqrt(variance / n)
    return points if points <= MAX_POINTS else None


def detectable_by(half: float | None, n: int) -> float | None:
    """Points that would be found with chance ``POWER`` where ``n`` items gave a 95% interval of that half width: its lambda / t.

    As ``minimum_detectable_effect``, with the interval's own idea of the spread, which is never zero.
    """
    if half is None or n < 2:
        return None
    return min(MAX_POINTS, _lambda(n - 1) * half / float(scipy_stats.t.ppf(1 - ALPHA / 2, n - 1)))


def _smallest(is_enough: Callable[[int], bool], first: int) -> int | None:
    """The smallest number from ``first`` to ``MOST`` that is enough, where all larger ones are; None if there is none."""
    high = first
    while not is_enough(high):
        if high >= MOST:
            return None
        high = min(2 * high, MOST)
    low = max(first - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _detects(variance: float, df: int, delta: float) -> bool:
    """Whether ``delta`` is detectable where its estimate has ``variance``; the slack is for rounding alone."""
    return _lambda(df) * math.sqrt(variance) <= delta * (1 + 1e-9)


def items_needed(variance: float, delta: float, of_seeds: float = 0.0) -> int | None:
    """Items that show ``delta`` points, where an item's difference has ``variance``; None if more than ``MOST``.

    ``of_seeds`` are the points that the training seeds by themselves can show; below them no number of items is enough.
    """
    left = math.sqrt(max(0.0, delta**2 - of_seeds**2))
    return _smallest(lambda n: _detects(variance / n, n - 1, left), 2) if left else None


def samples_needed(variance: ItemVariance, n: int, delta: float) -> int | None:
    """Samples an item with which n items show ``delta`` points; None where no number does, as the items differ too much."""
    if n < 2:
        return None
    return _smallest(lambda k: _detects(variance.of_difference(k) / n, n - 1, delta), 1)


def seeds_needed(variance: float, n: int, delta: float, seed_sd: float) -> int | None:
    """Training seeds, at least two, that show a method's ``delta`` points on n items; None where no number does.

    ``seed_sd`` is the standard deviation, in points, of the true delta from seed to seed. Detectable is the root of
    lambda(n - 1)^2 variance / n + lambda(T - 1)^2 seed_sd^2 / T, put together as the interval over items and seeds is.
    """
    if n < 2:
        return None
    of_items = _lambda(n - 1) * math.sqrt(variance / n)
    return _smallest(
        lambda seeds: math.hypot(of_items, _lambda(seeds - 1) * seed_sd / math.sqrt(seeds)) <= delta, 2
    )


class Needed(NamedTuple):
    """Totals that show a delta, each with the others as they are; None where no number does, or the noise is not known."""

    items: int | None
    samples: int | None
    seeds: int | None


def needed(
    half: float, n: int, delta: float, seed_T: Sequence[float] = (), split: ItemVariance | None = None
) -> Needed:
    """What shows ``delta`` points where ``n`` items gave a 95% interval of that half width.

    ``seed_T`` are the deltas of the training seeds that the interval covers, in points, empty for one seed; ``split`` is the
    variance of an item's difference, where it is known. The items' own part of the half width is what the seeds leave of it.
    """
    if n < 2 or delta <= 0:
        return Needed(None, None, None)
    seed_sd = float(np.std(seed_T, ddof=1)) if len(seed_T) > 1 else 0.0
    t_seeds, of_seeds = 0.0, 0.0
    if seed_sd:
        t_seeds = float(scipy_stats.t.ppf(1 - ALPHA / 2, len(seed_T) - 1)) * seed_sd / math.sqrt(len(seed_T))
        of_seeds = _lambda(len(seed_T) - 1) * seed_sd / math.sqrt(len(seed_T))
    of_items = math.sqrt(max(0.0, half**2 - t_seeds**2))
    variance = n * (of_items / float(scipy_stats.t.ppf(1 - ALPHA / 2, n - 1))) ** 2
    return Needed(
        items=items_needed(variance, delta, of_seeds),
        samples=samples_needed(split, n, delta)
        if split and split.sampling is not None and not seed_sd
        else None,
        seeds=seeds_needed(variance, n, delta, seed_sd) if seed_sd else None,
    )
