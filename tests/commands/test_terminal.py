"""Tables, bars, notes and errors on the terminal."""

import pytest

from suite.commands.terminal import bars, count_of, counted, print_errors, print_notes, print_rows
from suite.errors import SuiteError
from suite.progress import Report


def test_a_wide_row_stays_on_its_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"a": "x" * 500, "b": "[bold]not markup[/bold]"}])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].split() == ["x" * 500, "[bold]not", "markup[/bold]"]


def test_no_rows_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([])
    assert capsys.readouterr().out == "none\n"


@pytest.mark.parametrize(
    ("report", "count"),
    [
        (Report("m", "loading", 0, None, "samples"), ""),
        (Report("m", "evaluating", 12, 200, "samples"), "12/200 samples"),
        (Report("m", "training", 0.5, 4), "12%"),
    ],
)
def test_a_part_shows_its_count_or_percent_once_its_total_is_known(report: Report, count: str) -> None:
    assert count_of(report) == count


def test_each_part_of_a_job_has_one_bar_on_stderr_and_stdout_stays_clean(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bars() as progress:
        for part in ("model-a", "model-b"):
            progress(Report(part, "loading", 0, None, "samples"))
            progress(Report(part, "evaluating", 8, 8, "samples"))
    out, err = capsys.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines() if line.strip()]
    assert [line.split(":")[0] for line in lines] == ["model-a", "model-b"]
    assert all("evaluating" in line and "8/8 samples" in line for line in lines)


def test_counting_yields_every_thing_and_shows_no_bar_for_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(counted("abc", 3, "answers", "packing", "cells")) == ["a", "b", "c"]
    assert "3/3 cells" in capsys.readouterr().err
    assert list(counted((), 0, "answers", "packing", "cells")) == []
    assert capsys.readouterr().err == ""


def test_notes_and_errors_are_lines_on_stderr_that_hold_no_command_to_github(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_notes(["a\n::error::b"])
    print_errors([SuiteError("broken", "here\n::error::", "Fix it")])
    out, err = capsys.readouterr()
    assert out == ""
    assert "::" not in err
    assert err.splitlines()[0].startswith("rlvr-suite: note: a ")
    assert err.splitlines()[1].endswith("broken. Fix it.")
