"""A task's deltas as rows and columns."""

from suite.leaderboard.board.grid import distinguishing_fields, heatmap_grid
from suite.schema import DeltaRow, Summary, TaskRow


def first_row(summary: Summary) -> tuple[DeltaRow, TaskRow]:
    return summary.deltas[0], summary.tasks[0]


def test_fields_that_never_vary_do_not_name_a_row(audited: Summary) -> None:
    assert distinguishing_fields(audited.deltas) == ()
    row = audited.deltas[0]
    other = row.model_copy(update={"recipe": "other", "step": row.step + 1})
    assert distinguishing_fields([row, other]) == ("recipe",)
    assert distinguishing_fields([row, other, other.model_copy(update={"step": 9})]) == ("recipe", "step")


def test_a_family_of_several_bases_has_a_column_for_each_under_one_heading(audited: Summary) -> None:
    row, task = first_row(audited)
    small = row.model_copy(update={"base": "qwen2.5-math-1.5b"})
    grid = heatmap_grid(audited.families, task, (row, small))
    assert [column.name for column in grid.columns] == ["qwen2.5-math-7b ◆", "qwen2.5-math-1.5b ◆", "Llama3"]
    assert [(group.title, group.columns) for group in grid.groups] == [("Qwen2.5-Math", 2), ("Llama3", 1)]
    assert grid.cells == ((row, small, None),) and grid.holes == 1


def test_places_run_row_by_row_with_holes(audited: Summary) -> None:
    grid = heatmap_grid(audited.families, audited.tasks[0], audited.deltas)
    places = [(place.reward, place.column.family, place.row is None) for place in grid.places]
    assert places[:4] == [
        ("ground_truth", "qwen2.5-math", False),
        ("ground_truth", "llama3", False),
        ("random", "qwen2.5-math", False),
        ("random", "llama3", True),
    ]
    assert grid.groups == () and grid.rows == ("ground_truth", "random", "format", "my_method")


def test_of_two_rows_in_one_place_the_first_is_shown(audited: Summary) -> None:
    row, task = first_row(audited)
    twin = row.model_copy(update={"delta": 1.0})
    assert heatmap_grid(audited.families, task, (row, twin)).cells[0][0] is row
