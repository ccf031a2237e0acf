"""How rows of several bases are compared: a column a base, and what distinguishes the rows of one base."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from suite.leaderboard.board.grid import Column, Paired, bases_by_family
from suite.schema import DeltaRow, ScoreRow, TaskRow

Row = TypeVar("Row", DeltaRow, ScoreRow)


def with_number(row: DeltaRow | None) -> DeltaRow | None:
    """Return the row if it has a number to show, else ``None``."""
    return row if row and row.comparable and row.delta is not None else None


def variant(row: Paired, fields: Sequence[str]) -> str:
    """Return the values of ``fields``, which distinguish rows of one base and reward, in words."""
    return " · ".join(f"step {row.step}" if field == "step" else str(getattr(row, field)) for field in fields)


def in_order(families: dict[str, str], rows: Iterable[Row]) -> list[Row]:
    """Return the rows sorted by family, in the board's order of families, and otherwise as they come."""
    place = {family: n for n, family in enumerate(families)}
    return sorted(rows, key=lambda row: place.get(row.family, len(place)))


def columns_of(families: dict[str, str], rows: Iterable[Paired], task: TaskRow | None) -> tuple[Column, ...]:
    """Return a column a base, in the board's order of families; the family's title labels its only base."""
    contaminated = task.contaminated if task else ()
    columns: list[Column] = []
    for family, bases in bases_by_family(families, rows).items():
        for base in bases:
            label = base if len(bases) > 1 else families.get(family, family)
            columns.append(Column(family, label, base, family in contaminated))
    return tuple(columns)
