"""What the board shows across families and tasks, arranged from a summary: every number is one of its rows'.

Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``; the page's tab across tasks.
"""

from dataclasses import dataclass

from suite.leaderboard.across.chart_data import across_charts
from suite.leaderboard.across.contamination import LeakTask, Probed, leak_tasks, probed_tasks
from suite.leaderboard.across.curves import CurveTask, curve_tasks
from suite.leaderboard.across.forests import Forest, forests
from suite.leaderboard.across.side_by_side import Combination, combinations
from suite.leaderboard.board.filter_data import Json
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.links import pair_page
from suite.schema import DeltaRow, Summary


@dataclass(frozen=True)
class AcrossView:
    """All that the tab shows, beside the summary's own tables. ``charts`` is what its script draws."""

    forests: tuple[Forest, ...]
    rewards: tuple[str, ...]
    curves: tuple[CurveTask, ...]
    combinations: tuple[Combination, ...]
    probed: tuple[Probed, ...]
    leaks: tuple[LeakTask, ...]
    charts: dict[str, Json]

    @property
    def referenced(self) -> bool:
        """Whether any delta has a published one beside it."""
        rows = (entry.row for forest in self.forests for group in forest.groups for entry in group.rows)
        return any(row and row.published for row in rows)

    def page(self, row: DeltaRow) -> str:
        """Path of the page of a delta's pair."""
        return pair_page(row)


def across_view(summary: Summary) -> AcrossView:
    """The rows of a summary, arranged across tasks. Probes stand after the tasks proper."""
    views = sorted(task_views(summary), key=lambda view: view.is_probe)
    found = forests(summary, views)
    curves = curve_tasks(summary, views)
    return AcrossView(
        forests=found,
        rewards=tuple(dict.fromkeys(group.reward for forest in found for group in forest.groups)),
        curves=curves,
        combinations=combinations(summary),
        probed=probed_tasks(summary, views),
        leaks=leak_tasks(summary, views),
        charts=across_charts(found, curves, summary.margin),
    )
