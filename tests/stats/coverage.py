"""Coverage of every 95% interval by simulation, as the table of the documentation.

    .venv/bin/python tests/stats/coverage.py > docs/statistics-coverage.md

Axes: R runs, I items, T training seeds, B bootstrap resamples. Everything is vectorised over runs; each setting draws from its own fixed seed.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from scipy import special
from scipy import stats as scipy_stats

from suite.stats.intervals import SHARES, Floats, reach, seed_reach

Limits = tuple[Floats, Floats]
Method = Callable[[Floats], Limits]
SIZES = ((30, 8), (83, 8), (500, 1))
ACCURACIES = (0.02, 0.1, 0.5, 0.95)
SPREADS = (0.5, 1.0, 4.0)
ARMS = ("same", "moved", "independent")
DELTAS = (0.0, 0.05, 0.2)
SEED_SDS = (0.0, 0.01, 0.03, 0.1)
SHARE_DELTAS = (-1.0, 1.0)
FEWEST, MOST = 0.002, 0.998
"""A checkpoint's mean accuracy stays between these."""
GRID = np.linspace(-40, 40, 1601)
STRATA = (np.arange(2000) + 0.5) / 2000


@dataclass(frozen=True)
class Setting:
    """``n`` items, avg@``k``, base ``accuracy``, Beta concentration ``spread``, how the arms hang together, the true delta."""

    n: int
    k: int
    accuracy: float
    spread: float
    arms: str = "same"
    delta: float = 0.0
    seed_sd: float = 0.0
    seeds: int = 1


@dataclass(frozen=True)
class Draw:
    """Scores of both arms, what each checkpoint's delta truly is, and the method's."""

    before_RI: Floats
    after_RTI: Floats
    true_RT: Floats
    true_method: float

    @property
    def change_RI(self) -> Floats:
        return self.after_RTI.mean(axis=1) - self.before_RI


def _scatter(arms: str) -> float:
    """Sd, in logits, of what a training does to each item beside the common shift."""
    return 1.0 if arms == "moved" else 0.0


@cache
def _mean_after_shift(accuracy: float, spread: float, scatter: float) -> Floats:
    """Mean accuracy over items after each latent shift of GRID."""
    latent = special.logit(scipy_stats.beta.ppf(STRATA, accuracy * spread, (1 - accuracy) * spread).clip(1e-200, 1 - 1e-16))
    nodes, weights = np.polynomial.hermite_e.hermegauss(15 if scatter else 1)
    parts = [w * special.expit(latent + GRID[:, None] + scatter * x).mean(axis=1) for x, w in zip(nodes, weights, strict=True)]
    mean: Floats = np.sum(parts, axis=0) / weights.sum()
    return mean


def _latent(rng: np.random.Generator, setting: Setting, runs: int) -> Floats:
    a, s = setting.accuracy, setting.spread
    latent_RI: Floats = special.logit(rng.beta(a * s, (1 - a) * s, (runs, setting.n)).clip(1e-200, 1 - 1e-16))
    return latent_RI


def draw(setting: Setting, runs: int, seed: int = 0) -> Draw:
    """Items anew in each run; a checkpoint's mean is the base's plus delta plus its seed's effect, reached by a latent shift."""
    rng, scatter = np.random.default_rng([seed, zlib.crc32(repr(setting).encode())]), _scatter(setting.arms)
    latent_RI = _latent(rng, setting, runs)
    before_RI = rng.binomial(setting.k, special.expit(latent_RI)) / setting.k
    start_RI = _latent(rng, setting, runs) if setting.arms == "independent" else latent_RI
    centre = setting.accuracy + setting.delta
    mean_RT = (centre + setting.seed_sd * rng.standard_normal((runs, setting.seeds))).clip(FEWEST, MOST)
    shift_RT = np.interp(mean_RT, _mean_after_shift(setting.accuracy, setting.spread, scatter), GRID)
    moved_RTI = start_RI[:, None, :] + shift_RT[..., None]
    if scatter:
        moved_RTI = moved_RTI + scatter * rng.standard_normal(moved_RTI.shape)
    after_RTI = rng.binomial(setting.k, special.expit(moved_RTI)) / setting.k
    method = (centre + setting.seed_sd * scipy_stats.norm.ppf(STRATA)).clip(FEWEST, MOST).mean()
    return Draw(before_RI, after_RTI, mean_RT - setting.accuracy, float(method) - setting.accuracy)


def chosen(value_RI: Floats, bounds: tuple[float, float] = SHARE_DELTAS, level: float = 0.95) -> Limits:
    """The suite's interval of a mean over items."""
    mean_R, (below_R, above_R) = value_RI.mean(axis=-1), reach(value_RI, bounds, level)
    return (mean_R - below_R).clip(*bounds), (mean_R + above_R).clip(*bounds)


def chosen_seeds(sample: Draw) -> Limits:
    """The suite's interval over items and training seeds, as in ``seeds_delta``."""
    (low_R, high_R), mean_R = chosen(sample.change_RI), sample.change_RI.mean(axis=-1)
    half_R = seed_reach(sample.after_RTI.mean(axis=-1))
    low_R, high_R = mean_R - np.hypot(mean_R - low_R, half_R), mean_R + np.hypot(high_R - mean_R, half_R)
    return low_R.clip(*SHARE_DELTAS), high_R.clip(*SHARE_DELTAS)


def chosen_difference(one_RI: Floats, other_RJ: Floats) -> Limits:
    """The suite's interval of the difference over disjoint items, as in ``difference``."""
    (low_R, high_R), (other_low_R, other_high_R) = chosen(one_RI), chosen(other_RJ)
    one_R, other_R = one_RI.mean(axis=-1), other_RJ.mean(axis=-1)
    gap_R = one_R - other_R
    return gap_R - np.hypot(one_R - low_R, other_high_R - other_R), gap_R + np.hypot(high_R - one_R, other_R - other_low_R)


def _t(n: int) -> float:
    return float(scipy_stats.t.ppf(0.975, n - 1))


def plain_t(value_RI: Floats) -> Limits:
    """The t interval over items; where all agree, the former rule: Clopper-Pearson of an unseen share, at either bound."""
    n, mean_R = value_RI.shape[1], value_RI.mean(axis=1)
    half_R = _t(n) * value_RI.std(axis=1, ddof=1) / np.sqrt(n)
    half_R = np.where(np.ptp(value_RI, axis=1) == 0, 1 - 0.025 ** (1 / n), half_R)
    return mean_R - half_R, mean_R + half_R


def bonett_price(value_RI: Floats) -> Limits:
    """One imagined item at either bound, always (Agresti and Caffo 2000; Bonett and Price 2012 for paired shares)."""
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
    weight_BI: Floats = rng.dirichlet(np.ones(n), b) if bayesian else rng.multinomial(n, np.full(n, 1 / n), b) / n
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
    ends_RI = np.broadcast_to(SHARE_DELTAS, (len(value_RI), 2))
    padded_RI = np.concatenate([value_RI, ends_RI], axis=1)
    low_R, high_R = np.quantile(padded_RI @ _resamples(padded_RI.shape[1], True).T, (0.025, 0.975), axis=1)
    return low_R, high_R


METHODS: dict[str, Method] = {
    "chosen": chosen,
    "t": plain_t,
    "Johnson 1978": johnson,
    "pseudo-items at the bounds (Bonett and Price)": bonett_price,
    "pseudo-items at 1/sqrt(8) of the bounds": scaled_pseudo_items,
    "percentile bootstrap": percentile,
    "BCa bootstrap": bca,
    "studentized bootstrap": studentized,
    "Bayesian bootstrap, pseudo-items at the bounds": bayesian,
}


@dataclass(frozen=True)
class Result:
    """Share of runs whose interval holds the truth, and mean width, both in percent."""

    coverage: float
    width: float

    def __str__(self) -> str:
        return f"{self.coverage:.1f} ({self.width:.1f})"


def result(limits: Limits, true: Floats | float) -> Result:
    low_R, high_R = (np.round(end, 12) for end in limits)
    hits_R = (low_R <= np.round(true, 12)) & (np.round(true, 12) <= high_R)
    return Result(100 * float(hits_R.mean()), 100 * float((high_R - low_R).mean()))


def _signed(setting: Setting) -> Setting:
    """A base near the top can only lose."""
    return replace(setting, delta=-setting.delta) if setting.accuracy > 0.5 else setting


def delta_settings(sizes: tuple[tuple[int, int], ...] = SIZES) -> Iterator[Setting]:
    """One seed without effect of its own: every size, accuracy, spread, kind of arms and delta."""
    for n, k in sizes:
        for accuracy in ACCURACIES:
            for spread in SPREADS:
                for arms in ARMS:
                    for delta in DELTAS:
                        yield _signed(Setting(n, k, accuracy, spread, arms, delta))


def seed_settings(seeds: int) -> Iterator[Setting]:
    for n, k in SIZES:
        for accuracy in ACCURACIES:
            for arms in ("moved", "independent"):
                for delta in DELTAS:
                    for seed_sd in SEED_SDS:
                        yield _signed(Setting(n, k, accuracy, 1.0, arms, delta, seed_sd, seeds))


def delta_coverage(setting: Setting, runs: int, seed: int = 0, method: Method = chosen) -> Result:
    """Of one checkpoint's paired delta."""
    sample = draw(setting, runs, seed)
    return result(method(sample.change_RI), sample.true_RT[:, 0])


def seeds_coverage(setting: Setting, runs: int, seed: int = 0) -> Result:
    """Of a method's delta, over items and training seeds."""
    sample = draw(setting, runs, seed)
    return result(chosen_seeds(sample), sample.true_method)


def accuracy_coverage(setting: Setting, runs: int, seed: int = 0) -> Result:
    return result(chosen(draw(setting, runs, seed).before_RI, SHARES), setting.accuracy)


def difference_coverage(one: Setting, other: Setting, runs: int, seed: int = 0) -> Result:
    """Of the difference of two deltas over disjoint items."""
    left, right = draw(one, runs, seed), draw(other, runs, seed + 1)
    return result(chosen_difference(left.change_RI, right.change_RI), one.delta - other.delta)


def families_coverage(one: Setting, other: Setting, runs: int, seed: int = 0) -> Result:
    """Of the difference of two families' deltas on the same items (their difficulties drawn apart: the hard case)."""
    left, right = draw(one, runs, seed), draw(other, runs, seed + 1)
    return result(chosen(left.change_RI - right.change_RI, (-2.0, 2.0)), one.delta - other.delta)


def _row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def _head(*names: str) -> None:
    print()
    _row(*names)
    _row(*("---" for _ in names))


def _items(setting: Setting) -> str:
    return f"{setting.n}, {'greedy' if setting.k == 1 else f'avg@{setting.k}'}"


def _print_accuracy(runs: int) -> None:
    print("\n## Accuracy of one model")
    _head("items", "accuracy", *(f"spread {spread}" for spread in SPREADS))
    for n, k in SIZES:
        for accuracy in ACCURACIES:
            settings = [Setting(n, k, accuracy, spread) for spread in SPREADS]
            _row(_items(settings[0]), accuracy, *(accuracy_coverage(s, runs) for s in settings))


def _tally(name: str, results: dict[Setting, Result]) -> None:
    cover = np.array([r.coverage for r in results.values()])
    middle = np.array([r.coverage for s, r in results.items() if s.accuracy in (0.1, 0.5)])
    same = np.array([r.coverage for s, r in results.items() if s.delta == 0])
    width = np.mean([r.width for r in results.values()])
    few, many = f"{(cover < 93.5).sum()}, {(cover < 93).sum()}", f"{(middle > 96.5).sum()}, {(middle > 97).sum()}"
    _row(name, f"{cover.min():.1f}", few, f"{middle.max():.1f}", many, f"{100 - same.min():.1f}", f"{width:.1f}")


TALLY = ("", "lowest", "below 93.5, 93.0", "highest at .1, .5", "of these above 96.5, 97.0", "most false findings", "mean width")


def _is_close(setting: Setting, found: Result) -> bool:
    """Below 93.5, above 96.5 at accuracies .1 and .5, or false findings above 5.5."""
    middle = setting.accuracy in (0.1, 0.5)
    return found.coverage < (94.5 if setting.delta == 0 else 93.5) or (middle and found.coverage > 96.5)


def _print_deltas(runs: int) -> None:
    print("\n## Paired delta of one checkpoint")
    results = {s: delta_coverage(s, runs) for s in delta_settings()}
    _head(*TALLY)
    for n, k in SIZES:
        of_size = {s: r for s, r in results.items() if s.n == n}
        _tally(f"{_items(Setting(n, k, 0, 0))}, {len(of_size)} settings", of_size)
    close = {s for s, r in results.items() if _is_close(s, r)}
    print(f"\nSettings at or past a bound above, again with {10 * runs} runs and other random numbers:")
    _head("items", "accuracy", "spread", "arms", "delta", "coverage (width)", "t")
    for s in (s for s in results if s in close):
        again = [delta_coverage(s, 10 * runs, 1, method) for method in (chosen, plain_t)]
        _row(_items(s), s.accuracy, s.spread, s.arms, f"{100 * s.delta:+.0f}", *again)
    print("\nEvery setting:")
    _head("items", "accuracy", "spread", "arms", "delta 0", "5 points", "20 points")
    for first in (s for s in results if s.delta == 0):
        like = [r for s, r in results.items() if replace(s, delta=0.0) == replace(first, delta=0.0)]
        _row(_items(first), first.accuracy, first.spread, first.arms, *like)


def _has_room(setting: Setting) -> bool:
    """Whether a seed effect of one sd leaves the checkpoint's mean between 0 and 1."""
    centre = setting.accuracy + setting.delta
    return setting.seed_sd <= min(centre, 1 - centre) + 1e-9


def _print_seeds(title: str, seeds: int, coverage: Callable[[Setting, int], Result], runs: int) -> None:
    print(f"\n## {title}")
    results = {s: coverage(s, runs) for s in seed_settings(seeds)}
    covers = [{s: r.coverage for s, r in results.items() if _has_room(s) is room} for room in (True, False)]
    middle = max(c for s, c in covers[0].items() if s.accuracy in (0.1, 0.5))
    below = sum(c < 93 for c in covers[0].values())
    print(
        f"\nLowest of {len(covers[0])} settings with room {min(covers[0].values()):.1f}, {below} below 93.0; highest at accuracies"
    )
    print(f".1 and .5 {middle:.1f}. Lowest of the {len(covers[1])} without room, marked *: {min(covers[1].values()):.1f}.")
    _head("items", "accuracy", "arms", "delta", *(f"seed sd {100 * sd:.0f}" for sd in SEED_SDS))
    for first in (s for s in results if s.seed_sd == 0):
        like = [f"{r}{'' if _has_room(s) else ' *'}" for s, r in results.items() if replace(s, seed_sd=0.0) == first]
        _row(_items(first), first.accuracy, first.arms, f"{100 * first.delta:+.0f}", *like)


def _print_differences(runs: int) -> None:
    print("\n## Difference of two deltas over disjoint items")
    print("\nThe first set gains what stands above the column, the second nothing; spread 1, arms moved.")
    _head("items", "accuracy", "delta 0", "5 points", "20 points")
    for (n, k), (m, j) in (((5, 8), (25, 8)), ((30, 8), (83, 8)), ((100, 1), (400, 1)), ((500, 1), (30, 8))):
        for accuracy in ACCURACIES:
            one, other = (Setting(i, s, accuracy, 1.0, "moved") for i, s in ((n, k), (m, j)))
            pairs = [(_signed(replace(one, delta=delta)), other) for delta in DELTAS]
            _row(f"{_items(one)}; {_items(other)}", accuracy, *(difference_coverage(*pair, runs) for pair in pairs))


def _print_families(runs: int) -> None:
    print("\n## Difference of two families' deltas on the same items")
    print("\nThe first family gains what stands above the column, the second nothing; spread 1, arms moved.")
    _head("items", "accuracy", "delta 0", "5 points", "20 points")
    for n, k in SIZES:
        for accuracy in ACCURACIES:
            other = Setting(n, k, accuracy, 1.0, "moved")
            pairs = [(_signed(replace(other, delta=delta)), other) for delta in DELTAS]
            _row(_items(other), accuracy, *(families_coverage(*pair, runs) for pair in pairs))


def _print_candidates(runs: int) -> None:
    print("\n## The candidates")
    print("\nPaired delta, 30 items, avg@8, the same 108 settings for each; false findings are A/A intervals without 0.")
    samples = {s: draw(s, runs) for s in delta_settings(SIZES[:1])}
    _head(*TALLY)
    for name, method in METHODS.items():
        _tally(name, {s: result(method(sample.change_RI), sample.true_RT[:, 0]) for s, sample in samples.items()})


def main(runs: int = 2000) -> None:
    print((Path(__file__).with_name("coverage.md")).read_text(encoding="utf-8").strip())
    _print_candidates(runs)
    _print_accuracy(runs)
    _print_deltas(runs)
    _print_seeds("One checkpoint of a method with seed effects: its own delta", 1, delta_coverage, runs)
    _print_seeds("A method's delta from 3 training seeds", 3, seeds_coverage, runs)
    _print_seeds("A method's delta from 2 training seeds", 2, seeds_coverage, runs)
    _print_differences(runs)
    _print_families(runs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
