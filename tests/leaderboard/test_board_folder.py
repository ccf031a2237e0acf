"""A board's folder: all files or none, and only the files that a board wrote."""

from pathlib import Path

import pytest
from gate_reports import (
    whole_report,
)

from suite.errors import SuiteError
from suite.leaderboard import write_board
from suite.leaderboard.board_folder import write_files
from suite.schema import Summary


def names_in(board: Path) -> list[str]:
    return sorted(path.name for path in board.iterdir())


def test_a_board_without_a_report_leaves_no_older_verdicts(summary: Summary, tmp_path: Path) -> None:
    index = write_board(summary, tmp_path, gate=whole_report())
    assert {"gate.html", "verdict.json", "summary.json"} <= set(names_in(tmp_path))
    assert 'href="gate.html"' in index.read_text(encoding="utf-8")
    write_board(summary, tmp_path)
    assert names_in(tmp_path) == ["assets", "board.json", "deltas.csv", "index.html", "pairs", "summary.json"]


def test_files_that_no_board_wrote_are_left_alone(summary: Summary, tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text("somebody's own")
    (tmp_path.parent / "outside").write_text("")
    (tmp_path / "board.json").write_text('{"files": ["../outside"]}')
    write_board(summary, tmp_path)
    assert (tmp_path / "verdict.json").read_text() == "somebody's own"
    assert (tmp_path.parent / "outside").exists()


@pytest.mark.parametrize(
    "listing",
    ["", "[]", '{"files": null}', '{"files": 5}', '{"files": ["\\u0000", "pairs", ""]}', "[" * 99_999],
)
def test_a_listing_that_cannot_be_read_lists_nothing(summary: Summary, tmp_path: Path, listing: str) -> None:
    write_board(summary, tmp_path)
    (tmp_path / "board.json").write_text(listing)
    write_board(summary, tmp_path)
    assert "index.html" in (tmp_path / "board.json").read_text()


def test_a_folder_in_the_place_of_a_page_is_told_before_anything_changes(
    summary: Summary, tmp_path: Path
) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(SuiteError, match="cannot write the board: Is a directory"):
        write_board(summary, tmp_path)
    assert names_in(tmp_path) == ["index.html"]


def test_a_file_that_the_disk_refuses_leaves_the_older_board_whole(summary: Summary, tmp_path: Path) -> None:
    def contents() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    write_board(summary, tmp_path, gate=whole_report())
    before = contents()
    with pytest.raises(SuiteError, match="cannot write the board: File name too long"):
        write_files([("index.html", b"new"), ("x" * 300, b"refused by the disk")], tmp_path)
    assert contents() == before and len(before) > 9
