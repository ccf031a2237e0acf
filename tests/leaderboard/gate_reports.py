"""Reports of a gate made by hand: every verdict word, parts, needs, fields that differ, unverified arms."""

import re
from typing import Any

from board_page import told

from suite.gate.gate_report import GateReport, Verdict
from suite.leaderboard import render
from suite.schema import Needs, NotCheckable, Summary

CLEAN, LEAKED = "micro_arithmetic_clean", "micro_bench"
FAMILIES = ("micro-qwen2.5-math", "micro-qwen2.5", "micro-llama3", "micro-olmo2")


def verdict(claim: str, word: Any, says: str = "gain above 0 points", **more: Any) -> Verdict:
    """A verdict about one pair, with numbers where it has some."""
    family = more.get("family", FAMILIES[0])
    of_pair = (
        {}
        if word == "missing"
        else {"base": family, "checkpoint": f"{family}-ground_truth-s0", "protocol": "boxed", "step": 512}
    )
    about = {
        "kind": "gain",
        "family": family,
        "reward": "ground_truth",
        "task": CLEAN,
        "detail": "the reason in one line",
    }
    return Verdict(**{"claim": claim, "verdict": word, "says": says, **about, **of_pair, **more})


def part(family: str, word: Any, points: float, low: float, high: float) -> Verdict:
    """One family's own verdict of a claim about several."""
    detail = f"delta {points:+.1f} points, interval {low:+.1f} to {high:+.1f}: 0 lies inside it"
    more = {
        "family": family,
        "points": points,
        "interval": (low, high),
        "quantity": "delta",
        "detail": detail,
    }
    return verdict("families", word, "gain above 0 points in at least 3 families", **more)


HOLDS = verdict(
    "gt-gains", "holds", points=18.3, interval=(14.8, 21.5), quantity="delta", line=4,
    detail=(
        "delta +18.3 points, interval +14.8 to +21.5: all of it is above 0; the interval covers items only"
    ),
)  # fmt: skip
NO_GAIN = verdict(
    "2", "holds", "no gain of 5 points or more", kind="no_gain", reward="random", family="micro-qwen2.5",
    points=-0.6, interval=(-3.1, 2.2), quantity="delta", line=6,
    detail="delta -0.6 points, interval -3.1 to +2.2: all of it is below the margin 5",
)  # fmt: skip
REFUTED = verdict(
    "beats-random", "refuted", "beats its best control by more than 0 points", kind="beats", task=LEAKED,
    line=8,
    points=-6.2, interval=(-9.9, -2.4), quantity="delta beyond micro-qwen2.5-math-random-s0", unverified=True,
    detail="-6.2 points beyond the control, interval -9.9 to -2.4: none of it is above 0",
)  # fmt: skip
OPEN = verdict(
    "llama-gains", "inconclusive", family="micro-llama3", points=2.1, interval=(-1.5, 5.8), quantity="delta",
    line=10,
    detail="delta +2.1 points, interval -1.5 to +5.8: 0 lies inside it",
    needs=Needs(items=1240, samples=32, seeds=5),
)  # fmt: skip
ONE_ITEM = verdict(
    "one-item", "inconclusive", family="micro-olmo2", task="micro_unknown", points=4.0, quantity="delta",
    needs=Needs(),
    detail="delta +4.0 points without an interval: too few items to say how sure it is",
)  # fmt: skip
UNLIKE = verdict(
    "olmo-gains", "not comparable", family="micro-olmo2", line=12, differs=("engine", "dtype"),
    detail="the arms differ in engine, dtype",
)  # fmt: skip
GONE = verdict(
    "my-method", "missing", reward="my_method", family="micro-olmo2", line=14,
    detail=(
        "the summary has no pair with reward my_method; it has ground_truth, random, format. "
        "Did you mean my_methods?"
    ),
)  # fmt: skip
FAMILY_WISE = verdict(
    "families", "inconclusive", "gain above 0 points in at least 3 families", family="*", line=16,
    base=None, checkpoint=None, step=None, detail="2 of 4 families hold, 3 are asked for, and 1 is open",
    parts=(
        part(FAMILIES[0], "holds", 18.3, 14.8, 21.5), part(FAMILIES[1], "holds", 12.8, 9.3, 16.0),
        part(FAMILIES[2], "inconclusive", 2.7, -0.8, 6.0), part(FAMILIES[3], "refuted", -5.5, -9.0, -2.2),
    ),
)  # fmt: skip
UNCHECKED = NotCheckable(
    claim="The gain is larger on models above 30B parameters",
    why="no model of that size is in the registry, so no pair can be run",
)


def report(*verdicts: Verdict, **more: Any) -> GateReport:
    """A report of some verdicts; its exit code follows from them unless it is given."""
    words = {one.verdict for one in verdicts}
    code = 1 if words & {"refuted", "missing"} else 3 if words & {"inconclusive", "not comparable"} else 0
    told = {
        "policy": "micro_claims", "suite_version": "0.1.0", "generated": "2026-11-21T14:00:00Z",
        "samples_hash": "5" * 64,
        "description": (
            "Ground truth gains in all micro families; spurious rewards gain in micro Qwen2.5-Math alone."
        ),
        "exit_code": code,
    }  # fmt: skip
    return GateReport(**{**told, **more}, verdicts=verdicts)


def whole_report() -> GateReport:
    """One of everything."""
    verdicts = (HOLDS, NO_GAIN, REFUTED, OPEN, ONE_ITEM, UNLIKE, GONE, FAMILY_WISE)
    return report(*verdicts, not_checkable=(UNCHECKED,), policy_file="policies/micro_claims.yaml")


def files_of(summary: Summary, gate: GateReport | None) -> dict[str, str]:
    """The files of a board with a gate's report, by path."""
    return {name: content.decode() for name, content in render(summary, gate=gate)}


def page_of(summary: Summary, *verdicts: Verdict) -> str:
    """The page of a report of some verdicts."""
    return files_of(summary, report(*verdicts))["gate.html"]


def rows_of(html: str) -> dict[str, str]:
    """What each verdict says, by its anchor, in the page's order."""
    return {anchor: told(row) for anchor, row in re.findall(r'<tr id="([^"]*)"[^>]*>(.*?)</tr>', html, re.S)}
