"""The files of a board: whole, safe whatever the names, and of the same answers as the summary."""

import json
from pathlib import Path
from typing import Any

import pytest
from board_page import Heatmaps, Page, html_of
from builders.cells import FAMILY, write_cell

from suite.errors import SuiteError
from suite.leaderboard import packed_cells, render, write_board
from suite.schema import Summary
from suite.store.run_folder import RunStore

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\"'"


def test_hostile_names_stay_text(summary: Summary) -> None:
    bad_delta = summary.deltas[0].model_copy(
        update={
            "family": HOSTILE,
            "base": HOSTILE,
            "reward": HOSTILE,
            "checkpoint": HOSTILE,
            "recipe": HOSTILE,
        }
    )
    bad_score = summary.scores[0].model_copy(
        update={"family": HOSTILE, "model": HOSTILE, "metrics": {HOSTILE: 0.5}}
    )
    bad_task = summary.tasks[0].model_copy(update={"title": HOSTILE, "contaminated": (HOSTILE,)})
    hostile = summary.model_copy(
        update={
            "families": {HOSTILE: HOSTILE},
            "deltas": (bad_delta,),
            "scores": (bad_score,),
            "tasks": (bad_task,),
            "samples_hash": HOSTILE,
        }
    )
    clean, page = Page(html_of(summary)), Page(html_of(hostile))
    assert "img" not in page.tags and len(page.scripts) == len(clean.scripts)
    assert page.body("deltas")[0][1] == HOSTILE
    embedded: dict[str, Any] = {}
    for text in (text for kind, text in page.scripts if kind):
        embedded |= json.loads(text)
    entry = embedded["task-0"][0]
    assert entry["reward"] == HOSTILE
    assert Heatmaps(html_of(hostile)).rows == [HOSTILE]


def test_empty_summary_says_so(summary: Summary) -> None:
    html = html_of(summary.model_copy(update={"deltas": (), "scores": ()}))
    assert "No deltas yet" in html and "Provenance" in html
    assert "<table" not in html.split("<script type")[0]
    assert "No deltas yet" not in html_of(summary)


def test_write_board_leaves_only_whole_files(summary: Summary, tmp_path: Path) -> None:
    index = write_board(summary, tmp_path / "deep" / "board")
    assert sorted(path.name for path in index.parent.iterdir()) == [
        "assets", "board.json", "deltas.csv", "index.html", "pairs", "summary.json",
    ]  # fmt: skip
    assert Summary.model_validate_json((index.parent / "summary.json").read_text()) == summary


def test_write_board_names_a_folder_that_cannot_be_written(summary: Summary, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SuiteError, match="cannot write the board"):
        write_board(summary, tmp_path / "file")


def test_answers_of_other_outcomes_than_the_summary_s_make_no_board(summary: Summary, tmp_path: Path) -> None:
    (cell,) = packed_cells([write_cell(RunStore(tmp_path), FAMILY, [["1", "1"], ["2", "2"], ["3", "3"]])])
    score = summary.scores[0].model_copy(update={"cell": cell.manifest.cell.id, "outcomes": {"wrong": 6}})
    with pytest.raises(SuiteError, match="differ from those in the summary"):
        dict(render(summary.model_copy(update={"scores": (score,)}), cells=[cell]))
