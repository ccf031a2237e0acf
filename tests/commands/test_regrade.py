"""``rlvr-suite regrade``: which outcomes a newer grader changes."""

import json
from pathlib import Path

import pytest
from builders.cells import FAMILY
from small_run import CHECKPOINT, small_run

from suite.commands.main import main
from suite.grade import GRADER_VERSION
from suite.grade.stored_grades import regrade


def test_a_run_without_finished_cells_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["regrade", str(tmp_path)]) == 2
    assert "no finished cells here. Run `rlvr-suite eval" in capsys.readouterr().err


def test_outcomes_that_an_older_grader_gave_otherwise_are_counted_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = small_run(tmp_path)
    for cell in run.finished():
        regrade(cell)
        grades = cell.grades(GRADER_VERSION)
        assert grades is not None
        older = [row.model_copy(update={"outcome": "wrong"}) for row in grades.rows]
        cell.write_grades(grades.model_copy(update={"grader_version": "0", "rows": tuple(older)}))
    assert main(["regrade", str(tmp_path), "--json"]) == 0
    rows = {row["model"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[CHECKPOINT]["changes"] == "6 wrong -> correct"
    assert rows[FAMILY]["samples"][:2] == [["a", 0], ["a", 1]]
    assert main(["regrade", str(tmp_path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert "samples" not in out[0].split()
    assert out[-1].startswith(f"grader {GRADER_VERSION}: cells 2, outcomes changed ")
    assert out[-1].endswith(f"; next: rlvr-suite summarize {tmp_path}")
