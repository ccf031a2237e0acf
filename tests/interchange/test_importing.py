"""An import is all or nothing: whatever stops it, the run folder stays as it was."""

from pathlib import Path

import pytest
from plain_rows import CHECKPOINT, MODEL, Refusal, contents, rows, write_lines

from suite.benchmarks.items import Item
from suite.commands.main import main


def test_a_failed_import_leaves_a_run_that_has_cells_as_it_was(
    answers: Path, run: Path, refuse: Refusal, tmp_path: Path
) -> None:
    assert main(["import", "jsonl", str(answers), *MODEL, "--out", str(run)]) == 0
    bad = tmp_path / "bad.jsonl"
    bad.write_text(answers.read_text() + answers.read_text().split("\n")[0] + "\n")
    assert "is there twice" in refuse(["jsonl", str(bad), *MODEL, "--replace"])
    assert "is there twice" in refuse(["jsonl", str(bad), *CHECKPOINT])


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ([*MODEL, "--item-seed", "7"], "--item-seed: no seed changes the items of micro_bench"),
        ([*MODEL, "--data-dir", "nowhere"], "--data-dir nowhere"),
    ],
)
def test_a_place_or_seed_that_cannot_be_meant_is_an_error(
    flags: list[str], named: str, answers: Path, refuse: Refusal
) -> None:
    assert named in refuse(["jsonl", str(answers), *flags])


def test_a_file_that_is_not_there_or_is_a_folder_is_an_error(refuse: Refusal, tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refuse(["jsonl", "nowhere.jsonl", *MODEL])
    assert "a folder" in refuse(["jsonl", str(tmp_path), *MODEL])


@pytest.mark.parametrize("format_name", ["jsonl", "lm-eval", "spurious-rewards", "lighteval"])
def test_a_file_that_may_not_be_read_is_an_error(
    format_name: str, answers: Path, refuse: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def denied(path: Path) -> bytes:  # root may read any file
        if path == answers:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert f"{answers}: cannot be read (Permission denied)" in refuse([format_name, str(answers), *MODEL])


def test_a_run_folder_that_cannot_be_one_is_an_error(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        assert main(["import", "jsonl", str(answers), *MODEL, "--out", str(out)]) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"rlvr-suite: {out}: cannot be a run folder (") and err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_a_failure_while_writing_leaves_the_run_as_it_was(
    answers: Path, run: Path, monkeypatch: pytest.MonkeyPatch, items: list[Item]
) -> None:
    argv = ["import", "jsonl", str(answers), *MODEL, "--replace", "--out", str(run)]
    assert main(argv) == 0
    before = contents(run)
    write_lines(answers, rows(items, {}))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("suite.store.cells.CellStore.finish", killed)
    assert main(argv) == 130
    assert contents(run) == before
