"""A summary arranged as the page shows it: one view per task. Arranges rows and computes no statistics."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from suite.leaderboard.wording.rows import MARKS, fades, finding_word
from suite.schema import DeltaRow, ScoreRow, Summary, TaskRow

ROW_FIELDS = ("reward", "protocol", "recipe", "step", "k", "n_items", "checkpoint", "measured_in")
"""What tells heatmap rows apart; later fields are used only where the earlier ones leave two deltas in one cell."""


@dataclass(frozen=True)
class Column:
    """A heatmap column: a family, or one base of it where the family has several."""

    family: str
    label: str
    base: str | None
    contaminated: bool

    @property
    def name(self) -> str:
        """The label, marked where the family's corpus holds the items."""
        return self.label + (" ◆" if self.contaminated else "")


class Group(NamedTuple):
    """Columns of one family that stand under a common heading."""

    family: str
    title: str
    contaminated: bool
    columns: int


class Entry(NamedTuple):
    """What can be filtered: a delta, or a hole in the grid (``row`` is ``None``)."""

    reward: str
    label: str
    column: Column
    row: DeltaRow | None


@dataclass(frozen=True)
class Grid:
    """Reward x family; ``cells[row][column]`` is ``None`` where the pair is missing."""

    keys: tuple[tuple[str, ...], ...]
    """Of each row the values of ``fields``; the reward comes first."""
    columns: tuple[Column, ...]
    cells: tuple[tuple[DeltaRow | None, ...], ...]
    fields: tuple[str, ...]
    """Of ``ROW_FIELDS`` those that the rows' labels are made of."""
    groups: tuple[Group, ...]
    """Headings over the columns; none where each family has one base."""

    @property
    def rows(self) -> tuple[str, ...]:
        """A label for each row."""
        return tuple(" · ".join(key) for key in self.keys)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every place in the grid, row by row."""
        return tuple(
            Entry(key[0], " · ".join(key), column, row)
            for key, cells in zip(self.keys, self.cells, strict=True)
            for column, row in zip(self.columns, cells, strict=True)
        )


@dataclass(frozen=True)
class TaskView:
    """All that one tab shows."""

    anchor: str
    task: TaskRow
    deltas: tuple[DeltaRow, ...]
    scores: tuple[ScoreRow, ...]
    grid: Grid
    findings: tuple[tuple[str, int], ...]
    metrics: tuple[str, ...]
    levels: tuple[str, ...]
    tested: int
    """Rows of the whole board that p is adjusted for."""

    def number(self, row: DeltaRow) -> int | str:
        """The place of a delta among the grid's entries; empty for one that another hides there."""
        return self._numbers.get(id(row), "")

    def of_score(self, score: ScoreRow) -> str:
        """Places of the deltas that a score belongs to, a base's to all of its checkpoints'."""
        return " ".join(str(self.number(row)) for row in self._by_model.get(score.model, ()))

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {id(entry.row): number for number, entry in enumerate(self.grid.entries) if entry.row}

    @cached_property
    def _by_model(self) -> dict[str, list[DeltaRow]]:
        found: dict[str, list[DeltaRow]] = {}
        for row in self.deltas:
            for model in dict.fromkeys((row.base, row.checkpoint, *(row.checkpoints or ()))):
                found.setdefault(model, []).append(row)
        return found

    @property
    def is_probe(self) -> bool:
        """Whether the model was shown only a part of each question."""
        return self.task.kind == "continuation"

    @property
    def fading(self) -> int:
        """How many gains and losses are none once the whole board is looked at."""
        return sum(fades(row) for row in self.deltas)

    @cached_property
    def sourced(self) -> bool:
        """Whether any delta says where it comes from."""
        return any(row.contributions or row.transitions for row in self.deltas)

    @cached_property
    def leaks(self) -> tuple[DeltaRow, ...]:
        """Deltas whose base was probed for the task's items."""
        return tuple(row for row in self.deltas if row.leak)

    def label(self, row: DeltaRow) -> str:
        """What tells a delta apart from the others of its family: as in the heatmap, with the base where there are several."""
        bases = {other.base for other in self.deltas if other.family == row.family}
        return " · ".join((*_key(row, self.grid.fields), *((row.base,) if len(bases) > 1 else ())))

    @cached_property
    def has_published(self) -> bool:
        """Whether any base has a published figure."""
        return any(row.published for row in self.scores)

    @cached_property
    def has_protocols(self) -> bool:
        """Whether a model's name alone does not tell its scores apart."""
        return len({row.protocol for row in self.scores}) > 1

    @cached_property
    def audit(self) -> tuple[tuple[str, tuple[ScoreRow, ...]], ...]:
        """Each base that is off a published figure, with the scores of it that are."""
        off: dict[str, list[ScoreRow]] = {}
        for row in self.scores:
            if any(reference.off for reference in row.published or ()):
                off.setdefault(row.model, []).append(row)
        return tuple((model, tuple(rows)) for model, rows in off.items())

    @cached_property
    def bases_of_one_protocol(self) -> tuple[str, ...]:
        """Compared bases that were asked in one way only, so that they have no best prompt; a probe has just one for all."""
        if self.is_probe:
            return ()
        asked: dict[str, set[str]] = {row.base: set() for row in self.deltas}
        for row in self.scores:
            asked.get(row.model, set()).add(row.protocol)
        return tuple(base for base, protocols in asked.items() if len(protocols) == 1)


def task_views(summary: Summary) -> tuple[TaskView, ...]:
    """One view per task that has rows, in the summary's order; a task with rows but no ``TaskRow`` still gets one."""
    known = {row.task: row for row in summary.tasks}
    orphans: tuple[DeltaRow | ScoreRow, ...] = (*summary.deltas, *summary.scores)
    for orphan in orphans:
        known.setdefault(
            orphan.task,
            TaskRow(task=orphan.task, title=orphan.task, version="unknown", n_items=orphan.n_items),
        )
    views = (_view(summary, task, number) for number, task in enumerate(known.values()))
    return tuple(view for view in views if view.deltas or view.scores)


def _view(summary: Summary, task: TaskRow, number: int) -> TaskView:
    deltas = tuple(row for row in summary.deltas if row.task == task.task)
    scores = _in_order((row for row in summary.scores if row.task == task.task), deltas)
    grid = _grid(summary.families, deltas, _columns(summary.families, task, deltas))
    return TaskView(
        anchor=f"task-{number}",
        task=task,
        deltas=deltas,
        scores=scores,
        grid=grid,
        findings=_findings(grid, deltas),
        metrics=tuple(sorted({name for row in scores for name in row.metrics or ()})),
        levels=tuple(sorted({level for row in scores for level in row.levels or ()}, key=int)),
        tested=sum(row.p_holm is not None for row in summary.deltas),
    )


def _in_order(scores: Iterable[ScoreRow], deltas: tuple[DeltaRow, ...]) -> tuple[ScoreRow, ...]:
    """Models in the summary's order; the scores of one by protocol, those that deltas are made of first."""
    rows = tuple(scores)
    place = {model: n for n, model in enumerate(dict.fromkeys(row.model for row in rows))}
    compared = {(model, row.protocol) for row in deltas for model in (row.base, row.checkpoint)}
    return tuple(
        sorted(rows, key=lambda r: (place[r.model], (r.model, r.protocol) not in compared, r.protocol))
    )


def _findings(grid: Grid, deltas: tuple[DeltaRow, ...]) -> tuple[tuple[str, int], ...]:
    """How often each word occurs, holes in the grid included, in the order of the legend."""
    counts = Counter(finding_word(row) for row in deltas)
    counts["missing"] += sum(cell is None for row in grid.cells for cell in row)
    return tuple((word, counts[word]) for word in MARKS if counts[word])


def _columns(families: dict[str, str], task: TaskRow, deltas: tuple[DeltaRow, ...]) -> tuple[Column, ...]:
    bases: dict[str, dict[str, None]] = {family: {} for family in families}
    for row in deltas:
        bases.setdefault(row.family, {})[row.base] = None
    columns: list[Column] = []
    for family, own in bases.items():
        leaked = family in task.contaminated
        if len(own) > 1:
            columns += [Column(family, base, base, leaked) for base in own]
        else:
            columns.append(Column(family, families.get(family, family), None, leaked))
    return tuple(columns)


def _grid(families: dict[str, str], deltas: tuple[DeltaRow, ...], columns: tuple[Column, ...]) -> Grid:
    width = next((n for n in range(1, len(ROW_FIELDS)) if _unique(deltas, ROW_FIELDS[:n])), len(ROW_FIELDS))
    fields = (
        ROW_FIELDS[0],
        *(field for field in ROW_FIELDS[1:width] if len({getattr(row, field) for row in deltas}) > 1),
    )
    keys = tuple(dict.fromkeys(_key(row, fields) for row in deltas))
    cells = tuple(tuple(_find(deltas, fields, key, column) for column in columns) for key in keys)
    return Grid(keys, columns, cells, fields, _groups(families, columns))


def _groups(families: dict[str, str], columns: tuple[Column, ...]) -> tuple[Group, ...]:
    if all(column.base is None for column in columns):
        return ()
    counts = Counter(column.family for column in columns)
    leaked = {column.family for column in columns if column.contaminated}
    return tuple(
        Group(family, families.get(family, family), family in leaked, count)
        for family, count in counts.items()
    )


def _key(row: DeltaRow, fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        f"{getattr(row, field)} items" if field == "n_items" else str(getattr(row, field)) for field in fields
    )


def _unique(deltas: tuple[DeltaRow, ...], fields: tuple[str, ...]) -> bool:
    places = [(row.family, row.base, _key(row, fields)) for row in deltas]
    return len(set(places)) == len(places)


def _find(
    deltas: tuple[DeltaRow, ...], fields: tuple[str, ...], key: tuple[str, ...], column: Column
) -> DeltaRow | None:
    matches = (
        row
        for row in deltas
        if row.family == column.family and column.base in (None, row.base) and _key(row, fields) == key
    )
    return next(matches, None)
