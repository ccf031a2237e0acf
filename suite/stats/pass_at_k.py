"""The share of items with a right answer among k."""

import numpy as np
from numpy.typing import NDArray


def pass_at_k(right_IS: NDArray[np.bool_], k: int) -> float:
    """Return the mean over items of the unbiased pass@k estimator 1 - C(n-c, k) / C(n, k).

    Chen et al. 2021, arXiv 2107.03374; n samples per item, c of them right. One right answer of four is
    found by half of all draws of two:

    >>> pass_at_k(np.array([[True, False, False, False]]), 2)
    0.5
    """
    n = right_IS.shape[1]
    if not 1 <= k <= n:
        raise ValueError(f"pass@{k} of {n} samples")
    wrong_I = n - right_IS.sum(axis=1)
    miss_I = np.ones(len(wrong_I))
    for j in range(k):
        miss_I *= np.maximum(wrong_I - j, 0) / (n - j)
    return float(np.mean(1 - miss_I))
