"""Tests of deltas: whether one is zero, of many which are, whether one is too small to matter.

Sign-flip test: under the hypothesis that an item's difference is as likely to be +d as -d, the distribution
of their sum is that of independent signs (Fisher 1935, *The Design of Experiments*, section 21). Holm:
Scand. J. Statist. 6:65 (1979). Benjamini and Hochberg: J. R. Statist. Soc. B 57:289 (1995). Equivalence by
two one-sided tests: Schuirmann, J. Pharmacokin. Biopharm. 15:657 (1987), here each at 2.5%, which is the
95% interval inside the margin: at 5% (90%), small skewed sets were called equivalent at the margin in up to
7.7% of simulated runs, at 2.5% in at most 5.1%.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from suite.schema import Finding, Interval
from suite.stats.intervals import Estimate, Floats

ALPHA = 0.05
MAX_UNITS = 1_000_000
"""Sum of all differences, in units, up to which the distribution is computed exactly."""
FLIPS = 10_000
"""Random sign flips beyond that; the smallest p is then 1 / (FLIPS + 1): Holm over 48 cells can reject."""


def sign_flip_p(
    difference_I: Floats, unit: float | None = None, rng: np.random.Generator | None = None
) -> float | None:
    """Return the two-sided p of the paired sign-flip test that the mean difference is zero.

    None for no items. Exact where every difference is a multiple of ``unit`` (1/k for avg@k, in the
    differences' own measure); else from ``FLIPS`` random flips by ``rng``, as (1 + b) / (1 + B). Items that
    do not differ have no effect. Here three items gain: two of the eight sign patterns go as far.

    >>> sign_flip_p(np.array([100.0, 50.0, 50.0, 0.0]), unit=50)
    0.25
    """
    if len(difference_I) == 0:
        return None
    if unit is not None:
        count_I = np.rint(difference_I / unit).astype(np.int64)
        are_multiples = np.allclose(count_I * unit, difference_I, rtol=0, atol=1e-6 * unit)
        if are_multiples and np.abs(count_I).sum() <= MAX_UNITS:
            return _exact_p(count_I)
    return _random_p(difference_I, rng or np.random.default_rng(0))


def _exact_p(count_I: NDArray[np.int64]) -> float:
    """Return the share of sign patterns whose sum is at least as far from zero as the observed one.

    The m items of size a contribute a (2 B - m) with B binomial: one convolution per size, each over a few
    places only.
    """
    size_I = np.abs(count_I)
    total = int(size_I.sum())
    seen = abs(int(count_I.sum()))
    # Probability of each sum of the items that keep the sign +, in units; beyond ``filled`` it is still zero.
    mass = np.zeros(total + 1)
    mass[0] = 1.0
    filled = 0
    for size, number in zip(*np.unique(size_I[size_I > 0], return_counts=True), strict=True):
        weight_B = scipy_stats.binom.pmf(np.arange(number + 1), number, 0.5)
        before = mass[: filled + 1]
        mass = np.zeros(total + 1)
        for kept, weight in enumerate(weight_B):
            mass[kept * size : kept * size + filled + 1] += weight * before
        filled += int(size * number)
    far = np.abs(2 * np.arange(total + 1) - total) >= seen
    return min(1.0, float(mass[far].sum()))


def _random_p(difference_I: Floats, rng: np.random.Generator) -> float:
    """Return the p as ``_exact_p``, from random signs; the observed pattern counts as one of them."""
    seen = abs(difference_I.sum())
    sign_BI = rng.integers(0, 2, (FLIPS, len(difference_I))) * 2 - 1
    far = np.abs(sign_BI @ difference_I) >= seen - 1e-9 * np.abs(difference_I).sum()
    return float((1 + far.sum()) / (1 + FLIPS))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for their number.

    Those below alpha have a family-wise error of at most alpha.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    factor = len(p_values) - np.arange(len(p_values))
    raised = np.minimum(1.0, np.maximum.accumulate(np.asarray(p_values, dtype=np.float64)[order] * factor))
    return _unsorted(raised, order)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the p values adjusted so that at most a share q of those below q is expected to be false.

    It holds for tests that do not oppose each other.

    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p_values, kind="stable")
    n = len(p_values)
    ratio = np.asarray(p_values, dtype=np.float64)[order] * n / np.arange(1, n + 1)
    return _unsorted(np.minimum(1.0, np.minimum.accumulate(ratio[::-1])[::-1]), order)


def _unsorted(sorted_values: Floats, order: NDArray[np.int64]) -> list[float]:
    """Return the values in the order that they had before ``order`` sorted them."""
    values = np.empty(len(order))
    values[order] = sorted_values
    return [float(value) for value in values]


def equivalent_within(interval: Interval | None) -> float | None:
    """Return the smallest margin that contains the interval.

    Equivalence is shown if the stated margin is above it.

    >>> equivalent_within((-1.5, 4.0))
    4.0
    """
    return None if interval is None else max(abs(interval[0]), abs(interval[1]))


def finding(
    delta: Estimate, p: float | None = None, within: float | None = None, margin: float | None = None
) -> Finding:
    """Return what is found: a gain, a loss, equivalence, or nothing.

    Gain or loss if the interval excludes zero and the test rejects, equivalent if inside ``margin`` points.

    A delta can be a gain and equivalent at once (certain, and too small to matter): it is then called a
    gain. With ``p`` None there is no test.

    >>> finding(Estimate(3.0, (1.0, 5.0)), p=0.01)
    'gain'
    >>> finding(Estimate(0.5, (-1.0, 2.0)), within=2.0, margin=5.0)
    'equivalent'
    """
    low, high = delta.interval or (-np.inf, np.inf)
    if (low > 0 or high < 0) and (p is None or p <= ALPHA):
        return "gain" if low > 0 else "loss"
    if within is not None and margin is not None and within < margin:
        return "equivalent"
    return "inconclusive"
