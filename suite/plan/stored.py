"""The finished cells of a run folder as a plan: what the replay engine serves, without any model."""

from pathlib import Path

from suite.benchmarks.tasks import expand
from suite.plan.cells import ModelToRun, PlannedCell, TaskToRun
from suite.plan.selection import Selection
from suite.registry.protocols import PLAIN
from suite.schema import Decoding
from suite.store.run_folder import RunStore


def stored_cells(selection: Selection, store: RunStore) -> list[PlannedCell]:
    """Return the finished cells of the selection that were drawn here, as they were planned, by model."""
    tasks = {spec.task: spec for spec in expand(selection.tasks, selection.where)}
    families = selection.families or (selection.family,)
    planned = []
    for stored in store.finished():
        manifest = stored.manifest
        if manifest is None or manifest.source is not None:
            continue
        cell = manifest.cell
        if manifest.family not in families or cell.task not in tasks:
            continue
        # Cells of older versions do not record their prompt; its text is not needed to serve samples.
        prompt = manifest.prompt or PLAIN.model_copy(update={"id": cell.protocol})
        model = ModelToRun(
            id=cell.model,
            family=manifest.family,
            base=manifest.base,
            folder=Path(),
            weights_hash=cell.weights_hash,
            prompts=(prompt,),
            dtype=cell.dtype,
        )
        task = TaskToRun(
            spec=tasks[cell.task],
            items=stored.items(),
            decoding=Decoding.model_validate(cell.decoding.model_dump()),
            k=manifest.k,
            dataset=manifest.dataset,
            dataset_revision=manifest.dataset_revision,
        )
        planned.append(PlannedCell(cell, model, task, prompt))
    return sorted(planned, key=lambda p: p.model.id)
