"""The pairs that registry and run folder know together."""

from pathlib import Path

from suite.registry import load_registry
from suite.schema import Pair
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore


def test_pairs_of_the_registry_have_the_weights_that_were_last_evaluated(tmp_path: Path) -> None:
    store, registry = RunStore(tmp_path), load_registry()
    (first, *_) = registry.pairs
    assert known_pairs(registry, store)[0].weights is None
    store.note_weights({first.checkpoint: "old", first.base: "base"})
    store.note_weights({first.checkpoint: "new"})
    found = known_pairs(registry, store)[0]
    assert (found.weights, found.base_weights) == ("new", "base")


def test_a_checkpoint_keeps_the_base_weights_that_it_was_trained_from(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    pair = Pair(family="f", base="b", checkpoint="c", reward="random", recipe="micro", seed=0, step=20)
    store.add_pair(pair.model_copy(update={"base_weights": "then", "weights": "trained"}))
    store.note_weights({"b": "now"})
    (known,) = [p for p in known_pairs(load_registry(), store) if p.checkpoint == "c"]
    assert (known.base_weights, known.weights) == ("then", "trained")
