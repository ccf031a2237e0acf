"""The main job on the micro families: train, evaluate before and after, summarize, render, judge.

``rlvr-suite demo``. Two worker processes, one thread each, take a unit of work at a time: a base to evaluate,
or a checkpoint to train and evaluate. A killed demo keeps what was finished: whole training runs, and batches
of samples. Results do not depend on the order of the work, so a resumed demo equals an unbroken one.
"""

import multiprocessing
import queue
import shutil
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.managers import SyncManager
from pathlib import Path

from suite.engine.planned import planned_cells
from suite.engine.run import run_cells
from suite.files.atomic import write_atomic
from suite.gate import judge, load_policy
from suite.gate.gate_report import GateReport
from suite.grpo.job import TrainingRun, check, run_training, trained_pair
from suite.leaderboard import packed_cells, write_board
from suite.plan.cells import PlannedCell
from suite.plan.selection import Selection
from suite.plan.unfinished import unfinished
from suite.processes import end_with_parent, quiet_libraries
from suite.progress import Progress, Report
from suite.registry import Registry, load_registry
from suite.schema import Summary
from suite.store.run_folder import RunStore
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summary_of

FAMILIES = ("micro-qwen2.5-math", "micro-qwen2.5", "micro-olmo2", "micro-llama3")
"""The micro families, each with a base of the same id; the slowest to train first."""
TASKS = ("micro_arithmetic_clean", "micro_bench", "micro_bench_partial")
REWARDS = ("ground_truth", "random", "format")
RECIPE = "micro"
POLICY = "micro_demo"
WORKERS = 2
UNITS = len(REWARDS) + 1
"""Units of work in a family: its base, and one checkpoint for each reward."""
TRAINING_SHARE = 0.8
"""Share of a checkpoint's unit that is training; the rest is its evaluation."""


@dataclass(frozen=True)
class DemoJob:
    """What the demo covers; ``recipe`` is a name or a file, ``limit`` the number of items of each task."""

    families: tuple[str, ...] = FAMILIES
    recipe: str = RECIPE
    limit: int | None = None

    def runs_of(self, family: str) -> list[TrainingRun]:
        """Return the family's training runs, one for each reward."""
        return [TrainingRun(family, reward, self.recipe) for reward in REWARDS]

    @property
    def runs(self) -> list[TrainingRun]:
        """All training runs, in the order in which they start."""
        runs: list[TrainingRun] = []
        for family in self.families:
            runs += self.runs_of(family)
        return runs

    def selection(self, families: tuple[str, ...]) -> Selection:
        """Return the evaluation of ``families``."""
        return Selection(families=families, tasks=TASKS, limit=self.limit)


@dataclass(frozen=True)
class Demo:
    """What a finished demo left behind."""

    summary: Summary
    gate: GateReport
    board: Path


def _is_done(store: RunStore, job: DemoJob) -> bool:
    registry = load_registry()
    if any(trained_pair(run, registry, store) is None for run in job.runs):
        return False
    return not unfinished(store, _planned(store, registry, job.selection(job.families)))


def _planned(store: RunStore, registry: Registry, selection: Selection) -> list[PlannedCell]:
    planned = planned_cells(selection, registry, store)
    for error in planned.failures:
        raise error
    return planned.cells


class _FamilyProgress:
    """Adds up the workers' reports, whose parts are units, to reports whose parts are families."""

    def __init__(self, job: DemoJob, progress: Progress) -> None:
        self.progress = progress
        self.share_of: dict[str, dict[str, float]] = {family: {} for family in job.families}
        self.family_of = {family: family for family in job.families}
        self.family_of |= {run.checkpoint: run.model for run in job.runs}
        for family in job.families:
            self.progress(Report(family, "waiting", 0, UNITS))

    def show(self, report: Report) -> None:
        """Report the family of the worker's unit."""
        family = self.family_of[report.part]
        self.share_of[family][report.part] = report.done
        self.progress(Report(family, report.doing, sum(self.share_of[family].values()), UNITS))


def _start_worker() -> None:
    quiet_libraries()
    import torch

    torch.set_num_threads(1)
    end_with_parent()


def _evaluate(store: RunStore, job: DemoJob, family: str, unit: str, start: float, send: Progress) -> None:
    """Evaluate the model ``unit``; ``start`` is the share of its work that was done before."""

    def evaluated(report: Report) -> None:
        share = start + (1 - start) * report.done / (report.total or 1)
        send(Report(unit, f"evaluating {unit}", share, 1))

    planned = _planned(store, load_registry(), job.selection((family,)))
    for error in run_cells(store, [p for p in planned if p.model.id == unit], evaluated):
        raise error
    send(Report(unit, f"finished {unit}", 1, 1))


def _base_unit(run_folder: Path, job: DemoJob, family: str, reports: "queue.Queue[Report]") -> None:
    """Evaluate a family's base, in a worker."""
    _evaluate(RunStore(run_folder), job, family, family, 0.0, reports.put)


def _checkpoint_unit(
    run_folder: Path, job: DemoJob, run: TrainingRun, reports: "queue.Queue[Report]"
) -> None:
    """Train a checkpoint and evaluate it, in a worker."""
    store = RunStore(run_folder)

    def trained(report: Report) -> None:
        share = report.done / (report.total or 1)
        doing = f"{report.doing}, step {report.done:g} of {report.total:g}"
        reports.put(Report(run.checkpoint, doing, TRAINING_SHARE * share, 1))

    run_training(run, load_registry(), store, trained)
    _evaluate(store, job, run.model, run.checkpoint, TRAINING_SHARE, reports.put)


def _remove_leftovers(store: RunStore) -> None:
    """Remove what killed training runs left; call it under the run folder's lock while no worker runs."""
    for path in (store.root / "checkpoints").glob(".*.training"):
        shutil.rmtree(path)


def _work(store: RunStore, job: DemoJob, progress: Progress) -> None:
    """Train and evaluate what is missing in worker processes; raise the first error of a unit."""
    families = _FamilyProgress(job, progress)
    context = multiprocessing.get_context("spawn")
    # A manager's queue, unlike a plain one, can be passed to the tasks of a pool.
    manager = SyncManager(ctx=context)
    manager.start(end_with_parent)
    with manager, ProcessPoolExecutor(WORKERS, mp_context=context, initializer=_start_worker) as pool:
        reports: queue.Queue[Report] = manager.Queue()
        # The checkpoints come first: they take longest, and the bases fill the gap at the end.
        futures: list[Future[None]] = []
        for run in job.runs:
            futures.append(pool.submit(_checkpoint_unit, store.root, job, run, reports))
        for family in job.families:
            futures.append(pool.submit(_base_unit, store.root, job, family, reports))
        try:
            while not all(future.done() for future in futures):
                try:
                    families.show(reports.get(timeout=0.5))
                except queue.Empty:
                    continue
        except KeyboardInterrupt:
            # The pool would wait for the units under way, which are minutes.
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        while not reports.empty():
            families.show(reports.get())
        for future in futures:
            future.result()


def run_demo(run_folder: Path, progress: Progress, job: DemoJob = DemoJob()) -> Demo:
    """Do what is missing, then write summary, board and gate report; ``progress`` has one part per family."""
    store = RunStore(run_folder)
    with store.lock():
        _remove_leftovers(store)
        # A mistake is reported before minutes of training.
        for run in job.runs:
            check(run, load_registry())
        if not _is_done(store, job):
            _work(store, job, progress)
            _remove_leftovers(store)  # once more: a killed demo's worker may outlive it for a moment
        # From here on all is recomputed from the stored samples, in seconds, whatever was done before.
        summary = summary_of(store, scored_cells(store.finished()), load_registry())
        store.write_summary(summary)
        report = judge(summary, load_policy(POLICY))
        compared = summary.compared_cells
        cells = packed_cells(cell for cell in store.finished() if cell.path.name in compared)
        board = write_board(summary, run_folder / "board", report, cells)
        write_atomic(run_folder / "verdict.json", report.to_json().encode())
    for family in job.families:
        progress(Report(family, "done", UNITS, UNITS))
    return Demo(summary, report, board)
