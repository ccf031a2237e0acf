"""The graders of tasks: samples of a task's items -> what each earned.

``answer`` compares with the gold answer, ``number`` by value, ``continuation`` (a contamination probe's) with
the hidden rest of the question. To add one:

1. its name in ``suite.schema.metrics.Grader``, and there an entry for each further metric of its samples;
2. its function here, in ``TASK_GRADERS``;
3. ``grade_<name>s`` in ``suite.lm_eval_api``, which a task's YAML names as its ``filter_fn``;
4. that name in ``suite.benchmarks.tasks``, which checks the YAML and may not import the grader.

A test of this module fails if one of these is missing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from suite.benchmarks import arithmetic
from suite.benchmarks.items import Item
from suite.grade.equivalence import rational
from suite.grade.extraction import candidates, extract
from suite.grade.grader import Grade, grade_all
from suite.schema import FinishReason, Grader, Outcome


class Response(NamedTuple):
    """One sample to grade: its item, its text and why generation stopped."""

    item: Item
    text: str
    finish_reason: FinishReason = "stop"


def grade_responses(responses: Sequence[Response], grader: Grader) -> list[Grade]:
    """Grade samples of a task, in their order."""
    return TASK_GRADERS[grader](responses)


def _grade_answers(responses: Sequence[Response]) -> list[Grade]:
    """Grade by equivalence with the gold answer."""
    return grade_all([(r.text, r.item.answer, r.finish_reason) for r in responses])


def _grade_numbers(responses: Sequence[Response]) -> list[Grade]:
    """Grade by value (``arithmetic.is_close``), and measure how close a number comes (``continuous``)."""
    return [_grade_number(response) for response in responses]


def _grade_number(response: Response) -> Grade:
    gold = Fraction(response.item.answer)
    extracted = extract(response.text)
    value = None if extracted is None else rational(extracted)
    metrics = {"continuous": arithmetic.continuous_score(value, gold)}
    if value is not None and arithmetic.is_close(value, gold):
        return Grade("correct", extracted, metrics=metrics)
    outcome: Outcome = "unparsed" if extracted is None else "wrong"  # what is no number is a wrong answer
    if response.finish_reason == "length":
        outcome = "truncated"
    others = (rational(text) for text in dict.fromkeys(candidates(response.text)))
    present = any(other is not None and arithmetic.is_close(other, gold) for other in others)
    return Grade(outcome, extracted, present, metrics)


def _grade_continuations(responses: Sequence[Response]) -> list[Grade]:
    """Grade by the hidden rest of the question.

    Whether the sample also gives the item's answer is the metric ``answer_found``.
    """
    answered = _grade_answers(responses)
    return [_grade_continuation(r, grade) for r, grade in zip(responses, answered, strict=True)]


def _grade_continuation(response: Response, answered: Grade) -> Grade:
    """Compare the first words of the sample, as many as the hidden rest has, with that rest."""
    hidden = response.item.continuation.split()
    generated = re.split(r"\s+", response.text.strip())[: len(hidden)]
    exact = generated == hidden
    rouge = _rouge().score(" ".join(hidden), " ".join(generated))["rougeL"].fmeasure
    metrics = {"exact_match": float(exact), "rouge_l": float(rouge)}
    if answered.outcome != "error":  # where the grader failed, whether the answer was found is unknown
        metrics["answer_found"] = float(answered.correct)
    outcome: Outcome = "correct" if exact else "wrong"
    if not exact and response.finish_reason == "length":
        outcome = "truncated"
    return replace(answered, outcome=outcome, metrics=metrics)


@cache
def _rouge() -> "RougeScorer":  # type: ignore[name-defined]  # noqa: F821 (imported late: it brings in nltk)
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], use_stemmer=True)


TASK_GRADERS: Mapping[Grader, Callable[[Sequence[Response]], list[Grade]]] = {
    "answer": _grade_answers,
    "number": _grade_numbers,
    "continuation": _grade_continuations,
}
"""How the samples of a task are graded: a whole batch at once, so that math-verify's workers share it."""
