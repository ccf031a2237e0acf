"""Paths of pages and addresses of views."""

import re

import pytest
from hand_made_summary import micro_row

from suite.leaderboard.links import board_view, pair_page
from suite.schema import Summary


def test_a_view_of_the_board_stands_in_its_address() -> None:
    assert board_view(task="a b&c", show="adjusted") == "index.html#task=a+b%26c&show=adjusted"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "..", "ünïcode <b>", "x" * 500, " "])
def test_no_name_leads_out_of_the_folder_of_pairs(summary: Summary, name: str) -> None:
    row = summary.deltas[0].model_copy(update={"task": name, "base": name, "reward": name})
    assert re.fullmatch(r"pairs/[a-z0-9_.-]{0,61}[0-9a-f]{10}\.html", pair_page(row))


def test_rows_that_differ_in_any_part_of_their_identity_have_pages_of_their_own(summary: Summary) -> None:
    row = summary.deltas[0]
    changes: list[dict[str, object]] = [
        {"checkpoint": "other"}, {"recipe": "other"}, {"step": 1}, {"protocol": "other"},
        {"checkpoint_cells": ("ab",)},
    ]  # fmt: skip
    pages = {pair_page(row.model_copy(update=change)) for change in changes}
    assert len(pages | {pair_page(row)}) == len(changes) + 1


def test_the_page_of_a_row_does_not_depend_on_what_was_found(summary: Summary) -> None:
    row = summary.deltas[0]
    assert pair_page(row) == pair_page(row.model_copy(update={"delta": -1.0, "finding": "loss", "p": 0.5}))


def test_a_pair_measured_twice_keeps_the_address_of_its_page() -> None:
    row = micro_row()
    assert pair_page(row) == pair_page(row.model_copy(update={"delta": 3.0, "k": 8, "seeds": (0, 1)}))
    others = [
        row.model_copy(update=one)
        for one in ({"step": 40}, {"checkpoint_cells": ("0123",)}, {"task": "math500"})
    ]
    assert len({pair_page(one) for one in (row, *others)}) == 4
