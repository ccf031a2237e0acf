"""A policy whose baseline is written by an update, and summaries to write it from and to judge beside it."""

from pathlib import Path

from small_summaries import row, summary

from suite.gate import judge, load_policy
from suite.gate.update import update_baselines
from suite.schema import DeltaRow, Summary

POLICY = 'claims:\n  - {reward: "*", task: "*", not_worse_than: base.yaml, margin: 5}\n'
BEFORE = {"a": 12.0, "b": 3.0, "c": 20.0}


def measured(points: dict[str, float], half: float) -> Summary:
    """Reward r on task t in these families, each with an interval of that half width, beside a control."""
    rows = [row((delta - half, delta + half), family=family) for family, delta in points.items()]
    controls = [row((-half, half), family=family, reward="random", spurious=True) for family in points]
    return summary(*rows, *controls, families=dict.fromkeys(points, ""))


def policy_in(folder: Path) -> Path:
    """A file with ``POLICY``; the baseline that it names is to be ``base.yaml`` beside it."""
    file = folder / "mine.yaml"
    file.write_text(POLICY)
    return file


def update(given: Summary, policy_file: Path) -> list[str]:
    policy = load_policy(policy_file, baselines=False)
    return update_baselines(given, policy, Path("runs/main"), str(policy_file))


def words(given: Summary, policy_file: Path) -> dict[tuple[str, str], str]:
    return {(v.family, v.reward): v.verdict for v in judge(given, load_policy(policy_file)).verdicts}


def sized(n_items: int, low: float, checkpoint: str = "a-rl") -> DeltaRow:
    return row((low, low + 1), n_items=n_items, checkpoint=checkpoint)
