"""``rlvr-suite gate`` as people and CI call it: text, files, GitHub, verification, one verdict behind all of them."""

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml
from small_summaries import row, summary

from suite.cli import main
from suite.schema import GateReport, Summary

POLICY = """\
description: two claims
claims:
  - {id: sure, reward: r, task: t, expect: gain}
  - {id: open, reward: r, task: t, expect: gain, at_least: 4}
"""


@pytest.fixture
def board(tmp_path: Path) -> Path:
    (tmp_path / "summary.json").write_text(summary(row((1, 9)), families={"a": "A"}).to_json())
    (tmp_path / "p.yaml").write_text(POLICY)
    return tmp_path


def gate(board: Path, *more: str) -> int:
    return main(["gate", str(board), "--policy", str(board / "p.yaml"), *more])


def test_the_text_shows_each_claim_why_it_is_open_and_what_would_decide_it(
    board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(board) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "policy p: two claims"
    assert lines[2:4] == ["sure: gain of more than 0 points", "  holds  a  r  t  delta +5.0 [+1.0, +9.0]"]
    assert lines[5:7] == ["open: gain of at least 4 points", "  inconclusive  a  r  t  delta +5.0 [+1.0, +9.0]"]
    assert "not all of it is at least 4" in lines[7]
    assert "to decide at this size: about" in lines[8]
    assert lines[-1] == "2 verdicts: 1 inconclusive, 1 hold; exit code 3"


@pytest.mark.parametrize(("option", "code"), [((), 3), (("--inconclusive", "pass"), 0), (("--inconclusive", "fail"), 1)])
def test_every_report_says_the_same(board: Path, option: tuple[str, ...], code: int) -> None:
    reports = ("--json", str(board / "v.json"), "--junit", str(board / "j.xml"), "--badge", str(board / "b.svg"))
    assert gate(board, *option, *reports) == code
    report = GateReport.model_validate_json((board / "v.json").read_text())
    assert report.exit_code == code
    suites = JUnitXml.fromfile(str(board / "j.xml"))
    assert (suites.tests, (suites.failures + suites.errors == 0)) == (2, code == 0)
    assert "1 of 2 hold, 1 inconclusive" in (board / "b.svg").read_text()


def test_a_badge_for_shields_is_json_and_another_ending_is_told(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate(board, "--badge", str(board / "b.json"))
    assert json.loads((board / "b.json").read_text())["schemaVersion"] == 1
    assert gate(board, "--badge", str(board / "b.png"), "--json", str(board / "none.json")) == 2
    assert ".svg, .json" in capsys.readouterr().err
    assert not (board / "none.json").exists()


def test_on_github_the_step_gets_a_summary_and_the_policy_its_annotations(
    board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(board / "step.md"))
    (board / "step.md").write_text("before\n\n")
    gate(board)
    assert f"::warning file={board}/p.yaml,line=4," in capsys.readouterr().out
    step = (board / "step.md").read_text()
    assert step.startswith("before\n")
    assert "rlvr gate undecided" in step


def test_elsewhere_there_are_no_annotations(
    board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    gate(board)
    assert "::" not in capsys.readouterr().out


def test_one_claim_is_explained_by_its_id_or_number(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(board, "--explain", "open") == 3
    told = capsys.readouterr().out
    assert told.startswith("claim open of policy p: gain of at least 4 points\nabout: reward r, task t\nrule: ")
    assert "before 50.0%" not in told  # the row does not say what came after
    assert "sure" not in told
    assert gate(board, "--explain", "opne") == 2
    assert "Known: sure, open. Did you mean 'open'?" in capsys.readouterr().err


def test_an_older_summary_is_refused_with_what_to_do(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = Summary.model_validate_json((board / "summary.json").read_text()).model_copy(update={"schema_version": 2})
    (board / "summary.json").write_text(old.to_json())
    assert gate(board) == 2
    assert "Run `rlvr-suite summarize RUN` again" in capsys.readouterr().err


def test_the_baseline_is_written_and_judged_from_the_command_line(
    board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(board)
    command = ["gate", ".", "--policy", "regression"]
    assert main(command) == 2
    assert "rlvr_baseline.yaml: no such baseline" in capsys.readouterr().err
    assert main([*command, "--update-baseline"]) == 0
    assert "new   a a-base r" in capsys.readouterr().out
    assert main(command) == 0
