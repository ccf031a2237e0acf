"""The delta of a method, of one training seed or several: interval, test, and what is left beyond a control.

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
    """After minus before; of one seed the interval is about this checkpoint, of several about the method."""
    if len(after_TI) == 1:
        return paired_delta(before_I, after_TI[0], level)
    return seeds_delta(before_I, after_TI, level)


def delta_p(before_I: Floats, after_TI: Floats, k: int) -> float | None:
    """p of the delta being zero: over items the sign-flip test, over items and seeds where the interval just ends at zero."""
    if len(after_TI) == 1:
        return sign_flip_p(100 * (after_TI[0] - before_I), 100 / k)
    return _ends_at_zero(before_I, after_TI)


def _ends_at_zero(before_I: Floats, after_TI: Floats) -> float | None:
    """1 - level of the widest interval that excludes zero, by halving; 1 where none does."""
    low, high = 0.0, 1.0  # p is above low and at most high
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


def parts_difference(one_TI: Floats, other_TJ: Floats) -> Estimate:
    """Mean of one part of the items minus that of the other, in points; the rows are the same checkpoints in the same order.

    Over items as ``difference``; of several seeds t s / sqrt(T) of the checkpoints' own differences is squared and added.
    """
    gap = difference(one_TI.mean(axis=0), other_TJ.mean(axis=0))
    if gap.interval is None or len(one_TI) == 1:
        return gap
    seeds = float(seed_reach(one_TI.mean(axis=1) - other_TJ.mean(axis=1)))
    below, above = (float(np.hypot(end - gap.mean, seeds)) for end in gap.interval)
    return Estimate(gap.mean, (max(-200.0, gap.mean - below), min(200.0, gap.mean + above)))


def half_width(before_I: Floats, after_TI: Floats) -> float | None:
    """Half the interval of the delta before it is cut to what a delta can be; None where there is none."""
    if len(before_I) < 2:
        return None
    below, above = reach(100 * (after_TI.mean(axis=0) - before_I), POINTS)
    seeds = 100 * float(seed_reach(after_TI.mean(axis=1)))
    return float(np.hypot(below, seeds) + np.hypot(above, seeds)) / 2


def adjusted_delta(control_UI: Floats, after_TI: Floats) -> Estimate:
    """A method's delta minus its control's, paired by item: the base is the same for both and cancels out."""
    if len(control_UI) == len(after_TI) == 1:
        return paired_delta(control_UI[0], after_TI[0])
    return stacks_difference(after_TI, control_UI)
