"""The only reader and writer of a run folder.

``cells/<cell id>/``: ``items.jsonl``, one ``batch-*.jsonl`` for every finished batch of samples, and ``cell.json`` last, which
says what was asked for; ``grades.json`` holds what the samples earned. ``checkpoints/<id>/``: a trained model and its
``pair.json``, also last. ``summary.json``. Every file is written beside its place and renamed into it, so a kill at any moment
leaves whole files only.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from suite.errors import SuiteError
from suite.items import Item
from suite.schema import Cell, Grades, Pair, Sample, Strict, Summary

SampleKey = tuple[str, int]
"""Item id and sample index."""


class ImportSource(Strict):
    """Where imported answers come from: the files with their SHA-256, and what they do not say of some sample or of any."""

    format: str
    files: dict[str, str]
    unstated: tuple[str, ...]


class CellManifest(Strict):
    """What a finished cell was: written last, so its presence means that all ``n_items`` x ``k`` samples are there.

    A cell of imported answers names its source; wall time, batch size and lm-eval's own mean are of cells drawn here.
    ``dataset`` and ``dataset_revision`` say where the items came from (``suite.items.ItemSet``).
    """

    cell: Cell
    family: str
    base: str
    dataset: str | None = None
    dataset_revision: str | None = None
    n_items: int
    k: int
    lm_eval_avg: float | None = None
    wall_s: float | None = None
    packages: dict[str, str]
    suite_version: str
    git: str
    device_name: str
    batch_size: int | None = None
    source: ImportSource | None = None


def write_atomic(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` so that no reader and no kill ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    os.replace(temporary, path)


T = TypeVar("T", bound=Strict)


_LOST = "Delete the file's folder and run the command again"
_DERIVED = "Delete the file and run the command again; it is made from the samples"


def _damaged(path: Path, fault: str, fix: str = _LOST) -> SuiteError:
    return SuiteError(f"damaged: {fault}", str(path), fix)


def _parsed(text: str | bytes, type_: type[T], path: Path, fix: str = _LOST) -> T:
    try:
        return type_.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        raise _damaged(path, f"{fault['msg']} at '{'.'.join(map(str, fault['loc']))}'", fix) from error


def _read(path: Path, type_: type[T], fix: str = _LOST) -> T:
    return _parsed(path.read_bytes(), type_, path, fix)


class CellStore:
    """The folder of one cell."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def manifest(self) -> CellManifest | None:
        """What was asked for when the cell was last finished; None while it is not."""
        path = self.path / "cell.json"
        return _read(path, CellManifest) if path.is_file() else None

    def samples(self) -> dict[SampleKey, Sample]:
        """Every stored sample."""
        out: dict[SampleKey, Sample] = {}
        for path in sorted(self.path.glob("batch-*.jsonl")):
            for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
                sample = _parsed(line, Sample, path)
                out[sample.item_id, sample.sample] = sample
        return out

    def items(self) -> list[Item]:
        """The items that the samples answer."""
        lines = (self.path / "items.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        try:
            return [Item(**json.loads(line)) for line in lines]
        except (ValueError, TypeError) as error:
            raise _damaged(self.path / "items.jsonl", str(error)) from error

    def write_items(self, items: Iterable[Item]) -> None:
        """Store the items; samples are kept by item id, so the same id may not come to mean another question."""
        items = list(items)
        if (self.path / "items.jsonl").is_file() and {(i.id, i.hash) for i in self.items()} != {(i.id, i.hash) for i in items}:
            what = "the stored samples answer these items under other ids"
            raise SuiteError(
                what, str(self.path / "items.jsonl"), "Give the items their old ids, or name another folder with --out"
            )
        text = "".join(json.dumps(asdict(item)) + "\n" for item in items)
        write_atomic(self.path / "items.jsonl", text.encode())

    def write_batch(self, name: str, samples: Iterable[Sample]) -> None:
        """Store a finished batch; ``name`` is the batch's place in the plan, so that a repeated batch replaces itself."""
        text = "".join(sample.model_dump_json(exclude_none=True) + "\n" for sample in samples)
        write_atomic(self.path / f"batch-{name}.jsonl", text.encode())

    def grades(self) -> Grades | None:
        """The stored grades, by whatever grader and of whatever samples; None while there are none."""
        path = self.path / "grades.json"
        return _read(path, Grades, _DERIVED) if path.is_file() else None

    def write_grades(self, grades: Grades) -> None:
        write_atomic(self.path / "grades.json", grades.model_dump_json().encode())

    def finish(self, manifest: CellManifest) -> None:
        write_atomic(self.path / "cell.json", manifest.model_dump_json(indent=1).encode())


class RunStore:
    """A run folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def cell(self, cell: Cell) -> CellStore:
        """The folder of ``cell``, whether or not it exists yet."""
        return CellStore(self.root / "cells" / cell.id)

    def finished(self) -> Iterator[CellStore]:
        """Finished cells, in a fixed order."""
        for path in sorted((self.root / "cells").glob("*/cell.json")):
            yield CellStore(path.parent)

    def checkpoint(self, checkpoint_id: str) -> Path:
        """Folder of a trained checkpoint of this run."""
        return self.root / "checkpoints" / checkpoint_id

    def pairs(self) -> list[Pair]:
        """The pairs whose checkpoints this run has trained or been given."""
        return [_read(path, Pair) for path in sorted((self.root / "checkpoints").glob("*/pair.json"))]

    def add_pair(self, pair: Pair) -> None:
        write_atomic(self.checkpoint(pair.checkpoint) / "pair.json", pair.model_dump_json(indent=1).encode())

    @contextmanager
    def staged(self) -> Iterator["RunStore"]:
        """A run folder to write cells into that no reader sees; left without an error, each takes its place whole.

        A cell that stands there already gives way. Held under ``lock``.
        """
        staging = self.root / ".staged"
        shutil.rmtree(staging, ignore_errors=True)
        try:
            yield RunStore(staging)
            (self.root / "cells").mkdir(parents=True, exist_ok=True)
            for path in sorted((staging / "cells").iterdir()):
                place = self.root / "cells" / path.name
                if place.exists():
                    os.replace(place, staging / path.name)
                os.replace(path, place)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def write_summary(self, summary: Summary) -> Path:
        path = self.root / "summary.json"
        write_atomic(path, summary.to_json().encode())
        return path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run folder for one writer; a second one is told so."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SuiteError(
                    "another command is writing here", str(self.root), "Wait for it to end, or name another folder with --out"
                ) from error
            yield


def read_summary(path: Path) -> Summary:
    """``summary.json`` of a run or board folder, or the file itself."""
    path = path / "summary.json" if path.is_dir() else path
    if not path.is_file():
        raise SuiteError("no summary here", str(path), "Run `rlvr-suite summarize RUN` first")
    return _read(path, Summary)
