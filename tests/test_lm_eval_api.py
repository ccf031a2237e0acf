"""What lm-eval calls: graders of whole batches, and the metrics that it averages."""

from dataclasses import asdict, replace
from math import isnan

import pytest

from suite.benchmarks.items import Item
from suite.benchmarks.tasks import all_tasks, task
from suite.grade import Grade
from suite.lm_eval_api import grade_answers, grade_continuations, grade_numbers, item_metrics


def sample(right: bool, **metrics: float) -> Grade:
    return Grade("correct" if right else "wrong", "x", metrics=metrics)


def test_an_items_score_is_the_share_of_its_samples_and_pass_at_k_is_any_of_them() -> None:
    some = [sample(i in (1, 4, 6)) for i in range(8)]
    assert item_metrics({}, [some]) == {"avg": 0.375, "pass_at_k": 1.0}
    assert item_metrics({}, [[sample(False)] * 8]) == {"avg": 0.0, "pass_at_k": 0.0}


def test_what_could_not_be_graded_is_no_number_rather_than_a_wrong_answer() -> None:
    failed = replace(sample(False), outcome="error")
    assert all(isnan(value) for value in item_metrics({"steps": 2}, [[sample(True), failed]]).values())


def test_one_sample_has_no_pass_at_k() -> None:
    assert item_metrics({}, [[sample(True)]]) == {"avg": 1.0}


def test_an_item_of_a_level_counts_for_that_level_only() -> None:
    assert item_metrics(asdict(Item("1", "p", "1000/3", steps=2)), [[sample(True, continuous=0.9)]]) == {
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
