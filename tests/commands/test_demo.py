"""The tables that ``rlvr-suite demo`` prints. The demo itself: tests/micro/test_demo.py."""

from pathlib import Path

from rich.console import Console

from suite.commands.demo import TABLE_COLUMNS, delta_table
from suite.schema import Summary

ROOT = Path(__file__).resolve().parents[2]
SUMMARY = Summary.model_validate_json((ROOT / "leaderboards" / "micro" / "summary.json").read_bytes())


def printed(summary: Summary, task: str) -> str:
    console = Console(markup=False, width=TABLE_COLUMNS, color_system=None)
    with console.capture() as captured:
        console.print(delta_table(summary, task))
    return captured.get()


def test_a_table_has_rewards_by_families_with_deltas_and_intervals() -> None:
    text = printed(SUMMARY, "micro_bench")
    lines = text.splitlines()
    assert lines[0].startswith("micro_bench: after minus before, percentage points")
    assert lines[1].split() == ["reward", *SUMMARY.families]
    assert [line.split()[0] for line in lines[2:]] == ["format", "ground_truth", "random"]
    delta = next(row for row in SUMMARY.deltas if row.task == "micro_bench" and row.reward == "format")
    assert f"{delta.delta:+.1f} [{delta.interval[0]:+.1f}, {delta.interval[1]:+.1f}]" in text  # type: ignore[index]


def test_a_delta_that_rounds_to_zero_has_no_sign() -> None:
    deltas = tuple(row.model_copy(update={"delta": -0.02}) for row in SUMMARY.deltas)
    text = printed(SUMMARY.model_copy(update={"deltas": deltas}), "micro_bench")
    assert "-0.0 " not in text
    assert " 0.0 [" in text


def test_what_is_missing_or_not_comparable_says_so() -> None:
    first, *rest = [row for row in SUMMARY.deltas if row.task == "micro_bench"]
    rows = (first.model_copy(update={"delta": None}), *rest[1:])
    text = printed(SUMMARY.model_copy(update={"deltas": rows}), "micro_bench")
    assert text.count("not comparable") == 1
    assert text.count("missing") == 1
