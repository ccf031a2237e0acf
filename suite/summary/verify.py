"""Does a summary follow from its samples? It is computed again and compared: ``rlvr-suite verify RUN``.

The summary's margin is taken from it; all its numbers are recomputed from texts that are graded again
(``suite.summary.intact_cells``) and compared field by field (``suite.summary.differences``). Whether the
samples are what a model wrote cannot be seen here.
"""

from dataclasses import dataclass
from pathlib import Path

from suite import __version__
from suite.registry import Registry
from suite.schema import Summary
from suite.store.run_folder import RunStore
from suite.summary.differences import Difference, differences, plain
from suite.summary.intact_cells import UNREADABLE, CheckedCell, Damage, check_cell, reason
from suite.summary.summarize import MARGIN, summary_of


@dataclass(frozen=True)
class Verification:
    """What was found: nothing, or ``damage`` of the run folder and ``differences`` of the summary.

    ``summary`` is the recomputed one, which the gate may judge instead of the given one; None if damage
    leaves none.
    """

    summary: Summary | None
    damage: tuple[Damage, ...]
    differences: tuple[Difference, ...]
    note: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the summary follows from its samples and the run folder is intact."""
        return not self.damage and not self.differences


def verify(given: Summary, run: Path, registry: Registry) -> Verification:
    """Compare ``given`` with what the samples in ``run`` give; if a cell cannot be read, report only that.

    A margin that ``summarize`` would not take is replaced by the default, so that it is reported as a
    difference.
    """
    store = RunStore(run)
    checked: list[CheckedCell] = []
    for cell_store in store.finished():
        checked += check_cell(cell_store.path)
    # A cell that cannot be read leaves no summary to compare with.
    fatal = [check.damage for check in checked if check.cell is None and check.damage]
    fatal += _damage_beside_cells(store)
    if fatal:
        return Verification(None, tuple(fatal), ())

    margin = given.margin if 0 < given.margin <= 100 else MARGIN
    cells = [check.cell for check in checked if check.cell]
    recomputed = summary_of(store, cells, registry, margin)
    damage = [check.damage for check in checked if check.damage]
    # Other texts than the summary's explain most of the differences: name their cells first.
    if recomputed.samples_hash != given.samples_hash:
        damage = [*_changed_texts(checked), *damage]
    return Verification(recomputed, tuple(damage), differences(given, recomputed), _version_note(given))


def _damage_beside_cells(store: RunStore) -> list[Damage]:
    """Return what is wrong with the run folder's pairs and weights."""
    try:
        store.pairs()
        store.weights()
    except UnicodeDecodeError:
        return [Damage("pairs and weights of the run", "not UTF-8")]
    except UNREADABLE as error:
        return [Damage("pairs and weights of the run", reason(error))]
    return []


def _changed_texts(checked: list[CheckedCell]) -> list[Damage]:
    what = "its texts are not those that were graded last"
    stale = [check.cell for check in checked if check.is_stale and check.cell]
    return [Damage(cell.manifest.cell.name, what) for cell in stale]


def _version_note(given: Summary) -> str | None:
    version = given.provenance.suite_version
    if version == __version__:
        return None
    made = f"the summary was made by rlvr-suite {plain(version)}, this is {__version__}"
    return f"{made}: that alone may be the reason"
