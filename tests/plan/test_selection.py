"""A selection is families or one own pair, and names rewards, seeds and engines that exist."""

import pytest

from suite.errors import SuiteError
from suite.plan.engines import ENGINES
from suite.plan.selection import Selection, selected_pairs
from suite.schema import Pair


def pair(reward: str, seed: int, family: str = "f") -> Pair:
    checkpoint = f"{family}-{reward}-{seed}"
    return Pair(family=family, base="b", checkpoint=checkpoint, reward=reward, recipe="r", seed=seed, step=1)


PAIRS = [pair("random", 0), pair("random", 1), pair("format", 0), pair("random", 0, "other")]


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"before": "a"}, "missing: after, family, reward"),
        (
            {"before": "a", "after": "b", "family": "f", "reward": "r", "families": ["f"]},
            "cannot be combined with families",
        ),
        ({"families": ["f"], "recipe": "grpo"}, "describe a pair of your own"),
        ({"families": []}, "nothing selected"),
        (
            {"before": "a", "after": "b", "family": "f", "reward": "r", "recipe": "grpo"},
            "give both or neither",
        ),
    ],
)
def test_a_selection_is_families_or_one_own_pair(keys: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Selection.model_validate({"tasks": ("micro_bench",), **keys})


def test_an_engine_is_one_of_the_table() -> None:
    for name in ENGINES:
        assert Selection(families=("f",), tasks=("t",), engine=name).engine == name
    with pytest.raises(ValueError, match="'hf', 'vllm' or 'replay'"):
        Selection(families=("f",), tasks=("t",), engine="tgi")


@pytest.mark.parametrize(
    ("keys", "checkpoints"),
    [
        ({}, ["f-random-0", "f-random-1", "f-format-0"]),
        ({"rewards": ("random",)}, ["f-random-0", "f-random-1"]),
        ({"seeds": (0,)}, ["f-random-0", "f-format-0"]),
        ({"rewards": ("random",), "seeds": (1,)}, ["f-random-1"]),
    ],
)
def test_pairs_are_those_of_the_selected_families_rewards_and_seeds(
    keys: dict[str, tuple[str | int, ...]], checkpoints: list[str]
) -> None:
    selection = Selection.model_validate({"families": ("f",), "tasks": ("t",), **keys})
    assert [p.checkpoint for p in selected_pairs(selection, PAIRS)] == checkpoints


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"rewards": ("randm",)},
            r"--rewards: .*'randm' here\. Known: format, random.*Did you mean 'random'",
        ),
        ({"seeds": (7,)}, r"--seeds: .*seed 7 here\. Known: 0, 1"),
    ],
)
def test_a_reward_or_seed_that_no_pair_has_is_an_error(
    keys: dict[str, tuple[str | int, ...]], message: str
) -> None:
    selection = Selection.model_validate({"families": ("f",), "tasks": ("t",), **keys})
    with pytest.raises(SuiteError, match=message):
        selected_pairs(selection, PAIRS)
