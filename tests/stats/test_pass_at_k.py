"""pass@k: the unbiased estimator against brute force."""

from itertools import combinations

import numpy as np
import pytest

from suite.stats import pass_at_k


@pytest.mark.parametrize("k", range(1, 7))
def test_pass_at_k_is_the_share_of_draws_of_k_samples_with_a_right_one(k: int) -> None:
    right_IS = np.array([[i < c for i in range(6)] for c in range(7)])
    draws = list(combinations(range(6), k))
    brute = np.mean([np.mean([row[list(draw)].any() for draw in draws]) for row in right_IS])
    assert pass_at_k(right_IS, k) == pytest.approx(brute)


@pytest.mark.parametrize("k", [0, 7])
def test_pass_at_k_needs_k_samples(k: int) -> None:
    with pytest.raises(ValueError, match="of 6 samples"):
        pass_at_k(np.zeros((2, 6), dtype=bool), k)
