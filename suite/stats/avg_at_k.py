"""The share of each item's samples that are right: avg@k, the score of an item."""

import numpy as np
from numpy.typing import NDArray

from suite.stats.intervals import Floats


def avg_at_k(right_IS: NDArray[np.bool_]) -> Floats:
    """Return each item's score, a share in 0..1, of k samples an item; their mean is the accuracy.

    >>> avg_at_k(np.array([[True, False, False, False], [True, True, True, True]])).tolist()
    [0.25, 1.0]
    """
    score_I: Floats = right_IS.mean(axis=1, dtype=np.float64)
    return score_I
