"""Scoring: numbers by value, probes by their words, and what lm-eval averages."""

from dataclasses import asdict, replace
from fractions import Fraction
from math import isnan

import pytest

from suite import grade
from suite.benchmarks import arithmetic
from suite.benchmarks.items import Item, load_items
from suite.benchmarks.tasks import all_tasks, task
from suite.grade.scoring import (
    Response,
    Score,
    grade_answers,
    grade_continuations,
    grade_numbers,
    item_metrics,
    scores,
)

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
    assert scores([Response(item, text)], "number")[0].outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"), [("\\boxed{-7}", "correct"), ("\\boxed{8}", "truncated"), ("so far", "truncated")]
)
def test_a_number_boxed_before_the_cap_is_right_and_any_other_truncated(text: str, outcome: str) -> None:
    assert scores([Response(WHOLE, text, "length")], "number")[0].outcome == outcome


def test_a_number_that_was_right_elsewhere_is_flagged() -> None:
    flagged, plain = scores(
        [Response(WHOLE, "\\boxed{-7.0} or rather \\boxed{8}"), Response(WHOLE, "\\boxed{8}")], "number"
    )
    assert (flagged.outcome, flagged.answer_present) == ("wrong", True)
    assert (plain.outcome, plain.answer_present) == ("wrong", False)


def test_the_continuous_score_is_the_papers_and_zero_without_a_number() -> None:
    near, far, none, no_number = scores(
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
    assert {s.outcome for s in scores(exact, "number")} == {"correct"}
    assert {s.outcome for s in scores(decimal, "number")} == {"correct"}
    assert {s.metrics["continuous"] for s in scores(exact, "number")} == {1.0}


def sample(right: bool, **metrics: float) -> Score:
    return Score("correct" if right else "wrong", "x", metrics=metrics)


def test_an_items_score_is_the_share_of_its_samples_and_pass_at_k_is_any_of_them() -> None:
    some = [sample(i in (1, 4, 6)) for i in range(8)]
    assert item_metrics({}, [some]) == {"avg": 0.375, "pass_at_k": 1.0}
    assert item_metrics({}, [[sample(False)] * 8]) == {"avg": 0.0, "pass_at_k": 0.0}


def test_what_could_not_be_graded_is_no_number_rather_than_a_wrong_answer() -> None:
    failed = replace(sample(False), outcome="error")
    assert all(isnan(value) for value in item_metrics({"steps": 2}, [[sample(True), failed]]).values())


def test_an_answer_that_could_not_be_graded_is_not_called_unfound(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = grade.Grade("error", "9", answer_present=False)
    monkeypatch.setattr(grade, "grade_all", lambda rows: [failed for _ in rows])
    probe = Item("1", "Mia has 10 eggs.", "9", " How many eggs now?")
    (scored,) = scores([Response(probe, "How many eggs now? 9")], "continuation")
    assert (scored.outcome, scored.metrics) == ("correct", {"exact_match": 1.0, "rouge_l": 1.0})
    given = item_metrics({}, grade_continuations([["How many eggs now? 9"]], [asdict(probe)]))
    assert (given["avg"], given["exact_match"]) == (1.0, 1.0) and isnan(given["answer_found"])


def test_one_sample_has_no_pass_at_k() -> None:
    assert item_metrics({}, [[sample(True)]]) == {"avg": 1.0}


def test_an_item_of_a_level_counts_for_that_level_only() -> None:
    assert item_metrics(asdict(THIRD), [[sample(True, continuous=0.9)]]) == {
        "avg": 1.0,
        "continuous": 0.9,
        "avg_steps_2": 1.0,
    }


def test_further_metrics_are_means_over_an_items_samples() -> None:
    assert item_metrics({}, [[sample(False, m=0.0), sample(True, m=0.5)]]) == {
        "avg": 0.5,
        "m": 0.25,
        "pass_at_k": 1.0,
    }


@pytest.mark.parametrize("name", all_tasks())
def test_every_metric_that_a_task_lists_is_one_that_its_grader_gives(name: str) -> None:
    spec = task(name)
    levels = spec.metadata.steps if spec.grader == "number" else None
    items = [Item(str(n), "p", "1", " rest", steps=n) for n in (levels or (0,))]
    filters = {"answer": grade_answers, "number": grade_numbers, "continuation": grade_continuations}
    docs = [asdict(item) for item in items]
    graded = filters[spec.grader]([["1"] * spec.k] * len(docs), docs)
    given = {key for doc, samples in zip(docs, graded, strict=True) for key in item_metrics(doc, [samples])}
    assert given == {m.metric for m in spec.metric_list}
