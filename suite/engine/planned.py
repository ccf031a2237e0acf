"""A selection -> the cells that its engine runs, in order.

Only here does it matter that the replay engine needs no models.
"""

from typing import NamedTuple

from suite.engine.start import engine_version, identity
from suite.errors import SuiteError
from suite.plan.cells import PlannedCell, plan
from suite.plan.engines import ENGINES
from suite.plan.own_pair import OwnPair
from suite.plan.resolve import check_names, resolve
from suite.plan.selection import Selection
from suite.plan.stored import stored_cells
from suite.registry import Registry
from suite.store.run_folder import RunStore


class Planned(NamedTuple):
    """The cells of a selection, with what ``suite.plan.resolve.Resolved`` says besides."""

    cells: list[PlannedCell]
    failures: list[SuiteError]
    notes: list[str]
    own: OwnPair | None = None


def planned_cells(
    selection: Selection, registry: Registry, store: RunStore, *, fetch: bool = True
) -> Planned:
    """Resolve and plan the selection; errors and ``fetch`` as in ``resolve``."""
    if not ENGINES[selection.engine].draws:
        check_names(selection, registry)
        return Planned(stored_cells(selection, store), [], [])
    # An engine that is not installed is reported before anything is downloaded.
    engine_version(selection.engine)
    resolved = resolve(selection, registry, store, fetch=fetch)
    cells = plan(resolved.models, resolved.tasks, identity(selection.engine))
    return Planned(cells, resolved.failures, resolved.notes, resolved.own)
