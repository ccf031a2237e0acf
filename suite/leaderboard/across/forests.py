"""Deltas as a forest plot lines them up: of each task the rewards, under each reward every base of every family."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suite.leaderboard.across.lineup import shown, told_apart, variant
from suite.leaderboard.board.task_view import Column, TaskView
from suite.leaderboard.wording.rows import finding_word
from suite.schema import DeltaRow, Summary, TaskRow

ROWS_AT_ONCE = 30
"""A forest of more rows opens with its first reward alone; the reader picks another, or all of them."""


@dataclass(frozen=True)
class ForestRow:
    """A base under one reward. ``row`` is absent where the pair is missing.

    ``family`` counts from 0, in the board's order; ``title`` is its name.
    """

    column: Column
    family: int
    title: str
    variant: str
    row: DeltaRow | None

    @property
    def label(self) -> str:
        """The family, or the base where the family has several, and what tells its rows apart."""
        return " · ".join(filter(None, (self.column.label, self.variant)))

    @property
    def word(self) -> str:
        """The finding, or why there is no number."""
        return finding_word(self.row) if self.row else "missing"

    @property
    def measured(self) -> DeltaRow | None:
        """The row where it has a number that may be shown."""
        return shown(self.row)


@dataclass(frozen=True)
class ForestGroup:
    """One reward. ``spurious``: it does not look at whether an answer is right."""

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
        """The reward that is shown first; empty: all of them."""
        return self.groups[0].reward if sum(len(group.rows) for group in self.groups) > ROWS_AT_ONCE else ""


def forests(summary: Summary, views: Iterable[TaskView]) -> tuple[Forest, ...]:
    """A forest for every task that has deltas."""
    return tuple(_forest(summary, view) for view in views if view.deltas)


def _forest(summary: Summary, view: TaskView) -> Forest:
    fields = told_apart(view.deltas)
    rewards = dict.fromkeys(row.reward for row in view.deltas)
    return Forest(view.task, tuple(_group(summary, view, reward, fields) for reward in rewards))


def _group(summary: Summary, view: TaskView, reward: str, fields: Sequence[str]) -> ForestGroup:
    own = sorted((row for row in view.deltas if row.reward == reward), key=lambda row: row.step)
    families = list(dict.fromkeys(column.family for column in view.grid.columns))
    rows: list[ForestRow] = []
    for column in view.grid.columns:
        family = (families.index(column.family), summary.families.get(column.family, column.family))
        found = [row for row in own if row.family == column.family and column.base in (None, row.base)]
        rows += [ForestRow(column, *family, variant(row, fields), row) for row in found] or [
            ForestRow(column, *family, "", None)
        ]
    return ForestGroup(reward, any(row.spurious for row in own), tuple(rows))
