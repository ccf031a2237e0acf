"""A grid of training runs from one file: ``rlvr-suite train --sweep sweep.yaml --out runs/grid``.

An existing checkpoint is not trained again, and a run that fails does not stop the others. ``workers`` runs
train side by side on this machine; on a Ray cluster each run is a task, and all nodes must share the run
folder's file system. A sweep file::

    recipe: micro
    families: [micro-llama3]
    rewards: [ground_truth, "format & !python"]
    seeds: [0, 1]
    workers: 2
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from suite.benchmarks.item_files import check_data_dir
from suite.errors import SuiteError, in_one_line
from suite.files.yaml import read_document
from suite.grpo.expression import parse
from suite.grpo.job import TrainingRun, check, run_training, trained_pair
from suite.grpo.recipe import load_recipe
from suite.processes import end_with_parent, quiet_libraries
from suite.progress import silent
from suite.registry import Registry, load_registry
from suite.schema import Strict
from suite.store.run_folder import RunStore

Text = Annotated[str, Field(min_length=1)]
Show = Callable[[str], None]


class Sweep(Strict):
    """A sweep file: each model (the bases of ``families``, and ``models``) with each reward and seed.

    ``labels`` maps a model to the file of its majority labels; ``data_dir`` and ``allow_unchecked`` mean the
    same as the flags of `train`. Paths are relative to the sweep file's folder.
    """

    recipe: Text
    families: tuple[Text, ...] = ()
    models: tuple[Text, ...] = ()
    rewards: tuple[Text, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = (0,)
    labels: dict[str, Text] = Field(default_factory=dict)
    data_dir: Text | None = None
    allow_unchecked: bool = False
    workers: int = Field(default=1, ge=1)


@dataclass(frozen=True)
class SweepRuns:
    """The runs of a sweep, in order, and how many of them train side by side."""

    runs: tuple[TrainingRun, ...]
    workers: int


class EndedRun(NamedTuple):
    """A run that ended; ``problem`` is None if it trained its checkpoint."""

    run: TrainingRun
    problem: str | None


def load_sweep(path: Path, registry: Registry) -> SweepRuns:
    """Return the runs of the sweep file; raise ``SuiteError`` for what would stop one of them."""
    document = read_document(path)
    sweep = document.parse(Sweep)
    for number, family in enumerate(sweep.families):
        registry.family(family, document.where("families", number))
    for number, reward in enumerate(sweep.rewards):
        parse(reward, document.where("rewards", number))
    for number, model in enumerate(sweep.models):
        registry.model(model, document.where("models", number))
    models: list[str] = []
    for family in sweep.families:
        models += registry.bases(family)
    models += sweep.models
    if not models:
        raise SuiteError("neither families nor models are named", str(path), "Name at least one of them")
    if unknown := sweep.labels.keys() - set(models):
        where = document.where("labels", min(unknown))
        raise SuiteError("labels of a model that is not in the sweep", where, "Add the model, or remove them")
    is_file = sweep.recipe.endswith((".yaml", ".yml"))
    recipe = str(path.parent / sweep.recipe) if is_file else sweep.recipe
    load_recipe(recipe, document.where("recipe"))
    if sweep.data_dir:
        check_data_dir(path.parent / sweep.data_dir, document.where("data_dir"))
    # Two spellings of one reward, or a model named twice, make the same checkpoint: it is trained once.
    runs = {run.checkpoint: run for run in _runs(sweep, recipe, list(dict.fromkeys(models)), path.parent)}
    for run in runs.values():
        try:
            check(run, registry)
        except SuiteError as error:
            what = f"{run.model} on {run.reward}: {error.what} ({error.where})"
            raise SuiteError(what, str(path), error.fix) from error
    return SweepRuns(tuple(runs.values()), sweep.workers)


def _runs(sweep: Sweep, recipe: str, models: Sequence[str], home: Path) -> Iterator[TrainingRun]:
    data_dir = home / sweep.data_dir if sweep.data_dir else None
    unchecked = sweep.allow_unchecked
    for reward, model, seed in product(sweep.rewards, models, sweep.seeds):
        run = TrainingRun(model, reward, recipe, seed, data_dir=data_dir, allow_unchecked=unchecked)
        if run.expression.is_labelled and model in sweep.labels:
            run = replace(run, labels=home / sweep.labels[model])
        yield run


def missing(sweep: SweepRuns, registry: Registry, store: RunStore) -> list[TrainingRun]:
    """Return the runs whose checkpoint does not exist yet."""
    return [run for run in sweep.runs if trained_pair(run, registry, store) is None]


def run_sweep(
    sweep: SweepRuns, overlays: Sequence[Path], store: RunStore, show: Show, ray: str | None = None
) -> list[EndedRun]:
    """Train what is missing, here or on the cluster ``ray``; show each run's end, return the failed runs."""
    todo = missing(sweep, load_registry(overlays), store)
    show(f"{len(sweep.runs)} runs, {len(sweep.runs) - len(todo)} there already")
    if ray is None:
        ended_runs = _here(todo, sweep.workers, overlays, store.root)
    else:
        ended_runs = _on_cluster(todo, overlays, store.root.resolve(), ray)
    failed: list[EndedRun] = []
    for number, ended in enumerate(ended_runs, 1):
        show(f"[{number}/{len(todo)}] {ended.run.checkpoint}: {ended.problem or 'trained'}")
        if ended.problem:
            failed.append(ended)
    return failed


class _RunProcess(NamedTuple):
    """A process that trains one run, and the end of the pipe on which it reports its problem, or None."""

    process: BaseProcess
    run: TrainingRun
    problems: Connection


def _here(
    todo: Sequence[TrainingRun], workers: int, overlays: Sequence[Path], root: Path
) -> Iterator[EndedRun]:
    """Train each run in its own process, ``workers`` at a time; a process that dies ends only its own run."""
    context = multiprocessing.get_context("spawn")
    threads = max(1, (os.cpu_count() or 1) // workers)
    waiting = list(todo)
    running: dict[int, _RunProcess] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                run = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process: BaseProcess = context.Process(
                    target=_work, args=(run, overlays, root, threads, theirs)
                )
                process.start()
                running[process.sentinel] = _RunProcess(process, run, ours)
            # A process that is killed reports nothing, but its sentinel becomes ready all the same.
            ready = set(wait(list(running)))
            for sentinel in [known for known in running if known in ready]:
                worker = running.pop(sentinel)
                worker.process.join()
                if worker.problems.poll():
                    problem = worker.problems.recv()
                else:
                    problem = f"its process ended with {worker.process.exitcode}"
                yield EndedRun(worker.run, problem)
    finally:
        for worker in running.values():
            worker.process.terminate()


def _work(run: TrainingRun, overlays: Sequence[Path], root: Path, threads: int, problems: Connection) -> None:
    import torch

    end_with_parent()
    quiet_libraries()
    torch.set_num_threads(threads)
    problems.send(train_one(run, overlays, root))


def train_one(run: TrainingRun, overlays: Sequence[Path], root: Path) -> str | None:
    """Train one run into the run folder ``root``; return its problem, or None."""
    try:
        run_training(run, load_registry(overlays), RunStore(root), silent)
    except SuiteError as error:
        return str(error)
    except Exception as error:  # torch and TRL can raise anything; the other runs continue
        return in_one_line(error)
    return None


def _train_on_cluster(run: TrainingRun, overlays: Sequence[Path], root: Path) -> str | None:
    quiet_libraries()
    return train_one(run, overlays, root)


def _on_cluster(
    todo: Sequence[TrainingRun], overlays: Sequence[Path], root: Path, address: str
) -> Iterator[EndedRun]:
    """Train on a Ray cluster: each run is a task with as many GPUs as its recipe has processes."""
    try:
        import ray
    except ImportError as error:
        raise SuiteError("ray is not installed", "--ray", "pip install 'rlvr-suite[ray]'") from error

    # What a task prints is shown here: a user's reward may have something to say.
    ray.init(address=None if address == "local" else address)
    try:
        cluster: Any = ray
        # A cluster of CPUs (a test's, say) has no GPUs to ask for.
        on_gpus = float(cluster.cluster_resources().get("GPU", 0)) > 0
        waiting: dict[Any, TrainingRun] = {}
        for run in todo:
            gpus = load_recipe(run.recipe).launch.processes if on_gpus else 0
            task = ray.remote(num_gpus=gpus, num_cpus=1, max_retries=0)(_train_on_cluster)
            waiting[task.remote(run, [path.resolve() for path in overlays], root)] = run
        while waiting:
            for done in ray.wait(list(waiting), num_returns=1)[0]:
                yield EndedRun(waiting.pop(done), ray.get(done))
    finally:
        ray.shutdown()
