"""What lm-eval calls: graders of whole batches, and the metrics that it averages."""

import ast
import importlib.util
from dataclasses import asdict, replace
from math import isnan
from pathlib import Path

import pytest

from suite.benchmarks import arithmetic
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import all_tasks, task
from suite.errors import SuiteError
from suite.grade import Grade
from suite.lm_eval_api import dataset, grade_answers, grade_continuations, grade_numbers, item_metrics


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


def test_lm_evals_metadata_sets_the_seed_and_the_levels() -> None:
    rows = dataset("arithmetic_clean", seed=7, steps=[2, 3], n_items=5, pretrained="x")["test"]
    assert [row["steps"] for row in rows] == [2, 3, 2, 3, 2]
    wanted = [arithmetic.PROMPT + e.latex for e in arithmetic.expressions(7, 2, 3)]
    assert [row["problem"] for row in rows if row["steps"] == 2] == wanted


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("sead", "seed"),
        ("Seed", "seed"),
        ("item_seed", "seed"),
        ("step", "steps"),
        ("n_itmes", "n_items"),
        ("data-dir", "data_dir"),
    ],
)
def test_a_mistyped_key_of_lm_evals_metadata_is_refused(key: str, meant: str) -> None:
    with pytest.raises(SuiteError, match=f"--metadata: unknown key '{key}'.*Write '{meant}'"):
        dataset("arithmetic_clean", **{key: 7})


def test_what_lm_eval_itself_adds_to_the_metadata_is_let_through() -> None:
    found = importlib.util.find_spec("lm_eval")
    assert found and found.submodule_search_locations
    model = ast.parse(
        Path(found.submodule_search_locations[0], "models", "huggingface.py").read_text(encoding="utf-8")
    )
    made = next(n for n in ast.walk(model) if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    theirs = {arg.arg for arg in (*made.args.args, *made.args.kwonlyargs)} | {
        "config_source",
        "download_dir",
        "task",
    }
    assert {"pretrained", "trust_remote_code"} <= theirs
    own = task("arithmetic_clean").metadata.model_dump(exclude={"source", "steps", "data_dir"})
    added = dict.fromkeys(theirs - {"self"}, "x") | own | {"n_items": 2}
    assert [row["id"] for row in dataset("arithmetic_clean", **added)["test"]] == ["1-0", "2-0"]


def test_a_seed_that_is_no_number_is_told_in_one_line() -> None:
    with pytest.raises(SuiteError, match="--metadata"):
        dataset("arithmetic_clean", seed="seven")
