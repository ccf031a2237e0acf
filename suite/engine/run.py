"""Unfinished cells -> engine -> store; knows nothing of scores. ``rlvr-suite eval --families micro-llama3 --out runs/mine``.

A cell is finished when its manifest says so for at least the samples asked for; a finished model is not even loaded. What fails
ends its cell (a model that does not load: its cells), is told, and the others go on.
"""

import time
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from suite import __version__
from suite.errors import SuiteError
from suite.plan.cells import ModelToRun, PlannedCell
from suite.plan.unfinished import is_finished, unfinished
from suite.store import provenance
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore

if TYPE_CHECKING:
    from suite.engine.contract import Engine, Failures
    from suite.engine.reuse import EngineRoom


class RunProgress:
    """What a long job tells its caller; the default says nothing."""

    def model(self, model_id: str, index: int, total: int) -> None:
        """Model ``index`` (from 0) of ``total`` starts."""

    def samples(self, done: int, total: int) -> None:
        """Samples of the current model that are there."""


def _manifest(planned: PlannedCell, engine: "Engine", lm_eval_avg: float, wall_s: float) -> CellManifest:
    return CellManifest(
        cell=planned.cell,
        family=planned.model.family,
        base=planned.model.base,
        dataset=planned.task.dataset,
        dataset_revision=planned.task.dataset_revision,
        model_revision=planned.model.revision,
        prompt=planned.prompt,
        n_items=len(planned.task.items),
        k=planned.task.k,
        lm_eval_avg=lm_eval_avg,
        wall_s=round(wall_s, 3),
        packages=provenance.packages(),
        suite_version=__version__,
        git=provenance.git_state(),
        finished=provenance.today(),
        device_name=engine.device_name,
        engine_settings=dict(engine.settings),
    )


def _evaluated(
    store: RunStore, engine: "Engine", planned: Sequence[PlannedCell], progress: RunProgress
) -> tuple[dict[str, float], "Failures"]:
    """lm-eval's mean of each cell, all in one call, and what could not be finished."""
    from suite.engine.adapter import SuiteLM
    from suite.engine.contract import CellWork
    from suite.engine.evaluate import evaluate

    lm = SuiteLM(engine, [CellWork(p, store.cell(p.cell)) for p in planned], progress.samples)
    return evaluate(lm, planned), lm.failures


def run_model(
    store: RunStore, engine: "Engine", planned: Sequence[PlannedCell], progress: RunProgress
) -> list[SuiteError]:
    """Finish one loaded model's cells; what could not be finished."""
    from suite.engine.contract import failure

    started, ready, refused = time.monotonic(), [], []
    for p in planned:
        try:
            store.cell(p.cell).write_items(p.task.items)
            ready.append(p)
        except Exception as error:  # a cell whose folder cannot be used must not keep the others from running
            refused.append(failure(p.cell, error))
    if not ready:
        return refused
    averages, failures = _evaluated(store, engine, ready, progress)
    wall_s = (time.monotonic() - started) / len(ready)
    for p in ready:
        if p.cell.id not in failures:
            store.cell(p.cell).finish(_manifest(p, engine, averages[p.cell.id], wall_s))
    return [*refused, *failures.values()]


def run_cells(
    store: RunStore, planned: Sequence[PlannedCell], progress: RunProgress, engine: str = "hf"
) -> list[SuiteError]:
    """Finish every cell of ``planned``, one load a model (none where weights can be swapped); what could not be finished."""
    groups = [
        (model, list(cells)) for model, cells in groupby(unfinished(store, planned), key=lambda p: p.model)
    ]
    if not groups:
        return []
    from suite.engine import start
    from suite.engine.reuse import EngineRoom

    room, failures = EngineRoom(lambda model: start(engine, model)), []
    try:
        for index, (model, cells) in enumerate(groups):
            progress.model(model.id, index, len(groups))
            failures += _run_group(store, room, model, cells, progress)
    finally:
        room.close()
    return failures


def _run_group(
    store: RunStore, room: "EngineRoom", model: ModelToRun, cells: list[PlannedCell], progress: RunProgress
) -> list[SuiteError]:
    """One model's cells; whatever loading it raises is what all of them fail with."""
    from suite.engine.contract import failure

    try:
        engine = room.engine_for(model)
    except Exception as error:  # a model that does not load must not keep the others from running
        return [failure(p.cell, error) for p in cells]
    try:
        return run_model(store, engine, cells, progress)
    except Exception as error:  # lm-eval's own faults, and a disk that takes no manifest
        return [failure(p.cell, error) for p in cells if not is_finished(store, p)]


def replay(store: RunStore, planned: Sequence[PlannedCell], progress: RunProgress) -> list[SuiteError]:
    """Put stored cells through lm-eval again, without a model; a cell whose mean is not the recorded one is told."""
    from suite.engine import start

    failures: list[SuiteError] = []
    groups = [(model, list(cells)) for model, cells in groupby(planned, key=lambda p: p.model)]
    for index, (model, cells) in enumerate(groups):
        progress.model(model.id, index, len(groups))
        averages, failed = _evaluated(store, start("replay", model), cells, progress)
        failures += failed.values()
        for p in cells:
            manifest = store.cell(p.cell).manifest
            if (
                p.cell.id not in failed
                and manifest
                and manifest.lm_eval_avg not in (None, averages[p.cell.id])
            ):
                what = f"lm-eval's mean of the stored samples is {averages[p.cell.id]}, recorded is {manifest.lm_eval_avg}"
                failures.append(
                    SuiteError(what, p.cell.name, "A newer grader may be the cause: see `rlvr-suite regrade`")
                )
    return failures
