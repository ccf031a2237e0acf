"""The delta of a method, over one training seed or several: interval, test, delta beyond a control.

Axes: T training seeds of one method, U those of another; ``score_TI`` holds shares, deltas are points.
"""

import numpy as np

from suite.stats.intervals import (
    LEVEL,
    POINTS,
    Estimate,
    Floats,
    difference,
    paired_delta,
    reach,
    seed_reach,
    seeds_delta,
    stacks_difference,
)
from suite.stats.significance import sign_flip_p


def delta(before_I: Floats, after_TI: Floats, level: float = LEVEL) -> Estimate:
    """Return after minus before.

    The interval is about this checkpoint with one seed, about the method with several.

    >>> before_I, after_I = np.array([0.0, 0.5, 1.0, 0.5]), np.array([0.5, 0.5, 1.0, 1.0])
    >>> delta(before_I, after_I[None, :]).mean
    25.0
    """
    if len(after_TI) == 1:
        return paired_delta(before_I, after_TI[0], level)
    return seeds_delta(before_I, after_TI, level)


def delta_p(before_I: Floats, after_TI: Floats, k: int) -> float | None:
    """Return the p of the delta being zero.

    None of no items, or where several seeds leave the interval undefined.

    One seed: the sign-flip test over items, whose differences are multiples of 1/k. Several: the p at which
    the interval over items and seeds just ends at zero.
    """
    if len(after_TI) == 1:
        return sign_flip_p(100 * (after_TI[0] - before_I), 100 / k)
    return _p_by_interval(before_I, after_TI)


def _p_by_interval(before_I: Floats, after_TI: Floats) -> float | None:
    """Return 1 - level of the widest interval that excludes zero, by halving; 1 if none does."""
    # p is above low and at most high.
    low = 0.0
    high = 1.0
    for _ in range(30):
        middle = (low + high) / 2
        interval = delta(before_I, after_TI, 1 - middle).interval
        if interval is None:
            return None
        if interval[0] > 0 or interval[1] < 0:
            high = middle
        else:
            low = middle
    return high


def parts_difference(part_TI: Floats, other_TJ: Floats) -> Estimate:
    """Return the mean of one part of the items minus that of the other, in points.

    The rows are the same checkpoints in the same order. The interval over items is that of ``difference``;
    of several seeds t s / sqrt(T) of the checkpoints' own differences is squared and added.
    """
    gap = difference(part_TI.mean(axis=0), other_TJ.mean(axis=0))
    if gap.interval is None or len(part_TI) == 1:
        return gap
    of_seeds = float(seed_reach(part_TI.mean(axis=1) - other_TJ.mean(axis=1)))
    below, above = (float(np.hypot(end - gap.mean, of_seeds)) for end in gap.interval)
    return Estimate(gap.mean, (max(-200.0, gap.mean - below), min(200.0, gap.mean + above)))


def half_width(before_I: Floats, after_TI: Floats) -> float | None:
    """Return half the interval of the delta before it is cut to the bounds of a delta; None of one item."""
    if len(before_I) < 2:
        return None
    below, above = reach(100 * (after_TI.mean(axis=0) - before_I), POINTS)
    of_seeds = 100 * float(seed_reach(after_TI.mean(axis=1)))
    return float(np.hypot(below, of_seeds) + np.hypot(above, of_seeds)) / 2


def adjusted_delta(control_UI: Floats, after_TI: Floats) -> Estimate:
    """Return a method's delta minus its control's, paired by item.

    The base is the same for both and cancels out.
    """
    if len(control_UI) == len(after_TI) == 1:
        return paired_delta(control_UI[0], after_TI[0])
    return stacks_difference(after_TI, control_UI)
