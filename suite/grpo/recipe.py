"""A GRPO recipe: the settings of one training run, read from YAML. A step is one rollout phase, not one optimizer update."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import Field

from suite.errors import SuiteError
from suite.resources import recipes_dir
from suite.schema import Strict
from suite.strict_yaml import load_yaml

TrainProgress = Callable[[int, int], None]
"""Called with steps done and steps in all."""


class Recipe(Strict):
    """Settings of a GRPO run; names follow the papers. A rollout is ``prompts`` x ``group_size`` samples."""

    description: str
    data: Literal["micro_world"]
    data_seed: int
    optimizer: Literal["sgd", "adamw_torch"]
    learning_rate: float = Field(gt=0)
    max_grad_norm: float = Field(gt=0)
    steps: int = Field(ge=1)
    prompts: int = Field(ge=1)
    group_size: int = Field(ge=2)
    minibatches: int = Field(ge=1)
    passes: int = Field(ge=1)
    clip: float = Field(gt=0)
    kl: float = Field(ge=0)
    temperature: float = Field(gt=0)
    max_new_tokens: int = Field(ge=1)

    @property
    def rollout_size(self) -> int:
        """Samples drawn in one step."""
        return self.prompts * self.group_size

    @property
    def update_size(self) -> int:
        """Samples in one optimizer update."""
        return self.rollout_size // self.minibatches

    @property
    def updates_per_step(self) -> int:
        return self.minibatches * self.passes


def recipe_names() -> list[str]:
    """The recipes that ship."""
    return sorted(path.stem for path in recipes_dir().glob("*.yaml"))


def load_recipe(name_or_file: str) -> Recipe:
    """A recipe that ships, by name, or one from a file."""
    path = recipes_dir() / f"{name_or_file}.yaml"
    if not path.is_file():
        path = Path(name_or_file)
    if not path.is_file():
        raise SuiteError(f"no such recipe. Known: {', '.join(recipe_names())}", name_or_file, "Name one of them, or a YAML file")
    recipe = load_yaml(path, Recipe)
    if recipe.rollout_size % recipe.minibatches or recipe.update_size % recipe.group_size:
        what = f"minibatches {recipe.minibatches} does not divide the {recipe.prompts} prompts"
        raise SuiteError(what, f"{path}: minibatches", f"Use a divisor of prompts ({recipe.prompts})")
    return recipe
