"""How rows that compare bases are lined up: a column a base, and what tells the rows of one base apart."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from suite.leaderboard.board.task_view import ROW_FIELDS, Column
from suite.schema import CleanContrast, DeltaRow, ScoreRow, TaskRow

Paired = DeltaRow | CleanContrast
Row = TypeVar("Row", DeltaRow, ScoreRow)


def shown(row: DeltaRow | None) -> DeltaRow | None:
    """The row where it has a number that may be shown."""
    return row if row and row.comparable and row.delta is not None else None


def told_apart(rows: Sequence[Paired]) -> tuple[str, ...]:
    """Fields that tell rows of one base and reward apart: as few as the heatmap takes, less those in which no two rows differ."""
    known = tuple(field for field in ROW_FIELDS if all(hasattr(row, field) for row in rows))
    width = next((n for n in range(1, len(known)) if _unique(rows, known[:n])), len(known))
    return tuple(field for field in known[1:width] if len({getattr(row, field) for row in rows}) > 1)


def _unique(rows: Sequence[Paired], fields: Sequence[str]) -> bool:
    return len({(row.family, row.base, *(getattr(row, field) for field in fields)) for row in rows}) == len(
        rows
    )


def variant(row: Paired, fields: Sequence[str]) -> str:
    """What ``told_apart`` names, in words."""
    return " · ".join(f"step {row.step}" if field == "step" else str(getattr(row, field)) for field in fields)


def in_order(families: dict[str, str], rows: Iterable[Row]) -> list[Row]:
    """The rows by family, in the board's order of families; otherwise as they come."""
    place = {family: n for n, family in enumerate(families)}
    return sorted(rows, key=lambda row: place.get(row.family, len(place)))


def columns_of(families: dict[str, str], rows: Iterable[Paired], task: TaskRow | None) -> tuple[Column, ...]:
    """A column a base, in the board's order of families; a family of one base goes by its own name."""
    bases: dict[str, dict[str, None]] = {family: {} for family in families}
    for row in rows:
        bases.setdefault(row.family, {})[row.base] = None
    leaked = task.contaminated if task else ()
    return tuple(
        Column(family, base if len(own) > 1 else families.get(family, family), base, family in leaked)
        for family, own in bases.items()
        for base in own
    )
