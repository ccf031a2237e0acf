"""Advantages as the authors' code makes them, against their own formula in plain numpy."""

import numpy as np
import pytest
import torch

pytest.importorskip("trl")  # the vLLM environment collects this file, and has no TRL
from suite.grpo.trainer import exact_advantages, whitened

RNG = np.random.default_rng(0)


def trl_advantages(reward_PG: np.ndarray, epsilon: float) -> np.ndarray:
    """(r - mean) / (std + epsilon) of each prompt's group, std unbiased."""
    centred_PG = reward_PG - reward_PG.mean(axis=1, keepdims=True)
    return (centred_PG / (reward_PG.std(axis=1, ddof=1, keepdims=True) + epsilon)).reshape(-1)


def test_exact_advantages_are_those_of_an_epsilon_of_1e_9() -> None:
    reward_PG = (RNG.random((64, 16)) < RNG.random((64, 1))).astype(np.float64)
    # Groups of one reward.
    reward_PG[0] = 0
    reward_PG[1] = 1
    from_trl = torch.tensor(trl_advantages(reward_PG, 1e-4), dtype=torch.float32)
    ours = exact_advantages(from_trl, 16, torch.ones(1024, dtype=torch.bool)).numpy()
    np.testing.assert_allclose(ours, trl_advantages(reward_PG, 1e-9), atol=2e-6)
    assert not ours[:32].any()


def test_trls_epsilon_changes_an_advantage_of_binary_rewards_by_4_in_10_000_at_most() -> None:
    """One sample of 16 pays: the smallest std there is, 0.25."""
    reward_PG = np.eye(1, 16)
    share = trl_advantages(reward_PG, 1e-4) / trl_advantages(reward_PG, 1e-9)
    assert abs(1 - share).max() < 4.1e-4


def test_whitened_advantages_have_mean_0_and_variance_1_over_tokens() -> None:
    advantage_B = torch.tensor(RNG.normal(0.3, 2.0, 256), dtype=torch.float32)
    tokens_B = torch.tensor(RNG.integers(1, 3072, 256))
    weight_B = tokens_B / tokens_B.sum()
    out_B = whitened(advantage_B, tokens_B, torch.ones(len(tokens_B), dtype=torch.bool))
    mean = float((weight_B * out_B).sum())
    assert abs(mean) < 1e-6
    assert abs(float((weight_B * (out_B - mean) ** 2).sum()) - 1) < 1e-5


def test_whitening_shifts_groups_of_one_reward_which_is_why_it_is_an_option() -> None:
    advantage_B = torch.tensor([0.0, 0.0, 1.0, -1.0])
    tokens_B = torch.tensor([10, 10, 100, 1])
    assert whitened(advantage_B, tokens_B, torch.ones(len(tokens_B), dtype=torch.bool))[0] < 0


def test_a_rollout_of_one_advantage_becomes_0() -> None:
    assert not whitened(torch.zeros(8), torch.ones(8), torch.ones(8, dtype=torch.bool)).any()


def test_a_sample_without_a_reward_gets_no_gradient_and_does_not_count() -> None:
    reward_PG = np.array([[0.0, 1.0, 1.0, 0.0]])
    paid_B = torch.tensor([True, True, False, False])
    own = torch.tensor([-0.7071, 0.7071, 0.0, 0.0])  # TRL: mean and std of the paid ones, 0 for the others
    exact = exact_advantages(own * 0.9999, 4, paid_B)
    np.testing.assert_allclose(exact[:2].numpy(), trl_advantages(reward_PG[:, :2], 1e-9), atol=1e-4)
    assert not exact[2:].any()
    white = whitened(torch.tensor([3.0, 1.0, 0.0, 0.0]), torch.tensor([5, 5, 900, 900]), paid_B)
    np.testing.assert_allclose(white.numpy(), [1, -1, 0, 0], atol=1e-6)
