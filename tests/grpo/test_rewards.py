"""Rewards: pure functions; the random one is a coin that does not remember but never changes its mind."""

from dataclasses import replace

import numpy as np
import pytest

from suite.grpo.rewards import GAMMA, REWARDS, Rollout, format_, ground_truth, random

ROLLOUT = Rollout(text=r"\boxed{7}", item_id="1", answer="7", seed=0, step=0, sample=0)
DRAWS = 4000


def draws(**fixed: int) -> list[float]:
    return [random(replace(ROLLOUT, sample=i, **fixed)) for i in range(DRAWS)]


def test_the_rewards_are_the_three_of_the_paper_that_need_no_other_model() -> None:
    assert list(REWARDS) == ["ground_truth", "random", "format"]


@pytest.mark.parametrize(
    ("text", "pays"), [("so 7.0", 1.0), (r"\boxed{7} on", 1.0), (r"\boxed{8}", 0.0), ("seven", 0.0), ("", 0.0)]
)
def test_ground_truth_pays_for_a_right_answer(text: str, pays: float) -> None:
    assert ground_truth(replace(ROLLOUT, text=text)) == pays


@pytest.mark.parametrize(("text", "pays"), [(r"\boxed{8}", 1.0), (r"\boxed{}", 0.0), ("so 7", 0.0), (r"\boxed{7", 0.0)])
def test_format_pays_for_a_box_right_or_wrong(text: str, pays: float) -> None:
    assert format_(replace(ROLLOUT, text=text)) == pays


def test_random_pays_gamma_on_average() -> None:
    drawn = draws()
    assert set(drawn) == {0.0, 1.0}
    assert abs(np.mean(drawn) - GAMMA) < 4 * np.sqrt(GAMMA * (1 - GAMMA) / DRAWS)


def test_random_is_the_same_on_every_call_and_blind_to_the_text() -> None:
    assert draws() == draws()
    assert all(random(replace(ROLLOUT, sample=i, text="", answer="8")) == r for i, r in enumerate(draws()[:100]))


@pytest.mark.parametrize("other", [{"step": 1}, {"seed": 1}, {"item_id": "2"}])
def test_random_is_drawn_anew_for_every_step_seed_and_item(other: dict[str, int]) -> None:
    agree = np.mean(np.array(draws()) == np.array(draws(**other)))
    assert abs(agree - 0.5) < 4 * 0.5 / np.sqrt(DRAWS)


def test_random_is_drawn_anew_for_every_sample() -> None:
    drawn = np.array(draws())
    assert abs(np.mean(drawn[1:] == drawn[:-1]) - 0.5) < 4 * 0.5 / np.sqrt(DRAWS - 1)
