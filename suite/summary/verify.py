"""Does a summary follow from its samples? It is computed again, and every row that differs is named. ``rlvr-suite verify RUN``.

Nothing that was derived is trusted: every stored text is graded again, and nothing is written. What a summary was told is taken
from it: its margin. What says where it was made (versions, git state, date) may differ, and so may the order of its rows. That
the samples are what a model wrote cannot be seen here.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from suite import __version__
from suite.benchmarks.items import Item, items_hash
from suite.errors import SuiteError
from suite.grade import GRADER_VERSION
from suite.grade.stored_grades import StoredCell, read_cells
from suite.registry import Registry
from suite.schema import Grades, Sample, SampleGrade, Summary, content_hash
from suite.store.cells import CellManifest, CellStore, SampleKey
from suite.store.run_folder import RunStore
from suite.summary.summarize import MARGIN, summary_of
from suite.summary.table import ScoredCell, scored

DECIMALS = 6
TOLERANCE = 10.0**-DECIMALS
"""How far two numbers may be apart and count as one, each in its own unit (points, shares, tokens).

The least exact number is the p of several seeds, which is found by halving to 1e-9; sums of another processor or numpy are
apart by less. No board shows a tenth of a thousandth of a point.
"""
SHOWN = 10
"""Rows that are named; of each at most ``_FIELDS`` fields, of a name or value at most ``_LONGEST`` characters."""
_FIELDS, _LONGEST = 3, 100
_MEND = "Restore it from a copy, or delete the cell's folder and draw its samples again"
_UNUSABLE = (SuiteError, OSError, RecursionError)
_NAMES = {
    "tasks": "task {task}",
    "scores": "score of {model} on {task} ({protocol}, cell {cell})",
    "deltas": "delta of {reward} on {task} in {base} ({checkpoint}, {protocol})",
    "contrasts": "contrast of {reward}, {contaminated} against {clean}, in {base} ({checkpoint}, {protocol})",
    "interactions": "interaction of {reward} on {task} between {base} and {other_base} ({recipe}, step {step}, {protocol})",
}
"""The tables of a summary, and how a row of each is named."""
_OF_THE_PLACE = {"suite_version", "git", "packages", "python", "generated"}
"""Provenance that says where and when the summary was made."""

Row = dict[str, object]
"""A row as ``summary.json`` holds it."""


class Difference(NamedTuple):
    """What a summary says and its samples do not: the row as a person names it, the field, both values; None is absent."""

    place: str
    field: str
    given: object
    again: object

    def __str__(self) -> str:
        return f"{_plain(self.field)} {_text(self.given)} in the summary, {_text(self.again)} when recomputed"


class Damage(NamedTuple):
    """What is wrong with a part of the run folder: ``place`` names a cell or a file."""

    place: str
    what: str


@dataclass(frozen=True)
class Verification:
    """What was found: nothing, or ``damage`` of the run folder and ``differences`` of the summary.

    ``summary`` is the recomputed one, to be judged in the given one's place; None where a damaged cell leaves none.
    """

    summary: Summary | None
    damage: tuple[Damage, ...]
    differences: tuple[Difference, ...]
    note: str | None = None

    @property
    def passed(self) -> bool:
        return not self.damage and not self.differences


class _Texts(CellStore):
    """A cell's folder whose files have to fit each other. Its grades are not taken, and no grades are put into it."""

    @property
    def manifest(self) -> CellManifest | None:
        found = super().manifest
        if found is not None and found.cell.id != self.path.name:
            raise self._unfit("cell.json", f"its fields are those of cell {found.cell.id}")
        if (
            found is not None
            and found.prompt is not None
            and found.prompt.text_hash != found.cell.protocol_hash
        ):
            raise self._unfit("cell.json", "the prompt is not the one that the samples were drawn with")
        return found

    def items(self) -> list[Item]:
        found, manifest = super().items(), self.manifest
        texts = [text for item in found for text in (item.id, item.problem, item.answer, item.continuation)]
        if not all(isinstance(text, str) for text in texts) or not all(
            isinstance(item.steps, int) for item in found
        ):
            raise self._unfit("items.jsonl", "an item's field is of another type")
        if manifest and (items_hash(found), len(found)) != (manifest.cell.items_hash, manifest.n_items):
            raise self._unfit("items.jsonl", "these are not the items that were asked")
        return found

    def samples(self) -> dict[SampleKey, Sample]:
        found, manifest = super().samples(), self.manifest
        asked = [(item.id, index) for item in self.items() for index in range(manifest.k if manifest else 0)]
        lacking = [key for key in asked if key not in found]
        if lacking:
            item, index = lacking[0]
            what = f"{len(lacking)} of {len(asked)} samples are missing, first item {_plain(item)} sample {index}"
            raise self._unfit("batch-*.jsonl", what)
        return found

    def grades(self, version: str) -> Grades | None:
        return None

    def write_grades(self, grades: Grades) -> None:
        return None

    def _unfit(self, name: str, what: str) -> SuiteError:
        return SuiteError(f"damaged: {what}", str(self.path / name), _MEND)


class _Read(NamedTuple):
    """One cell's folder: the cell if it can be used; what is wrong; whether its texts are others than those graded last."""

    cell: ScoredCell | None
    damage: Damage | None = None
    is_stale: bool = False


def _read(path: Path) -> Iterator[_Read]:
    """The cell in a folder, graded again; nothing where it is not finished any more."""
    try:
        for cell in read_cells([_Texts(path)]):
            stored = CellStore(path).grades(GRADER_VERSION)
            stale = stored is not None and stored.samples_hash != cell.samples_hash
            wrong = None if stored is None or stale else _misgraded(cell, stored)
            damage = Damage(cell.manifest.cell.name, wrong) if wrong else None
            yield _Read(scored(cell), damage, stale)
    except _UNUSABLE as error:
        yield _Read(None, Damage(_cell_name(path), _reason(error)))


def _misgraded(cell: StoredCell, stored: Grades) -> str | None:
    """How the stored grades differ from what the texts earn."""
    known = {(grade.item_id, grade.sample): grade for grade in stored.rows}
    wrong = [key for key, grade in cell.grades.items() if not _is_grade(known.get(key), grade)]
    if not wrong:
        return None
    (item, index), old = wrong[0], known.get(wrong[0])
    fields = [name for name, _, _ in _fields(_dumped(old), _dumped(cell.grades[item, index]))]
    named = f"first item {_plain(item)} sample {index}: {', '.join(fields)}" if old else "grades are missing"
    return f"the stored grades of {len(wrong)} of {len(cell.grades)} samples are not what the texts earn ({named})"


def _is_grade(stored: SampleGrade | None, grade: SampleGrade) -> bool:
    return stored == grade or (stored is not None and not _fields(_dumped(stored), _dumped(grade)))


def _dumped(grade: SampleGrade | None) -> Row:
    return {} if grade is None else grade.model_dump(mode="json")


def _cell_name(path: Path) -> str:
    """The cell's full name, where its manifest can still be read and is its own."""
    try:
        manifest = _Texts(path).manifest
    except _UNUSABLE:
        manifest = None
    return manifest.cell.name if manifest else f"cell {path.name}"


def _reason(error: BaseException) -> str:
    if isinstance(error, SuiteError):
        return f"{error.where}: {error.what}"
    return (
        f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else "a file is nested too deeply"
    )


def _beside(store: RunStore) -> list[Damage]:
    """What is wrong with what the run folder says of pairs and weights."""
    try:
        store.pairs()
        store.weights()
    except (*_UNUSABLE, UnicodeDecodeError) as error:
        what = "not UTF-8" if isinstance(error, UnicodeDecodeError) else _reason(error)
        return [Damage("pairs and weights of the run", what)]
    return []


def _read_all(store: RunStore) -> tuple[list[_Read], list[Damage]]:
    """All finished cells, and the damage that leaves no summary to compute."""
    found = [read for cell in store.finished() for read in _read(cell.path)]
    return found, [read.damage for read in found if read.cell is None and read.damage] + _beside(store)


def recomputed(run: Path, registry: Registry, margin: float) -> Summary:
    """The summary of the stored samples, each graded again; the first damage that leaves none is a ``SuiteError``."""
    store = RunStore(run)
    found, fatal = _read_all(store)
    for damage in fatal:
        raise SuiteError(damage.what, damage.place, _MEND)
    return summary_of(store, [read.cell for read in found if read.cell], registry, margin)


def verify(given: Summary, run: Path, registry: Registry) -> Verification:
    """Compare ``given`` with what the samples in ``run`` give; where a cell cannot be read, say only that.

    A margin that ``summarize`` would not take is replaced by the default, so that it is found.
    """
    store = RunStore(run)
    found, fatal = _read_all(store)
    if fatal:
        return Verification(None, tuple(fatal), ())
    margin = given.margin if 0 < given.margin <= 100 else MARGIN
    again = summary_of(store, [read.cell for read in found if read.cell], registry, margin)
    damage = [read.damage for read in found if read.damage]
    if again.samples_hash != given.samples_hash:
        changed = [read.cell.manifest.cell.name for read in found if read.cell and read.is_stale]
        damage = [
            *(Damage(name, "its texts are not those that were graded last") for name in changed),
            *damage,
        ]
    return Verification(again, tuple(damage), differences(given, again), _note(given))


def _note(given: Summary) -> str | None:
    made = given.provenance.suite_version
    if made == __version__:
        return None
    return f"the summary was made by rlvr-suite {_plain(made)}, this is {__version__}: that alone may be the reason"


def differences(given: Summary, again: Summary) -> tuple[Difference, ...]:
    """Every field in which two summaries differ: first whether they are of the same samples, then the rows by table."""
    one, other = (summary.model_dump(mode="json", exclude_none=True) for summary in (given, again))
    tables = [(one.pop(table), other.pop(table), form) for table, form in _NAMES.items()]
    whole = _fields(_without_place(one), _without_place(other))
    return (
        *_of_samples(given, again),
        *(Difference("the summary", *field) for field in whole),
        *(difference for rows, their_rows, form in tables for difference in _of_rows(rows, their_rows, form)),
    )


def _of_samples(given: Summary, again: Summary) -> Iterator[Difference]:
    """Whether both were made from the same samples, and which cells only one of them knows."""
    if given.samples_hash != again.samples_hash:
        place = "the summary was not made from these samples"
        yield Difference(place, "samples_hash", given.samples_hash, again.samples_hash)
    one, other = given.provenance.cells, again.provenance.cells
    for cell in sorted(one.keys() | other.keys()):
        if one.get(cell) != other.get(cell):
            place = f"cell {_plain(cell)} ({_plain(other.get(cell) or one[cell])})"
            yield Difference(place, "entry in provenance", one.get(cell), other.get(cell))


def _without_place(summary: Row) -> Row:
    """What is left of a summary besides its tables, the samples' hash and cells, and where it was made."""
    provenance = summary["provenance"]
    assert isinstance(provenance, dict)
    kept = {key: value for key, value in provenance.items() if key not in _OF_THE_PLACE | {"cells"}}
    return {**{key: value for key, value in summary.items() if key != "samples_hash"}, "provenance": kept}


def _of_rows(given: Sequence[Row], again: Sequence[Row], form: str) -> Iterator[Difference]:
    """Fields of rows that differ, then rows that only one side has.

    Equal rows are found by their hash, the others by their name, and one whose name was changed by the hash of all the rest.
    """

    def name(row: Row) -> str:
        return form.format_map({key: _plain(str(value)) for key, value in row.items()})

    naming = {key for _, key, _, _ in Formatter().parse(form) if key}
    _, left, wanted = _matched(given, again, _row_hash)
    named, left, wanted = _matched(left, wanted, name)
    renamed, left, wanted = _matched(
        left, wanted, lambda row: _row_hash({k: v for k, v in row.items() if k not in naming})
    )
    for one, other in (*named, *renamed):
        yield from (Difference(name(other), *field) for field in _fields(one, other))
    times = [Counter(map(name, rows)) for rows in (given, again)]
    for place in dict.fromkeys(map(name, (*wanted, *left))):
        yield Difference(place, "row", *(_times(count[place]) for count in times))


def _matched(
    given: Iterable[Row], again: Iterable[Row], key_of: Callable[[Row], str]
) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """Rows of the same key in pairs, each once; and those of either side that are left."""
    waiting: dict[str, deque[Row]] = defaultdict(deque)
    for row in given:
        waiting[key_of(row)].append(row)
    pairs, wanted = [], []
    for row in again:
        mates = waiting[key_of(row)]
        if mates:
            pairs.append((mates.popleft(), row))
        else:
            wanted.append(row)
    return pairs, [row for mates in waiting.values() for row in mates], wanted


def _row_hash(row: Row) -> str:
    return content_hash(_rounded(row))


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, DECIMALS) if isinstance(value, float) else value


def _times(count: int) -> str | None:
    return {0: None, 1: "present"}.get(count, f"{count} times")


def _fields(given: Row, again: Row) -> list[tuple[str, object, object]]:
    """(path, value, recomputed value) of what differs; a list of plain values is one field."""
    one, other = dict(_leaves(given)), dict(_leaves(again))
    paths = dict.fromkeys((*other, *one))
    return [
        (path, one.get(path), other.get(path))
        for path in paths
        if not _is_same(one.get(path), other.get(path))
    ]


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        value = {str(n): part for n, part in enumerate(value)}
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else key)
    else:
        yield path, value


def _is_same(given: object, again: object) -> bool:
    """Numbers within ``TOLERANCE``, NaN like nothing; all else exactly, truth values and whole numbers by their type, too."""
    if isinstance(given, list) and isinstance(again, list):
        return len(given) == len(again) and all(map(_is_same, given, again))
    if isinstance(given, float) and isinstance(again, float):
        return math.isclose(given, again, rel_tol=0, abs_tol=TOLERANCE)
    return type(given) is type(again) and given == again


def _text(value: object) -> str:
    """A value on a line: at most ``_LONGEST`` printable characters."""
    if value is None:
        return "absent"
    if isinstance(value, list):
        return _cut(f"[{', '.join(map(_text, value))}]")
    return f"{value:.10g}" if isinstance(value, float) else _plain(str(value))


def _plain(text: str) -> str:
    return _cut(_ascii(text))


def _ascii(text: str) -> str:
    """``text`` on one line: no file is trusted with the terminal, and a letter that looks like another shows as its code."""
    return ascii(text)[1:-1]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def lines(found: Verification, limit: int = SHOWN) -> list[str]:
    """What was found, a line for each cell or row; of more than ``limit`` the number of the rest. Nothing found: no lines."""
    rows = [
        _line(place, list(group)) for place, group in groupby(found.differences, key=lambda one: one.place)
    ]
    of_samples = 1 if found.differences and found.differences[0].field == "samples_hash" else 0
    damage = [f"{_ascii(one.place)}: {_ascii(one.what)}" for one in found.damage]
    told = [*rows[:of_samples], *damage, *rows[of_samples:]]
    more = [f"and {len(told) - limit} more"] if len(told) > limit else []
    return [*told[:limit], *more, *([found.note] if told and found.note else [])]


def _line(place: str, fields: Sequence[Difference]) -> str:
    more = len(fields) - _FIELDS
    return f"{place}: {'; '.join(map(str, fields[:_FIELDS]))}" + (f"; and {more} more" if more > 0 else "")
