"""The only reader and writer of a run folder.

``cells/<cell id>/``: ``items.jsonl``, one ``batch-*.jsonl`` for every finished batch of samples, and ``cell.json`` last, which
says what was asked for; ``grades-<version>.json`` holds what the samples earned by that grader. ``checkpoints/<id>/``: a trained
model and its ``pair.json``, also last. ``models/<id>.json``: a model that was given as a folder. ``weights/<id>``: which weights
a model had when it was last evaluated or trained. ``summary.json``. ``.staged/``: an import that is under way. Every file is
written beside its place and renamed into it, so a kill at any moment leaves whole files only.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from suite import json_lines
from suite.errors import SuiteError
from suite.items import Item
from suite.protocols import Prompt
from suite.registry import Model
from suite.schema import SCHEMA_VERSION, Cell, Grades, Pair, Sample, Strict, Summary

SampleKey = tuple[str, int]
"""Item id and sample index."""


class ImportSource(Strict):
    """Where imported answers come from: the files with their SHA-256, and what they do not say of some sample or of any."""

    format: str
    files: dict[str, str]
    unstated: tuple[str, ...]


class CellManifest(Strict):
    """What a finished cell was: written last, so its presence means that all ``n_items`` x ``k`` samples are there.

    A cell of imported answers names its source; wall time, engine settings and lm-eval's own mean are of cells drawn here.
    ``dataset`` and ``dataset_revision`` say where the items came from (``suite.items.ItemSet``), ``model_revision`` is the Hub's
    commit of the weights, ``prompt`` the exact text around a question.
    """

    cell: Cell
    family: str
    base: str
    dataset: str | None = None
    dataset_revision: str | None = None
    model_revision: str | None = None
    prompt: Prompt | None = None
    n_items: int
    k: int
    lm_eval_avg: float | None = None
    wall_s: float | None = None
    packages: dict[str, str]
    suite_version: str
    git: str
    finished: str | None = None
    device_name: str
    engine_settings: dict[str, str | int | float | bool] | None = None
    source: ImportSource | None = None


def write_atomic(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` so that no reader and no kill ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:  # a full disk: the half that was written helps nobody
        temporary.unlink(missing_ok=True)
        raise


class _Commit(Strict):
    """The decision of an import: its cells and pairs stand beside this file, and cells of these ids give way to them."""

    replaced: tuple[str, ...]


T = TypeVar("T", bound=Strict)


_STAGED, _COMMIT, _PAIR = ".staged", "commit.json", "pair.json"
_WAIT_S = 0.02
_LOST = "Delete the file's folder and run the command again"
_DERIVED = "Delete the file and run the command again; it is made from the samples"


def _damaged(path: Path, fault: str, fix: str = _LOST) -> SuiteError:
    return SuiteError(f"damaged: {fault}", str(path), fix)


def _parsed(text: str | bytes, type_: type[T], path: Path, fix: str = _LOST) -> T:
    try:
        return type_.model_validate_json(text)
    except ValidationError as error:
        raise _damaged(path, json_lines.first_fault(error), fix) from error


def _read(path: Path, type_: type[T], fix: str = _LOST) -> T:
    return _parsed(path.read_bytes(), type_, path, fix)


_SAMPLES = TypeAdapter(list[Sample])


def _samples(path: Path) -> list[Sample]:
    """The samples of one batch; read as one list, which is twice as fast as line by line."""
    lines = [line for _, line in json_lines.lines(path.read_bytes(), path)]
    try:
        return _SAMPLES.validate_json(f"[{','.join(lines)}]")
    except ValidationError as error:
        raise _damaged(path, json_lines.first_fault(error)) from error


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
        paths = sorted(self.path.glob("batch-*.jsonl"))
        return {(sample.item_id, sample.sample): sample for path in paths for sample in _samples(path)}

    def items(self) -> list[Item]:
        """The items that the samples answer."""
        path = self.path / "items.jsonl"
        try:
            return [Item(**json.loads(line)) for _, line in json_lines.lines(path.read_bytes(), path)]
        except (ValueError, TypeError) as error:
            raise _damaged(path, str(error)) from error

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

    def grade_versions(self) -> list[str]:
        """Versions of the graders whose grades are stored, the one that wrote last at the end."""
        paths = sorted(self.path.glob("grades-*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [path.stem.removeprefix("grades-") for path in paths]

    def grades(self, version: str) -> Grades | None:
        """What that version of the grader said, of whatever samples were there then; None if it never graded."""
        path = self.path / f"grades-{version}.json"
        return _read(path, Grades, _DERIVED) if path.is_file() else None

    def write_grades(self, grades: Grades) -> None:
        """Store grades beside those of other versions."""
        write_atomic(self.path / f"grades-{grades.grader_version}.json", grades.model_dump_json().encode())

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
        self._settle_as_reader()
        for path in sorted((self.root / "cells").glob("*/cell.json")):
            yield CellStore(path.parent)

    def checkpoint(self, checkpoint_id: str) -> Path:
        """Folder of a trained checkpoint of this run."""
        return self.root / "checkpoints" / checkpoint_id

    def pairs(self) -> list[Pair]:
        """The pairs whose checkpoints this run has trained or been given."""
        self._settle_as_reader()
        return [_read(path, Pair) for path in sorted((self.root / "checkpoints").glob(f"*/{_PAIR}"))]

    def models(self) -> dict[str, Model]:
        """Models that this run was given as folders, by id."""
        return {path.stem: _read(path, Model) for path in sorted((self.root / "models").glob("*.json"))}

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
            self._take(staging, _read(staging.root / _COMMIT, _Commit).replaced)
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
                what, fix = "another command is writing here", "Wait for it to end, or name another folder with --out"
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
    summary = _read(path, Summary, fix)
    if summary.schema_version != SCHEMA_VERSION:
        raise SuiteError(f"a summary of version {summary.schema_version}; this suite reads {SCHEMA_VERSION}", str(path), fix)
    return summary
