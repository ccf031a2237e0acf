"""What a comparison on a task can detect, and what it takes to detect a smaller delta.

``rlvr-suite power --task aime2024``.

Variances are assumed from the base's accuracy, or measured on the pairs of a run (the median over them).
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from suite.benchmarks import tasks
from suite.errors import SuiteError
from suite.registry import load_registry
from suite.schema import Pair, Spread
from suite.stats import ALPHA, measured_variance, power
from suite.stats.power import CONCENTRATION, CORRELATION, POWER
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore
from suite.summary.methods import differing
from suite.summary.scored_cells import ScoredCell, scored_cells

DEFAULT_ACCURACY = 0.3
DEFAULT_DELTA = 5.0


class PowerQuestion(NamedTuple):
    """What is to be answered; ``delta`` and ``seed_sd`` are points, ``accuracy`` is a share.

    Without ``k`` and ``items`` the task's own numbers count.
    """

    task: str
    delta: float = DEFAULT_DELTA
    k: int | None = None
    items: int | None = None
    accuracy: float | None = None
    run: Path | None = None
    seed_sd: float | None = None


class VarianceBasis(NamedTuple):
    """The variance of an item's difference, and its basis: an assumed accuracy, or so many measured pairs."""

    spread: Spread
    accuracy: float | None = None
    pairs: int | None = None


@dataclass(frozen=True)
class PowerReport:
    """The answers.

    ``detectable`` are points, with one seed; None: not even 100. ``*_needed`` are for ``delta`` points;
    None: no number is enough. ``between`` and ``sampling`` are points squared, ``difference_sd`` is the
    standard deviation of an item's difference with ``k`` samples, in points.
    """

    task: str
    n_items: int
    k: int
    delta: float
    accuracy: float | None
    pairs: int | None
    between: float
    sampling: float | None
    difference_sd: float
    detectable: float | None
    items_needed: int | None
    samples_needed: int | None
    seed_sd: float | None
    seeds_needed: int | None


def answer(question: PowerQuestion, overlays: Sequence[Path] = ()) -> PowerReport:
    """Return all the answers.

    Raise ``SuiteError`` for an invalid question or a run that cannot be measured.
    """
    _check(question)
    task = tasks.task(question.task)
    if task.decoding.temperature == 0 and (question.k or 1) > 1:
        raise SuiteError(f"{task.task} is greedy: it draws one sample per item", "--k", "Leave --k out")
    if question.run is not None:
        basis = _measured_basis(question.run, question.task, overlays)
    else:
        accuracy = DEFAULT_ACCURACY if question.accuracy is None else question.accuracy
        basis = VarianceBasis(power.assumed_variance(accuracy), accuracy=accuracy)

    n_items = question.items or task.metadata.n_items
    k = question.k or task.k
    delta = question.delta
    variance = basis.spread.of_difference(k)
    seeds_needed = None
    if question.seed_sd is not None:
        seeds_needed = power.seeds_needed(variance, n_items, delta, question.seed_sd)
    return PowerReport(
        task=question.task,
        n_items=n_items,
        k=k,
        delta=delta,
        accuracy=basis.accuracy,
        pairs=basis.pairs,
        between=basis.spread.between,
        sampling=basis.spread.sampling,
        difference_sd=variance**0.5,
        detectable=power.minimum_detectable_effect(variance, n_items),
        items_needed=power.items_needed(variance, delta),
        samples_needed=power.samples_needed(basis.spread, n_items, delta),
        seed_sd=question.seed_sd,
        seeds_needed=seeds_needed,
    )


def as_json(report: PowerReport) -> Mapping[str, object]:
    """Return every number; what was neither given nor measured is absent.

    null means that no number is enough (``detectable``: that no delta is).
    """
    numbers = asdict(report)
    for name in ("accuracy", "pairs", "sampling", "seed_sd"):
        if numbers[name] is None:
            del numbers[name]
    if report.seed_sd is None:
        del numbers["seeds_needed"]
    if report.accuracy is not None:
        numbers |= {"difficulty_concentration": CONCENTRATION, "difficulty_correlation": CORRELATION}
    return {"alpha": ALPHA, "power": POWER} | numbers


def _check(question: PowerQuestion) -> None:
    """Raise ``SuiteError``, naming the flag, if a number is out of range (NaN is out of every range)."""
    k = question.k
    items = question.items
    accuracy = question.accuracy
    seed_sd = question.seed_sd
    if k is not None and k < 1:
        raise SuiteError(f"{k} samples per item", "--k", "Give 1 or more")
    if items is not None and items < 2:
        raise SuiteError(f"{items} items", "--items", "Give 2 or more")
    if not 0 < question.delta <= 100:
        raise SuiteError(
            f"a delta of {question.delta:g} points", "--delta", "Give a number above 0, at most 100"
        )
    if accuracy is not None and not 0 < accuracy < 1:
        fix = "Give a share between 0 and 1, such as 0.3"
        raise SuiteError(f"an accuracy of {accuracy}", "--accuracy", fix)
    if seed_sd is not None and not 0 <= seed_sd <= 100:
        what = f"a standard deviation of {seed_sd} points"
        raise SuiteError(what, "--seed-sd", "Give a number from 0 to 100")
    if accuracy is not None and question.run is not None:
        what = "a run's variance is measured, not assumed from an accuracy"
        raise SuiteError(what, "--accuracy", "Give either --accuracy or --run")


def _measured_basis(run: Path, task_id: str, overlays: Sequence[Path]) -> VarianceBasis:
    """Return the median of either component over the run's pairs.

    If some pairs have several samples per item, only those count: the others cannot separate the two
    components.
    """
    pairs = known_pairs(load_registry(overlays), RunStore(run))
    arms = list(_matching_arms(pairs, _sound_cells(run, task_id)))
    varying = []
    for before, after in arms:
        right_before_IS = before.flags_IS("correct")[before.by_hash_I]
        right_after_IS = after.flags_IS("correct")[after.by_hash_I]
        spread = measured_variance(right_before_IS, right_after_IS)
        if spread is not None:
            varying.append(spread)
    if not varying:
        why = "no base and checkpoint of a pair were measured alike"
        if arms:
            why = "nothing varies between items"
        what = f"no variance can be measured on '{task_id}': {why}"
        raise SuiteError(what, f"--run {run}", "Name another run, or leave out --run to assume the variance")

    # A pair of one sample per item cannot separate sampling noise from the items' own differences.
    split = [spread for spread in varying if spread.sampling is not None]
    between = statistics.median(spread.between for spread in split or varying)
    sampling = [spread.sampling for spread in split if spread.sampling is not None]
    median = Spread(between=between, sampling=statistics.median(sampling) if sampling else None)
    return VarianceBasis(median, pairs=len(split or varying))


def _sound_cells(run: Path, task_id: str) -> list[ScoredCell]:
    """Return the run's finished cells of that task that have no error among their samples."""
    stores = []
    evaluated = set()
    for store in RunStore(run).finished():
        manifest = store.manifest
        if manifest is not None:
            evaluated.add(manifest.cell.task)
            if manifest.cell.task == task_id:
                stores.append(store)
    if not stores:
        known = ", ".join(sorted(evaluated)) or "none"
        what = f"no finished cells of '{task_id}' here. Tasks with finished cells: {known}"
        fix = "Name another task or run, or leave out --run to assume the variance"
        raise SuiteError(what, f"--run {run}", fix)
    return [cell for cell in scored_cells(stores) if cell.is_sound]


def _matching_arms(
    pairs: Sequence[Pair], cells: Sequence[ScoredCell]
) -> Iterator[tuple[ScoredCell, ScoredCell]]:
    """Yield base and checkpoint of every pair that were measured alike.

    They may differ in their samples per item.
    """
    for pair in pairs:
        bases = _cells_of(cells, pair.base, pair.base_weights)
        for after in _cells_of(cells, pair.checkpoint, pair.weights):
            for base in bases:
                if set(differing(base, after)) <= {"k"}:
                    yield base, after


def _cells_of(cells: Sequence[ScoredCell], model: str, weights: str | None) -> list[ScoredCell]:
    """Return the cells of that model with these weights; None means any."""
    return [cell for cell in cells if cell.manifest.cell.model == model and cell.has_weights(weights)]
