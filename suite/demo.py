"""The main job on the micro families: train, evaluate before and after, summarise, render, judge. ``rlvr-suite demo``.

Two worker processes, one thread each, take a family at a time. Whatever a killed run had finished stays finished: a checkpoint
is one unit, a batch of samples another. Results do not depend on the order of the work, so a resumed run equals an unbroken one.
"""

import multiprocessing
import os
import queue
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from suite.gate import judge, load_policy
from suite.grpo.job import TrainingRun, check, run_training
from suite.grpo.rewards import REWARDS
from suite.leaderboard import write_board
from suite.registry import load_registry
from suite.run import RunProgress, run_cells, unfinished
from suite.schema import GateReport, Summary
from suite.selection import Selection, planned_cells
from suite.store import RunStore, write_atomic
from suite.summary import summarize
from suite.table import read_cells

FAMILIES = ("micro-qwen2.5-math", "micro-qwen2.5", "micro-olmo2", "micro-llama3")
"""The micro families, each with a base of the same id; the slowest to train first."""
TASKS = ("micro_arithmetic_clean", "micro_bench", "micro_bench_partial")
RECIPE = "micro"
POLICY = "micro_demo"
WORKERS = 2
EVALUATION = len(REWARDS) + 1
"""Units of progress of a family's evaluation: one a model. A training run is one unit as well."""
UNITS = len(REWARDS) + EVALUATION

Report = tuple[str, str, float]
"""Family, what it is doing, units done."""


@dataclass(frozen=True)
class Demo:
    """What a finished demo left behind."""

    summary: Summary
    gate: GateReport
    board: Path


def _selection(families: Sequence[str]) -> Selection:
    return Selection(families=tuple(families), tasks=TASKS)


def runs_of(family: str) -> list[TrainingRun]:
    """The family's training runs, one a reward."""
    return [TrainingRun(family, reward, RECIPE) for reward in REWARDS]


def _is_done(store: RunStore, families: Sequence[str]) -> bool:
    trained = {pair.checkpoint for pair in store.pairs()}
    if any(run.checkpoint not in trained for family in families for run in runs_of(family)):
        return False
    return not unfinished(store, planned_cells(_selection(families), load_registry(), store))


class _Evaluation(RunProgress):
    """Turns a family's evaluation into units done."""

    def __init__(self, family: str, report: Callable[[Report], None]) -> None:
        self.family, self.report = family, report
        self.at, self.name = float(UNITS - EVALUATION), ""

    def model(self, model_id: str, index: int, total: int) -> None:
        self.at, self.name = float(UNITS - total + index), model_id
        self.report((self.family, f"loading {model_id}", self.at))

    def samples(self, done: int, total: int) -> None:
        self.report((self.family, f"answering: {self.name}", self.at + done / total))


def _end_with_parent() -> None:
    """Leave when the parent is gone (SIGKILL tells nobody), so that no orphan writes beside a restarted run."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def _start_worker() -> None:
    import torch

    torch.set_num_threads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _quiet() -> None:
    """Keep the libraries' own notes out of the progress display; errors still come through."""
    import logging
    import warnings

    warnings.filterwarnings("ignore")
    for name in ("lm_eval", "trl", "transformers", "accelerate", "torch"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _family_job(run_folder: Path, family: str, reports: "queue.Queue[Report]") -> None:
    """All of one family's work, in a worker."""
    _quiet()
    registry, store = load_registry(), RunStore(run_folder)
    for unit, run in enumerate(runs_of(family)):

        def step(done: int, total: int, unit: int = unit, reward: str = run.reward) -> None:
            reports.put((family, f"training on {reward}: step {done} of {total}", unit + done / total))

        step(0, 1)
        run_training(run, registry, store, step)
    run_cells(store, planned_cells(_selection([family]), registry, store), _Evaluation(family, reports.put))
    reports.put((family, "done", float(UNITS)))


def _sweep_leftovers(store: RunStore) -> None:
    """Remove what killed training runs left half-built; the run folder is locked, so nobody is building."""
    for path in (store.root / "checkpoints").glob(".*"):
        shutil.rmtree(path)


def _work(store: RunStore, families: Sequence[str], show: Callable[[Report], None]) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(WORKERS, mp_context=context, initializer=_start_worker) as pool:
        reports: queue.Queue[Report] = manager.Queue()
        jobs: list[Future[None]] = [pool.submit(_family_job, store.root, family, reports) for family in families]
        try:
            while not all(job.done() for job in jobs):
                try:
                    show(reports.get(timeout=0.5))
                except queue.Empty:
                    continue
        except KeyboardInterrupt:
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        while not reports.empty():
            show(reports.get())
        for job in jobs:
            job.result()


def run_demo(run_folder: Path, show: Callable[[Report], None], families: Sequence[str] = FAMILIES) -> Demo:
    """Do what is not done yet, then write summary, board and gate report; ``show`` is told each family's progress."""
    store = RunStore(run_folder)
    with store.lock():
        _sweep_leftovers(store)
        for family in families:
            for run in runs_of(family):
                check(run, load_registry())
        if not _is_done(store, families):
            _work(store, families, show)
        summary = summarize(read_cells(store.finished()), store.pairs(), load_registry())
        store.write_summary(summary)
        board = write_board(summary, run_folder / "board")
        report = judge(summary, load_policy(POLICY))
        write_atomic(run_folder / "gate.json", report.model_dump_json(indent=1).encode())
    return Demo(summary, report, board)
