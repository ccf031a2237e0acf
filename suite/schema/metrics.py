"""The metrics of a task's samples other than whether they are correct: one entry each.

To add one: an entry here, and its value in ``Grade.metrics`` (``suite.grade.task_graders``). Table,
summary, board and lm-eval read the rest from here.
"""

from typing import Literal, NamedTuple

Grader = Literal["answer", "number", "continuation"]
"""How a task's answers are graded: against the gold answer, by value, or as a contamination probe."""


class TaskMetric(NamedTuple):
    """A per-sample number whose mean is reported; ``title`` and ``meaning`` are its heading on the board."""

    grader: Grader
    title: str
    meaning: str


TASK_METRICS = {
    "continuous": TaskMetric(
        "number",
        "Continuous score (paper B)",
        "Mean closeness of the answer to the true value, 1 where they are equal (arXiv 2507.10532v3, eq. 2)",
    ),
    "exact_match": TaskMetric(
        "continuation",
        "Rest of question reproduced exactly",
        "Share of samples that continue with the hidden rest, word for word",
    ),
    "rouge_l": TaskMetric(
        "continuation",
        "Overlap with the rest (ROUGE-L)",
        "Mean ROUGE-L F1 of the hidden rest and as many words of the sample",
    ),
    "answer_found": TaskMetric(
        "continuation",
        "Answer given without the question",
        "Share of samples whose final answer is right though the model saw only a part of the question",
    ),
}


def metrics_of(grader: Grader) -> tuple[str, ...]:
    """Return the names of the metrics that a grader's samples have.

    >>> metrics_of("number"), metrics_of("answer")
    (('continuous',), ())
    """
    return tuple(name for name, metric in TASK_METRICS.items() if metric.grader == grader)
