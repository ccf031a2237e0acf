"""Finished cells read for a check: their files must fit each other, and every text is graded again.

Nothing that was derived is trusted, and nothing is written. ``rlvr-suite verify`` computes a summary from
what is read here.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from suite.benchmarks.items import Item, items_hash
from suite.errors import SuiteError
from suite.grade import GRADER_VERSION
from suite.grade.stored_grades import StoredCell, read_cells
from suite.schema import Grades, Sample, SampleGrade
from suite.store.cells import CellManifest, CellStore, SampleKey
from suite.summary.differences import Row, field_differences, plain
from suite.summary.scored_cells import ScoredCell, scored

_FIX = "Restore it from a copy, or delete the cell's folder and draw its samples again"
UNREADABLE = (SuiteError, OSError, RecursionError)
"""What reading a damaged file may raise."""


class Damage(NamedTuple):
    """What is wrong with a part of the run folder: ``place`` names a cell or a file."""

    place: str
    what: str


class CheckedCell(NamedTuple):
    """One cell's folder after the check.

    ``cell`` is None if it cannot be used, ``damage`` what is wrong, if anything; ``is_stale``: its texts
    are not those that were graded last.
    """

    cell: ScoredCell | None
    damage: Damage | None = None
    is_stale: bool = False


def check_cell(path: Path) -> Iterator[CheckedCell]:
    """Yield the cell in a folder, graded again; nothing if it is no longer finished."""
    try:
        # No stored grades are found through this store, so every text is graded again.
        for cell in read_cells([_IntactCellStore(path)]):
            # Stored grades are compared only if they are of these very texts.
            stored = CellStore(path).grades(GRADER_VERSION)
            is_stale = stored is not None and stored.samples_hash != cell.samples_hash
            wrong = None if stored is None or is_stale else _grade_damage(cell, stored)
            damage = Damage(cell.manifest.cell.name, wrong) if wrong else None
            yield CheckedCell(scored(cell), damage, is_stale)
    except UNREADABLE as error:
        yield CheckedCell(None, Damage(_cell_name(path), reason(error)))


def reason(error: BaseException) -> str:
    """Return in a line why a file cannot be read, for an error in ``UNREADABLE``."""
    if isinstance(error, SuiteError):
        return f"{error.where}: {error.what}"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    return "a file is nested too deeply"


class _IntactCellStore(CellStore):
    """A cell's folder whose files must fit each other.

    Its stored grades are ignored, and none are written.
    """

    @property
    def manifest(self) -> CellManifest | None:
        manifest = super().manifest
        if manifest is None:
            return None
        if manifest.cell.id != self.path.name:
            raise self._damaged("cell.json", f"its fields are those of cell {manifest.cell.id}")
        prompt = manifest.prompt
        if prompt is not None and prompt.text_hash != manifest.cell.protocol_hash:
            raise self._damaged("cell.json", "the prompt is not the one that the samples were drawn with")
        return manifest

    def items(self) -> list[Item]:
        items = super().items()
        for item in items:
            texts = (item.id, item.problem, item.answer, item.continuation)
            if not all(isinstance(text, str) for text in texts) or not isinstance(item.steps, int):
                raise self._damaged("items.jsonl", "an item's field is of another type")
        manifest = self.manifest
        if manifest and (items_hash(items), len(items)) != (manifest.cell.items_hash, manifest.n_items):
            raise self._damaged("items.jsonl", "these are not the cell's items")
        return items

    def samples(self) -> dict[SampleKey, Sample]:
        samples = super().samples()
        manifest = self.manifest
        k = manifest.k if manifest else 0
        expected = list(product((item.id for item in self.items()), range(k)))
        missing = [key for key in expected if key not in samples]
        if missing:
            item, index = missing[0]
            count = f"{len(missing)} of {len(expected)} samples are missing"
            raise self._damaged("batch-*.jsonl", f"{count}, first item {plain(item)} sample {index}")
        return samples

    def grades(self, version: str) -> Grades | None:
        return None

    def write_grades(self, grades: Grades) -> None:
        return None

    def _damaged(self, name: str, what: str) -> SuiteError:
        return SuiteError(f"damaged: {what}", str(self.path / name), _FIX)


def _grade_damage(cell: StoredCell, stored: Grades) -> str | None:
    """Return how the stored grades differ from what the texts earn; None if they do not."""
    stored_grades = {(grade.item_id, grade.sample): grade for grade in stored.rows}
    wrong: list[tuple[SampleKey, list[str]]] = []
    for key, grade in cell.grades.items():
        stored_grade = stored_grades.get(key)
        if stored_grade != grade:
            fields = [d.field for d in field_differences(_as_row(stored_grade), _as_row(grade))]
            if fields:  # numbers may differ in their last digits
                wrong.append((key, fields if stored_grade else []))
    if not wrong:
        return None
    (item, index), fields = wrong[0]
    first = "grades are missing"
    if fields:
        first = f"first item {plain(item)} sample {index}: {', '.join(fields)}"
    count = f"the stored grades of {len(wrong)} of {len(cell.grades)} samples"
    return f"{count} are not what the texts earn ({first})"


def _as_row(grade: SampleGrade | None) -> Row:
    return {} if grade is None else grade.model_dump(mode="json")


def _cell_name(path: Path) -> str:
    """Return the cell's full name, if its manifest can still be read and is its own."""
    try:
        manifest = _IntactCellStore(path).manifest
    except UNREADABLE:
        manifest = None
    return manifest.cell.name if manifest else f"cell {path.name}"
