"""``rlvr-suite leaderboard``: what it writes and where it refuses to. The pages: tests/leaderboard."""

from pathlib import Path

import pytest
from small_run import small_run

from suite.commands.main import main


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "run"
    small_run(folder)
    assert main(["summarize", str(folder)]) == 0
    capsys.readouterr()
    return folder


def test_the_page_is_printed_and_the_bar_counts_the_packed_cells(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", str(run), "--out", str(tmp_path / "board")]) == 0
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'board' / 'index.html'}\n"
    assert "answers: packing" in err and "2/2 cells" in err
    assert (tmp_path / "board" / "summary.json").is_file()


def test_without_answers_no_text_of_a_model_is_in_the_board(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = tmp_path / "board"
    assert main(["leaderboard", str(run), "--out", str(board), "--no-answers"]) == 0
    assert capsys.readouterr().err == ""
    assert not (board / "answers").exists()
    main(["leaderboard", str(run), "--out", str(tmp_path / "full")])
    assert any((tmp_path / "full" / "answers").iterdir())


def test_a_board_over_its_own_run_is_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(run.rglob("*"))
    assert main(["leaderboard", str(run), "--out", str(run)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(run.rglob("*")) == before
