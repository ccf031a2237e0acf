"""What the board's page shows beside its rows: the colour scale of its cells, and what they can be filtered by."""

import re
from dataclasses import dataclass
from functools import cached_property

from suite.leaderboard.board.heatmap import Cell, Source, grid_cells, sources
from suite.leaderboard.board.task_view import TaskView
from suite.leaderboard.colours import ColourScale, colour_scale
from suite.leaderboard.wording.rows import MARKS
from suite.schema import Summary

Options = tuple[tuple[str, str], ...]
"""Pairs of a value, as it stands in the page's address, and its text."""
_DISPENSABLE = re.compile(rb"</t[dhr]>|\s+(?=<t[dhr][ >])|(?<=\n)[ \t]+")


@dataclass(frozen=True)
class Board:
    """The tasks of a summary under one scale."""

    summary: Summary
    views: tuple[TaskView, ...]

    @cached_property
    def scale(self) -> ColourScale:
        """That of every cell."""
        return colour_scale(self.summary)

    def cells(self, view: TaskView) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
        """The rows of a task's heatmap."""
        return grid_cells(view, self.scale)

    def sources(self, view: TaskView) -> tuple[Source, ...]:
        """Where the published figures of a task come from."""
        return sources(view)

    @cached_property
    def has_published(self) -> bool:
        """Whether any delta has a published one beside it."""
        return any(row.published for row in self.summary.deltas)

    @cached_property
    def families(self) -> Options:
        """Families in the order of the columns."""
        found = tuple(dict.fromkeys(column.family for view in self.views for column in view.grid.columns))
        return tuple((family, self.summary.families.get(family, family)) for family in found)

    @cached_property
    def rewards(self) -> Options:
        """Rewards in the order of the rows."""
        return tuple(
            (reward, reward)
            for reward in tuple(dict.fromkeys(key[0] for view in self.views for key in view.grid.keys))
        )

    @cached_property
    def findings(self) -> Options:
        """Words that occur, in the order of the legend."""
        found = {word for view in self.views for word, _ in view.findings}
        return tuple((word, f"{mark} {word}") for word, mark in MARKS.items() if word in found)


def compact(page: bytes) -> bytes:
    """The page less the end tags that HTML lets one leave out, and less indentation: a tenth of a page of large tables."""
    return _DISPENSABLE.sub(b"", page)
