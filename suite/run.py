"""Unfinished cells -> engine -> store; knows nothing of scores. ``rlvr-suite eval --families micro-llama3 --out runs/mine``.

A cell is finished when its manifest says so for at least the samples asked for; a finished model is not even loaded.
"""

import time
from collections.abc import Iterable, Sequence
from itertools import groupby

from suite import __version__, provenance
from suite.plan import ModelToRun, PlannedCell
from suite.store import CellManifest, RunStore

BATCH_SIZE = 128


class RunProgress:
    """What a long job tells its caller; the default says nothing."""

    def model(self, model_id: str, index: int, total: int) -> None:
        """Model ``index`` (from 0) of ``total`` starts."""

    def samples(self, done: int, total: int) -> None:
        """Samples of the current model that are there."""


def is_finished(store: RunStore, planned: PlannedCell) -> bool:
    """Whether all samples asked for are stored."""
    manifest = store.cell(planned.cell).manifest
    return manifest is not None and manifest.k >= planned.task.k


def unfinished(store: RunStore, planned: Iterable[PlannedCell]) -> list[PlannedCell]:
    """The cells of which something is missing."""
    return [p for p in planned if not is_finished(store, p)]


def run_model(store: RunStore, model: ModelToRun, planned: Sequence[PlannedCell], progress: RunProgress) -> None:
    """Load one model and finish its cells, all in one lm-eval call."""
    from suite.engine.adapter import SuiteLM
    from suite.engine.evaluate import evaluate
    from suite.engine.hf import HFEngine

    started = time.monotonic()
    engine = HFEngine(model.folder, model.dtype, BATCH_SIZE)
    stores = {p.cell.id: store.cell(p.cell) for p in planned}
    for p in planned:
        stores[p.cell.id].write_items(p.task.items)
    averages = evaluate(SuiteLM(engine, list(planned), stores, progress.samples), planned)
    wall = (time.monotonic() - started) / len(planned)
    for p in planned:
        manifest = CellManifest(
            cell=p.cell,
            family=model.family,
            base=model.base,
            dataset=p.task.dataset,
            dataset_revision=p.task.dataset_revision,
            n_items=len(p.task.items),
            k=p.task.k,
            lm_eval_avg=averages[p.cell.id],
            wall_s=round(wall, 3),
            packages=provenance.packages(),
            suite_version=__version__,
            git=provenance.git_state(),
            device_name=engine.device_name,
            batch_size=engine.batch_size,
        )
        stores[p.cell.id].finish(manifest)


def run_cells(store: RunStore, planned: Sequence[PlannedCell], progress: RunProgress) -> None:
    """Finish every cell of ``planned``, one load a model."""
    groups = [(model, list(cells)) for model, cells in groupby(unfinished(store, planned), key=lambda p: p.model)]
    for index, (model, cells) in enumerate(groups):
        progress.model(model.id, index, len(groups))
        run_model(store, model, cells, progress)
