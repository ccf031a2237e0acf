"""An import of answers from elsewhere enters a run folder all at once, or not at all.

Its cells and pairs are written into ``.staged/``, which no reader looks into. One rename then decides, that
of ``commit.json``::

    {"replaced": ["3f2a9c0d11e84b57"]}

A kill before it leaves the run folder as it was. After it, the next reader or writer brings the rest into
place, step by step, and every step is one rename that is skipped if it was done before. ``settle`` needs
the run folder's lock.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from suite.files.atomic import write_atomic
from suite.schema import Strict
from suite.store.cells import read_record

# Names inside a run folder, and inside the staging folder.
CELLS = "cells"
CHECKPOINTS = "checkpoints"
PAIR = "pair.json"
_COMMIT = "commit.json"


class ImportCommit(Strict):
    """The decision to import what is beside this file. Cells with the ids ``replaced`` are removed."""

    replaced: tuple[str, ...]


def staging_folder(run: Path) -> Path:
    """Return the folder that an import is written into."""
    return run / ".staged"


def decide(run: Path, replaced: Iterable[str]) -> None:
    """Decide that the staged cells and pairs are imported and replace the cells with the ids ``replaced``."""
    staging = staging_folder(run)
    new = {path.name for path in (staging / CELLS).glob("*")}
    commit = ImportCommit(replaced=tuple(sorted(set(replaced) - new)))
    write_atomic(staging / _COMMIT, commit.model_dump_json().encode())


def is_decided(run: Path) -> bool:
    """Whether an import is decided that has not entered the run folder completely."""
    return (staging_folder(run) / _COMMIT).is_file()


def settle(run: Path) -> None:
    """Complete a decided import, however often it was interrupted; remove an undecided one."""
    staging = staging_folder(run)
    if not staging.is_dir():
        return
    if is_decided(run):
        replaced = read_record(staging / _COMMIT, ImportCommit).replaced
        _move_pairs(staging, run)
        # The old cell goes first: a folder cannot be renamed onto one that has files.
        for cell in sorted((staging / CELLS).glob("*")):
            _move_away(run, cell.name)
            os.replace(cell, run / CELLS / cell.name)
        for cell_id in replaced:
            _move_away(run, cell_id)
        # From here on the import is complete; what is left in the staging folder is garbage.
        (staging / _COMMIT).unlink()
    shutil.rmtree(staging)


def _move_pairs(staging: Path, run: Path) -> None:
    for pair in sorted((staging / CHECKPOINTS).glob(f"*/{PAIR}")):
        place = run / CHECKPOINTS / pair.parent.name
        place.mkdir(parents=True, exist_ok=True)
        os.replace(pair, place / pair.name)


def _move_away(run: Path, cell_id: str) -> None:
    """Take a cell out of the run folder, if it is there.

    One rename does it, where deleting a folder takes many steps.
    """
    old = run / CELLS / cell_id
    away = staging_folder(run) / "replaced"
    for folder in (old.parent, away):
        folder.mkdir(parents=True, exist_ok=True)
    if old.exists():
        os.replace(old, away / cell_id)
