"""What the board's scripts know of each delta."""

from typing import Any

from hand_made_summary import QWEN

from suite.leaderboard.board.filter_data import filter_data
from suite.leaderboard.board.task_view import task_views
from suite.schema import Summary


def test_what_a_task_can_be_filtered_by_stands_in_the_order_of_its_cells(summary: Summary) -> None:
    data: Any = filter_data(summary, task_views(summary))
    entries = data["task-0"]
    assert [entry["finding"] for entry in entries].count("missing") == 1 and len(entries) == 12
    assert (entries[4]["family"], entries[4]["reward"]) == ("micro-qwen2.5-math", "random")
    for name in ("micro-qwen2.5-math-random-s0", "micro", "boxed", "micro qwen2.5-math"):
        assert name in entries[4]["names"]


def test_the_arms_of_a_pair_take_their_intervals_from_the_compared_protocol(audited: Summary) -> None:
    base = next(row for row in audited.scores if (row.model, row.protocol) == (QWEN, "boxed"))
    data: Any = filter_data(audited, task_views(audited))
    assert data["task-0"][0]["before"] == [36.0, *(round(100 * bound, 2) for bound in base.interval or ())]
