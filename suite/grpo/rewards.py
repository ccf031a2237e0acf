"""The rewards that can be trained: functions of one answer and its item that pay from 0 to 1.

``REWARDS["format"].pay(rollout)``. A new reward is a function here and its entry in ``REWARDS``, and an entry
of the same name in ``model_registry.yaml``, which says in words what it pays and whether it is a control; a
test compares the two. ``suite.grpo.expression`` negates rewards and joins them.

A reward is deterministic: ``random`` is a hash of (seed, step, item, global sample index), not the next
number of a generator, so a resumed run and a run on several devices draw the same coins.

Definitions: Spurious Rewards (arXiv 2506.10947, sections 2.2 and 4.3, and its code's
contain_python_wo_backticks, contain_python and repetition_detection.py); one_shot: arXiv 2504.20571;
closeness: Reasoning or Memorization? (arXiv 2507.10532, equation 2).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from suite.grade import extract, is_correct, rational
from suite.grade.behaviour import is_boxed, is_code, is_fenced_code, is_repetitive
from suite.grade.limits import MAX_CHARS
from suite.registry.reward_ids import GAMMA

EPSILON = Fraction(1, 10**6)
"""Keeps the relative error of ``closeness`` finite where the right answer is 0."""

Answers = Literal["gold", "majority", "incorrect", "one"]
"""What a reward compares answers with: the items' own answers, the base's most frequent answers, those of
them that are wrong, or the own answer of the one item that training has."""


@dataclass(frozen=True)
class Rollout:
    """One answer in training.

    ``answer`` is what the reward compares with: the gold answer or a label (``RewardExpression.answers`` says
    which). ``step`` counts rollout phases; ``sample`` is the answer's global index within its step.
    """

    text: str
    item_id: str
    answer: str
    seed: int
    step: int
    sample: int


RewardFunction = Callable[[Rollout], float | None]
"""None means no reward, which differs from a reward of 0: the sample takes no part in the update."""


class Reward(NamedTuple):
    """A reward that can be trained; ``compares_with`` is None if it ignores whether the answer is right."""

    pay: RewardFunction
    compares_with: Answers | None = None


def ground_truth(rollout: Rollout) -> float | None:
    """Pay 1 if the suite's grader calls the answer right; pay nothing, instead of 0, if the grader fails."""
    verdict = is_correct(rollout.text, rollout.answer)
    return None if verdict is None else float(verdict)


def majority_vote(rollout: Rollout) -> float | None:
    """Pay 1 if the answer is the most frequent answer of the untrained base (the paper: of 64 samples)."""
    return ground_truth(rollout)


def one_shot(rollout: Rollout) -> float | None:
    """Pay 1 if the answer is right, like ground_truth, in a training that has one item only."""
    return ground_truth(rollout)


def format_(rollout: Rollout) -> float:
    r"""Pay 1 if the answer holds a non-empty \boxed{}, right or wrong."""
    return float(is_boxed(rollout.text))


def random(rollout: Rollout, gamma: float = GAMMA) -> float:
    """Pay 1 with probability gamma, by default 0.5, whatever the answer says."""
    key = f"{rollout.seed}\0{rollout.step}\0{rollout.item_id}\0{rollout.sample}"
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    # Python compares an int with a float exactly: gamma 1 always pays, gamma 0 never.
    return float(draw < gamma * 2**64)


def incorrect(rollout: Rollout) -> float | None:
    """Pay 1 if the answer is the wrong one that the untrained base gives most often.

    Items on which the most frequent answer is right are not trained on.
    """
    return ground_truth(rollout)


def python(rollout: Rollout) -> float:
    """Pay 1 if the answer holds the word "python" in any case."""
    return float(is_code(rollout.text))


def python_fence(rollout: Rollout) -> float:
    """Pay 1 if the answer opens a block of Python, "```python" in any case."""
    return float(is_fenced_code(rollout.text))


def no_repetition(rollout: Rollout) -> float:
    """Pay 1 unless a string of 10 to 256 characters appears 10 times in a row in the answer."""
    return float(not is_repetitive(rollout.text))


def closeness(rollout: Rollout) -> float | None:
    """Pay 1 - min(|a-b|, 1)/2 - min(|a-b|/(|b|+1e-6), 1)/2 for the answer's number a and the right number b.

    An answer without a number pays 0 (our choice: the paper does not say); an item without a right number
    pays nothing.
    """
    right = rational(rollout.answer)
    if right is None:
        return None
    given = extract(rollout.text)
    # Reading a number takes time that grows with the square of its length, so a very long one counts as no
    # number.
    number = rational(given) if given is not None and len(given) <= MAX_CHARS else None
    if number is None:
        return 0.0
    distance = abs(number - right)
    absolute = min(distance, Fraction(1))
    relative = min(distance / (abs(right) + EPSILON), Fraction(1))
    return float(1 - absolute / 2 - relative / 2)


REWARDS: dict[str, Reward] = {
    "ground_truth": Reward(ground_truth, compares_with="gold"),
    "majority_vote": Reward(majority_vote, compares_with="majority"),
    "one_shot": Reward(one_shot, compares_with="one"),
    "format": Reward(format_),
    "random": Reward(random),
    "incorrect": Reward(incorrect, compares_with="incorrect"),
    "python": Reward(python),
    "python_fence": Reward(python_fence),
    "no_repetition": Reward(no_repetition),
    "closeness": Reward(closeness, compares_with="gold"),
}
"""Reward id -> reward, in the registry's order."""
