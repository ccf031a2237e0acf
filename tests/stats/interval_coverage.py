"""Coverage of every 95% interval by simulation, as the tables of the documentation.

    .venv/bin/python tests/stats/interval_coverage.py > docs/statistics-coverage.md

Axes: R runs, I items, T training seeds. Vectorised over runs; each setting draws from a fixed seed of its
own.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import interval_candidates
import numpy as np
from scipy import special
from scipy import stats as scipy_stats

from suite.stats.intervals import SHARES, Floats, reach, seed_reach

INTRODUCTION = """
# What the 95% intervals cover

Written by `.venv/bin/python tests/stats/interval_coverage.py > docs/statistics-coverage.md` (three minutes
on one core); the tests run a short form. A cell is the coverage of 2,000 runs in percent (one standard
error: 0.5) and, in brackets, the mean width in points.

**What is estimated.** One checkpoint: the expected difference, after minus before, of *this* checkpoint
over the population of items that the n items are a sample of, noise of the sampled answers included.
Several training seeds (base measured once, all on the same items): the expected difference of the *method*,
over the populations of items and of training seeds. Asked for: at least 93.5, and at most 96.5 for one seed
at accuracies .1 and .5; A/A comparisons (delta 0) without 0 in at most 5%, plus two standard errors.

**Which interval.** Student's t over items with two additions in closed form (`suite/stats/intervals.py`).
Skewness: the first-order correction (Johnson 1978; Hall 1992) widens the side to which the items lean, and
a tenth of it narrows the other; whole on both sides, it lets some A/A comparisons exclude 0 in half of the
runs, because the skewness of few items is noise. Unseen items: where fewer than four items differ from the
most frequent value, an imagined item stands at either bound, of weight 1, 1/2, 1/4, 1/8 for none to three
that differ. Imagined items of a fixed weight (Agresti and Caffo 2000; Bonett and Price 2012) drown small
dense changes: they cover 100% at accuracy .1 and are a fifth wider. No bootstrap over 30 items holds. The
former rule, plain t with Clopper-Pearson where all items agree, is `t` below. Training seeds: reach over
items and t interval of the seeds' means, squared and added (Banerjee 1960). Disjoint items: likewise
(MOVER, Zou and Donner 2008). k is not needed: the noise of k samples is in the items' spread.

**Where it falls short.** (1) One checkpoint, 30 items, base accuracy .02, spread 4, independent arms, +5
points: 92.6 (20,000 runs; plain t: 90.8); with three seeds the like at spread 1. (2) Up to 0.4 above 96.5
in some settings of 30 and 83 items at accuracies .1 and .5. (3) A/A false findings up to about 5.5% with
20,000 runs, plain t 5.4%. (4) Two seeds of sd 10 points at a mean of .1 or .9: 91.7. (5) Marked *: a seed
effect of one sd would carry the checkpoint's mean below 0 or above 1, so that all seeds may lie at the
wall; what they do not show no interval can know: 82 with three seeds, 77 with two. (6) Several seeds that
hardly differ are covered too often, since noise of item times seed counts both among items and among seeds.

**What is simulated.** An item's chance before is Beta with mean `accuracy` and alpha + beta = `spread`
(fitted to 40 real items of 8 graded answers: 0.43; the power command assumes 2/3). A checkpoint moves all
items by one shift in logits, so that its mean is the base's plus the delta plus its seed's normal effect,
kept within .2% and 99.8%. Arms: `same` items and nothing else; `moved`: each item also by a normal of sd 1
logit, anew for each seed (delta 0 is then a training without effect on the mean); `independent`: other
difficulties of the same mean. A base at .95 loses what the others gain. With one seed the truth is that
checkpoint's, whatever its seed effect; with several it is the mean over seeds.
"""
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
    """``n`` items, avg@``k``, base ``accuracy``, Beta concentration ``spread``, how the arms hang
    together, the true delta.
    """

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
    latent = special.logit(
        scipy_stats.beta.ppf(STRATA, accuracy * spread, (1 - accuracy) * spread).clip(1e-200, 1 - 1e-16)
    )
    nodes, weights = np.polynomial.hermite_e.hermegauss(15 if scatter else 1)
    parts = [
        w * special.expit(latent + GRID[:, None] + scatter * x).mean(axis=1)
        for x, w in zip(nodes, weights, strict=True)
    ]
    mean: Floats = np.sum(parts, axis=0) / weights.sum()
    return mean


def _latent(rng: np.random.Generator, setting: Setting, runs: int) -> Floats:
    a, s = setting.accuracy, setting.spread
    latent_RI: Floats = special.logit(rng.beta(a * s, (1 - a) * s, (runs, setting.n)).clip(1e-200, 1 - 1e-16))
    return latent_RI


def draw(setting: Setting, runs: int, seed: int = 0) -> Draw:
    """Items anew in each run; a checkpoint's mean is the base's plus delta plus its seed's effect, reached
    by a latent shift.
    """
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
    return gap_R - np.hypot(one_R - low_R, other_high_R - other_R), gap_R + np.hypot(
        high_R - one_R, other_R - other_low_R
    )


METHODS: dict[str, Method] = {
    "chosen": chosen,
    "t": interval_candidates.plain_t,
    "Johnson 1978": interval_candidates.johnson,
    "pseudo-items at the bounds (Bonett and Price)": interval_candidates.bonett_price,
    "pseudo-items at 1/sqrt(8) of the bounds": interval_candidates.scaled_pseudo_items,
    "percentile bootstrap": interval_candidates.percentile,
    "BCa bootstrap": interval_candidates.bca,
    "studentized bootstrap": interval_candidates.studentized,
    "Bayesian bootstrap, pseudo-items at the bounds": interval_candidates.bayesian,
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
    """Of the difference of two families' deltas on the same items (their difficulties drawn apart: the
    hard case).
    """
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
    few, many = (
        f"{(cover < 93.5).sum()}, {(cover < 93).sum()}",
        f"{(middle > 96.5).sum()}, {(middle > 97).sum()}",
    )
    _row(
        name,
        f"{cover.min():.1f}",
        few,
        f"{middle.max():.1f}",
        many,
        f"{100 - same.min():.1f}",
        f"{width:.1f}",
    )


TALLY = (
    "",
    "lowest",
    "below 93.5, 93.0",
    "highest at .1, .5",
    "of these above 96.5, 97.0",
    "most false findings",
    "mean width",
)


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
        again = [delta_coverage(s, 10 * runs, 1, method) for method in (chosen, interval_candidates.plain_t)]
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
        f"\nLowest of {len(covers[0])} settings with room: {min(covers[0].values()):.1f}, {below} below 93.0."
    )
    print(f"Highest at accuracies .1 and .5: {middle:.1f}.")
    print(f"Lowest of the {len(covers[1])} without room, marked *: {min(covers[1].values()):.1f}.")
    _head("items", "accuracy", "arms", "delta", *(f"seed sd {100 * sd:.0f}" for sd in SEED_SDS))
    for first in (s for s in results if s.seed_sd == 0):
        like = [
            f"{r}{'' if _has_room(s) else ' *'}"
            for s, r in results.items()
            if replace(s, seed_sd=0.0) == first
        ]
        _row(_items(first), first.accuracy, first.arms, f"{100 * first.delta:+.0f}", *like)


def _print_differences(runs: int) -> None:
    print("\n## Difference of two deltas over disjoint items")
    print("\nThe first set gains what stands above the column, the second nothing; spread 1, arms moved.")
    _head("items", "accuracy", "delta 0", "5 points", "20 points")
    for (n, k), (m, j) in (((5, 8), (25, 8)), ((30, 8), (83, 8)), ((100, 1), (400, 1)), ((500, 1), (30, 8))):
        for accuracy in ACCURACIES:
            one, other = (Setting(i, s, accuracy, 1.0, "moved") for i, s in ((n, k), (m, j)))
            pairs = [(_signed(replace(one, delta=delta)), other) for delta in DELTAS]
            _row(
                f"{_items(one)}; {_items(other)}",
                accuracy,
                *(difference_coverage(*pair, runs) for pair in pairs),
            )


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
    what = "Paired delta, 30 items, avg@8, the same 108 settings for each"
    print(f"\n{what}; false findings are A/A intervals without 0.")
    samples = {s: draw(s, runs) for s in delta_settings(SIZES[:1])}
    _head(*TALLY)
    for name, method in METHODS.items():
        _tally(
            name, {s: result(method(sample.change_RI), sample.true_RT[:, 0]) for s, sample in samples.items()}
        )


def main(runs: int = 2000) -> None:
    print(INTRODUCTION.strip())
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
