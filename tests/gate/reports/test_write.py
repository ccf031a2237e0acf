"""Report files: which paths are refused, what is removed before, what is written, and what GitHub is told."""

import json
from pathlib import Path

import pytest
from golden import GAIN
from small_summaries import policy, row, summary

from suite.errors import SuiteError
from suite.gate import judge
from suite.gate.reports.write import clear_reports, tell_github, write_reports

REPORT = judge(summary(row((-9, -1)), families={"a": ""}), policy(GAIN))


def test_each_report_is_written_where_its_path_says_and_removed_by_the_next_run(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("v.json", "j.xml", "b.svg", "b.json")]
    write_reports(REPORT, paths[0], paths[1], paths[2:])
    assert paths[0].read_text() == REPORT.to_json()
    assert paths[1].read_bytes().startswith(b"<?xml")
    assert paths[2].read_text().startswith("<svg")
    assert json.loads(paths[3].read_text())["isError"] is True
    clear_reports(paths[0], paths[1], paths[2:], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_path_removes_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "v.json"
    kept.write_text("older")
    refused: list[tuple[Path | None, list[Path], str]] = [
        (None, [tmp_path / "b.png"], r"cannot be '\.png'\. Allowed: \.svg, \.json"),
        (tmp_path / "p.yaml", [], r"a report cannot be '\.yaml'"),
        (tmp_path / "summary.json", [], "the same file as the summary"),
        (None, [kept, tmp_path / "." / "v.json"], "the same file as --"),
    ]
    for junit, badges, message in refused:
        with pytest.raises(SuiteError, match=message):
            clear_reports(kept, junit, badges, tmp_path)
        assert kept.read_text() == "older"


def test_github_is_told_only_where_it_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell_github(REPORT, {})
    assert capsys.readouterr().out == ""
    step = tmp_path / "step.md"
    tell_github(REPORT, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(step)})
    assert capsys.readouterr().out.startswith("::error ")
    assert "rlvr gate failed" in step.read_text()
