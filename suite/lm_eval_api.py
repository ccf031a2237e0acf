"""The functions that a task's YAML may name with ``!function``: its items, its graders and its metrics.

lm-eval calls them; ``lm_eval run --include_path tasks --tasks math500`` needs nothing else of the suite.
"""

from suite.benchmarks.items import dataset
from suite.grade.scoring import grade_answers, grade_continuations, grade_numbers, item_metrics

__all__ = ["dataset", "grade_answers", "grade_continuations", "grade_numbers", "item_metrics"]
