"""Several runs become one board: their cells together, compared and adjusted as one."""

from pathlib import Path

import pytest
from builders.cells import FAMILY, write_cell

from suite.commands.main import main
from suite.errors import SuiteError
from suite.registry import load_registry
from suite.schema import Pair
from suite.store.run_folder import RunStore
from suite.summary.merge import board_source
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summary_of

BASE = [["1", "no"], ["2", "9"], ["none", "9"]]
BETTER = [["1", "1"], ["2", "2"], ["3", "9"]]
WORSE = [["no", "no"], ["9", "9"], ["none", "9"]]


def pair(reward: str) -> Pair:
    return Pair(
        family=FAMILY,
        base=FAMILY,
        checkpoint=f"{FAMILY}-{reward}",
        reward=reward,
        recipe="micro",
        seed=0,
        step=20,
    )


def run_of(folder: Path, reward: str, texts: list[list[str]], base: list[list[str]] = BASE) -> Path:
    """A run that evaluated the base and one checkpoint, and was summarized."""
    store = RunStore(folder)
    write_cell(store, FAMILY, base)
    store.add_pair(pair(reward))
    write_cell(store, f"{FAMILY}-{reward}", texts)
    store.write_summary(summary_of(store, scored_cells(store.finished()), load_registry()))
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    return [run_of(tmp_path / "one", "ground_truth", BETTER), run_of(tmp_path / "two", "random", WORSE)]


def test_a_control_of_one_run_is_that_of_a_method_of_the_other(runs: list[Path]) -> None:
    alone = board_source(runs[:1], load_registry()).summary.deltas[0]
    merged = board_source(runs, load_registry())
    rows = {row.reward: row for row in merged.summary.deltas}
    assert alone.control == () and rows["ground_truth"].control == (f"{FAMILY}-random",)
    assert rows["ground_truth"].delta == alone.delta
    difference = (rows["ground_truth"].delta or 0) - (rows["random"].delta or 0)
    assert rows["ground_truth"].adjusted_delta == pytest.approx(difference) and difference > 0
    assert len(merged.summary.scores) == 3 and len(merged.cells) == 3 and merged.notes == ()


def test_the_same_run_twice_is_the_run_once(runs: list[Path]) -> None:
    store = RunStore(runs[0])
    for reward in ("random", "format"):
        store.add_pair(pair(reward))
        write_cell(store, f"{FAMILY}-{reward}", WORSE)
    alone = summary_of(store, scored_cells(store.finished()), load_registry())
    assert (
        board_source([runs[0], runs[0]], load_registry()).summary.to_json() == alone.to_json()
        and len(alone.deltas) == 3
    )


def test_a_board_is_not_written_over_what_it_is_made_from(
    runs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for run in runs for path in run.rglob("*") if path.is_file()}
    for run in runs:
        assert main(["leaderboard", *map(str, runs), "--out", str(run)]) == 2
        assert "would replace files of what it is made from" in capsys.readouterr().err
    assert main(["leaderboard", str(runs[0]), "--out", str(runs[0] / "board")]) == 0
    assert main(["leaderboard", str(runs[0] / "board"), "--out", str(runs[0] / "board")]) == 2
    assert {path: path.read_bytes() for path in before} == before


def test_a_cell_that_lost_a_batch_is_told_in_one_line(
    runs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    next(runs[0].glob("cells/*/batch-0.jsonl")).unlink()
    assert main(["leaderboard", str(runs[0]), "--out", str(runs[0] / "board")]) == 2
    error = capsys.readouterr().err
    assert "holds 0 samples of 6" in error and not (runs[0] / "board" / "index.html").exists()


def test_one_run_is_shown_as_it_was_summarized(runs: list[Path]) -> None:
    source = board_source(runs[:1], load_registry())
    assert source.summary.to_json() == (runs[0] / "summary.json").read_text()
    assert {store.path.parents[1] for store in source.cells} == {runs[0]} and len(source.cells) == 2


def test_a_board_alone_is_shown_without_its_answers(runs: list[Path], tmp_path: Path) -> None:
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "summary.json").write_text((runs[0] / "summary.json").read_text())
    assert board_source([tmp_path / "board"], load_registry()).cells == ()
    with pytest.raises(SuiteError, match=r"no finished cells here.*a board alone cannot be merged"):
        board_source([tmp_path / "board", runs[0]], load_registry())


def test_a_base_that_was_drawn_anew_in_the_second_run_is_told_and_taken_from_the_first(
    runs: list[Path], tmp_path: Path
) -> None:
    other = run_of(tmp_path / "three", "format", WORSE, base=WORSE)
    merged = board_source([runs[0], other], load_registry())
    assert (
        len(merged.notes) == 1
        and "three" in merged.notes[0]
        and "other samples of the same cell" in merged.notes[0]
    )
    bases = [score for score in merged.summary.scores if score.model == FAMILY]
    assert [score.accuracy for score in bases] == [pytest.approx(1 / 3)]


def test_runs_that_cannot_be_one_are_told_why(runs: list[Path], tmp_path: Path) -> None:
    registry = load_registry()
    with pytest.raises(SuiteError, match="different numbers of samples per item"):
        board_source([runs[0], run_of(tmp_path / "k", "format", [["1"]] * 3, base=[["1"]] * 3)], registry)
    store = RunStore(runs[1])
    store.add_pair(pair("ground_truth").model_copy(update={"weights": "other"}))
    RunStore(runs[0]).add_pair(pair("ground_truth").model_copy(update={"weights": "own"}))
    with pytest.raises(SuiteError, match=f"'{FAMILY}-ground_truth' has other weights than in .*one"):
        board_source(runs, registry)
    store.add_pair(pair("ground_truth").model_copy(update={"reward": "format"}))
    with pytest.raises(SuiteError, match="has another base or training than in"):
        board_source(runs, registry)


def test_other_margins_are_a_mistake_of_one_line(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["summarize", str(runs[1]), "--margin", "2"]) == 0
    assert main(["leaderboard", *map(str, runs), "--out", str(tmp_path / "board")]) == 2
    error = capsys.readouterr().err
    assert "different margins" in error and error.count("\n") == 1 and not (tmp_path / "board").exists()
