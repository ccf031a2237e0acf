"""Golden rows: one claim about a hand-written row or summary, and the verdict that must come of it.

The tables are split by what decides: a kind of claim (``kinds/``), the interval (``test_judgement.py``), the
rows that a claim is about (``test_scope.py``), families and unverified arms (``test_judge.py``).
"""

from typing import Any, NamedTuple

from small_summaries import BASELINE, contrast, policy, row, summary

from suite.gate import Verdict, judge
from suite.schema import ControlDelta, Covers, DeltaReference, DeltaRow, Summary

A = "family: a, reward: r, task: t"
GAIN = f"{{{A}, expect: gain}}"
NO_GAIN = f"{{{A}, expect: no_gain, margin: 5}}"
BEATS = f"{{{A}, beats: random}}"
STRONG = f"{{{A}, expect: strong_baseline}}"
CLEAN = f"{{{A}, expect: clean}}"
PAPER = f"{{{A}, reproduces: published, within: 5}}"
STORED = f"{{{A}, reproduces: base.yaml, within: 5}}"
WORSE = f"{{{A}, not_worse_than: base.yaml, margin: 5}}"
EXACT = f"{{{A.replace('reward: r', 'reward: e')}, not_worse_than: base.yaml, margin: 5}}"
UNLIKE = row(None, delta=None, comparable=False, differs=("decoding", "dtype"))


class Golden(NamedTuple):
    """A claim, what it is judged on, and its first verdict, a part of its reason and the exit code."""

    name: str
    claim: str
    given: DeltaRow | Summary
    verdict: str
    detail: str
    code: int

    def check(self) -> None:
        whole = self.given if isinstance(self.given, Summary) else summary(self.given)
        report = judge(whole, policy(self.claim, baseline=BASELINE))
        verdict = report.verdicts[0]
        assert verdict.verdict == self.verdict, verdict
        assert self.detail in verdict.detail, verdict.detail
        assert report.exit_code == self.code


def first_verdict(claim: str, given: DeltaRow | Summary) -> Verdict:
    whole = given if isinstance(given, Summary) else summary(given)
    return judge(whole, policy(claim, baseline=BASELINE)).verdicts[0]


def says(claim: str) -> str:
    """The claim in words."""
    return policy(claim, baseline=BASELINE).claims[0].says


def against(*controls: tuple[str, float, float], covers: Covers = "items only", **changes: Any) -> DeltaRow:
    """A row with a difference from each control: reward, lower and upper end."""
    rows = tuple(
        ControlDelta(
            reward=name,
            checkpoints=(f"a-{name}",),
            difference=(low + high) / 2,
            interval=(low, high),
            interval_covers=covers,
        )
        for name, low, high in controls
    )
    names = tuple(f"a-{name}" for name, _, _ in controls)
    return row((1, 9), control=names, against_controls=rows or None, **changes)


def strong(low: float, high: float) -> DeltaRow:
    """A row with this interval against the base's best prompt."""
    return row((1, 9), strong_baseline_delta=(low + high) / 2, strong_baseline_interval=(low, high))


def printed(delta: float, interval: tuple[float, float], *steps: int | None) -> DeltaRow:
    """A row with the same figure printed of each of the steps."""
    figures = (
        DeltaReference(delta=delta, source="arXiv 2506.10947v1, Fig. 1", setting="greedy", step=step)
        for step in steps or (None,)
    )
    return row(interval, published=tuple(figures))


def on_clean(dirty: tuple[float, float], *clean: tuple[float, float] | DeltaRow | None) -> Summary:
    """The delta on t and those on the clean tasks c, d, ...

    Each of these is an interval, a row, or None for a contrast without any row.
    """
    tasks = "cdef"[: len(clean)]
    rows = []
    for task, given in zip(tasks, clean, strict=True):
        if given:
            rows.append(given if isinstance(given, DeltaRow) else row(given, task=task))
    return summary(row(dirty), *rows, contrasts=tuple(contrast("t", task) for task in tasks))


def damaged(**changes: Any) -> DeltaRow:
    """A row that no file could hold: nothing is validated."""
    return row((1, 9)).model_copy(update=changes)
