"""Samples of a task -> what each earned, by the task's grader; and what the task files name for lm-eval to call.

A task's ``filter_fn`` names its grader: ``grade_answers`` (against the gold answer), ``grade_numbers`` (by value) or
``grade_continuations`` (a contamination probe's, against the hidden rest of the question).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from math import isnan, nan
from typing import Any, NamedTuple

from suite import grade
from suite.benchmarks import arithmetic
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import Grader
from suite.grade.extract import candidates, extract
from suite.schema import FinishReason, Outcome


class Response(NamedTuple):
    """One sample to grade: its item, its text and why generation stopped."""

    item: Item
    text: str
    finish_reason: FinishReason = "stop"


@dataclass(frozen=True)
class Score:
    """What one sample earned: its outcome and the task's further metrics (shares); one that could not be measured is absent."""

    outcome: Outcome
    extracted: str | None
    answer_present: bool = False
    metrics: dict[str, float] = field(default_factory=dict)

    @property
    def correct(self) -> bool:
        return self.outcome == "correct"


def _answers(responses: Sequence[Response]) -> list[Score]:
    graded = grade.grade_all([(r.text, r.item.answer, r.finish_reason) for r in responses])
    return [Score(g.outcome, g.extracted, g.answer_present) for g in graded]


def _number(response: Response) -> Score:
    """By value (``arithmetic.is_close``). An answer that is no number is wrong, no answer is unparsed."""
    gold, extracted = Fraction(response.item.answer), extract(response.text)
    value = None if extracted is None else grade.rational(extracted)
    metrics = {"continuous": arithmetic.continuous_score(value, gold)}
    if value is not None and arithmetic.is_close(value, gold):
        return Score("correct", extracted, metrics=metrics)
    missed: Outcome = "unparsed" if extracted is None else "wrong"
    elsewhere = (grade.rational(text) for text in dict.fromkeys(candidates(response.text)))
    present = any(other is not None and arithmetic.is_close(other, gold) for other in elsewhere)
    return Score("truncated" if response.finish_reason == "length" else missed, extracted, present, metrics)


def _numbers(responses: Sequence[Response]) -> list[Score]:
    return [_number(response) for response in responses]


@cache
def _rouge() -> "RougeScorer":  # type: ignore[name-defined]  # noqa: F821 (imported late: it brings in nltk)
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], use_stemmer=True)


def _continuation(response: Response, answered: Score) -> Score:
    """The first words of the sample, as many as the hidden rest has, against that rest.

    Where the answer grader failed, nobody knows whether the answer was found: ``answer_found`` is then absent.
    """
    wanted = response.item.continuation.split()
    got = re.split(r"\s+", response.text.strip())[: len(wanted)]
    exact = got == wanted
    rouge = _rouge().score(" ".join(wanted), " ".join(got))["rougeL"].fmeasure
    found = {} if answered.outcome == "error" else {"answer_found": float(answered.correct)}
    metrics = {"exact_match": float(exact), "rouge_l": float(rouge), **found}
    outcome: Outcome = "correct" if exact else "truncated" if response.finish_reason == "length" else "wrong"
    return Score(outcome, answered.extracted, answered.answer_present, metrics)


def _continuations(responses: Sequence[Response]) -> list[Score]:
    return [_continuation(r, answered) for r, answered in zip(responses, _answers(responses), strict=True)]


_GRADERS: dict[Grader, Callable[[Sequence[Response]], list[Score]]] = {
    "answer": _answers,
    "number": _numbers,
    "continuation": _continuations,
}
METRICS: dict[Grader, tuple[str, ...]] = {
    "answer": (),
    "number": ("continuous",),
    "continuation": ("exact_match", "rouge_l", "answer_found"),
}
"""The further metrics of a grader's samples."""


def scores(responses: Sequence[Response], grader: Grader) -> list[Score]:
    """Grade samples, a whole batch at once, in their order."""
    return _GRADERS[grader](responses)


# What the task files name, for lm-eval to call.

Doc = dict[str, Any]
"""An ``Item``'s fields, as lm-eval hands them back."""
Docs = Sequence[Doc]
Texts = Sequence[Sequence[str]]


def _grade_batch(resps: Texts, docs: Docs, grader: Grader) -> list[list[Score]]:
    responses = [
        Response(Item(**doc), text) for texts, doc in zip(resps, docs, strict=True) for text in texts
    ]
    unknown = dict.fromkeys(METRICS[grader], nan)
    graded = (replace(score, metrics={**unknown, **score.metrics}) for score in scores(responses, grader))
    return [[next(graded) for _ in texts] for texts in resps]


def grade_answers(resps: Texts, docs: Docs) -> list[list[Score]]:
    """lm-eval's ``custom`` filter: all samples of all items, so that every one of ``repeats`` counts."""
    return _grade_batch(resps, docs, "answer")


def grade_numbers(resps: Texts, docs: Docs) -> list[list[Score]]:
    """As ``grade_answers``, for tasks whose answers are graded by value."""
    return _grade_batch(resps, docs, "number")


def grade_continuations(resps: Texts, docs: Docs) -> list[list[Score]]:
    """As ``grade_answers``, for contamination probes."""
    return _grade_batch(resps, docs, "continuation")


def item_metrics(doc: Doc, results: Sequence[Sequence[Score]]) -> dict[str, float]:
    """lm-eval's ``process_results``: ``avg`` over an item's samples (a share), and the task's further metrics.

    With k > 1 samples ``pass_at_k`` is 1 if any is right, which is the unbiased estimator (arXiv 2107.03374) where n = k. An item
    of a level also gives ``avg_steps_<level>`` and no other level's: lm-eval averages each key over the items that give it.
    Where a sample could not be graded they are NaN, and lm-eval's means with them: a failure is never a wrong answer.
    """
    graded = results[0]
    right = [nan if s.outcome == "error" else float(s.correct) for s in graded]
    avg = sum(right) / len(right)
    out = {"avg": avg} | {
        name: sum(s.metrics[name] for s in graded) / len(graded) for name in graded[0].metrics
    }
    if len(right) > 1:
        out["pass_at_k"] = nan if isnan(avg) else max(right)
    if doc.get("steps"):
        out[f"avg_steps_{doc['steps']}"] = avg
    return out
