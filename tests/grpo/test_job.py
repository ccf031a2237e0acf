"""Training jobs: what counts as trained already, and what is refused before anything is loaded."""

import shutil
from pathlib import Path

import pytest

from suite.errors import SuiteError
from suite.grpo.job import TrainingRun, check, run_training, trained_pair, training_items
from suite.grpo.recipe import load_recipe
from suite.items import load_items
from suite.registry import load_registry
from suite.schema import Pair
from suite.store import RunStore
from suite.tasks import task

RUN = TrainingRun("micro-llama3", "format", "micro")


@pytest.fixture
def trained(tmp_path: Path) -> tuple[RunStore, Pair]:
    """A run folder with the checkpoint's pair as a finished training leaves it (weights: any)."""
    registry, store = load_registry(), RunStore(tmp_path)
    from suite.grpo.job import _untrained_pair

    pair = _untrained_pair(RUN, registry, load_recipe("micro")).model_copy(update={"weights": "0123"})
    store.add_pair(pair)
    return store, pair


def test_a_checkpoint_that_is_there_is_not_trained_again(trained: tuple[RunStore, Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    store, pair = trained
    monkeypatch.setattr("suite.grpo.train.train", lambda *_, **__: pytest.fail("trained"))
    assert run_training(RUN, load_registry(), store, lambda *_: None) == pair


def test_a_checkpoint_of_other_base_weights_recipe_or_seed_does_not_count(trained: tuple[RunStore, Pair]) -> None:
    store, pair = trained
    assert trained_pair(RUN, load_registry(), store) == pair
    store.add_pair(pair.model_copy(update={"base_weights": "old"}))
    assert trained_pair(RUN, load_registry(), store) is None
    assert trained_pair(TrainingRun("micro-llama3", "format", "micro", seed=1), load_registry(), store) is None
    shutil.rmtree(store.checkpoint(RUN.checkpoint))
    assert trained_pair(RUN, load_registry(), store) is None


def test_no_training_item_is_an_evaluation_item() -> None:
    evaluated = {i.problem for name in ("micro_arithmetic_clean", "micro_bench") for i in load_items(task(name))}
    items = training_items(load_recipe("micro"), 320)
    assert len({i.problem for i in items} - evaluated) == 320


def test_a_checkpoint_is_no_base_to_train_from() -> None:
    with pytest.raises(SuiteError, match="is a checkpoint; a pair starts from a base"):
        check(TrainingRun("qwen2.5-math-7b-incorrect-step50", "format", "micro"), load_registry())
