"""One training run of a run folder: model, reward, recipe and seed -> a checkpoint that registers itself.

``rlvr-suite train micro --model micro-llama3 --reward format --out runs/mine``; a checkpoint that is there is not trained again.
"""

import importlib.util
from dataclasses import dataclass

from suite.errors import SuiteError
from suite.grpo.recipe import Recipe, TrainProgress, load_recipe
from suite.grpo.rewards import REWARDS
from suite.micro import corpus, world
from suite.registry import Registry
from suite.schema import Pair
from suite.store import RunStore
from suite.strict_yaml import did_you_mean
from suite.tasks import Item, load_items, task
from suite.weights import locate


@dataclass(frozen=True)
class TrainingRun:
    """What to train; ``recipe`` is a name or a file."""

    model: str
    reward: str
    recipe: str
    seed: int = 0

    @property
    def checkpoint(self) -> str:
        """Id of the checkpoint that this run makes."""
        return f"{self.model}-{self.reward}-{self.recipe.rsplit('/', 1)[-1].removesuffix('.yaml')}-s{self.seed}"


def training_items(recipe: Recipe, n: int) -> list[Item]:
    """``n`` problems to train on, none of which a task of the suite asks."""
    evaluated = {item.problem for name in ("micro_arithmetic_clean", "micro_bench") for item in load_items(task(name))}
    problems = world.word_problems(recipe.data_seed, n, corpus.EVAL_STEPS, frozenset(evaluated))
    return [Item(str(i), p.text, str(p.answer)) for i, p in enumerate(problems)]


def check(run: TrainingRun, registry: Registry) -> Recipe:
    """Everything that can be wrong with ``run``, before anything is loaded; its recipe."""
    if run.reward not in REWARDS:
        what = f"unknown reward '{run.reward}'. Known: {', '.join(REWARDS)}"
        raise SuiteError(what, "--reward", did_you_mean(run.reward, REWARDS) or "Name one of them")
    model = registry.model(run.model)
    if model.base is not None:
        what = f"'{run.model}' is a checkpoint; a pair starts from a base"
        raise SuiteError(what, "--model", f"Train its base '{model.base}'")
    if importlib.util.find_spec("trl") is None:
        raise SuiteError("training needs trl, which is not installed", "rlvr-suite train", "pip install 'rlvr-suite[train]'")
    return load_recipe(run.recipe)


def run_training(run: TrainingRun, registry: Registry, store: RunStore, progress: TrainProgress) -> Pair:
    """Train and register the checkpoint unless it is there; ``progress(steps done, steps in all)``."""
    recipe = check(run, registry)
    model = registry.model(run.model)
    pair = Pair(
        family=model.family,
        base=run.model,
        checkpoint=run.checkpoint,
        reward=run.reward,
        recipe=run.recipe,
        seed=run.seed,
        step=recipe.steps,
    )
    if pair in store.pairs():
        return pair
    from suite.grpo.train import train

    train(
        locate(run.model, model),
        training_items(recipe, recipe.steps * recipe.prompts),
        recipe=recipe,
        reward=run.reward,
        seed=run.seed,
        protocol=model.protocol,
        out=store.checkpoint(run.checkpoint),
        progress=progress,
    )
    store.add_pair(pair)
    return pair
