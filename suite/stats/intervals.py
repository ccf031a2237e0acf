"""Means over items with their intervals, at 95% by default; no random numbers.

Items are the clusters: the spread of the item scores already contains the noise of sampling an item k times
(Miller 2024, arXiv 2411.00640), so samples are never pooled across items and no rule here needs k. Axes: I
items, J other items, T and U training seeds, X any number of axes before the last. The rule was chosen by
simulation: docs/statistics-coverage.md.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from suite.schema import Interval

LEVEL = 0.95
Floats = NDArray[np.float64]
SHARES = (0.0, 1.0)
"""Bounds of a score."""
POINTS = (-100.0, 100.0)
"""Bounds of a delta."""
TELLING = 4
"""Items that must differ from the most frequent value for the observed spread to count as the whole."""


@final  # so that the type of ``estimate and estimate.mean`` is that of the mean, or None
@dataclass(frozen=True)
class Estimate:
    """A mean over items with its interval, in the unit of the input; None for one item."""

    mean: float
    interval: Interval | None


def _t(level: float, df: int) -> float:
    """Return Student's two-sided quantile."""
    return float(special.stdtrit(df, (1 + level) / 2))


def _unseen(value_XI: Floats, rounding: float) -> Floats:
    """Return the weight of an imagined item at either bound.

    1 if all items agree, halved for each that differs, 0 from four on. Few changes say little about the size
    of changes: the largest may not have been seen. Four is where the t interval of so many equal changes
    among many unchanged items begins to exclude zero; of fewer it never does.
    """
    sorted_XI = np.sort(value_XI, axis=-1)
    n = value_XI.shape[-1]
    weight_X: Floats = np.zeros(value_XI.shape[:-1])
    for differing in range(TELLING - 1, -1, -1):
        # All but ``differing`` items agree if some run of so many sorted items spans no more than rounding.
        run = max(n - differing, 1)
        agree_X = (sorted_XI[..., run - 1 :] - sorted_XI[..., : n - run + 1] <= rounding).any(axis=-1)
        weight_X = np.where(agree_X, 0.5**differing, weight_X)
    return weight_X


def reach(value_XI: Floats, bounds: Interval, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return how far the interval goes below and above the mean over items, before it is cut to ``bounds``.

    Needs two items or more. se * (t + a) on the side to which the values lean, se * max(t - a / 10, t / 2)
    on the other, with

        S2 = sum d^2 + w (low^2 + high^2), S3 = sum d^3 + w (low^3 + high^3)
        se = sqrt(S2 / (n (n - 1))), g = S3 n sqrt(n - 1) / ((n - 2) S2^1.5)
        a = (2 t^2 + 1) / 6 * |g| / sqrt(n)

    where d, low and high are items and bounds less the mean, t is Student's quantile with n - 1 degrees of
    freedom and w as in ``_unseen``. a is the first-order correction of the t interval for skewness (Johnson
    1978, JASA 73:536; Hall 1992, J. R. Statist. Soc. B 54:221), whole where it widens and a tenth where it
    narrows, because the skewness g of few items is itself noise.
    """
    n = value_XI.shape[-1]
    mean_X = value_XI.mean(axis=-1)
    apart_XI = value_XI - mean_X[..., None]
    low_X = bounds[0] - mean_X
    high_X = bounds[1] - mean_X
    # Spread and skewness, with the imagined items at the bounds.
    unseen_X = _unseen(value_XI, 1e-9 * (bounds[1] - bounds[0]))
    squares_X = (apart_XI**2).sum(axis=-1) + unseen_X * (low_X**2 + high_X**2)
    cubes_X = (apart_XI**3).sum(axis=-1) + unseen_X * (low_X**3 + high_X**3)
    lean_X = np.zeros_like(mean_X)  # two items have no skewness
    if n > 2:
        lean_X = np.sqrt(n * (n - 1)) / (n - 2) * cubes_X / squares_X**1.5
    # The t interval, longer on the side of the long tail.
    error_X = np.sqrt(squares_X / (n * (n - 1)))
    t = _t(level, n - 1)
    skew_X = (2 * t**2 + 1) / 6 * np.abs(lean_X)
    long_X = error_X * (t + skew_X)
    short_X = error_X * np.maximum(t - skew_X / 10, t / 2)
    return np.where(lean_X > 0, short_X, long_X), np.where(lean_X > 0, long_X, short_X)


def seed_reach(mean_XT: Floats, level: float = LEVEL) -> Floats:
    """Return half the t interval of a mean over training seeds.

    0 of a single seed, which says nothing about others.
    """
    n = mean_XT.shape[-1]
    if n == 1:
        return np.zeros(mean_XT.shape[:-1])
    half_X: Floats = _t(level, n - 1) * mean_XT.std(axis=-1, ddof=1) / np.sqrt(n)
    return half_X


def _cut(mean: float, below: float, above: float, bounds: Interval) -> Estimate:
    return Estimate(mean, (max(bounds[0], mean - below), min(bounds[1], mean + above)))


def _mean_interval(value_I: Floats, bounds: Interval, level: float) -> Estimate:
    """Return the mean over items and its interval, cut to ``bounds``; of one item no interval."""
    if len(value_I) == 0:
        raise ValueError("mean of no items")
    mean = float(np.mean(value_I))
    if len(value_I) == 1:
        return Estimate(mean, None)
    below, above = reach(value_I, bounds, level)
    return _cut(mean, float(below), float(above), bounds)


def accuracy(score_I: Floats, level: float = LEVEL) -> Estimate:
    """Return the mean score over items, a share: of this model over the items that these are a sample of.

    >>> accuracy(np.array([1.0, 0.5])).mean, accuracy(np.array([1.0]))
    (0.75, Estimate(mean=1.0, interval=None))
    """
    return _mean_interval(score_I, SHARES, level)


def paired_delta(before_I: Floats, after_I: Floats, level: float = LEVEL) -> Estimate:
    """Return the mean of per-item differences in points.

    Both arrays hold shares of the same items in the same order. The interval is about these two models over
    the items that these are a sample of, sampling noise included.
    """
    if before_I.shape != after_I.shape:
        raise ValueError(f"arms differ in items: {before_I.shape} and {after_I.shape}")
    return _mean_interval(100 * (after_I - before_I), POINTS, level)


def seeds_delta(before_I: Floats, after_TI: Floats, level: float = LEVEL) -> Estimate:
    """Return the delta in points of a method, over items and two or more training seeds.

    The seeds share the items and the base. See ``stacks_difference``: the base is a stack of a single row.
    """
    if len(after_TI) < 2:
        raise ValueError(f"{len(after_TI)} training seed: its delta is a paired_delta")
    return stacks_difference(after_TI, before_I[None, :], level=level)


def stacks_difference(one_TI: Floats, other_UI: Floats, level: float = LEVEL) -> Estimate:
    """Return the mean difference in points of two stacks of per-item shares on the same items.

    The shares are scores, or gains (which may be negative); the rows of a stack are training seeds, and a
    stack of one row is that checkpoint alone. The interval is about items and seeds: the parts' reaches are
    squared and added, on either side. They are the items' (of the mean over seeds), and for each stack of
    several rows t s / sqrt(rows) of its rows' means. With every part's own t quantile coverage is not below
    the level for normal means (Banerjee 1960, Sankhya 22:357). Noise of item times seed is in both parts,
    which errs on the safe side.
    """
    if one_TI.shape[1:] != other_UI.shape[1:]:
        raise ValueError(f"arms differ in items: {one_TI.shape[1:]} and {other_UI.shape[1:]}")
    are_gains = min(one_TI.min(initial=0), other_UI.min(initial=0)) < 0
    most = 200.0 if are_gains else 100.0  # a difference of two gains goes from -200 to 200
    of_items = _mean_interval(100 * (one_TI.mean(axis=0) - other_UI.mean(axis=0)), (-most, most), level)
    if of_items.interval is None:
        return of_items
    of_seeds = [100 * float(seed_reach(stack.mean(axis=1), level)) for stack in (one_TI, other_UI)]
    low, high = of_items.interval
    below = float(np.hypot.reduce([of_items.mean - low, *of_seeds]))
    above = float(np.hypot.reduce([high - of_items.mean, *of_seeds]))
    return _cut(of_items.mean, below, above, (-most, most))


def difference(one_I: Floats, other_J: Floats, level: float = LEVEL) -> Estimate:
    """Return the mean of one minus the mean of the other over disjoint items, both in points.

    The interval is about items alone, not training seeds. Its limits follow from those of either mean (MOVER:
    Zou and Donner 2008, Statistics in Medicine 27:1693; Newcombe 1998, ibid. 17:873):

        d - sqrt((m1 - l1)^2 + (u2 - m2)^2) and d + sqrt((u1 - m1)^2 + (m2 - l2)^2)
    """
    return estimates_difference(
        _mean_interval(one_I, POINTS, level),
        _mean_interval(other_J, POINTS, level),
    )


def estimates_difference(one: Estimate, other: Estimate) -> Estimate:
    """Return one minus the other of two independent estimates in points, by MOVER as ``difference``.

    There is no interval if one of the two has none.

    >>> estimates_difference(Estimate(8.0, (5.0, 11.0)), Estimate(2.0, (-2.0, 6.0)))
    Estimate(mean=6.0, interval=(1.0, 11.0))
    """
    mean = one.mean - other.mean
    if one.interval is None or other.interval is None:
        return Estimate(mean, None)
    one_low, one_high = one.interval
    other_low, other_high = other.interval
    below = np.hypot(one.mean - one_low, other_high - other.mean)
    above = np.hypot(one_high - one.mean, other.mean - other_low)
    return _cut(mean, float(below), float(above), (2 * POINTS[0], 2 * POINTS[1]))
