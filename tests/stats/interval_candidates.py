"""Intervals that were tried for the mean over items and not taken; tests/stats/interval_coverage.py has their
coverage.

Axes: R runs, I items, B bootstrap resamples.
"""

from functools import cache

import numpy as np
from scipy import special
from scipy import stats as scipy_stats

from suite.stats.intervals import Floats

Limits = tuple[Floats, Floats]
BOUNDS = (-1.0, 1.0)


def _t(n: int) -> float:
    return float(scipy_stats.t.ppf(0.975, n - 1))


def plain_t(value_RI: Floats) -> Limits:
    """The t interval over items; where all agree, the former rule: Clopper-Pearson of an unseen share, at
    either bound.
    """
    n, mean_R = value_RI.shape[1], value_RI.mean(axis=1)
    half_R = _t(n) * value_RI.std(axis=1, ddof=1) / np.sqrt(n)
    half_R = np.where(np.ptp(value_RI, axis=1) == 0, 1 - 0.025 ** (1 / n), half_R)
    return mean_R - half_R, mean_R + half_R


def bonett_price(value_RI: Floats) -> Limits:
    """One imagined item at either bound, always (Agresti and Caffo 2000; Bonett and Price 2012 for paired
    shares).
    """
    n = value_RI.shape[1] + 2
    mean_R = value_RI.sum(axis=1) / n
    half_R = 1.96 * np.sqrt((((value_RI**2).sum(axis=1) + 2) / n - mean_R**2) / n)
    return mean_R - half_R, mean_R + half_R


def scaled_pseudo_items(value_RI: Floats) -> Limits:
    """The same with the t quantile and items at 1 / sqrt(8) of the bound, about the size of avg@8's noise."""
    n = value_RI.shape[1]
    mean_R = value_RI.sum(axis=1) / (n + 2)
    half_R = _t(n) * np.sqrt((((value_RI**2).sum(axis=1) + 2 / 8) / (n + 2) - mean_R**2) / (n + 2))
    return mean_R - half_R, mean_R + half_R


def johnson(value_RI: Floats) -> Limits:
    """The whole correction for skewness on both sides (Johnson 1978), and nothing against unseen items."""
    n, mean_R = value_RI.shape[1], value_RI.mean(axis=1)
    error_R = np.maximum(value_RI.std(axis=1, ddof=1) / np.sqrt(n), 1e-12)
    skew_R = ((value_RI - mean_R[:, None]) ** 3).mean(axis=1) / (error_R * np.sqrt(n)) ** 3 / np.sqrt(n)
    skew_R = skew_R * (2 * _t(n) ** 2 + 1) / 6
    return mean_R + error_R * (skew_R - _t(n)), mean_R + error_R * (skew_R + _t(n))


@cache
def _resamples(n: int, bayesian: bool) -> Floats:
    rng, b = np.random.default_rng(5), 999
    weight_BI: Floats = (
        rng.dirichlet(np.ones(n), b) if bayesian else rng.multinomial(n, np.full(n, 1 / n), b) / n
    )
    return weight_BI


def percentile(value_RI: Floats) -> Limits:
    """Percentile bootstrap over items."""
    low_R, high_R = np.quantile(value_RI @ _resamples(value_RI.shape[1], False).T, (0.025, 0.975), axis=1)
    return low_R, high_R


def bca(value_RI: Floats) -> Limits:
    """Bias-corrected and accelerated bootstrap (Efron 1987, JASA 82:171)."""
    mean_RB = np.sort(value_RI @ _resamples(value_RI.shape[1], False).T, axis=1)
    apart_RI = value_RI - value_RI.mean(axis=1, keepdims=True)
    below_R = (mean_RB < value_RI.mean(axis=1)[:, None] - 1e-12).mean(axis=1)
    ties_R = (np.abs(mean_RB - value_RI.mean(axis=1)[:, None]) <= 1e-12).mean(axis=1)
    z_R = special.ndtri((below_R + ties_R / 2).clip(0.001, 0.999))
    a_R = (apart_RI**3).sum(axis=1) / np.maximum(6 * (apart_RI**2).sum(axis=1) ** 1.5, 1e-12)
    ends = []
    for z in (-1.96, 1.96):
        share_R = special.ndtr(z_R + (z_R + z) / (1 - a_R * (z_R + z)))
        place_R = (share_R * (mean_RB.shape[1] - 1)).round().astype(int)
        ends.append(np.take_along_axis(mean_RB, place_R[:, None], axis=1)[:, 0])
    return ends[0], ends[1]


def studentized(value_RI: Floats) -> Limits:
    """Bootstrap t, resampled spreads no smaller than a tenth of the sample's."""
    weight_BI, n, mean_R = _resamples(value_RI.shape[1], False), value_RI.shape[1], value_RI.mean(axis=1)
    mean_RB = value_RI @ weight_BI.T
    sd_RB = np.sqrt(np.maximum(value_RI**2 @ weight_BI.T - mean_RB**2, 0))
    sd_R = value_RI.std(axis=1)
    t_RB = (mean_RB - mean_R[:, None]) / np.maximum(sd_RB, np.maximum(sd_R[:, None] / 10, 1e-12))
    low_R, high_R = np.quantile(t_RB, (0.025, 0.975), axis=1)
    return mean_R - high_R * sd_R * np.sqrt(n / (n - 1)), mean_R - low_R * sd_R * np.sqrt(n / (n - 1))


def bayesian(value_RI: Floats) -> Limits:
    """Bayesian bootstrap (Rubin 1981) with one imagined item at either bound."""
    ends_RI = np.broadcast_to(BOUNDS, (len(value_RI), 2))
    padded_RI = np.concatenate([value_RI, ends_RI], axis=1)
    low_R, high_R = np.quantile(padded_RI @ _resamples(padded_RI.shape[1], True).T, (0.025, 0.975), axis=1)
    return low_R, high_R
