"""A task's deltas as rows and columns."""

from board_page import heatmap, html_of

from suite.leaderboard.board.grid import distinguishing_fields, heatmap_grid
from suite.leaderboard.board.task_view import task_views
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


def test_a_hole_in_the_grid_is_called_missing_and_leads_nowhere(summary: Summary) -> None:
    first = task_views(summary)[0]
    assert first.grid.cells[2][3] is None
    assert dict(first.findings)["missing"] == 1
    hole = heatmap(summary)[2][3]
    assert (hole.word, hole.text, hole.page) == ("missing", "∅ missing", None)


def test_several_bases_of_a_family_stand_under_its_heading(summary: Summary) -> None:
    other = summary.deltas[0].model_copy(update={"base": "other-base", "checkpoint": "other"})
    html = html_of(summary.model_copy(update={"deltas": (*summary.deltas, other)}))
    assert 'colspan="2" data-family="micro-qwen2.5-math">Micro Qwen2.5-Math' in html
    assert '<button type="button" class="sort">other-base</button>' in html
    assert "colgroup" not in html_of(summary)


def test_two_recipes_of_one_reward_become_two_rows(summary: Summary) -> None:
    twin = summary.deltas[0].model_copy(update={"recipe": "other", "checkpoint": "twin"})
    views = task_views(summary.model_copy(update={"deltas": (*summary.deltas, twin)}))
    shown = [cell for row in views[0].grid.cells for cell in row if cell]
    assert twin in shown and summary.deltas[0] in shown


def test_one_checkpoint_under_two_decodings_has_two_rows(summary: Summary) -> None:
    row = summary.deltas[0]
    twice = (row, row.model_copy(update={"k": 1, "delta": -1.0}))
    assert task_views(summary.model_copy(update={"deltas": twice}))[0].grid.fields[-1] == "k"
    same_k = (
        row.model_copy(update={"checkpoint_cells": ("aa",)}),
        row.model_copy(update={"checkpoint_cells": ("bb",), "delta": -1.0}),
    )
    grid = task_views(summary.model_copy(update={"deltas": same_k}))[0].grid
    assert [names[-1] for names in grid.names] == ["aa", "bb"]


def test_contaminated_columns_are_marked_with_a_legend(summary: Summary) -> None:
    columns = task_views(summary)[1].grid.columns
    assert [column.contaminated for column in columns] == [True, True, False, False]
    assert "training corpus of these families contains the items" in html_of(summary)
