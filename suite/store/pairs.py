"""The pairs that a run folder and the registry know together."""

from suite.registry import Registry
from suite.schema import Pair
from suite.store.run_folder import RunStore


def known_pairs(registry: Registry, store: RunStore) -> list[Pair]:
    """Return the registry's pairs and those of the run's own checkpoints, each once.

    ``weights`` are those last seen in the run, ``base_weights`` the weights that the checkpoint was trained
    from, where the pair states them.
    """
    current = store.weights()
    # The registry's statement about a checkpoint counts before the run's own.
    by_checkpoint = {pair.checkpoint: pair for pair in (*store.pairs(), *registry.pairs)}
    pairs = []
    for pair in by_checkpoint.values():
        # The base may have been replaced since: only the weights trained from make a fair comparison.
        base_weights = pair.base_weights or current.get(pair.base)
        weights = current.get(pair.checkpoint) or pair.weights
        pairs.append(pair.model_copy(update={"base_weights": base_weights, "weights": weights}))
    return pairs
