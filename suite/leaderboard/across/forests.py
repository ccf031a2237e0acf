"""Deltas in the order of a forest plot: for each task the rewards, for each reward every base."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suite.leaderboard.across.lineup import variant, with_number
from suite.leaderboard.board.grid import Column, distinguishing_fields
from suite.leaderboard.board.task_view import TaskView
from suite.leaderboard.wording.rows import finding_word
from suite.schema import DeltaReference, DeltaRow, Summary, TaskRow

ROWS_AT_ONCE = 30
"""A forest with more rows opens with its first reward only; the reader picks another one, or all."""


@dataclass(frozen=True)
class ForestRow:
    """A base under one reward. ``row`` is absent if the pair is missing.

    ``family`` is the family's index in the board's order, ``title`` its name.
    """

    column: Column
    family: int
    title: str
    variant: str
    row: DeltaRow | None

    @property
    def label(self) -> str:
        """The family, or the base if the family has several, and what distinguishes its rows."""
        return " · ".join(filter(None, (self.column.label, self.variant)))

    @property
    def word(self) -> str:
        """The finding, or the reason for a missing number."""
        return finding_word(self.row) if self.row else "missing"

    @property
    def measured(self) -> DeltaRow | None:
        """The row if it has a number to show."""
        return with_number(self.row)

    @property
    def published(self) -> tuple[DeltaReference, ...]:
        """Published deltas of the same base and reward."""
        return (self.row.published if self.row else None) or ()


@dataclass(frozen=True)
class ForestGroup:
    """One reward; a ``spurious`` one ignores correctness."""

    reward: str
    spurious: bool
    rows: tuple[ForestRow, ...]


@dataclass(frozen=True)
class Forest:
    """The deltas on one task, reward by reward."""

    task: TaskRow
    groups: tuple[ForestGroup, ...]

    @property
    def first(self) -> str:
        """The reward to show first; empty for all."""
        rows = sum(len(group.rows) for group in self.groups)
        return self.groups[0].reward if rows > ROWS_AT_ONCE else ""


def forests(summary: Summary, views: Iterable[TaskView]) -> tuple[Forest, ...]:
    """Return a forest for every task with deltas."""
    return tuple(_forest(summary, view) for view in views if view.deltas)


def _forest(summary: Summary, view: TaskView) -> Forest:
    fields = distinguishing_fields(view.deltas)
    rewards = dict.fromkeys(row.reward for row in view.deltas)
    return Forest(view.task, tuple(_group(summary, view, reward, fields) for reward in rewards))


def _group(summary: Summary, view: TaskView, reward: str, fields: Sequence[str]) -> ForestGroup:
    deltas = sorted((row for row in view.deltas if row.reward == reward), key=lambda row: row.step)
    families = list(dict.fromkeys(column.family for column in view.grid.columns))
    entries: list[ForestRow] = []
    # A base without this reward keeps a line, so that the same bases stand under each reward.
    for column in view.grid.columns:
        index = families.index(column.family)
        title = summary.families.get(column.family, column.family)
        rows = [row for row in deltas if row.family == column.family and column.base in (None, row.base)]
        if rows:
            entries += [ForestRow(column, index, title, variant(row, fields), row) for row in rows]
        else:
            entries.append(ForestRow(column, index, title, "", None))
    return ForestGroup(reward, any(row.spurious for row in deltas), tuple(entries))
