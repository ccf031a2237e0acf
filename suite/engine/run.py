"""Unfinished cells -> engine -> store; knows nothing of scores.

``rlvr-suite eval --families micro-llama3 --out runs/mine``.

A cell is finished when its manifest covers at least the samples requested; a model whose cells are all
finished is not loaded. A failure ends only its own cell; a model that fails to load ends all of its cells.
It is reported, and the rest continue.
"""

import time
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from suite import __version__
from suite.engine.start import start
from suite.errors import SuiteError
from suite.plan.cells import ModelToRun, PlannedCell
from suite.plan.unfinished import is_finished, unfinished
from suite.progress import Progress, Report
from suite.store import provenance
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore

if TYPE_CHECKING:
    from suite.engine.contract import Engine, Failures
    from suite.engine.reuse import EngineRoom


def run_cells(
    store: RunStore, planned: Sequence[PlannedCell], progress: Progress, engine: str = "hf"
) -> list[SuiteError]:
    """Finish every cell of ``planned``, loading each model at most once.

    Return an error for each that could not be.
    """
    groups = _by_model(unfinished(store, planned))
    if not groups:
        return []
    # Late, because it loads torch: a run that has nothing left to do starts and ends at once.
    from suite.engine.reuse import EngineRoom

    room = EngineRoom(lambda model: start(engine, model))
    failures: list[SuiteError] = []
    try:
        for number, (model, cells) in enumerate(groups, 1):
            numbered = _numbered(progress, number, len(groups))
            numbered(Report(model.id, "loading", 0, None, "samples"))
            failures += _run_group(store, room, model, cells, numbered)
    finally:
        room.close()
    return failures


def _by_model(planned: Sequence[PlannedCell]) -> list[tuple[ModelToRun, list[PlannedCell]]]:
    """Group the cells by model; a plan lists them model by model."""
    return [(model, list(cells)) for model, cells in groupby(planned, key=lambda p: p.model)]


def _numbered(progress: Progress, number: int, total: int) -> Progress:
    """Return ``progress`` with "model 2 of 5" added to what is reported."""
    return lambda report: progress(report._replace(doing=f"{report.doing}, model {number} of {total}"))


def _run_group(
    store: RunStore, room: "EngineRoom", model: ModelToRun, cells: list[PlannedCell], progress: Progress
) -> list[SuiteError]:
    """Load the model and finish its cells; all of them fail with whatever loading it raises."""
    from suite.engine.contract import failure

    try:
        engine = room.engine_for(model)
    except Exception as error:  # a model that does not load does not end the others
        return [failure(p.cell, error) for p in cells]
    try:
        return _run_loaded(store, engine, cells, progress)
    except Exception as error:  # lm-eval's own faults, and a disk that takes no manifest
        return [failure(p.cell, error) for p in cells if not is_finished(store, p)]


def _run_loaded(
    store: RunStore, engine: "Engine", planned: Sequence[PlannedCell], progress: Progress
) -> list[SuiteError]:
    """Finish the cells of the loaded model; return what could not be finished."""
    from suite.engine.contract import failure

    # The items are stored before any sample that answers them.
    started = time.monotonic()
    ready: list[PlannedCell] = []
    refused: list[SuiteError] = []
    for p in planned:
        try:
            store.cell(p.cell).write_items(p.task.items)
            ready.append(p)
        except Exception as error:  # a cell whose folder cannot be used does not end the others
            refused.append(failure(p.cell, error))
    if not ready:
        return refused
    averages, failures = _evaluate(store, engine, ready, progress)
    # The cells share one call, so each is recorded with an equal part of its time.
    wall_s = (time.monotonic() - started) / len(ready)
    for p in ready:
        if p.cell.id not in failures:
            store.cell(p.cell).finish(_manifest(p, engine, averages[p.cell.id], wall_s))
    return [*refused, *failures.values()]


def _evaluate(
    store: RunStore, engine: "Engine", planned: Sequence[PlannedCell], progress: Progress
) -> tuple[dict[str, float], "Failures"]:
    """Draw and evaluate all cells in one call.

    Return lm-eval's mean of each, and the errors of those not finished.
    """
    from suite.engine.adapter import SuiteLM
    from suite.engine.contract import CellWork
    from suite.engine.evaluate import evaluate

    lm = SuiteLM(engine, [CellWork(p, store.cell(p.cell)) for p in planned], progress)
    return evaluate(lm, planned), lm.failures


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


def replay(store: RunStore, planned: Sequence[PlannedCell], progress: Progress) -> list[SuiteError]:
    """Put stored cells through lm-eval again, without a model.

    Return an error for each whose mean is not the recorded one.
    """
    errors: list[SuiteError] = []
    for model, cells in _by_model(planned):
        averages, failures = _evaluate(store, start("replay", model), cells, progress)
        errors += failures.values()
        for p in cells:
            manifest = store.cell(p.cell).manifest
            if p.cell.id in failures or manifest is None or manifest.lm_eval_avg is None:
                continue
            average = averages[p.cell.id]
            if average != manifest.lm_eval_avg:
                what = (
                    f"lm-eval's mean of the stored samples is {average}, recorded is {manifest.lm_eval_avg}"
                )
                fix = "A newer grader may be the cause: see `rlvr-suite regrade`"
                errors.append(SuiteError(what, p.cell.name, fix))
    return errors
