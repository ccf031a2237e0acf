"""Rewards: pure functions of an answer and its item, from 0 to 1; deterministic given their seed.

Definitions: Spurious Rewards (arXiv 2506.10947, sections 2.2 and 4.3; its code's contain_python_wo_backticks, contain_python and
repetition_detection.py), for one_shot arXiv 2504.20571, for closeness Reasoning or Memorization? (arXiv 2507.10532, equation 2).
``suite.grpo.expression`` negates and joins them; `rlvr-suite list rewards` shows the docstrings. ``random`` is drawn from a hash
of (seed, step, item, global sample index), not from a generator, so it survives a resume and any number of ranks.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from suite.grade import extract, is_correct, rational
from suite.grade.behaviour import is_boxed, is_code, is_fenced_code, is_repetitive
from suite.grade.limits import MAX_CHARS
from suite.registry.reward_ids import GAMMA

EPSILON = Fraction(1, 10**6)
"""Of ``closeness``: keeps the relative error of an answer to 0 finite."""


@dataclass(frozen=True)
class Rollout:
    """One answer in training. ``step`` counts rollouts, ``sample`` is the answer's global index within its step.

    ``answer`` is what the reward compares with: the gold answer or a label (``RewardExpression.answers`` says which).
    """

    text: str
    item_id: str
    answer: str
    seed: int
    step: int
    sample: int


Reward = Callable[[Rollout], float | None]
"""None is no reward, which is not a reward of 0."""


def ground_truth(rollout: Rollout) -> float | None:
    """1 if the answer is right, by the suite's grader; None (no reward, not 0) where the grader failed."""
    verdict = is_correct(rollout.text, rollout.answer)
    return None if verdict is None else float(verdict)


def majority_vote(rollout: Rollout) -> float | None:
    """1 if the answer is the one that the untrained base gives most often (the paper: of 64 samples)."""
    return ground_truth(rollout)


def one_shot(rollout: Rollout) -> float | None:
    """1 if the answer is right, as ground_truth, where training has one item only."""
    return ground_truth(rollout)


def format_(rollout: Rollout) -> float:
    """1 if the answer holds a non-empty ``\\boxed{}``, right or wrong."""
    return float(is_boxed(rollout.text))


def random(rollout: Rollout, gamma: float = GAMMA) -> float:
    """1 with probability gamma, 0.5 unless it is given, whatever the answer."""
    key = f"{rollout.seed}\0{rollout.step}\0{rollout.item_id}\0{rollout.sample}"
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    return float(
        draw < gamma * 2**64
    )  # an int against a float is compared exactly: gamma 1 always pays, gamma 0 never


def incorrect(rollout: Rollout) -> float | None:
    """1 if the answer is the wrong one that the untrained base gives most often; items where that one is right are left out."""
    return ground_truth(rollout)


def python(rollout: Rollout) -> float:
    """1 if the answer holds the word "python" in any case."""
    return float(is_code(rollout.text))


def python_fence(rollout: Rollout) -> float:
    """1 if the answer opens a block of Python, "```python" in any case."""
    return float(is_fenced_code(rollout.text))


def no_repetition(rollout: Rollout) -> float:
    """0 if a string of 10 to 256 characters stands 10 times in a row in the answer, else 1."""
    return float(not is_repetitive(rollout.text))


def closeness(rollout: Rollout) -> float | None:
    """1 - min(|a-b|, 1)/2 - min(|a-b|/(|b|+1e-6), 1)/2 for the given number a and the right one b; 0 if no number is given."""
    # The paper does not say what an answer without a number pays: 0 is ours. Without a right number there is no distance: None.
    # A number of more than MAX_CHARS is none, as reading it takes the square of its length.
    right, given = rational(rollout.answer), extract(rollout.text)
    if right is None:
        return None
    number = rational(given) if given is not None and len(given) <= MAX_CHARS else None
    if number is None:
        return 0.0
    distance = abs(number - right)
    return float(1 - min(distance, Fraction(1)) / 2 - min(distance / (abs(right) + EPSILON), Fraction(1)) / 2)


REWARDS: dict[str, Reward] = {
    "ground_truth": ground_truth,
    "majority_vote": majority_vote,
    "one_shot": one_shot,
    "format": format_,
    "random": random,
    "incorrect": incorrect,
    "python": python,
    "python_fence": python_fence,
    "no_repetition": no_repetition,
    "closeness": closeness,
}
"""Reward id -> function, in the registry's order."""
