"""Rewards: pure functions of an answer and its item, 0 or 1 each; deterministic given their seed.

Definitions: Spurious Rewards (arXiv 2506.10947, section 2.2). ``random`` is drawn from a hash of (seed, step, item, global sample
index), not from a generator, so it survives a resume and any number of ranks.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from suite.behaviour import is_boxed
from suite.grade import is_correct

GAMMA = 0.5
"""Probability that the random reward pays (the paper's main setting)."""


@dataclass(frozen=True)
class Rollout:
    """One answer in training. ``step`` counts rollouts, ``sample`` is the answer's global index within its step."""

    text: str
    item_id: str
    answer: str
    seed: int
    step: int
    sample: int


def ground_truth(rollout: Rollout) -> float | None:
    """1 if the answer is right, by the suite's grader; None (no reward, not 0) where the grader failed."""
    verdict = is_correct(rollout.text, rollout.answer)
    return None if verdict is None else float(verdict)


def random(rollout: Rollout) -> float:
    """1 with probability ``GAMMA``, whatever the answer."""
    key = f"{rollout.seed}\0{rollout.step}\0{rollout.item_id}\0{rollout.sample}"
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
    return float(draw < GAMMA)


def format_(rollout: Rollout) -> float:
    """1 if the answer holds a non-empty ``\\boxed{}``, right or wrong."""
    return float(is_boxed(rollout.text))


REWARDS: dict[str, Callable[[Rollout], float | None]] = {"ground_truth": ground_truth, "random": random, "format": format_}
"""Reward id -> function."""
