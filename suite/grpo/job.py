"""One training run of a run folder: model, reward, recipe and seed -> a checkpoint that registers itself.

``rlvr-suite train micro --model micro-llama3 --reward format --out runs/mine``; a checkpoint that is there is not trained again.
"""

import importlib.util
from dataclasses import dataclass

from suite.errors import SuiteError
from suite.grpo.recipe import Recipe, TrainProgress, load_recipe
from suite.grpo.rewards import REWARDS
from suite.items import Item, load_items
from suite.micro import corpus, world
from suite.protocols import prompt_of
from suite.registry import Registry
from suite.schema import Pair
from suite.store import RunStore
from suite.strict_yaml import did_you_mean
from suite.tasks import task
from suite.weights import locate, weights_hash


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


def _untrained_pair(run: TrainingRun, registry: Registry, recipe: Recipe) -> Pair:
    """The pair that ``run`` makes, but for the weights, which nobody knows before."""
    model = registry.model(run.model)
    return Pair(
        family=model.family,
        base=run.model,
        checkpoint=run.checkpoint,
        reward=run.reward,
        recipe=run.recipe,
        seed=run.seed,
        step=recipe.steps,
        base_weights=weights_hash(locate(run.model, model)),
    )


def trained_pair(run: TrainingRun, registry: Registry, store: RunStore) -> Pair | None:
    """The pair if the run folder has its checkpoint, trained from the base's present weights; else None."""
    wanted = _untrained_pair(run, registry, check(run, registry))
    return next((p for p in store.pairs() if p.model_copy(update={"weights": None}) == wanted), None)


def run_training(run: TrainingRun, registry: Registry, store: RunStore, progress: TrainProgress) -> Pair:
    """Train and register the checkpoint unless it is there; ``progress(steps done, steps in all)``."""
    existing = trained_pair(run, registry, store)
    if existing is not None:
        return existing
    from suite.grpo.train import train

    recipe, model, out = check(run, registry), registry.model(run.model), store.checkpoint(run.checkpoint)
    folder = locate(run.model, model)
    train(
        folder,
        training_items(recipe, recipe.steps * recipe.prompts),
        recipe=recipe,
        reward=run.reward,
        seed=run.seed,
        prompt=prompt_of(model.protocol, registry.protocol(model.protocol), folder),
        out=out,
        progress=progress,
    )
    pair = _untrained_pair(run, registry, recipe).model_copy(update={"weights": weights_hash(out)})
    store.add_pair(pair)
    store.note_weights({pair.checkpoint: pair.weights or ""})
    return pair
