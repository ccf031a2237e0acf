"""The folder of one cell: its items, its samples, their grades, and a manifest once it is finished.

The files are ``items.jsonl``, a ``batch-*.jsonl`` for each finished batch, ``grades-<version>.json`` and
``cell.json``. A line of ``batch-000-000000-100.jsonl`` (sample 0 of the items from place 0 on, of 100)::

    {"item_id":"12","sample":0,"seed":8127341233,"text":"It is 7.","n_tokens":4,"finish_reason":"stop"}
"""

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
    """Where imported answers come from: files with their SHA-256.

    ``unstated`` names the sample fields that some or all samples lack.
    """

    format: str
    files: dict[str, str]
    unstated: tuple[str, ...]


class CellManifest(Strict):
    """The record of a finished cell.

    It is written last, so its presence means that all ``n_items`` x ``k`` samples are there. A cell of
    imported answers names its source; wall time, engine settings and lm-eval's own mean belong to cells
    drawn here. ``dataset`` and ``dataset_revision`` say where the items came from (``ItemSet``),
    ``model_revision`` is the Hub's commit of the weights, ``prompt`` the exact text around a question.
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

_SAMPLES = TypeAdapter(list[Sample])
_LOST = "Delete the file's folder and run the command again"
_DERIVED = "Delete the file and run the command again; it is made from the samples"


class CellStore:
    """The folder of one cell."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def manifest(self) -> CellManifest | None:
        """The record of the cell as it was last finished; None while it is not."""
        path = self.path / "cell.json"
        return read_record(path, CellManifest) if path.is_file() else None

    def finish(self, manifest: CellManifest) -> None:
        """Declare that all samples of ``manifest`` are stored."""
        write_atomic(self.path / "cell.json", manifest.model_dump_json(indent=1).encode())

    def items(self) -> list[Item]:
        """Return the items that the samples answer."""
        path = self.path / "items.jsonl"
        try:
            return [Item(**json.loads(line)) for _, line in json_lines.lines(path.read_bytes(), path)]
        except (ValueError, TypeError) as error:
            raise _damaged(path, str(error)) from error

    def write_items(self, items: Iterable[Item]) -> None:
        """Store the items; raise ``SuiteError`` if a stored id would come to mean another question."""
        items = list(items)
        path = self.path / "items.jsonl"
        if path.is_file() and _identities(self.items()) != _identities(items):
            what = "the stored samples answer these items under other ids"
            fix = "Give the items their old ids, or name another folder with --out"
            raise SuiteError(what, str(path), fix)
        text = "".join(json.dumps(asdict(item)) + "\n" for item in items)
        write_atomic(path, text.encode())

    def samples(self) -> dict[SampleKey, Sample]:
        """Return every stored sample."""
        # A sample that is in two batches was drawn twice with one seed; the later name counts.
        samples = {}
        for path in sorted(self.path.glob("batch-*.jsonl")):
            for sample in _read_batch(path):
                samples[sample.item_id, sample.sample] = sample
        return samples

    def write_batch(self, name: str, samples: Iterable[Sample]) -> None:
        """Store a finished batch; ``name`` is its place in the plan, so that drawing it again replaces it."""
        text = "".join(sample.model_dump_json(exclude_none=True) + "\n" for sample in samples)
        write_atomic(self.path / f"batch-{name}.jsonl", text.encode())

    def grade_versions(self) -> list[str]:
        """Return the versions of the graders whose grades are stored, the one that wrote last at the end."""
        # Versions have no order of their own, so time decides.
        paths = sorted(self.path.glob("grades-*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [path.stem.removeprefix("grades-") for path in paths]

    def grades(self, version: str) -> Grades | None:
        """Return what that version of the grader gave the samples stored at that time, if it ran."""
        path = self.path / f"grades-{version}.json"
        return read_record(path, Grades, _DERIVED) if path.is_file() else None

    def write_grades(self, grades: Grades) -> None:
        """Store grades beside those of other versions."""
        write_atomic(self.path / f"grades-{grades.grader_version}.json", grades.model_dump_json().encode())


def _identities(items: Iterable[Item]) -> set[tuple[str, str]]:
    """Return ids with hashes: the same id with another hash is another question."""
    return {(item.id, item.hash) for item in items}


def _read_batch(path: Path) -> list[Sample]:
    """Read the samples of one batch, as one list: that is twice as fast as line by line."""
    lines = [line for _, line in json_lines.lines(path.read_bytes(), path)]
    try:
        return _SAMPLES.validate_json(f"[{','.join(lines)}]")
    except ValidationError as error:
        raise _damaged(path, json_lines.first_fault(error)) from error


def read_record(path: Path, type_: type[T], fix: str = _LOST) -> T:
    """Read a JSON file as ``type_``; raise ``SuiteError`` with ``fix`` if it is damaged."""
    try:
        return type_.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise _damaged(path, json_lines.first_fault(error), fix) from error


def _damaged(path: Path, fault: str, fix: str = _LOST) -> SuiteError:
    return SuiteError(f"damaged: {fault}", str(path), fix)
