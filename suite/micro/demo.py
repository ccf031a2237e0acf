"""The main job on the micro families: train, evaluate before and after, summarise, render, judge. ``rlvr-suite demo``.

Two worker processes, one thread each, take a checkpoint (or a base) at a time. Whatever a killed run had finished stays finished:
a training run is one unit, a batch of samples another. Results do not depend on the order of the work, so a resumed run equals an
unbroken one.
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
from suite.gate.verdict import GateReport
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
from suite.summary.summarize import summary_of
from suite.summary.table import scored_cells

FAMILIES = ("micro-qwen2.5-math", "micro-qwen2.5", "micro-olmo2", "micro-llama3")
"""The micro families, each with a base of the same id; the slowest to train first."""
TASKS = ("micro_arithmetic_clean", "micro_bench", "micro_bench_partial")
REWARDS = ("ground_truth", "random", "format")
RECIPE = "micro"
POLICY = "micro_demo"
WORKERS = 2
UNITS = len(REWARDS) + 1
"""Units of work in a family: its base to evaluate, and one checkpoint a reward to train and evaluate."""
TRAINING_SHARE = 0.8
"""Part of a checkpoint's unit that is training."""


@dataclass(frozen=True)
class DemoJob:
    """What the demo covers; a recipe is a name or a file, ``limit`` the number of items of each task."""

    families: tuple[str, ...] = FAMILIES
    recipe: str = RECIPE
    limit: int | None = None

    def runs_of(self, family: str) -> list[TrainingRun]:
        """The family's training runs, one a reward."""
        return [TrainingRun(family, reward, self.recipe) for reward in REWARDS]

    def selection(self, families: tuple[str, ...]) -> Selection:
        """The evaluation of ``families``."""
        return Selection(families=families, tasks=TASKS, limit=self.limit)


@dataclass(frozen=True)
class Demo:
    """What a finished demo left behind."""

    summary: Summary
    gate: GateReport
    board: Path


def _is_done(store: RunStore, job: DemoJob) -> bool:
    registry = load_registry()
    runs = [run for family in job.families for run in job.runs_of(family)]
    if any(trained_pair(run, registry, store) is None for run in runs):
        return False
    return not unfinished(store, _planned(store, registry, job.selection(job.families)))


def _planned(store: RunStore, registry: Registry, selection: Selection) -> list[PlannedCell]:
    planned = planned_cells(selection, registry, store)
    for error in planned.failures:
        raise error
    return planned.cells


class _FamilyProgress:
    """Adds up the workers' reports, one part a unit, to reports of one part a family."""

    def __init__(self, job: DemoJob, progress: Progress) -> None:
        self.progress = progress
        self.share_of: dict[str, dict[str, float]] = {family: {} for family in job.families}
        self.family_of = {family: family for family in job.families}
        for family in job.families:
            self.family_of |= {run.checkpoint: family for run in job.runs_of(family)}
            self.progress(Report(family, "waiting", 0, UNITS))

    def show(self, report: Report) -> None:
        """Pass a worker's report on as its family's."""
        family = self.family_of[report.part]
        self.share_of[family][report.part] = report.done
        self.progress(Report(family, report.doing, sum(self.share_of[family].values()), UNITS))


def _start_worker() -> None:
    quiet_libraries()
    import torch

    torch.set_num_threads(1)
    end_with_parent()


def _evaluate(store: RunStore, job: DemoJob, family: str, unit: str, start: float, send: Progress) -> None:
    """Evaluate the model ``unit``; its samples are the rest of the unit's work, from the share ``start`` on."""

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


def _pair_unit(run_folder: Path, job: DemoJob, run: TrainingRun, reports: "queue.Queue[Report]") -> None:
    """Train a checkpoint and evaluate it, in a worker."""
    store = RunStore(run_folder)

    def trained(report: Report) -> None:
        share = report.done / (report.total or 1)
        doing = f"{report.doing}, step {report.done:g} of {report.total:g}"
        reports.put(Report(run.checkpoint, doing, TRAINING_SHARE * share, 1))

    run_training(run, load_registry(), store, trained)
    _evaluate(store, job, run.model, run.checkpoint, TRAINING_SHARE, reports.put)


def _sweep_leftovers(store: RunStore) -> None:
    """Remove what killed training runs left half-built; the run folder is locked, and this job's workers are idle."""
    for path in (store.root / "checkpoints").glob(".*.training"):
        shutil.rmtree(path)


def _work(store: RunStore, job: DemoJob, progress: Progress) -> None:
    families = _FamilyProgress(job, progress)
    context = multiprocessing.get_context("spawn")
    manager = SyncManager(ctx=context)
    manager.start(end_with_parent)
    with manager, ProcessPoolExecutor(WORKERS, mp_context=context, initializer=_start_worker) as pool:
        reports: queue.Queue[Report] = manager.Queue()
        runs = [run for family in job.families for run in job.runs_of(family)]
        futures: list[Future[None]] = [pool.submit(_pair_unit, store.root, job, run, reports) for run in runs]
        futures += [pool.submit(_base_unit, store.root, job, family, reports) for family in job.families]
        try:
            while not all(future.done() for future in futures):
                try:
                    families.show(reports.get(timeout=0.5))
                except queue.Empty:
                    continue
        except KeyboardInterrupt:
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        while not reports.empty():
            families.show(reports.get())
        for future in futures:
            future.result()


def run_demo(run_folder: Path, progress: Progress, job: DemoJob = DemoJob()) -> Demo:
    """Do what is not done yet, then write summary, board and gate report; ``progress`` has one part a family."""
    store = RunStore(run_folder)
    with store.lock():
        _sweep_leftovers(store)
        for family in job.families:
            for run in job.runs_of(family):
                check(run, load_registry())
        if not _is_done(store, job):
            _work(store, job, progress)
            _sweep_leftovers(store)  # a killed run's worker may outlive it for a moment
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
