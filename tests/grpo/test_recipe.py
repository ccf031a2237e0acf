"""Recipes: what ships loads, the arithmetic of a step, and mistakes in one line."""

from pathlib import Path

import pytest

from suite.errors import SuiteError
from suite.files.shipped import recipes_dir
from suite.grpo.recipe import load_recipe, recipe_names

MICRO = (recipes_dir() / "micro.yaml").read_text()


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_that_ships_loads_and_divides(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.update_size * recipe.minibatches == recipe.rollout_size
    assert recipe.update_size % recipe.group_size == 0


def test_a_step_of_micro_is_128_samples_and_8_updates_of_32() -> None:
    recipe = load_recipe("micro")
    assert (recipe.rollout_size, recipe.update_size, recipe.updates_per_step) == (128, 32, 8)


def test_a_recipe_file_is_read_like_a_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MICRO)
    assert load_recipe(str(path)) == load_recipe("micro")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("minibatches: 4", "minibatchs: 4", "minibatchs"),
        ("minibatches: 4", "minibatches: 3", "minibatches"),
        ("minibatches: 4", "minibatches: 32", "minibatches"),  # divides the samples, but splits groups
        ("minibatches: 4", "minibatches: 0", "minibatches"),
        ("group_size: 8", "group_size: 1", "group_size"),
        ("temperature: 1.0", "temperature: 0", "temperature"),
        ("learning_rate: 0.1", "learning_rate: fast", "learning_rate"),
        ("optimizer: sgd", "optimizer: sdg", "optimizer"),
        ("data: micro_world", "data: [", "YAML"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_key(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    path = tmp_path / "mine.yaml"
    assert f"\n{old}" in MICRO
    path.write_text(MICRO.replace(f"\n{old}", f"\n{new}"))
    with pytest.raises(SuiteError) as caught:
        load_recipe(str(path))
    assert str(path) in caught.value.where
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_recipe_is_told_the_known_ones() -> None:
    with pytest.raises(SuiteError, match=r"^RECIPE: unknown recipe 'nope'\. Known: .*micro"):
        load_recipe("nope")
