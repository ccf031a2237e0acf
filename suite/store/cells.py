"""One cell's folder: ``items.jsonl``, ``batch-*.jsonl`` a finished batch of samples, ``grades-<version>.json``, ``cell.json``."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.files import json_lines
from suite.files.atomic import write_atomic
from suite.registry.protocols import Prompt
from suite.schema import Cell, Grades, Sample, Strict

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
    ``dataset`` and ``dataset_revision`` say where the items came from (``ItemSet``), ``model_revision`` is the Hub's
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


T = TypeVar("T", bound=Strict)

_LOST = "Delete the file's folder and run the command again"
DERIVED = "Delete the file and run the command again; it is made from the samples"


def damaged(path: Path, fault: str, fix: str = _LOST) -> SuiteError:
    return SuiteError(f"damaged: {fault}", str(path), fix)


def _parsed(text: str | bytes, type_: type[T], path: Path, fix: str = _LOST) -> T:
    try:
        return type_.model_validate_json(text)
    except ValidationError as error:
        raise damaged(path, json_lines.first_fault(error), fix) from error


def read_record(path: Path, type_: type[T], fix: str = _LOST) -> T:
    return _parsed(path.read_bytes(), type_, path, fix)


_SAMPLES = TypeAdapter(list[Sample])


def _samples(path: Path) -> list[Sample]:
    """The samples of one batch; read as one list, which is twice as fast as line by line."""
    lines = [line for _, line in json_lines.lines(path.read_bytes(), path)]
    try:
        return _SAMPLES.validate_json(f"[{','.join(lines)}]")
    except ValidationError as error:
        raise damaged(path, json_lines.first_fault(error)) from error


class CellStore:
    """The folder of one cell."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def manifest(self) -> CellManifest | None:
        """What was asked for when the cell was last finished; None while it is not."""
        path = self.path / "cell.json"
        return read_record(path, CellManifest) if path.is_file() else None

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
            raise damaged(path, str(error)) from error

    def write_items(self, items: Iterable[Item]) -> None:
        """Store the items; samples are kept by item id, so the same id may not come to mean another question."""
        items = list(items)
        if (self.path / "items.jsonl").is_file() and {(i.id, i.hash) for i in self.items()} != {
            (i.id, i.hash) for i in items
        }:
            what = "the stored samples answer these items under other ids"
            raise SuiteError(
                what,
                str(self.path / "items.jsonl"),
                "Give the items their old ids, or name another folder with --out",
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
        return read_record(path, Grades, DERIVED) if path.is_file() else None

    def write_grades(self, grades: Grades) -> None:
        """Store grades beside those of other versions."""
        write_atomic(self.path / f"grades-{grades.grader_version}.json", grades.model_dump_json().encode())

    def finish(self, manifest: CellManifest) -> None:
        write_atomic(self.path / "cell.json", manifest.model_dump_json(indent=1).encode())
