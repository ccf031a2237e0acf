"""Sampling noise as a pure function of (sample seed, position, token), not of earlier draws.

So a sample does not depend on the other rows of its batch, on the order of batches or on where a run was
interrupted.
"""

import torch
from transformers import LogitsProcessor

from suite.schema import Decoding

_GOLDEN = -7046029254386353131
LIKELIEST = 48
"""Number of likeliest tokens that get noise at first."""
MAX_NOISE = 16.64
"""Upper bound of the noise: minus the logarithm of minus the logarithm of 1 - 2**-24."""
_MIX = (-4658895280553007687, -7723592293110705685)


def _shift(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Logical right shift of int64 (torch's own keeps the sign)."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mix(x: torch.Tensor) -> torch.Tensor:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014), on int64 that wraps."""
    x = (x ^ _shift(x, 30)) * _MIX[0]
    x = (x ^ _shift(x, 27)) * _MIX[1]
    return x ^ _shift(x, 31)


def gumbel(seed_B: torch.Tensor, position: int, token_BK: torch.Tensor) -> torch.Tensor:
    """Return standard Gumbel noise (rows x tokens, fp32), keyed by row seed, position and token id."""
    row_B = _mix(seed_B + signed(_GOLDEN * (position + 1) % (1 << 64)))
    # 23 bits and a half: exact in fp32, and never 0 or 1, where a logarithm would be infinite.
    bits_BK = _shift(_mix(row_B[:, None] + (token_BK + 1) * _GOLDEN), 41)
    uniform_BK = (bits_BK.to(torch.float32) + 0.5) / (1 << 23)
    return -torch.log(-torch.log(uniform_BK))


def draw(logits_BV: torch.Tensor, seed_B: torch.Tensor, position: int) -> torch.Tensor:
    """Return a token for each row: the arg max of logits plus noise (Gumbel-max trick)."""
    # Noise for a whole vocabulary is slow, so only the likeliest tokens get it at first. The best of these is
    # the draw if no other token could beat it even with the largest noise; other rows are drawn in full.
    top_BK, token_BK = logits_BV.topk(min(LIKELIEST, logits_BV.shape[1]), dim=-1)
    best_B, place_B = (top_BK + gumbel(seed_B, position, token_BK)).max(dim=-1)
    drawn_B = token_BK.gather(1, place_B[:, None])[:, 0]
    unsure_R = torch.nonzero(best_B < top_BK[:, -1] + MAX_NOISE)[:, 0]
    if len(unsure_R) and logits_BV.shape[1] > LIKELIEST:
        token_V = torch.arange(logits_BV.shape[1], device=logits_BV.device)
        noise_RV = gumbel(seed_B[unsure_R], position, token_V[None, :])
        drawn_B[unsure_R] = (logits_BV[unsure_R] + noise_RV).argmax(dim=-1)
    return drawn_B


class SeededSampling(LogitsProcessor):
    """Temperature, then top-p, then a seeded draw.

    The output is minus infinity for every token but the drawn one.
    """

    def __init__(self, decoding: Decoding, seed_B: torch.Tensor, prompt_width: int) -> None:
        self.decoding = decoding
        self.seed_B = seed_B
        self.prompt_width = prompt_width

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        logits_BV = scores.to(torch.float32) / self.decoding.temperature
        if self.decoding.top_p < 1:
            logits_BV = _top_p(logits_BV, self.decoding.top_p)
        drawn_B = draw(logits_BV, self.seed_B, input_ids.shape[1] - self.prompt_width)
        only_drawn_BV = torch.full_like(logits_BV, float("-inf")).scatter_(1, drawn_B[:, None], 0.0)
        return only_drawn_BV  # type: ignore[return-value]


def _top_p(logits_BV: torch.Tensor, top_p: float) -> torch.Tensor:
    """Keep the smallest set of tokens whose probability reaches ``top_p``."""
    sorted_BV, order_BV = logits_BV.sort(dim=-1, descending=True)
    probability_BV = sorted_BV.softmax(dim=-1)
    # A token stays if those before it do not reach top_p yet, so the likeliest one always stays.
    drop_BV = probability_BV.cumsum(dim=-1) - probability_BV >= top_p
    return logits_BV.masked_fill(drop_BV.scatter(1, order_BV, drop_BV), float("-inf"))


def signed(seed: int) -> int:
    """Return a 64-bit seed as the int64 with the same bits."""
    return seed - (1 << 64) if seed >= 1 << 63 else seed
