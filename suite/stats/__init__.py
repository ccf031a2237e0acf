"""Statistics of paired scores; pure numpy and scipy.

Axes of arrays stand in their names: I items, S samples of an item, T training seeds, P protocols. ``score_I`` holds one score
an item (avg@k, a share in 0..1), ``right_IS`` is items x samples. Deltas are percentage points.
"""

from suite.stats.attribution import Answers, outcome_sources, strategy_mix, transitions
from suite.stats.baseline import StrongBaseline, strong_baseline
from suite.stats.delta import adjusted_delta, delta, delta_p, half_width, parts_difference
from suite.stats.intervals import (
    LEVEL,
    Estimate,
    Floats,
    accuracy,
    difference,
    estimates_difference,
    stacks_difference,
)
from suite.stats.pass_at_k import pass_at_k
from suite.stats.power import ItemVariance, Needed, detectable_by, measured_variance, needed
from suite.stats.significance import ALPHA, benjamini_hochberg, equivalent_within, finding, holm, sign_flip_p

__all__ = [
    "ALPHA",
    "LEVEL",
    "Answers",
    "Estimate",
    "Floats",
    "ItemVariance",
    "Needed",
    "StrongBaseline",
    "accuracy",
    "adjusted_delta",
    "benjamini_hochberg",
    "delta",
    "delta_p",
    "detectable_by",
    "difference",
    "equivalent_within",
    "estimates_difference",
    "finding",
    "half_width",
    "holm",
    "measured_variance",
    "needed",
    "outcome_sources",
    "parts_difference",
    "pass_at_k",
    "sign_flip_p",
    "stacks_difference",
    "strategy_mix",
    "strong_baseline",
    "transitions",
]
