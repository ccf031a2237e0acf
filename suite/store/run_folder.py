"""The only reader and writer of a run folder.

What it holds::

    cells/<cell id>/      a cell (suite.store.cells)
    checkpoints/<id>/     a trained model, then its pair.json
    models/<id>.json      a model that was given as a folder
    weights/<id>          hash of the weights that the model had when it was last evaluated or trained
    summary.json          scores and deltas
    .staged/              an import in progress (suite.store.imports)
    .lock                 held by the one command that writes

Every file is written beside its place and renamed into it, so a kill at any moment leaves whole files only.
"""

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.files.lock import try_lock
from suite.registry import Model
from suite.schema import SCHEMA_VERSION, Cell, Pair, Summary
from suite.store.cells import CellStore, read_record
from suite.store.imports import CELLS, CHECKPOINTS, PAIR, decide, is_decided, settle, staging_folder

_WAIT_S = 0.02


class RunStore:
    """A run folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def cell(self, cell: Cell) -> CellStore:
        """Return the folder of ``cell``, whether or not it exists yet."""
        return CellStore(self.root / CELLS / cell.id)

    def finished(self) -> Iterator[CellStore]:
        """Yield the finished cells, in a fixed order."""
        self._complete_import()
        for path in sorted((self.root / CELLS).glob("*/cell.json")):
            yield CellStore(path.parent)

    def checkpoint(self, checkpoint_id: str) -> Path:
        """Return the folder of a trained checkpoint of this run."""
        return self.root / CHECKPOINTS / checkpoint_id

    def pairs(self) -> list[Pair]:
        """Return the pairs whose checkpoints this run has trained, imported or been given."""
        self._complete_import()
        return [read_record(path, Pair) for path in sorted((self.root / CHECKPOINTS).glob(f"*/{PAIR}"))]

    def models(self) -> dict[str, Model]:
        """Return the models that this run was given as folders, by id."""
        return {path.stem: read_record(path, Model) for path in sorted((self.root / "models").glob("*.json"))}

    def add_own_pair(self, models: Mapping[str, Model], pair: Pair) -> None:
        """Keep a pair that was given by folders."""
        for model_id, model in models.items():
            path = self.root / "models" / f"{model_id}.json"
            write_atomic(path, model.model_dump_json(indent=1, exclude_none=True).encode())
        # Last, so that no kill leaves a pair whose models are missing.
        self.add_pair(pair)

    def add_pair(self, pair: Pair) -> None:
        """Keep a pair whose checkpoint is elsewhere, or known by its answers only."""
        write_atomic(self.checkpoint(pair.checkpoint) / PAIR, _pair_json(pair))

    def take_checkpoint(self, folder: Path, pair: Pair) -> None:
        """Move the trained checkpoint in ``folder`` to its place, together with its pair."""
        # Before the move, so that whoever finds the checkpoint finds its pair in it.
        write_atomic(folder / PAIR, _pair_json(pair))
        self.note_weights({pair.checkpoint: pair.weights or ""})
        place = self.checkpoint(pair.checkpoint)
        shutil.rmtree(place, ignore_errors=True)
        os.replace(folder, place)

    def weights(self) -> dict[str, str]:
        """Return model id -> hash of the weights found by the last evaluation or training here."""
        return {path.name: path.read_text().strip() for path in sorted((self.root / "weights").glob("[!.]*"))}

    def note_weights(self, hashes: Mapping[str, str]) -> None:
        """Remember the weights that models have now; a summary leaves out samples of replaced weights."""
        for model_id, digest in hashes.items():
            write_atomic(self.root / "weights" / model_id, f"{digest}\n".encode())

    def write_summary(self, summary: Summary) -> Path:
        """Write ``summary.json`` and return its path."""
        path = self.root / "summary.json"
        write_atomic(path, summary.to_json().encode())
        return path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run folder for one writer; raise ``SuiteError`` for a second one.

        An interrupted import is completed or removed first.
        """
        with self._try_lock() as held:
            if not held:
                fix = "Wait for it to end, or name another folder with --out"
                raise SuiteError("another command is writing here", str(self.root), fix)
            settle(self.root)
            yield

    @contextmanager
    def staged(self, replaced: Iterable[str] = ()) -> Iterator["RunStore"]:
        """Yield a run folder for the cells and pairs of an import.

        Left without an error, all enter this one at once.

        They replace the cells with the ids ``replaced``, and any cell with a new cell's id. Needs ``lock``.
        """
        try:
            yield RunStore(staging_folder(self.root))
            decide(self.root, replaced)
        finally:
            settle(self.root)

    def _complete_import(self) -> None:
        """Wait for an import that is entering right now, or complete one that a kill interrupted."""
        while is_decided(self.root):
            with self._try_lock() as held:
                if held:
                    settle(self.root)
            if not held:
                time.sleep(_WAIT_S)

    @contextmanager
    def _try_lock(self) -> Iterator[bool]:
        """Yield whether the lock is ours; raise ``SuiteError`` for a folder that cannot be written."""
        with ExitStack() as stack:
            try:
                held = stack.enter_context(try_lock(self.root / ".lock"))
            except OSError as error:
                what = f"cannot be a run folder ({error.strerror})"
                raise SuiteError(what, str(self.root), "Name another folder with --out") from error
            yield held


def _pair_json(pair: Pair) -> bytes:
    return pair.model_dump_json(indent=1).encode()


def read_summary(path: Path) -> Summary:
    """Read ``summary.json`` of a run or board folder, or the file itself."""
    path = path / "summary.json" if path.is_dir() else path
    if not path.is_file():
        raise SuiteError("no summary here", str(path), "Run `rlvr-suite summarize RUN` first")
    fix = "Run `rlvr-suite summarize RUN` again; it is made from the samples"
    summary = read_record(path, Summary, fix)
    if summary.schema_version != SCHEMA_VERSION:
        what = f"a summary of version {summary.schema_version}; this suite reads {SCHEMA_VERSION}"
        raise SuiteError(what, str(path), fix)
    return summary
