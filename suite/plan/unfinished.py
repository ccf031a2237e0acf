"""Which cells of a plan still lack samples in a run folder."""

from collections.abc import Iterable

from suite.plan.cells import PlannedCell
from suite.store.run_folder import RunStore


def is_finished(store: RunStore, planned: PlannedCell) -> bool:
    """Whether all requested samples are stored: the manifest is written last, and says how many there are."""
    manifest = store.cell(planned.cell).manifest
    return manifest is not None and manifest.k >= planned.task.k


def unfinished(store: RunStore, planned: Iterable[PlannedCell]) -> list[PlannedCell]:
    """Return the cells that lack samples."""
    return [p for p in planned if not is_finished(store, p)]
