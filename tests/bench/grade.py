"""grade_vs_math_verify: the suite's grader against math-verify's default parse + verify, on 320 real
answers, in one process.
"""

import json
import os
from pathlib import Path
from statistics import median
from time import perf_counter

from math_verify import parse, verify

from suite import grade

PASSES = 5


def _rows() -> list[tuple[str, str]]:
    path = Path(os.environ["RLVR_SUITE_DATA"]) / "graded_responses.jsonl"
    return [
        (row["response"], row["gold"])
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def _ours(rows: list[tuple[str, str]]) -> list[bool]:
    grade.forget()
    return [g.outcome == "correct" for g in grade.grade_all([(text, gold, "stop") for text, gold in rows])]


def _theirs(rows: list[tuple[str, str]]) -> list[bool]:
    return [bool(verify(parse(f"\\boxed{{{gold}}}"), parse(text))) for text, gold in rows]


def measure() -> dict[str, dict[str, float | str]]:
    """Milliseconds an answer, medians of interleaved passes; every pass of ours starts without anything
    remembered.
    """
    rows, seconds = _rows(), {_ours: [], _theirs: []}
    for _ in range(PASSES):
        for grader in (_ours, _theirs):
            started = perf_counter()
            grader(rows)
            seconds[grader].append(perf_counter() - started)
    ours, theirs = (median(seconds[grader]) * 1000 / len(rows) for grader in (_ours, _theirs))
    return {
        "grade_vs_math_verify": {
            "ratio": ours / theirs,
            "ours": ours,
            "theirs": theirs,
            "unit": "ms an answer",
        }
    }
