"""A task's deltas as a grid: a row for each reward (or recipe, ...), a column for each family or base."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from suite.schema import CleanContrast, DeltaRow, TaskRow

Paired = DeltaRow | CleanContrast
RowNames = tuple[str, ...]
"""The values that name a row of the grid, in the order of ``HeatmapGrid.fields``."""
ROW_FIELDS = ("reward", "protocol", "recipe", "step", "k", "n_items", "checkpoint", "measured_in")
"""Fields that distinguish rows of one base; a later one is used only if two deltas agree in all others."""


@dataclass(frozen=True)
class Column:
    """A column: a family, or one of its bases if it has several. ``base`` is absent in the first case."""

    family: str
    label: str
    base: str | None
    contaminated: bool

    @property
    def name(self) -> str:
        """The label, marked if the family's training corpus contains the items."""
        return self.label + (" ◆" if self.contaminated else "")


class ColumnGroup(NamedTuple):
    """The number of columns under a family's common heading."""

    family: str
    title: str
    contaminated: bool
    columns: int


class GridPlace(NamedTuple):
    """A place in the grid: a delta, or a hole (``row`` is ``None``)."""

    reward: str
    label: str
    column: Column
    row: DeltaRow | None


@dataclass(frozen=True)
class HeatmapGrid:
    """Reward x family; ``cells[row][column]`` is ``None`` for a missing pair.

    ``fields`` are those of ``ROW_FIELDS`` that name the rows, the reward first; ``names`` their values, row
    by row. ``groups`` are headings over the columns, empty if each family has a single base.
    """

    fields: tuple[str, ...]
    names: tuple[RowNames, ...]
    columns: tuple[Column, ...]
    cells: tuple[tuple[DeltaRow | None, ...], ...]
    groups: tuple[ColumnGroup, ...]

    @property
    def rows(self) -> tuple[str, ...]:
        """The label of each row."""
        return tuple(" · ".join(names) for names in self.names)

    @cached_property
    def places(self) -> tuple[GridPlace, ...]:
        """Every place of the grid, row by row."""
        return tuple(self._places())

    def _places(self) -> Iterator[GridPlace]:
        for names, cells in zip(self.names, self.cells, strict=True):
            for column, row in zip(self.columns, cells, strict=True):
                yield GridPlace(names[0], " · ".join(names), column, row)

    @property
    def holes(self) -> int:
        """The number of missing pairs."""
        return sum(cells.count(None) for cells in self.cells)


def heatmap_grid(families: dict[str, str], task: TaskRow, deltas: tuple[DeltaRow, ...]) -> HeatmapGrid:
    """Return the grid of a task's ``deltas``; ``families`` are titles by id, in the order of the columns."""
    fields = (ROW_FIELDS[0], *distinguishing_fields(deltas))
    columns = _columns(families, task, deltas)

    # The column of a family with a single base leaves the base out, so each row is placed with and without
    # its base. If two rows share a place, which only equal names can cause, the first one is shown.
    placed: dict[tuple[str, str | None, RowNames], DeltaRow] = {}
    all_names: dict[RowNames, None] = {}
    for row in deltas:
        names = row_names(row, fields)
        all_names[names] = None
        placed.setdefault((row.family, row.base, names), row)
        placed.setdefault((row.family, None, names), row)
    cells = []
    for names in all_names:
        cells.append(tuple(placed.get((column.family, column.base, names)) for column in columns))
    return HeatmapGrid(fields, tuple(all_names), columns, tuple(cells), _groups(families, columns))


def distinguishing_fields(rows: Sequence[Paired]) -> tuple[str, ...]:
    """Return the fields that, beside base and reward, distinguish ``rows``: few, none that is constant."""
    known = [field for field in ROW_FIELDS if all(hasattr(row, field) for row in rows)]
    width = 1
    while width < len(known) and not _distinct(rows, known[:width]):
        width += 1
    return tuple(field for field in known[1:width] if len({getattr(row, field) for row in rows}) > 1)


def _distinct(rows: Sequence[Paired], fields: Sequence[str]) -> bool:
    keys = {(row.family, row.base, *(getattr(row, field) for field in fields)) for row in rows}
    return len(keys) == len(rows)


def row_names(row: DeltaRow, fields: Iterable[str]) -> RowNames:
    """Return the values of ``fields`` as the grid shows them."""
    names = {field: str(getattr(row, field)) for field in fields}
    if "n_items" in names:
        names["n_items"] += " items"
    return tuple(names.values())


def bases_by_family(families: dict[str, str], rows: Iterable[Paired]) -> dict[str, list[str]]:
    """Return the bases of each family: families in the order of ``families``, bases in that of ``rows``."""
    bases: dict[str, list[str]] = {family: [] for family in families}
    for row in rows:
        known = bases.setdefault(row.family, [])
        if row.base not in known:
            known.append(row.base)
    return bases


def _columns(families: dict[str, str], task: TaskRow, deltas: Iterable[DeltaRow]) -> tuple[Column, ...]:
    """Return a column for each family, also for one without deltas: a hole there is part of the picture."""
    columns: list[Column] = []
    for family, bases in bases_by_family(families, deltas).items():
        contaminated = family in task.contaminated
        if len(bases) > 1:
            columns += [Column(family, base, base, contaminated) for base in bases]
        else:
            columns.append(Column(family, families.get(family, family), None, contaminated))
    return tuple(columns)


def _groups(families: dict[str, str], columns: tuple[Column, ...]) -> tuple[ColumnGroup, ...]:
    if all(column.base is None for column in columns):
        return ()
    counts = Counter(column.family for column in columns)
    contaminated = {column.family for column in columns if column.contaminated}
    return tuple(
        ColumnGroup(family, families.get(family, family), family in contaminated, count)
        for family, count in counts.items()
    )
