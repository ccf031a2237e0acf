"""The papers' figures as arranged: sources side by side, anchors that stay."""

from suite.benchmarks.tasks import all_tasks
from suite.leaderboard.papers.figures import published_view
from suite.registry import load_registry, published


def test_two_sources_of_one_cell_stand_together_and_are_not_averaged() -> None:
    view = published_view(published.all_files(), load_registry(), all_tasks())
    (grid,) = [grid for grid in view.grids if grid.task.id == "math500"]
    cells = dict(grid.rows)["ground_truth"]
    assert [figure.row.points for figure in cells[0]] == [29.1, 29.4]
    assert [column.base.id for column in grid.columns if column.starts] == [
        "qwen2.5-math-7b",
        "qwen2.5-7b",
        "llama3.1-8b",
        "olmo2-7b",
    ]
    assert dict(grid.rows)["random"][1] == ()


def test_an_anchor_stays_when_other_rows_come_and_values_change() -> None:
    files = published.all_files()
    before = published_view(files, load_registry(), all_tasks())
    after = published_view(files[3:], load_registry(), all_tasks())
    assert {figure.anchor for figure in after.deltas} == {figure.anchor for figure in before.deltas}
