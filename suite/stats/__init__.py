"""Statistics of paired scores; pure numpy and scipy.

Axes of arrays stand in their names: I items, S samples of an item, T training seeds, P protocols. ``score_I`` holds one score
an item (avg@k, a share in 0..1), ``right_IS`` is items x samples. Deltas are percentage points.
"""

from suite.stats.baseline import StrongBaseline, strong_baseline
from suite.stats.intervals import LEVEL, Estimate, Floats, accuracy, mean_interval, paired_delta
from suite.stats.pass_at_k import pass_at_k
from suite.stats.significance import finding

__all__ = [
    "LEVEL",
    "Estimate",
    "Floats",
    "StrongBaseline",
    "accuracy",
    "finding",
    "mean_interval",
    "paired_delta",
    "pass_at_k",
    "strong_baseline",
]
