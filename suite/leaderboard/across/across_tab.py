"""What the board shows across families and tasks, arranged from a summary; computes no number.

Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``; the page's tab across tasks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from suite.leaderboard.across.chart_data import across_charts
from suite.leaderboard.across.contamination import LeakTask, Probed, leak_tasks, probed_tasks
from suite.leaderboard.across.curves import CurveTask, curve_tasks
from suite.leaderboard.across.forests import Forest, ForestGroup, ForestRow, forests
from suite.leaderboard.across.side_by_side import Combination, combinations
from suite.leaderboard.board.filter_data import Json
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.links import pair_page
from suite.schema import DeltaRow, Summary


@dataclass(frozen=True)
class AcrossView:
    """All that the tab shows besides the summary's own tables; ``charts`` is what its script draws."""

    forests: tuple[Forest, ...]
    curves: tuple[CurveTask, ...]
    combinations: tuple[Combination, ...]
    probed: tuple[Probed, ...]
    leaks: tuple[LeakTask, ...]
    charts: dict[str, Json]

    @property
    def referenced(self) -> bool:
        """Whether any delta has a published one beside it."""
        return any(entry.published for entry in self._entries())

    @property
    def rewards(self) -> tuple[str, ...]:
        """The rewards of all forests."""
        return tuple(dict.fromkeys(group.reward for group in self._groups()))

    def _entries(self) -> Iterator[ForestRow]:
        for group in self._groups():
            yield from group.rows

    def _groups(self) -> Iterator[ForestGroup]:
        for forest in self.forests:
            yield from forest.groups

    def page(self, row: DeltaRow) -> str:
        """Return the path of the page of a delta's pair."""
        return pair_page(row)


def across_view(summary: Summary) -> AcrossView:
    """Arrange the rows of a summary across tasks, probes after the other tasks."""
    views = sorted(task_views(summary), key=lambda view: view.is_probe)
    all_forests = forests(summary, views)
    curves = curve_tasks(summary, views)
    return AcrossView(
        forests=all_forests,
        curves=curves,
        combinations=combinations(summary),
        probed=probed_tasks(summary, views),
        leaks=leak_tasks(summary, views),
        charts=across_charts(all_forests, curves, summary.margin),
    )
