"""Means over items with their intervals, at 95% unless another level is asked for; no random numbers.

Items are the clusters: the noise of sampling an item k times is in the spread of the item scores already (Miller 2024, arXiv
2411.00640), so samples are never pooled across items and no rule here needs k. Axes: I items, J other items, T and U training
seeds, X any number of axes before the last. The rule was chosen by simulation: docs/statistics-coverage.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from suite.schema import Interval

LEVEL = 0.95
Floats = NDArray[np.float64]
SHARES, POINTS = (0.0, 1.0), (-100.0, 100.0)
"""What a score and a delta can be at all."""
TELLING = 4
"""Items that must differ from the most frequent value before the spread that was seen is taken as all there is."""


@dataclass(frozen=True)
class Estimate:
    """A mean over items with its interval, in the unit of the input; no interval where one item leaves it undefined."""

    mean: float
    interval: Interval | None


def _t(level: float, df: int) -> float:
    """Student's two-sided quantile."""
    return float(special.stdtrit(df, (1 + level) / 2))


def _unseen(value_XI: Floats, rounding: float) -> Floats:
    """Weight of an imagined item at either bound: 1 where all items agree, halved for each that differs, 0 from four on.

    Few changes tell little of their sizes: the largest may not have been seen. Four is where the t interval of so many equal
    changes among many unchanged items begins to exclude zero; of fewer it never does.
    """
    sorted_XI, n = np.sort(value_XI, axis=-1), value_XI.shape[-1]
    weight_X: Floats = np.zeros(value_XI.shape[:-1])
    for differing in range(TELLING - 1, -1, -1):
        run = max(n - differing, 1)  # so many in a row are equal, but for rounding
        alike_X = (sorted_XI[..., run - 1 :] - sorted_XI[..., : n - run + 1] <= rounding).any(axis=-1)
        weight_X = np.where(alike_X, 0.5**differing, weight_X)
    return weight_X


def reach(value_XI: Floats, bounds: Interval, level: float = LEVEL) -> tuple[Floats, Floats]:
    """How far the interval goes below and above the mean over items, before it is cut to ``bounds``; at least two items.

    se * (t + a) on the side to which the values lean, se * max(t - a / 10, t / 2) on the other, with

        S2 = sum d^2 + w (low^2 + high^2), S3 = sum d^3 + w (low^3 + high^3), d, low, high: items and bounds less the mean
        se = sqrt(S2 / (n (n - 1))), g = S3 n sqrt(n - 1) / ((n - 2) S2^1.5), a = (2 t^2 + 1) / 6 * |g| / sqrt(n)

    and t Student's quantile with n - 1 degrees of freedom, w as in ``_unseen``. a is the first-order correction of the t
    interval for skewness (Johnson 1978, JASA 73:536; Hall 1992, J. R. Statist. Soc. B 54:221), whole where it widens and a
    tenth where it narrows, because the skewness g of few items is itself noise.
    """
    n = value_XI.shape[-1]
    mean_X = value_XI.mean(axis=-1)
    apart_XI, low_X, high_X = value_XI - mean_X[..., None], bounds[0] - mean_X, bounds[1] - mean_X
    unseen_X = _unseen(value_XI, 1e-9 * (bounds[1] - bounds[0]))
    squares_X = (apart_XI**2).sum(axis=-1) + unseen_X * (low_X**2 + high_X**2)
    cubes_X = (apart_XI**3).sum(axis=-1) + unseen_X * (low_X**3 + high_X**3)
    lean_X = (
        np.sqrt(n * (n - 1)) / max(n - 2, 1) * cubes_X / squares_X**1.5 if n > 2 else np.zeros_like(mean_X)
    )
    error_X, t = np.sqrt(squares_X / (n * (n - 1))), _t(level, n - 1)
    skew_X = (2 * t**2 + 1) / 6 * np.abs(lean_X)
    long_X, short_X = error_X * (t + skew_X), error_X * np.maximum(t - skew_X / 10, t / 2)
    return np.where(lean_X > 0, short_X, long_X), np.where(lean_X > 0, long_X, short_X)


def seed_reach(mean_XT: Floats, level: float = LEVEL) -> Floats:
    """Half the t interval of a mean over training seeds; 0 of a single seed, which tells nothing of others."""
    n = mean_XT.shape[-1]
    if n == 1:
        return np.zeros(mean_XT.shape[:-1])
    half_X: Floats = _t(level, n - 1) * mean_XT.std(axis=-1, ddof=1) / np.sqrt(n)
    return half_X


def _estimate(mean: float, below: float, above: float, bounds: Interval) -> Estimate:
    return Estimate(mean, (max(bounds[0], mean - below), min(bounds[1], mean + above)))


def _mean_interval(value_I: Floats, bounds: Interval, level: float) -> Estimate:
    """Mean over items and its interval, cut to ``bounds``; of one item no interval."""
    if len(value_I) == 0:
        raise ValueError("mean of no items")
    mean = float(np.mean(value_I))
    if len(value_I) == 1:
        return Estimate(mean, None)
    below, above = reach(value_I, bounds, level)
    return _estimate(mean, float(below), float(above), bounds)


def accuracy(score_I: Floats, level: float = LEVEL) -> Estimate:
    """Mean score over items, as a share; about this model over the items that these are a sample of."""
    return _mean_interval(score_I, SHARES, level)


def paired_delta(before_I: Floats, after_I: Floats, level: float = LEVEL) -> Estimate:
    """Mean of per-item differences in points; both arrays hold shares of the same items in the same order.

    About these two models over the items that these are a sample of, sampling noise included.
    """
    if before_I.shape != after_I.shape:
        raise ValueError(f"arms differ in items: {before_I.shape} and {after_I.shape}")
    return _mean_interval(100 * (after_I - before_I), POINTS, level)


def seeds_delta(before_I: Floats, after_TI: Floats, level: float = LEVEL) -> Estimate:
    """Delta in points of a method: over items and over training seeds, which share the items and the base; T >= 2.

    See ``stacks_difference``: the base is one stack of a single row.
    """
    if len(after_TI) < 2:
        raise ValueError(f"{len(after_TI)} training seed: its delta is a paired_delta")
    return stacks_difference(after_TI, before_I[None, :], level=level)


def stacks_difference(one_TI: Floats, other_UI: Floats, level: float = LEVEL) -> Estimate:
    """Mean difference in points of two stacks of per-item shares (scores or their gains) on the same items, over items and seeds.

    The parts' reaches are squared and added, on either side: the items' (of the mean over seeds), and for each stack of
    several rows t s / sqrt(rows) of its rows' means. With every part's own t quantile coverage is not below the level for
    normal means (Banerjee 1960, Sankhya 22:357). Noise of item times seed is in both parts: on the safe side. A stack of one
    row stands for that checkpoint alone.
    """
    if one_TI.shape[1:] != other_UI.shape[1:]:
        raise ValueError(f"arms differ in items: {one_TI.shape[1:]} and {other_UI.shape[1:]}")
    most = 200.0 if min(one_TI.min(initial=0), other_UI.min(initial=0)) < 0 else 100.0  # of gains, of scores
    of_items = _mean_interval(100 * (one_TI.mean(axis=0) - other_UI.mean(axis=0)), (-most, most), level)
    if of_items.interval is None:
        return of_items
    seeds = [100 * float(seed_reach(stack.mean(axis=1), level)) for stack in (one_TI, other_UI)]
    below, above = (float(np.hypot.reduce([abs(end - of_items.mean), *seeds])) for end in of_items.interval)
    return _estimate(of_items.mean, below, above, (-most, most))


def difference(one_I: Floats, other_J: Floats, level: float = LEVEL) -> Estimate:
    """Mean of one minus mean of the other over disjoint items, both in points; for items alone, no training seeds.

    Limits from the limits of either mean (MOVER: Zou and Donner 2008, Statistics in Medicine 27:1693; Newcombe 1998, ibid.
    17:873): d - sqrt((m1 - l1)^2 + (u2 - m2)^2) and d + sqrt((u1 - m1)^2 + (m2 - l2)^2).
    """
    one, other = (_mean_interval(value, POINTS, level) for value in (one_I, other_J))
    return estimates_difference(one, other)


def estimates_difference(one: Estimate, other: Estimate) -> Estimate:
    """One minus the other of two independent estimates in points, by MOVER as ``difference``; no interval where one has none."""
    mean = one.mean - other.mean
    if one.interval is None or other.interval is None:
        return Estimate(mean, None)
    (one_low, one_high), (other_low, other_high) = one.interval, other.interval
    below = np.hypot(one.mean - one_low, other_high - other.mean)
    above = np.hypot(one_high - one.mean, other.mean - other_low)
    return _estimate(mean, float(below), float(above), (2 * POINTS[0], 2 * POINTS[1]))
