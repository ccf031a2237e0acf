"""Contaminated tasks beside clean ones, read without colour."""

import pytest
from across_summary import SMALL
from board_page import Page, html_of
from hand_made_summary import QWEN

from suite.leaderboard.across.across_tab import across_view
from suite.leaderboard.links import pair_page
from suite.schema import Summary


def test_combinations_with_a_leak_come_first_and_each_half_leads_to_its_pair(whole: Summary) -> None:
    first, second = across_view(whole).combinations
    assert (first.key, first.leaked, second.leaked) == ("math500 arithmetic_clean", True, False)
    assert [column.label for column in first.columns] == [QWEN, SMALL, "Llama3"]
    label, cells = first.rows[0]
    cell = cells[0]
    assert label == "ground_truth" and cell is not None and first.rows[1][1][2] is None
    pair = next(
        row for row in whole.deltas if (row.checkpoint, row.task) == (f"{QWEN}-ground_truth-300", "math500")
    )
    assert (cell.contaminated.delta, cell.contaminated.page) == (pair.delta, pair_page(pair))
    assert (cell.clean.delta, cell.says) == (pytest.approx(4.85), "larger on the contaminated task")


@pytest.mark.parametrize(
    ("interval", "says"),
    [
        ((1.0, 3.0), "larger on the contaminated task"),
        ((-3.0, -1.0), "larger on the clean task"),
        ((0.0, 3.0), "no clear difference"),
        (None, "interval undefined"),
    ],
)
def test_what_a_difference_says_goes_by_its_interval(
    whole: Summary, interval: tuple[float, float] | None, says: str
) -> None:
    row = whole.contrasts[1].model_copy(update={"interval": interval})
    cell = across_view(whole.model_copy(update={"contrasts": (row,)})).combinations[0].rows[0][1][0]
    assert cell is not None and cell.says == says


def test_contrasts_that_share_a_reward_are_told_apart_by_what_differs(whole: Summary) -> None:
    again = [
        row.model_copy(update={"step": 600, "checkpoint": f"{row.checkpoint}-600"}) for row in whole.contrasts
    ]
    rows = (
        across_view(whole.model_copy(update={"contrasts": (*whole.contrasts, *again)})).combinations[0].rows
    )
    assert [label for label, _ in rows] == [
        f"{reward} · step {n}" for n in (300, 600) for reward in ("ground_truth", "random")
    ]


def test_side_by_side_is_read_without_colour(whole: Summary) -> None:
    cells = [" ".join(cell.split()) for row in Page(html_of(whole)).body("side-by-side") for cell in row]
    numbers = "+24.2 contaminated; +4.9 clean difference +19.4 [+15.4, +23.9]"
    assert f"{numbers} larger on the contaminated task ◆ leaked" in cells
    assert "∅ missing" in cells
