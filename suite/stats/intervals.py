"""Means over items with their 95% intervals.

Items are the clusters: the noise of sampling an item k times is in the spread of the item scores already (Miller 2024, arXiv
2411.00640), so samples are never pooled across items.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from suite.schema import Interval

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
