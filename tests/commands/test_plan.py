"""``rlvr-suite plan``: what is to run, and what it costs in words. The costs: tests/plan/test_estimate.py."""

import json
from pathlib import Path

import pytest

from suite.commands.main import main
from suite.commands.plan import PlanRow, plan_total

PLAN = ["plan", "--families", "micro-llama3", "--tasks", "micro_bench", "--limit", "3"]


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_plan_says_what_is_to_run_and_writes_nothing(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*PLAN, "--json", "--out", "new"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["model"], row["items"], row["samples"], row["status"]) == ("micro-llama3", 3, 24, "to run")
    assert list(empty.iterdir()) == []


def test_the_table_ends_in_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PLAN, "--out", "new"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["model", "task", "protocol"]
    assert "1 cells: 0 done, 1 to run" in lines
    assert lines[-1].startswith("device time: at most ")


def row(model: str, seconds: float | None) -> PlanRow:
    return PlanRow(
        model=model,
        task="t",
        protocol="p",
        items=1,
        k=1,
        samples=10,
        missing=10,
        tokens=1000,
        tokens_are="at most",
        seconds=seconds,
        tokens_per_s=None if seconds is None else 1000 / seconds,
        measured_on=None if seconds is None else "my machine",
        status="to run",
        cell="",
    )


def test_device_time_is_summed_over_the_models_whose_speed_is_known() -> None:
    assert plan_total([row("a", 9000), row("b", None)])[2:] == [
        "a: at most 2.5 h at 0 tokens/s (my machine)",
        "b: no throughput known; state one under `throughputs` in a registry overlay",
        "device time: at most 2.5 h, without the models above",
    ]
