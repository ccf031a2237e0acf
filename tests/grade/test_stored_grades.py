"""Stored grades: made once per grader and text; regrading reports what changes."""

import json
from pathlib import Path

import pytest
from builders.cells import FAMILY, Answer, write_cell

from suite.benchmarks.items import Item
from suite.commands.main import main
from suite.errors import SuiteError
from suite.grade import GRADER_VERSION, stored_grades
from suite.grade.stored_grades import read_cells, regrade
from suite.schema import Grades, Sample
from suite.store.cells import CellStore
from suite.store.run_folder import RunStore

ITEMS = [Item("a", "q1", "1"), Item("b", "q2", "2")]
TEXTS = [["It is 1", r"python: \boxed{3}"], [Answer("no", finish="length"), "2\nor 5"]]


@pytest.fixture
def cell(tmp_path: Path) -> CellStore:
    return write_cell(RunStore(tmp_path), FAMILY, TEXTS, items=ITEMS)


def outcomes(cell: CellStore) -> list[str]:
    (stored,) = read_cells([cell])
    return [stored.grades[item.id, s].outcome for item in ITEMS for s in range(2)]


def test_every_sample_gets_a_grade_with_answer_and_behaviour(cell: CellStore) -> None:
    assert outcomes(cell) == ["correct", "wrong", "truncated", "wrong"]
    (stored,) = read_cells([cell])
    boxed = stored.grades["a", 1]
    assert (boxed.extracted, boxed.code, boxed.language_only, boxed.boxed, boxed.repetitive) == (
        "3",
        True,
        False,
        True,
        False,
    )


def test_grades_are_made_once(cell: CellStore, monkeypatch: pytest.MonkeyPatch) -> None:
    first = outcomes(cell)
    monkeypatch.setattr(stored_grades, "grade_responses", lambda *_: pytest.fail("graded again"))
    assert outcomes(cell) == first


def older(cell: CellStore, **outcome: str) -> Grades:
    """Today's grades as an older grader's, with other outcomes for the samples named ``a0`` and so on."""
    grades = cell.grades(GRADER_VERSION)
    assert grades is not None
    rows = [
        g.model_copy(update={"outcome": outcome.get(f"{g.item_id}{g.sample}", g.outcome)})
        for g in grades.rows
    ]
    made = grades.model_copy(update={"grader_version": "0", "rows": tuple(rows)})
    cell.write_grades(made)
    (cell.path / f"grades-{GRADER_VERSION}.json").unlink()
    return made


def test_an_older_graders_outcomes_are_not_used(cell: CellStore) -> None:
    first = outcomes(cell)
    older(cell, a0="wrong")
    assert outcomes(cell) == first
    assert cell.grade_versions() == ["0", GRADER_VERSION]


def test_regrade_reports_which_outcomes_changed(cell: CellStore) -> None:
    outcomes(cell)
    older(cell, a0="wrong", a1="correct", b0="wrong")
    done = regrade(cell)
    assert done is not None and done.version_before == "0"
    assert done.changes == {("wrong", "correct"): 1, ("correct", "wrong"): 1, ("wrong", "truncated"): 1}
    assert done.changed == (("a", 0), ("a", 1), ("b", 0))


def test_changes_are_reported_after_a_summary_too(cell: CellStore) -> None:
    outcomes(cell)
    older(cell, a0="wrong")
    outcomes(cell)
    done = regrade(cell)
    assert done is not None and (done.version_before, done.changed) == ("0", (("a", 0),))


def test_without_an_older_grader_grading_again_is_compared_with_itself(cell: CellStore) -> None:
    outcomes(cell)
    done = regrade(cell)
    assert done is not None and (done.version_before, done.changed) == (GRADER_VERSION, ())


def test_the_first_grading_changes_nothing(cell: CellStore) -> None:
    done = regrade(cell)
    assert done is not None and (done.version_before, done.changed) == (None, ())


def test_a_replaced_text_is_graded_again(cell: CellStore) -> None:
    outcomes(cell)
    cell.write_batch("0", [s.model_copy(update={"text": "1"}) for s in cell.samples().values()])
    assert outcomes(cell) == ["correct", "correct", "truncated", "wrong"]


def test_a_sample_that_the_engine_failed_on_is_an_error_whatever_it_left(cell: CellStore) -> None:
    cell.write_batch(
        "1",
        [
            Sample(
                item_id="a",
                sample=0,
                seed=0,
                text="1",
                n_tokens=1,
                finish_reason="stop",
                error="out of memory",
            )
        ],
    )
    assert outcomes(cell)[0] == "error"


def test_damaged_grades_are_named_and_may_be_deleted(cell: CellStore) -> None:
    outcomes(cell)
    (cell.path / f"grades-{GRADER_VERSION}.json").write_text("{")
    with pytest.raises(SuiteError, match="Delete the file and run the command again"):
        list(read_cells([cell]))


def test_the_command_names_cells_and_samples_that_changed(
    cell: CellStore, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(cell.path.parents[1])
    outcomes(cell)
    older(cell, a0="wrong")
    assert main(["regrade", run, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["grader_before"], row["changed"], row["changes"], row["samples"]) == (
        "0",
        1,
        "1 wrong -> correct",
        [["a", 0]],
    )
    assert main(["regrade", run]) == 0
    assert f"grader {GRADER_VERSION}: cells 1, outcomes changed 1" in capsys.readouterr().out


def test_a_folder_without_cells_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["regrade", str(tmp_path)]) == 2
    assert "no finished cells here" in capsys.readouterr().err
