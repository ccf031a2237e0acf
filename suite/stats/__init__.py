"""Statistics of paired scores; pure numpy and scipy.

Names of arrays end in their axes: I items, S samples of an item, T training seeds, P protocols. ``score_I``
holds one score per item (avg@k, a share in 0..1), ``right_IS`` is items x samples. Deltas are percentage
points.
"""

from suite.stats.attribution import Answers, contributions, transitions
from suite.stats.avg_at_k import avg_at_k
from suite.stats.baseline import BestProtocol, strong_baseline
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
from suite.stats.power import detectable_by, measured_variance, needed
from suite.stats.significance import ALPHA, benjamini_hochberg, equivalent_within, finding, holm, sign_flip_p

__all__ = [
    "ALPHA",
    "LEVEL",
    "Answers",
    "BestProtocol",
    "Estimate",
    "Floats",
    "accuracy",
    "adjusted_delta",
    "avg_at_k",
    "benjamini_hochberg",
    "contributions",
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
    "parts_difference",
    "pass_at_k",
    "sign_flip_p",
    "stacks_difference",
    "strong_baseline",
    "transitions",
]
