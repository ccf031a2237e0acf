"""``rlvr-suite gate`` as people and CI call it: text, files, GitHub, one verdict behind all of them."""

import json
from pathlib import Path

import pytest
from small_summaries import row, summary

from suite.commands.main import main
from suite.gate.gate_report import GateReport
from suite.schema import Summary

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
    assert lines[5:7] == [
        "open: gain of at least 4 points",
        "  inconclusive  a  r  t  delta +5.0 [+1.0, +9.0]",
    ]
    assert "not all of it is at least 4" in lines[7]
    assert "to decide at this size: about" in lines[8]
    assert lines[-1] == "2 verdicts: 1 inconclusive, 1 holds; exit code 3"


@pytest.mark.parametrize(
    ("option", "code"), [((), 3), (("--inconclusive", "pass"), 0), (("--inconclusive", "fail"), 1)]
)
def test_every_report_says_the_same(board: Path, option: tuple[str, ...], code: int) -> None:
    reports = (
        "--json",
        str(board / "v.json"),
        "--junit",
        str(board / "j.xml"),
        "--badge",
        str(board / "b.svg"),
    )
    assert gate(board, *option, *reports) == code
    report = GateReport.model_validate_json((board / "v.json").read_text())
    assert report.exit_code == code
    from junitparser import JUnitXml  # not in every environment that collects this file

    suites = JUnitXml.fromfile(str(board / "j.xml"))
    assert (suites.tests, (suites.failures + suites.errors == 0)) == (2, code == 0)
    assert "1 of 2 hold, 1 inconclusive" in (board / "b.svg").read_text()


def test_a_badge_for_shields_is_json_and_another_ending_is_told(
    board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
    assert told.startswith(
        "claim open of policy p: gain of at least 4 points\nabout: reward r, task t\nrule: "
    )
    assert "before 50.0%" not in told  # the row does not say what came after
    assert "sure" not in told
    assert gate(board, "--explain", "opne") == 2
    assert "Known: sure, open. Did you mean 'open'?" in capsys.readouterr().err


def test_an_older_summary_is_refused_with_what_to_do(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = Summary.model_validate_json((board / "summary.json").read_text()).model_copy(
        update={"schema_version": 2}
    )
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


HOSTILE = "a\n::error file=x,line=1::owned\r::add-mask::s\u2028##[error]old\x1b[31mred\x9b2J\u202e"


@pytest.fixture
def hostile(board: Path) -> Path:
    """Names in the summary, the policy and the baseline that would like to be commands."""
    rows = (
        row((1, 9), checkpoint=HOSTILE),
        row((-9, -5), reward=HOSTILE),
        row((-9, 9), family=HOSTILE, base=HOSTILE),
    )
    (board / "summary.json").write_text(summary(*rows, families={"a": "A", HOSTILE: HOSTILE}).to_json())
    said = json.dumps(HOSTILE)
    (board / "p.yaml").write_text(
        f"description: {said}\nclaims:\n  - {{id: x, reward: '*', task: t, expect: gain}}\n"
        f"  - {{reward: {said}, task: t, beats: {said}}}\n"
        f"not_checkable:\n  - {{claim: {said}, why: {said}}}\n"
    )
    return board


def are_safe(told: str) -> bool:
    """Whether no line is a command to GitHub's runner but our own annotations, and none moves a cursor."""
    own = ("::error file=", "::warning file=", "::notice file=")
    commands = [
        line for line in told.split("\n") if line.strip().startswith("::") and not line.startswith(own)
    ]
    return not commands and "##[" not in told and all(c.isprintable() or c == "\n" for c in told)


def test_names_of_users_give_githubs_runner_no_command(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert gate(hostile) == 1
    told = capsys.readouterr().out
    assert are_safe(told)
    assert "a : :error file=x,line=1: :owned" in told
    assert sum(line.startswith("::error file=") for line in told.splitlines()) == 3
    assert gate(hostile, "--explain", "x") == 1
    assert are_safe(capsys.readouterr().out)


def test_names_of_users_are_no_commands_in_errors_and_updates_either(
    hostile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(hostile, "--explain", HOSTILE) == 2
    assert gate(hostile, "--json", f"{hostile}/{HOSTILE}/no folder") == 1
    assert main(["gate", f"{hostile}/{HOSTILE}", "--policy", "micro_demo"]) == 2
    assert main(["gate", str(hostile), "--policy", str(hostile / "p.yaml"), "--badge", f"{HOSTILE}.png"]) == 2
    (hostile / "p.yaml").write_text(
        "claims:\n  - {reward: [r], task: t, family: a, not_worse_than: base.yaml, margin: 5}\n"
    )
    rows = tuple(row((1, 9), checkpoint=name) for name in ("a::b", "a##[error]b"))
    (hostile / "summary.json").write_text(summary(*rows, families={"a": "A"}).to_json())
    assert gate(hostile, "--update-baseline") == 0
    told = capsys.readouterr()
    assert "a: :b" in told.out
    assert are_safe(told.out)
    assert are_safe(told.err)


def test_a_path_that_the_system_refuses_is_one_safe_line(
    board: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = board / "x\n::error::y"
    folder.mkdir()
    assert gate(board, "--json", str(folder)) == 2
    told = capsys.readouterr().err
    assert are_safe(told)
    assert len(told.splitlines()) == 1
    assert "cannot be used" in told


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("delta", "NaN", "finite number at 'deltas.0.delta'"),
        ("delta", 1e308, "at 'deltas.0.delta'"),
        ("before", 50, "at 'deltas.0.before'"),
        ("interval", [1, "Infinity"], "at 'deltas.0.interval.1'"),
        ("n_items", 0, "at 'deltas.0.n_items'"),
        ("k", 10**20, "at 'deltas.0.k'"),
        ("p", -1, "at 'deltas.0.p'"),
        ("family", "", "at 'deltas.0.family'"),
        ("spread", {"between": -1}, "at 'deltas.0.spread.between'"),
    ],
)
def test_a_number_that_nothing_could_compute_is_one_line(
    board: Path, capsys: pytest.CaptureFixture[str], field: str, value: object, named: str
) -> None:
    damaged = json.loads((board / "summary.json").read_text())
    damaged["deltas"][0][field] = value
    text = json.dumps(damaged).replace('"NaN"', "NaN").replace('"Infinity"', "Infinity")
    (board / "summary.json").write_text(text)
    assert gate(board) == 2
    told = capsys.readouterr().err
    assert named in told
    assert len(told.splitlines()) == 1


STALE = ("verdict.json", "j.xml", "b.svg", "b.json")


def reports(board: Path) -> tuple[str, ...]:
    words: list[str] = []
    for flag, name in zip(("--json", "--junit", "--badge", "--badge"), STALE, strict=True):
        words += [flag, str(board / name)]
    return tuple(words)


@pytest.mark.parametrize(
    "stopped", [("--verify", "no such run"), ("--explain", "nobody"), ("--policy", "nobody")]
)
def test_reports_of_an_earlier_run_are_gone_whatever_stops_this_one(
    board: Path, stopped: tuple[str, str]
) -> None:
    assert gate(board, *reports(board)) == 3
    assert all((board / name).exists() for name in STALE)
    assert gate(board, *reports(board), *stopped) != 0
    assert not any((board / name).exists() for name in STALE)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--json", "x.json", "--badge", "./x.json"), "the same file as --json"),
        (("--json", "summary.json"), "the same file as the summary"),
        (("--junit", "p.yaml"), "a report cannot be '.yaml'"),
    ],
)
def test_a_report_never_takes_the_place_of_another_file(
    board: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(board)
    (board / "x.json").write_text("older")
    assert gate(board, *flags) == 2
    assert told in capsys.readouterr().err
    assert {path.name for path in board.iterdir()} == {"summary.json", "p.yaml", "x.json"}


def test_a_step_summary_that_cannot_be_written_is_told_after_the_verdicts(
    board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(board))
    assert gate(board) == 2
    told = capsys.readouterr()
    assert "2 verdicts: 1 inconclusive, 1 holds; exit code 3" in told.out
    assert "::warning file=" in told.out
    assert len(told.err.splitlines()) == 1
    assert "Is a directory" in told.err


def test_an_explanation_shows_the_very_row(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        row((1, 9), n_items=50, k=4, after=0.55), row((3, 9), n_items=100, k=4, after=0.56),
        row((1, 9), n_items=100, k=8, after=0.57), row((5, 9), n_items=100, k=8, after=0.58),
    ]  # fmt: skip
    (board / "summary.json").write_text(summary(*rows, families={"a": "A"}).to_json())
    gate(board, "--explain", "sure")
    shown = [line.strip() for line in capsys.readouterr().out.splitlines() if "before" in line]
    assert shown == [
        f"before 50.0%, after {after}.0%; {n} items x {k}, training seeds 0"
        for after, n, k in ((55, 50, 4), (56, 100, 4), (57, 100, 8), (58, 100, 8))
    ]
