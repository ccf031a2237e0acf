"""Statistics of paired scores; pure numpy and scipy.

Axes: ``score_I`` holds one score an item (avg@k, a share in 0..1), ``right_IS`` items x samples. Items are the clusters: the
noise of sampling an item k times is already in the spread of the item scores (Miller 2024, arXiv 2411.00640), so samples are
never pooled across items.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from suite.schema import Finding, Interval

LEVEL = 0.95
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean over items with its interval, in the unit of the input; no interval where one item leaves it undefined."""

    mean: float
    interval: Interval | None


def mean_interval(value_I: Floats, bounds: Interval) -> Estimate:
    """Mean and t interval over items, cut to ``bounds`` (what the mean can be at all).

    Where all items agree the t interval would have no width; then the unseen share of items that differ is bounded by
    Clopper-Pearson (for n of n equal: 1 - (alpha/2)**(1/n)) and each may lie at either bound.
    """
    n = len(value_I)
    if n == 0:
        raise ValueError("mean of no items")
    mean = float(np.mean(value_I))
    if n == 1:
        return Estimate(mean, None)
    low, high = bounds
    if np.ptp(value_I) <= 1e-9 * (high - low):  # equal but for rounding
        unseen = 1 - ((1 - LEVEL) / 2) ** (1 / n)
        return Estimate(mean, (mean - unseen * (mean - low), mean + unseen * (high - mean)))
    spread = float(np.std(value_I, ddof=1))
    half = float(scipy_stats.t.ppf((1 + LEVEL) / 2, n - 1)) * spread / np.sqrt(n)
    return Estimate(mean, (max(low, mean - float(half)), min(high, mean + float(half))))


def accuracy(score_I: Floats) -> Estimate:
    """Mean score over items, as a share."""
    return mean_interval(score_I, (0.0, 1.0))


def paired_delta(before_I: Floats, after_I: Floats) -> Estimate:
    """Mean of per-item differences in percentage points; both arrays hold the same items in the same order."""
    if before_I.shape != after_I.shape:
        raise ValueError(f"arms differ in items: {before_I.shape} and {after_I.shape}")
    return mean_interval(100 * (after_I - before_I), (-100.0, 100.0))


@dataclass(frozen=True)
class StrongBaseline:
    """The base under the best of its protocols: its score of each item (shares), and the protocol chosen on either half."""

    before_I: Floats
    chosen: tuple[int, int]


def strong_baseline(before_PI: Floats) -> StrongBaseline:
    """Cross-fitted best of several protocols: chosen on one half of the items, measured on the other. Rows: the pair's own first.

    The halves are the even and the odd items, so their order must not depend on the items' difficulty (items sorted by hash
    do). Chosen and measured on the same items, the maximum of several noisy means would be too high for the base and the delta
    too low (Cawley and Talbot 2010, JMLR 11:2079); crossed over, every item is measured once under a protocol that was chosen
    without it. Of equal means the first row counts.
    """
    if before_PI.ndim != 2 or min(before_PI.shape) < 1:
        raise ValueError(f"protocols x items expected, not {before_PI.shape}")
    even_I = np.arange(before_PI.shape[1]) % 2 == 0
    if even_I.all():
        raise ValueError("one item cannot be halved")
    for_odd, for_even = (int(np.argmax(before_PI[:, half_I].mean(axis=1))) for half_I in (even_I, ~even_I))
    return StrongBaseline(np.where(even_I, before_PI[for_even], before_PI[for_odd]), (for_even, for_odd))


def finding(delta: Estimate) -> Finding:
    """What the interval says: gain or loss where it excludes zero, else inconclusive."""
    if delta.interval is None:
        return "inconclusive"
    low, high = delta.interval
    return "gain" if low > 0 else "loss" if high < 0 else "inconclusive"


def pass_at_k(right_IS: NDArray[np.bool_], k: int) -> float:
    """Mean over items of the unbiased pass@k estimator 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, arXiv 2107.03374)."""
    n = right_IS.shape[1]
    if not 1 <= k <= n:
        raise ValueError(f"pass@{k} of {n} samples")
    wrong_I = n - right_IS.sum(axis=1)
    miss_I = np.ones(len(wrong_I))
    for j in range(k):
        miss_I *= np.maximum(wrong_I - j, 0) / (n - j)
    return float(np.mean(1 - miss_I))
