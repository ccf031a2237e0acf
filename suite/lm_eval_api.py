"""The only functions that a task's YAML may name with ``!function``: its items, its graders and its metrics.

lm-eval calls them; ``lm_eval run --include_path tasks --tasks math500`` needs nothing else of the suite. Its
shapes (a document as a dict, responses as nested lists) end here: behind this module are ``Item``,
``Response`` and ``Grade``.
"""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite.benchmarks.item_sets import load_items, with_metadata
from suite.benchmarks.items import Item, as_dataset
from suite.benchmarks.tasks import task
from suite.errors import SuiteError
from suite.grade import Grade
from suite.grade.task_graders import Response, grade_responses
from suite.schema import Grader, metrics_of

if TYPE_CHECKING:
    from datasets import Dataset  # takes a second to import

__all__ = ["dataset", "grade_answers", "grade_continuations", "grade_numbers", "item_metrics"]

Doc = dict[str, Any]
"""An ``Item``'s fields, as lm-eval hands them back."""
Docs = Sequence[Doc]
Texts = Sequence[Sequence[str]]
"""The texts of an item's samples, item by item."""
_SETTABLE = ("seed", "steps", "n_items", "data_dir")
"""What lm-eval's ``--metadata`` may set."""
_NEAR = 0.75
"""Minimum difflib ratio at which an unknown key counts as a typo: "sead" does, "download_dir" does not."""


def dataset(task_id: str, **metadata: object) -> "dict[str, Dataset]":
    """Return a task's items as a ``test`` split, as lm-eval's ``custom_dataset``.

    lm-eval's ``--metadata`` may set ``seed``, ``steps``, ``n_items`` and ``data_dir``. lm-eval adds the
    model's arguments and the task's own metadata, so an unknown key is allowed; a near miss of a known one is
    an error.
    """
    for key in metadata:
        _refuse_near_miss(key)
    given = {key: metadata[key] for key in _SETTABLE if key in metadata}
    spec = with_metadata(task(task_id), given, "--metadata")
    data_dir = spec.metadata.data_dir
    return as_dataset(load_items(spec, Path(data_dir) if data_dir else None))


def _refuse_near_miss(key: str) -> None:
    """Refuse a mistyped key; ``item_seed`` is what the suite's own run files call the seed.

    No model argument of lm-eval 0.4.13 is as near to one of these.
    """
    known = (*_SETTABLE, "task_id", "item_seed")
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=_NEAR)
    if near and key not in (*_SETTABLE, "task_id"):
        meant = "seed" if near[0] == "item_seed" else near[0]
        what = f"unknown key '{key}'. Known: {', '.join(_SETTABLE)}"
        raise SuiteError(what, "--metadata", f"Write '{meant}'")


def grade_answers(resps: Texts, docs: Docs) -> list[list[Grade]]:
    """Grade against the gold answers, as lm-eval's ``custom`` filter.

    The filter gets all samples of all items at once, so that every one of a task's ``repeats`` counts.
    """
    return _grade_batch(resps, docs, "answer")


def grade_numbers(resps: Texts, docs: Docs) -> list[list[Grade]]:
    """Grade by value, for tasks of arithmetic."""
    return _grade_batch(resps, docs, "number")


def grade_continuations(resps: Texts, docs: Docs) -> list[list[Grade]]:
    """Grade by the hidden rest of the question, for contamination probes."""
    return _grade_batch(resps, docs, "continuation")


def _grade_batch(resps: Texts, docs: Docs, grader: Grader) -> list[list[Grade]]:
    responses = []
    for texts, doc in zip(resps, docs, strict=True):
        item = Item(**doc)
        responses += [Response(item, text) for text in texts]
    # lm-eval averages a metric over the items that give it, so one that was not measured must be NaN.
    unmeasured = dict.fromkeys(metrics_of(grader), nan)
    grades = (replace(g, metrics={**unmeasured, **g.metrics}) for g in grade_responses(responses, grader))
    return [[next(grades) for _ in texts] for texts in resps]


def item_metrics(doc: Doc, results: Sequence[Sequence[Grade]]) -> dict[str, float]:
    """Return an item's metrics: ``avg`` and the grader's own, means over its samples.

    This is lm-eval's ``process_results``.

    With k > 1 samples ``pass_at_k`` is 1 if any is right, which is the unbiased estimator (arXiv 2107.03374)
    at n = k. An item with a level also gives ``avg_steps_<level>``, and no other level's, as lm-eval averages
    each key over the items that give it. If a sample could not be graded they are NaN, and so are lm-eval's
    means: a failure is never a wrong answer.
    """
    grades = results[0]
    right = [nan if grade.outcome == "error" else float(grade.correct) for grade in grades]
    avg = sum(right) / len(right)
    metrics = {"avg": avg}
    for name in grades[0].metrics:
        metrics[name] = sum(grade.metrics[name] for grade in grades) / len(grades)
    if len(right) > 1:
        metrics["pass_at_k"] = nan if isnan(avg) else max(right)
    if doc.get("steps"):
        metrics[f"avg_steps_{doc['steps']}"] = avg
    return metrics
