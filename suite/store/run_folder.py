"""The only reader and writer of a run folder.

``cells/<cell id>/``: ``items.jsonl``, one ``batch-*.jsonl`` for every finished batch of samples, and ``cell.json`` last, which
says what was asked for; ``grades-<version>.json`` holds what the samples earned by that grader. ``checkpoints/<id>/``: a trained
model and its ``pair.json``, also last. ``models/<id>.json``: a model that was given as a folder. ``weights/<id>``: which weights
a model had when it was last evaluated or trained. ``summary.json``. ``.staged/``: an import that is under way. Every file is
written beside its place and renamed into it, so a kill at any moment leaves whole files only.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.registry import Model
from suite.schema import SCHEMA_VERSION, Cell, Pair, Strict, Summary
from suite.store.cells import CellStore, read_record


class _Commit(Strict):
    """The decision of an import: its cells and pairs stand beside this file, and cells of these ids give way to them."""

    replaced: tuple[str, ...]


_STAGED, _COMMIT, _PAIR = ".staged", "commit.json", "pair.json"
_WAIT_S = 0.02


class RunStore:
    """A run folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def cell(self, cell: Cell) -> CellStore:
        """The folder of ``cell``, whether or not it exists yet."""
        return CellStore(self.root / "cells" / cell.id)

    def finished(self) -> Iterator[CellStore]:
        """Finished cells, in a fixed order."""
        self._settle_as_reader()
        for path in sorted((self.root / "cells").glob("*/cell.json")):
            yield CellStore(path.parent)

    def checkpoint(self, checkpoint_id: str) -> Path:
        """Folder of a trained checkpoint of this run."""
        return self.root / "checkpoints" / checkpoint_id

    def pairs(self) -> list[Pair]:
        """The pairs whose checkpoints this run has trained or been given."""
        self._settle_as_reader()
        return [read_record(path, Pair) for path in sorted((self.root / "checkpoints").glob(f"*/{_PAIR}"))]

    def models(self) -> dict[str, Model]:
        """Models that this run was given as folders, by id."""
        return {path.stem: read_record(path, Model) for path in sorted((self.root / "models").glob("*.json"))}

    def add_own(self, models: Mapping[str, Model], pair: Pair) -> None:
        """Keep a pair that was given by folders; the pair last, so that it never names a model that is not there."""
        for model_id, model in models.items():
            path = self.root / "models" / f"{model_id}.json"
            write_atomic(path, model.model_dump_json(indent=1, exclude_none=True).encode())
        self.add_pair(pair)

    def weights(self) -> dict[str, str]:
        """Model id -> hash of the weights that the last evaluation or training here found."""
        return {path.name: path.read_text().strip() for path in sorted((self.root / "weights").glob("[!.]*"))}

    def note_weights(self, hashes: Mapping[str, str]) -> None:
        """Remember which weights models have now, so that samples of replaced ones are left out of a summary."""
        for model_id, digest in hashes.items():
            write_atomic(self.root / "weights" / model_id, f"{digest}\n".encode())

    def add_pair(self, pair: Pair) -> None:
        write_atomic(self.checkpoint(pair.checkpoint) / _PAIR, _pair_text(pair))

    def take_checkpoint(self, folder: Path, pair: Pair) -> None:
        """Register the checkpoint in ``folder`` and move it to its place: whoever sees it there sees its pair, too."""
        write_atomic(folder / _PAIR, _pair_text(pair))
        self.note_weights({pair.checkpoint: pair.weights or ""})
        place = self.checkpoint(pair.checkpoint)
        shutil.rmtree(place, ignore_errors=True)
        os.replace(folder, place)

    @contextmanager
    def staged(self, replaced: Iterable[str] = ()) -> Iterator["RunStore"]:
        """A run folder to write cells and pairs into that no reader sees; left without an error, all takes its place at once.

        Cells of the ids ``replaced`` give way, and so does one of a new cell's own id. One rename decides, that of
        ``commit.json``: a kill before it leaves all as it was, and after it the next command brings the rest into place.
        Held under ``lock``.
        """
        staging = RunStore(self.root / _STAGED)
        try:
            yield staging
            new = {path.name for path in (staging.root / "cells").glob("*")}
            commit = _Commit(replaced=tuple(sorted(set(replaced) - new)))
            write_atomic(staging.root / _COMMIT, commit.model_dump_json().encode())
        finally:
            self._settle()

    def _settle(self) -> None:
        """Bring a decided import into place, however often it was cut off; throw an undecided one away. Under ``lock``."""
        staging = RunStore(self.root / _STAGED)
        if not staging.root.is_dir():
            return
        if (staging.root / _COMMIT).is_file():
            self._take(staging, read_record(staging.root / _COMMIT, _Commit).replaced)
            (staging.root / _COMMIT).unlink()
        shutil.rmtree(staging.root)

    def _take(self, staging: "RunStore", replaced: Iterable[str]) -> None:
        """Each step is one rename, and what is done already is not there to be done again."""
        for pair in sorted((staging.root / "checkpoints").glob(f"*/{_PAIR}")):
            place = self.checkpoint(pair.parent.name)
            place.mkdir(parents=True, exist_ok=True)
            os.replace(pair, place / pair.name)
        for cell in sorted((staging.root / "cells").glob("*")):
            self._give_way(cell.name, staging)
            os.replace(cell, self.root / "cells" / cell.name)
        for cell_id in replaced:
            self._give_way(cell_id, staging)

    def _give_way(self, cell_id: str, staging: "RunStore") -> None:
        """Move a cell out of sight in one rename, since deleting a folder is many steps."""
        old, away = self.root / "cells" / cell_id, staging.root / "replaced"
        for folder in (old.parent, away):
            folder.mkdir(parents=True, exist_ok=True)
        if old.exists():
            os.replace(old, away / cell_id)

    def _settle_as_reader(self) -> None:
        """Wait for an import that takes its place right now, or finish one that a kill cut off there."""
        while (self.root / _STAGED / _COMMIT).is_file():
            with self._held() as held:
                if held:
                    self._settle()
            if not held:
                time.sleep(_WAIT_S)

    def write_summary(self, summary: Summary) -> Path:
        path = self.root / "summary.json"
        write_atomic(path, summary.to_json().encode())
        return path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run folder for one writer; a second one is told so. What a kill cut off is settled first."""
        with self._held() as held:
            if not held:
                what, fix = (
                    "another command is writing here",
                    "Wait for it to end, or name another folder with --out",
                )
                raise SuiteError(what, str(self.root), fix)
            self._settle()
            yield

    @contextmanager
    def _held(self) -> Iterator[bool]:
        """Whether the lock is ours for as long as this lasts; a folder that cannot be written is a SuiteError."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle = (self.root / ".lock").open("w")
        except OSError as error:
            what = f"cannot be a run folder ({error.strerror})"
            raise SuiteError(what, str(self.root), "Name another folder with --out") from error
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def _pair_text(pair: Pair) -> bytes:
    return pair.model_dump_json(indent=1).encode()


def read_summary(path: Path) -> Summary:
    """``summary.json`` of a run or board folder, or the file itself."""
    path = path / "summary.json" if path.is_dir() else path
    if not path.is_file():
        raise SuiteError("no summary here", str(path), "Run `rlvr-suite summarize RUN` first")
    fix = "Run `rlvr-suite summarize RUN` again; it is made from the samples"
    summary = read_record(path, Summary, fix)
    if summary.schema_version != SCHEMA_VERSION:
        raise SuiteError(
            f"a summary of version {summary.schema_version}; this suite reads {SCHEMA_VERSION}",
            str(path),
            fix,
        )
    return summary
