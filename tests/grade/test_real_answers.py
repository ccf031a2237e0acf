"""Real golds and real graded answers, from the folder that RLVR_SUITE_DATA names."""

import json
import os
from pathlib import Path

import pytest

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.grade import grade, grade_all, verdicts

pytestmark = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")
SETS = ("math500", "amc83", "aime2024", "aime2025", "deepscaler_4k")
DISAGREEMENTS = Path(__file__).parents[1] / "data" / "grader_disagreements.jsonl"
MIN_AGREEMENT = 0.985
ONE_ANSWER = {
    ("-2,1", "1,-2"),
    ("10,\\!080", "10080"),
    ("120", "120^\\circ"),
    ("15", "15\\mbox{ cm}^2"),
    ("2 \\sqrt{5}", "2\\sqrt{5}"),
    ("30", "30^\\circ"),
    ("36", "36^\\circ"),
    ("36", "\\$36"),
    ("5", "x=5"),
    ("90", "90^\\circ"),
    ("\\frac14", "\\frac{1}{4}"),
}
"""Golds of different MATH-500 items that are spellings of one answer."""
ONE_WAY = {("40", "40_9")}
"""(answer, gold): an answer in base 9 need not repeat the base."""


def _rows(name: str) -> list[dict[str, str]]:
    path = Path(os.environ[DATA_VARIABLE]) / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", SETS)
def test_every_gold_boxed_is_right(name: str) -> None:
    missed = [
        row["answer"]
        for row in _rows(name)
        if grade(f"So \\boxed{{{row['answer']}}}.", row["answer"]).outcome != "correct"
    ]
    assert missed == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS[:4])
def test_no_gold_is_right_for_an_item_with_another_gold(name: str) -> None:
    golds = sorted({row["answer"].strip() for row in _rows(name)})
    pairs = [(other, gold) for gold in golds for other in golds if other != gold]
    equal = {pair for pair, verdict in zip(pairs, verdicts(pairs), strict=True) if verdict}
    allowed = ONE_ANSWER if name == "math500" else set()
    assert equal == allowed | {(b, a) for a, b in allowed} | (ONE_WAY if name == "math500" else set())


def test_the_official_verdicts_on_320_real_answers_are_ours_but_for_listed_and_explained_ones() -> None:
    rows = _rows("graded_responses")
    graded = grade_all([(row["response"], row["gold"], "stop") for row in rows])
    apart = {
        (row["item_id"], int(row["sample"]))
        for row, g in zip(rows, graded, strict=True)
        if (g.outcome == "correct") != row["official_correct"]
    }
    listed = [json.loads(line) for line in DISAGREEMENTS.read_text("utf-8").splitlines()]
    assert apart == {(row["item_id"], row["sample"]) for row in listed}
    assert all(row["why"] for row in listed)
    assert len(rows) == 320 and 1 - len(apart) / len(rows) >= MIN_AGREEMENT
