"""The graders of tasks: numbers by value, probes by their words."""

from dataclasses import asdict
from fractions import Fraction
from math import isnan
from typing import get_args

import pytest

from suite import lm_eval_api
from suite.benchmarks import arithmetic
from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import GRADER_OF_FILTER, all_tasks, task
from suite.grade import Grade, task_graders
from suite.grade.task_graders import TASK_GRADERS, Response, grade_responses
from suite.lm_eval_api import grade_continuations, item_metrics
from suite.schema import Grader

THIRD = Item("1", "p", "1000/3", steps=2)
WHOLE = Item("2", "p", "-7", steps=1)


@pytest.mark.parametrize(
    ("item", "text", "outcome"),
    [
        (THIRD, "\\boxed{\\frac{1000}{3}}", "correct"),
        (THIRD, "\\boxed{333.33}", "correct"),
        (THIRD, "\\boxed{333.37}", "wrong"),
        (THIRD, "The answer is 333.3333.", "correct"),
        (THIRD, "= 1000/3 = 333.333", "correct"),
        (WHOLE, "\\boxed{-7}", "correct"),
        (WHOLE, "\\boxed{-7.0}", "correct"),
        (WHOLE, "\\boxed{-7.0001}", "wrong"),
        (WHOLE, "\\boxed{x = -7}", "correct"),
        (WHOLE, "\\boxed{7}", "wrong"),
        (WHOLE, "\\boxed{\\text{undefined}}", "wrong"),
        (WHOLE, "I do not know", "unparsed"),
        (WHOLE, "", "unparsed"),
    ],
)
def test_a_number_is_right_by_its_value(item: Item, text: str, outcome: str) -> None:
    assert grade_responses([Response(item, text)], "number")[0].outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"), [("\\boxed{-7}", "correct"), ("\\boxed{8}", "truncated"), ("so far", "truncated")]
)
def test_a_number_boxed_before_the_cap_is_right_and_any_other_truncated(text: str, outcome: str) -> None:
    assert grade_responses([Response(WHOLE, text, "length")], "number")[0].outcome == outcome


def test_a_number_that_was_right_elsewhere_is_flagged() -> None:
    flagged, plain = grade_responses(
        [Response(WHOLE, "\\boxed{-7.0} or rather \\boxed{8}"), Response(WHOLE, "\\boxed{8}")], "number"
    )
    assert (flagged.outcome, flagged.answer_present) == ("wrong", True)
    assert (plain.outcome, plain.answer_present) == ("wrong", False)


def test_the_continuous_score_is_the_papers_and_zero_without_a_number() -> None:
    near, far, none, no_number = grade_responses(
        [Response(WHOLE, t) for t in ("\\boxed{-6.5}", "\\boxed{99}", "", "\\boxed{x}")], "number"
    )
    assert (
        near.metrics["continuous"]
        == arithmetic.continuous_score(Fraction(-13, 2), Fraction(-7))
        == pytest.approx(0.714, abs=1e-3)
    )
    assert [s.metrics["continuous"] for s in (far, none, no_number)] == [0.0, 0.0, 0.0]


def test_every_released_label_is_right_as_a_fraction_and_as_a_decimal() -> None:
    items = load_items(task("arithmetic_clean"))
    exact = [Response(i, f"\\boxed{{{i.answer}}}") for i in items]
    decimal = [
        Response(i, f"\\boxed{{{float(Fraction(i.answer)):.10f}}}")
        for i in items
        if abs(Fraction(i.answer)) > 1
    ]
    assert {s.outcome for s in grade_responses(exact, "number")} == {"correct"}
    assert {s.outcome for s in grade_responses(decimal, "number")} == {"correct"}
    assert {s.metrics["continuous"] for s in grade_responses(exact, "number")} == {1.0}


def test_an_answer_that_could_not_be_graded_is_not_called_unfound(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Grade("error", "9", answer_present=False)
    monkeypatch.setattr(task_graders, "grade_all", lambda rows: [failed for _ in rows])
    probe = Item("1", "Mia has 10 eggs.", "9", " How many eggs now?")
    (scored,) = grade_responses([Response(probe, "How many eggs now? 9")], "continuation")
    assert (scored.outcome, scored.metrics) == ("correct", {"exact_match": 1.0, "rouge_l": 1.0})
    given = item_metrics({}, grade_continuations([["How many eggs now? 9"]], [asdict(probe)]))
    assert (given["avg"], given["exact_match"]) == (1.0, 1.0) and isnan(given["answer_found"])


def test_every_grader_has_its_function_its_filter_and_its_name_in_task_files() -> None:
    graders = get_args(Grader)
    assert set(TASK_GRADERS) == set(graders) == {spec.grader for spec in all_tasks().values()}
    for grader in graders:
        assert f"grade_{grader}s" in lm_eval_api.__all__
        assert GRADER_OF_FILTER[f"suite.lm_eval_api.grade_{grader}s"] == grader
