"""A grid of training runs from one file: ``rlvr-suite train --sweep sweep.yaml --out runs/grid``.

What exists is not trained again. One run that fails does not stop the others. ``workers`` runs train side by side on this
machine; with an address of a Ray cluster they train there, one run a task, on a file system that all its nodes share.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from suite.errors import SuiteError, in_one_line
from suite.files.yaml import Document, read_document
from suite.grpo.expression import parse
from suite.grpo.job import TrainingRun, check, run_training, trained_pair
from suite.grpo.recipe import load_recipe
from suite.processes import end_with_parent
from suite.progress import silent
from suite.registry import Registry, load_registry
from suite.schema import Strict
from suite.store.run_folder import RunStore

Text = Annotated[str, Field(min_length=1)]
Show = Callable[[str], None]
Ended = tuple[TrainingRun, str | None]
"""A run that ended, and what went wrong."""


class Sweep(Strict):
    """What a sweep file holds: every model (of ``families`` every base, and ``models``) with every reward and seed.

    ``labels`` maps a model to the file of its majority labels; ``data_dir`` and ``allow_unchecked`` are as the flags of `train`.
    Files and folders are meant from the sweep file's folder.
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
class Grid:
    """The runs of a sweep, in order, and how many train side by side."""

    runs: tuple[TrainingRun, ...]
    workers: int


def load_sweep(path: Path, registry: Registry) -> Grid:
    """The runs of the sweep file; ``SuiteError`` for the first thing that no run could be trained with."""
    document = read_document(path)
    sweep = document.parse(Sweep)
    for number, family in enumerate(sweep.families):
        registry.family(family, document.where("families", number))
    for number, reward in enumerate(sweep.rewards):
        parse(reward, document.where("rewards", number))
    for number, model in enumerate(sweep.models):
        registry.model(model, document.where("models", number))
    models = [*(base for family in sweep.families for base in registry.bases(family)), *sweep.models]
    if not models:
        raise SuiteError("neither families nor models are named", str(path), "Name one of them at least")
    if unknown := sweep.labels.keys() - set(models):
        where = document.where("labels", min(unknown))
        raise SuiteError("labels of a model that is not in the sweep", where, "Add the model, or remove them")
    is_file = sweep.recipe.endswith((".yaml", ".yml"))
    recipe = str(path.parent / sweep.recipe) if is_file else sweep.recipe
    load_recipe(recipe, document.where("recipe"))
    made = _runs(sweep, recipe, list(dict.fromkeys(models)), path.parent)
    runs = tuple({run.checkpoint: run for run in made}.values())
    for run in runs:
        _checked(run, registry, document)
    return Grid(runs, sweep.workers)


def _runs(sweep: Sweep, recipe: str, models: Iterable[str], home: Path) -> Iterator[TrainingRun]:
    data_dir = home / sweep.data_dir if sweep.data_dir else None
    for reward, model, seed in product(sweep.rewards, models, sweep.seeds):
        run = TrainingRun(
            model, reward, recipe, seed, data_dir=data_dir, allow_unchecked=sweep.allow_unchecked
        )
        labelled = run.expression.is_labelled and model in sweep.labels
        yield replace(run, labels=home / sweep.labels[model]) if labelled else run


def _checked(run: TrainingRun, registry: Registry, document: Document) -> None:
    try:
        check(run, registry)
    except SuiteError as error:
        raise SuiteError(
            f"{run.model} on {run.reward}: {error.what} ({error.where})", str(document.path), error.fix
        ) from error


def missing(grid: Grid, registry: Registry, store: RunStore) -> list[TrainingRun]:
    """The runs whose checkpoint is not there."""
    return [run for run in grid.runs if trained_pair(run, registry, store) is None]


def run_sweep(
    grid: Grid, overlays: Sequence[Path], store: RunStore, show: Show, ray: str | None = None
) -> list[tuple[TrainingRun, str]]:
    """Train what is missing; each run's end is shown. The runs that failed, with the reason."""
    todo = missing(grid, load_registry(overlays), store)
    show(f"{len(grid.runs)} runs, {len(grid.runs) - len(todo)} there already")
    failed: list[tuple[TrainingRun, str]] = []
    ends = (
        _here(todo, grid.workers, overlays, store.root)
        if ray is None
        else _on_cluster(todo, overlays, store.root.resolve(), ray)
    )
    for n, (run, problem) in enumerate(ends, 1):
        show(f"[{n}/{len(todo)}] {run.checkpoint}: {problem or 'trained'}")
        if problem:
            failed.append((run, problem))
    return failed


def _here(todo: Sequence[TrainingRun], workers: int, overlays: Sequence[Path], root: Path) -> Iterator[Ended]:
    """Each run in a process of its own, so many at a time; a process that dies takes no other with it."""
    context = multiprocessing.get_context("spawn")
    threads, waiting = max(1, (os.cpu_count() or 1) // workers), list(todo)
    running: dict[int, tuple[BaseProcess, TrainingRun, Connection]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                run, (ours, theirs) = waiting.pop(0), context.Pipe(duplex=False)
                new: BaseProcess = context.Process(target=_work, args=(run, overlays, root, threads, theirs))
                new.start()
                running[new.sentinel] = (new, run, ours)
            ready = set(wait(list(running)))
            for sentinel in [known for known in running if known in ready]:
                process, run, ours = running.pop(sentinel)
                process.join()
                told = ours.recv() if ours.poll() else f"its process ended with {process.exitcode}"
                yield run, told
    finally:
        for process, _, _ in running.values():
            process.terminate()


def _work(run: TrainingRun, overlays: Sequence[Path], root: Path, threads: int, tell: Connection) -> None:
    import torch

    from suite.processes import quiet_libraries

    end_with_parent()
    quiet_libraries()
    torch.set_num_threads(threads)
    tell.send(train_one(run, overlays, root))


def train_one(run: TrainingRun, overlays: Sequence[Path], root: Path) -> str | None:
    """Train one run into the run folder ``root``; what went wrong, or None."""
    try:
        run_training(run, load_registry(overlays), RunStore(root), silent)
    except SuiteError as error:
        return str(error)
    except Exception as error:  # torch, TRL: the others go on
        return in_one_line(error)
    return None


def _on_cluster(
    todo: Sequence[TrainingRun], overlays: Sequence[Path], root: Path, address: str
) -> Iterator[Ended]:
    """The same on a Ray cluster: a task a run, with as many GPUs as its recipe has processes."""
    try:
        import ray
    except ImportError as error:
        raise SuiteError("ray is not installed", "--ray", "pip install 'rlvr-suite[ray]'") from error
    ray.init(address=None if address == "local" else address, log_to_driver=False)
    try:
        cluster: Any = ray
        on_gpus = float(cluster.cluster_resources().get("GPU", 0)) > 0
        waiting: dict[Any, TrainingRun] = {}
        for run in todo:
            gpus = load_recipe(run.recipe).launch.processes if on_gpus else 0
            task = ray.remote(num_gpus=gpus, num_cpus=1, max_retries=0)(train_one)
            waiting[task.remote(run, [path.resolve() for path in overlays], root)] = run
        while waiting:
            for done in ray.wait(list(waiting), num_returns=1)[0]:
                yield waiting.pop(done), ray.get(done)
    finally:
        ray.shutdown()
