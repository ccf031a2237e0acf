"""What the board's page shows beside its rows: the colour scale of the cells and the filters."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from suite.leaderboard.board.grid import GridPlace
from suite.leaderboard.board.heatmap import Citation, HeatmapCell, citations, grid_cells
from suite.leaderboard.board.task_view import TaskView
from suite.leaderboard.colours import ColourScale, colour_scale
from suite.leaderboard.wording.rows import MARKS
from suite.schema import Summary

Options = tuple[tuple[str, str], ...]
"""Pairs of a value, as the page's address has it, and its text."""


@dataclass(frozen=True)
class BoardPage:
    """The tasks of a summary under one scale."""

    summary: Summary
    views: tuple[TaskView, ...]

    @cached_property
    def scale(self) -> ColourScale:
        """The scale of every cell."""
        return colour_scale(self.summary)

    def cells(self, view: TaskView) -> tuple[tuple[str, tuple[HeatmapCell, ...]], ...]:
        """Return the rows of a task's heatmap."""
        return grid_cells(view, self.scale)

    def citations(self, view: TaskView) -> tuple[Citation, ...]:
        """Return the sources of a task's published figures."""
        return citations(view)

    @cached_property
    def has_published(self) -> bool:
        """Whether any delta has a published one beside it."""
        return any(row.published for row in self.summary.deltas)

    @cached_property
    def families(self) -> Options:
        """Families in the order of the columns."""
        ids = dict.fromkeys(place.column.family for place in self._places())
        return tuple((family, self.summary.families.get(family, family)) for family in ids)

    @cached_property
    def rewards(self) -> Options:
        """Rewards in the order of the rows."""
        return tuple((reward, reward) for reward in dict.fromkeys(place.reward for place in self._places()))

    def _places(self) -> Iterator[GridPlace]:
        for view in self.views:
            yield from view.grid.places

    @cached_property
    def findings(self) -> Options:
        """Words that occur, in the order of the legend."""
        words: set[str] = set()
        for view in self.views:
            words |= dict(view.findings).keys()
        return tuple((word, f"{mark} {word}") for word, mark in MARKS.items() if word in words)
