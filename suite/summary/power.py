"""What a comparison on a task can show, and what showing a smaller delta takes: ``rlvr-suite power --task aime2024 --delta 5``.

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
from suite.stats import ALPHA, power
from suite.stats.power import CONCENTRATION, CORRELATION, POWER
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore
from suite.summary.methods import differing
from suite.summary.table import ScoredCell, scored_cells

DEFAULT_ACCURACY, DEFAULT_DELTA = 0.3, 5.0


class Question(NamedTuple):
    """What is asked. ``delta`` and ``seed_sd`` are points, ``accuracy`` a share; without ``k`` and ``items`` the task's count."""

    task: str
    delta: float = DEFAULT_DELTA
    k: int | None = None
    items: int | None = None
    accuracy: float | None = None
    run: Path | None = None
    seed_sd: float | None = None


class Basis(NamedTuple):
    """The variance of an item, and where it comes from: assumed at ``accuracy``, or measured on so many pairs."""

    variance: Spread
    accuracy: float | None = None
    pairs: int | None = None


@dataclass(frozen=True)
class PowerReport:
    """The answers. ``detectable``: points with one seed; None: no delta. ``*_needed`` for ``delta`` points; None: no number does.

    ``between`` and ``sampling`` are points squared, ``difference_sd`` is of an item's difference with ``k`` samples, in points.
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


def _check(question: Question) -> None:
    """A mistake in a flag is an error that names it."""
    wrong = {
        "--k": (question.k is not None and question.k < 1, f"{question.k} samples an item", "Give 1 or more"),
        "--items": (
            question.items is not None and question.items < 2,
            f"{question.items} items",
            "Give 2 or more",
        ),
        "--delta": (
            not 0 < question.delta <= 100,
            f"a delta of {question.delta:g} points",
            "Give one above 0, at most 100",
        ),
        "--accuracy": (
            question.accuracy is not None and not 0 < question.accuracy < 1,
            f"an accuracy of {question.accuracy}",
            "Give a share between 0 and 1, such as 0.3",
        ),
        "--seed-sd": (
            question.seed_sd is not None and not 0 <= question.seed_sd <= 100,
            f"a standard deviation of {question.seed_sd} points",
            "Give one from 0 to 100",
        ),
    }
    for flag, (is_wrong, what, fix) in wrong.items():
        if is_wrong:
            raise SuiteError(what, flag, fix)
    if question.accuracy is not None and question.run is not None:
        raise SuiteError(
            "a run's variance is measured, not assumed from an accuracy",
            "--accuracy",
            "Leave out one of it and --run",
        )


def _cells(run: Path, task_id: str) -> list[ScoredCell]:
    """The run's finished cells of that task without an error among their samples."""
    stores = [(s, m.cell.task) for s in RunStore(run).finished() if (m := s.manifest) is not None]
    if task_id not in {of_task for _, of_task in stores}:
        known = ", ".join(sorted({of_task for _, of_task in stores})) or "none"
        what = f"no finished cells of '{task_id}' here. Tasks with some: {known}"
        raise SuiteError(
            what, f"--run {run}", "Name another task or run, or leave out --run to assume the variance"
        )
    return [cell for cell in scored_cells(s for s, of_task in stores if of_task == task_id) if cell.is_sound]


def _of(cells: Sequence[ScoredCell], model: str, weights: str | None) -> list[ScoredCell]:
    """The cells of that model, with the weights that it has now where those are known."""
    return [cell for cell in cells if cell.manifest.cell.model == model and cell.has_weights(weights)]


def _arms(pairs: Sequence[Pair], cells: Sequence[ScoredCell]) -> Iterator[tuple[ScoredCell, ScoredCell]]:
    """Base and checkpoint of every pair that were measured alike, each checkpoint's cell once."""
    for pair in pairs:
        bases = _of(cells, pair.base, pair.base_weights)
        for after in _of(cells, pair.checkpoint, pair.weights):
            yield from ((base, after) for base in bases if set(differing(base, after)) <= {"k"})


def _measured(run: Path, task_id: str, overlays: Sequence[Path]) -> Basis:
    """Median of either component over the run's pairs; where some pairs have several samples an item, over those."""
    arms = list(_arms(known_pairs(load_registry(overlays), RunStore(run)), _cells(run, task_id)))
    found = [
        power.measured_variance(*(arm.flags_IS("correct")[arm.by_hash_I] for arm in (before, after)))
        for before, after in arms
    ]
    varying = [variance for variance in found if variance is not None]
    if not varying:
        why = (
            "nothing varies between items" if arms else "no base and checkpoint of a pair were measured alike"
        )
        what = f"no variance can be measured on '{task_id}': {why}"
        raise SuiteError(what, f"--run {run}", "Name another run, or leave out --run to assume the variance")
    split = [variance for variance in varying if variance.sampling is not None] or varying
    sampling = [variance.sampling for variance in split if variance.sampling is not None]
    between = statistics.median(variance.between for variance in split)
    return Basis(
        Spread(between=between, sampling=statistics.median(sampling) if sampling else None), pairs=len(split)
    )


def answer(question: Question, overlays: Sequence[Path] = ()) -> PowerReport:
    """All the answers; a user's mistake is an error."""
    _check(question)
    task = tasks.task(question.task)
    if task.decoding.temperature == 0 and (question.k or 1) > 1:
        raise SuiteError(f"{task.task} is greedy: one sample an item is drawn", "--k", "Leave --k out")
    n, k, delta = question.items or task.metadata.n_items, question.k or task.k, question.delta
    if question.run is not None:
        basis = _measured(question.run, question.task, overlays)
    else:
        accuracy = DEFAULT_ACCURACY if question.accuracy is None else question.accuracy
        basis = Basis(power.assumed_variance(accuracy), accuracy=accuracy)
    variance = basis.variance.of_difference(k)
    return PowerReport(
        task=question.task,
        n_items=n,
        k=k,
        delta=delta,
        accuracy=basis.accuracy,
        pairs=basis.pairs,
        between=basis.variance.between,
        sampling=basis.variance.sampling,
        difference_sd=variance**0.5,
        detectable=power.minimum_detectable_effect(variance, n),
        items_needed=power.items_needed(variance, delta),
        samples_needed=power.samples_needed(basis.variance, n, delta),
        seed_sd=question.seed_sd,
        seeds_needed=None
        if question.seed_sd is None
        else power.seeds_needed(variance, n, delta, question.seed_sd),
    )


def as_json(report: PowerReport) -> Mapping[str, object]:
    """Every number; what was neither given nor measured is absent, null is "no number does" (``detectable``: "no delta")."""
    out = asdict(report)
    absent = {name for name in ("accuracy", "pairs", "sampling", "seed_sd") if out[name] is None}
    if report.accuracy is not None:
        out |= {"difficulty_concentration": CONCENTRATION, "difficulty_correlation": CORRELATION}
    absent |= {"seeds_needed"} if report.seed_sd is None else set()
    return {"alpha": ALPHA, "power": POWER} | {
        name: value for name, value in out.items() if name not in absent
    }
