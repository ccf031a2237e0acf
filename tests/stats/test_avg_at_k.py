import numpy as np
import pytest

from suite import stats


def test_an_items_score_is_the_share_of_its_samples_that_are_right() -> None:
    right_IS = np.array([[True, False, False], [False, False, False], [True, True, True]])
    assert stats.avg_at_k(right_IS) == pytest.approx([1 / 3, 0, 1])


def test_the_mean_score_is_pass_at_1() -> None:
    right_IS = np.random.default_rng(0).random((50, 8)) < 0.3
    assert stats.avg_at_k(right_IS).mean() == pytest.approx(stats.pass_at_k(right_IS, 1))
