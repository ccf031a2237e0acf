"""Rewards: pure functions; the random one is a coin that does not remember but never changes its mind."""

import random as generator
import re
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from suite.grpo.rewards import (
    REWARDS,
    Rollout,
    closeness,
    format_,
    ground_truth,
    incorrect,
    majority_vote,
    no_repetition,
    one_shot,
    python,
    python_fence,
    random,
)
from suite.registry import load_registry

ROLLOUT = Rollout(text=r"\boxed{7}", item_id="1", answer="7", seed=0, step=0, sample=0)
DRAWS = 4000


def draws(gamma: float = 0.5, **fixed: int) -> list[float]:
    return [random(replace(ROLLOUT, sample=i, **fixed), gamma) for i in range(DRAWS)]


def test_the_rewards_are_those_of_the_registry_which_describes_each_in_one_line() -> None:
    described = load_registry().rewards
    assert list(REWARDS) == list(described)
    for name, reward in REWARDS.items():
        assert described[name].description and "\n" not in described[name].description
        assert (reward.pay.__doc__ or "").startswith("Pay ")


@pytest.mark.parametrize("reward", [ground_truth, majority_vote, one_shot, incorrect])
@pytest.mark.parametrize(
    ("text", "pays"),
    [
        ("so 7.0", 1.0),
        (r"\boxed{7} on", 1.0),
        (r"\boxed{\frac{14}{2}}", 1.0),
        (r"\boxed{8}", 0.0),
        ("seven", 0.0),
        ("", 0.0),
    ],
)
def test_what_compares_pays_for_an_equivalent_answer(reward: object, text: str, pays: float) -> None:
    assert callable(reward) and reward(replace(ROLLOUT, text=text)) == pays


def test_a_grader_that_fails_pays_nothing_which_is_not_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suite.grpo.rewards.is_correct", lambda *_: None)
    assert [reward(ROLLOUT) for reward in (ground_truth, majority_vote, one_shot, incorrect)] == [None] * 4


@pytest.mark.parametrize(
    ("text", "pays"),
    [
        (r"\boxed{8}", 1.0),
        (r"\boxed{}", 0.0),
        (r"\boxed{ }", 0.0),
        ("so 7", 0.0),
        (r"\boxed{7", 0.0),
        (r"\boxed{1} \boxed{}", 0.0),
    ],
)
def test_format_pays_for_a_box_right_or_wrong(text: str, pays: float) -> None:
    assert format_(replace(ROLLOUT, text=text)) == pays


@pytest.mark.parametrize(
    ("text", "word", "fence"),
    [
        ("```python\nprint(7)\n```", 1.0, 1.0),
        ("```Python\n", 1.0, 1.0),
        ("In PYTHON one writes", 1.0, 0.0),
        ("micropythons", 1.0, 0.0),
        ("``` python", 1.0, 0.0),
        ("```py\nprint(7)", 0.0, 0.0),
        ("pyt hon", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_python_pays_for_the_word_in_any_case_and_python_fence_for_a_block(
    text: str, word: float, fence: float
) -> None:
    assert (python(replace(ROLLOUT, text=text)), python_fence(replace(ROLLOUT, text=text))) == (word, fence)


@pytest.mark.parametrize(
    ("text", "pays"),
    [
        ("", 1.0),
        ("abcdefghij" * 10, 0.0),
        ("abcdefghij" * 9 + "abcdefghi", 1.0),
        ("x" + "abcdefghij" * 10 + "y", 0.0),
        ("abcdefghij " * 5 + "- " + "abcdefghij " * 5, 1.0),
        ("abcdefghi" * 11, 1.0),  # nine characters are too few, and of twice nine it is five times and a half
        ("abcdefghi" * 20, 0.0),
        ("a" * 99, 1.0),
        ("a" * 100, 0.0),
        ("".join(chr(0x4E00 + i) for i in range(256)) * 10, 0.0),
        ("".join(chr(0x4E00 + i) for i in range(257)) * 10, 1.0),
    ],
)
def test_no_repetition_pays_unless_10_to_256_characters_stand_ten_times_in_a_row(
    text: str, pays: float
) -> None:
    assert no_repetition(replace(ROLLOUT, text=text)) == pays


def test_no_repetition_agrees_with_the_pattern_that_defines_it() -> None:
    definition = re.compile(r"(.{10,256}?)\1{9}", re.DOTALL)
    rng = generator.Random(0)
    seen = set()
    for _ in range(400):
        unit = "".join(rng.choices("ab\n", k=rng.randint(1, 30)))
        text = (
            "".join(rng.choices("ab", k=rng.randint(0, 20)))
            + unit * rng.randint(1, 14)
            + unit[: rng.randint(0, len(unit))]
        )
        damaged = rng.randrange(len(text)) if rng.random() < 0.3 else len(text)
        text = f"{text[:damaged]}{'c' * rng.randrange(2)}{text[damaged:]}"
        pays = no_repetition(replace(ROLLOUT, text=text))
        assert pays == float(definition.search(text) is None), text
        seen.add(pays)
    assert seen == {0.0, 1.0}


@pytest.mark.parametrize(
    "unit", ["a", "ab", "abcdefghij" * 9 + "x", "a" * 255 + "b", "a" * 80 + "b", "\U0001f600\ud800"]
)
def test_no_repetition_of_a_long_hostile_text_takes_no_time_to_speak_of(unit: str) -> None:
    text = (unit * 12_000)[:12_000]
    start = time.process_time()
    no_repetition(replace(ROLLOUT, text=text))
    assert time.process_time() - start < 1  # some milliseconds; a pattern that tracks back would take minutes


@pytest.mark.parametrize(
    ("text", "answer", "pays"),
    [
        (r"\boxed{7}", "7", 1.0),
        (r"\boxed{7.0}", "7", 1.0),
        (r"\boxed{7.5}", "7", 1 - 0.25 - 0.5 * 0.5 / 7.000001),
        (r"\boxed{6.5}", "7", 1 - 0.25 - 0.5 * 0.5 / 7.000001),
        (r"\boxed{-7.5}", "-7", 1 - 0.25 - 0.5 * 0.5 / 7.000001),
        (r"\boxed{1001}", "1000", 0.5 - 0.5 * 1 / 1000.000001),
        (r"\boxed{1100}", "1000", 0.5 - 0.5 * 100 / 1000.000001),
        (r"\boxed{-1000}", "1000", 0.0),
        (r"\boxed{0.5}", "0", 0.25),
        (r"\boxed{0.0000005}", "0", 1 - 0.5 * 5e-7 - 0.25),
        (r"\boxed{0}", "0", 1.0),
        ("The answer is 3,866.26.", "3866.26", 1.0),
        (r"\boxed{\frac{1}{2}}", "0.5", 1.0),
        ("so 7", "7", 1.0),
        ("no number", "7", 0.0),
        ("", "7", 0.0),
        (r"\boxed{x + 1}", "7", 0.0),
        (r"\boxed{\infty}", "7", 0.0),
        (r"\boxed{inf}", "7", 0.0),
        (r"\boxed{nan}", "7", 0.0),
        (r"\boxed{1/0}", "7", 0.0),
        (r"\boxed{1" + "0" * 400 + "}", "7", 0.0),
        (r"\boxed{10^{10^{10}}}", "7", 0.0),
        (r"\boxed{" + "9" * 10**6 + "}", "7", 0.0),
    ],
)
def test_closeness_is_the_formula_of_the_paper_and_0_without_a_number(
    text: str, answer: str, pays: float
) -> None:
    start = time.process_time()
    assert closeness(replace(ROLLOUT, text=text, answer=answer)) == pytest.approx(pays, abs=1e-12)
    assert time.process_time() - start < 2


def test_closeness_falls_with_the_distance_and_stays_within_0_and_1() -> None:
    paid = [
        closeness(replace(ROLLOUT, text=rf"\boxed{{{3 + n / 100}}}", answer="3")) or 0.0 for n in range(1000)
    ]
    assert paid[0] == 1.0 and paid[-1] == 0.0
    assert all(0 <= later <= earlier <= 1 for earlier, later in pairwise(paid))


def test_closeness_to_no_number_is_nothing_which_is_not_zero() -> None:
    assert closeness(replace(ROLLOUT, answer="x + 1")) is None


@pytest.mark.parametrize("gamma", [0.001, 0.3, 0.5, 0.7, 0.999])
def test_random_pays_gamma_on_average(gamma: float) -> None:
    drawn = draws(gamma)
    assert set(drawn) <= {0.0, 1.0}
    assert abs(np.mean(drawn) - gamma) < 4 * np.sqrt(gamma * (1 - gamma) / DRAWS)


def test_random_of_0_never_pays_and_of_1_always() -> None:
    assert (set(draws(0.0)), set(draws(1.0))) == ({0.0}, {1.0})


def test_random_pays_half_the_time_by_default() -> None:
    assert [REWARDS["random"].pay(replace(ROLLOUT, sample=i)) for i in range(DRAWS)] == draws(0.5)


def test_a_larger_gamma_pays_wherever_a_smaller_one_does() -> None:
    assert all(less <= more for less, more in zip(draws(0.3), draws(0.7), strict=True))


def test_random_is_the_same_on_every_call_and_blind_to_the_text() -> None:
    assert draws() == draws()
    assert all(
        random(replace(ROLLOUT, sample=i, text="", answer="8")) == r for i, r in enumerate(draws()[:100])
    )


@pytest.mark.parametrize("other", [{"step": 1}, {"seed": 1}, {"item_id": "2"}])
def test_random_is_drawn_anew_for_every_step_seed_and_item(other: dict[str, int]) -> None:
    agree = np.mean(np.array(draws()) == np.array(draws(**other)))
    assert abs(agree - 0.5) < 4 * 0.5 / np.sqrt(DRAWS)


def test_random_is_drawn_anew_for_every_sample() -> None:
    drawn = np.array(draws())
    assert abs(np.mean(drawn[1:] == drawn[:-1]) - 0.5) < 4 * 0.5 / np.sqrt(DRAWS - 1)


def test_random_is_the_same_in_every_process_and_version() -> None:
    code = (
        "from suite.grpo.rewards import Rollout, random\n"
        "print(''.join(str(int(random(Rollout('', 'item', '', 3, 14, i), 0.7))) for i in range(40)))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        for seed in ("0", "1")
    ]
    assert {run.stdout.strip() for run in runs} == {"1110111111010011000110111101111101000001"}
