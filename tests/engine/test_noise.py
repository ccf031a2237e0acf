"""Noise has the distribution of Gumbel's, and the shortcuts around it change no draw."""

import math

import numpy as np
import pytest
import torch

from suite.engine.noise import MAX_NOISE, SeededSampling, draw, gumbel, signed
from suite.schema import Decoding

pytestmark = pytest.mark.slow


def test_gumbel_noise_has_the_right_moments_and_frequencies() -> None:
    seed_B = torch.arange(20_000)
    noise_BV = gumbel(seed_B, 3, torch.arange(8)[None, :]).double()
    assert float(noise_BV.mean()) == pytest.approx(0.5772, abs=0.01)
    assert float(noise_BV.var()) == pytest.approx(np.pi**2 / 6, abs=0.02)
    probability_V = torch.tensor([0.4, 0.3, 0.1, 0.1, 0.05, 0.03, 0.015, 0.005], dtype=torch.float64)
    counts_V = torch.bincount((probability_V.log() + noise_BV).argmax(dim=1), minlength=8)
    expected_V = probability_V * len(seed_B)
    chi_square = float(((counts_V - expected_V) ** 2 / expected_V).sum())
    assert chi_square < 24.3  # 99.9% point of chi-square with 7 degrees of freedom


def test_noise_is_finite_at_the_ends_of_its_range() -> None:
    noise_BV = gumbel(torch.arange(4_000), 0, torch.arange(2_000)[None, :])
    assert bool(torch.isfinite(noise_BV).all()) and float(noise_BV.max()) < MAX_NOISE
    assert -math.log(-math.log(1 - 2**-24)) < MAX_NOISE


@pytest.mark.parametrize("spread", [0.1, 3.0, 30.0])
def test_noise_for_the_likeliest_tokens_alone_draws_what_noise_for_all_would(spread: float) -> None:
    logits_BV = spread * torch.randn(500, 391, generator=torch.Generator().manual_seed(0))
    seed_B = torch.arange(500) * 7919
    for position in range(5):
        everywhere = (logits_BV + gumbel(seed_B, position, torch.arange(391)[None, :])).argmax(dim=-1)
        assert torch.equal(draw(logits_BV, seed_B, position), everywhere)


def test_top_p_keeps_the_smallest_set_that_reaches_it() -> None:
    logits_BV = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    draws = set()
    for seed in range(400):
        process = SeededSampling(
            Decoding(temperature=1, top_p=0.7, max_new_tokens=1), torch.tensor([seed]), 1
        )
        draws.add(int(process(torch.zeros(1, 1, dtype=torch.long), logits_BV).argmax()))
    assert draws == {0, 1}


def test_a_seed_keeps_its_bits_as_an_int64() -> None:
    for seed in (0, 1, 2**63 - 1, 2**63, 2**64 - 1):
        assert torch.tensor([signed(seed)]).view(torch.uint64).item() == seed
