"""The one grader, for evaluation and for the ground-truth reward: a text and a gold answer -> an outcome.

Which answer is taken: ``extraction`` looks for a box, a tag, a cue such as "the answer is", and last for any
number.

When two answers are equal: ``spelling`` and ``units`` give each one spelling, ``forms`` reads what it is (a
value, an interval, a matrix, ...), ``compare`` compares two forms, exactly or to 40 digits. math-verify
decides what these cannot read; its yes counts only if both answers name the same numbers and letters.
``equivalence`` runs the steps.

Hostile input: ``limits`` keeps from sympy what could choke it, by the text alone, so the outcome does not
depend on the machine. math-verify runs in ``workers`` that are killed when they hang; a failure is an
``error``, not a wrong answer. Only the text decides whether it is right, so lm-eval, which has nothing else,
gets the same score.

``grader`` gives a sample its outcome, ``task_graders`` the samples of a task, ``stored_grades`` the cells of
a run.
"""

from suite.grade.equivalence import canonical, equivalent, forget, plain_number, rational, verdicts
from suite.grade.extraction import extract
from suite.grade.grader import GRADER_VERSION, Grade, grade, grade_all, is_correct

__all__ = [
    "GRADER_VERSION",
    "Grade",
    "canonical",
    "equivalent",
    "extract",
    "forget",
    "grade",
    "grade_all",
    "is_correct",
    "plain_number",
    "rational",
    "verdicts",
]
