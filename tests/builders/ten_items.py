"""Arms that are right on some of ten items: runs whose deltas can be worked out in the head."""

from collections.abc import Collection

from builders.cells import FAMILY, right_at, write_cell
from suite.benchmarks.items import Item
from suite.registry import load_registry
from suite.schema import DeltaRow, Pair, Summary
from suite.store.run_folder import RunStore
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summarize

ITEMS = [Item(f"i{n}", f"question {n}", str(n), continuation=f" rest {n}") for n in range(10)]
PAIR = Pair(family=FAMILY, base=FAMILY, checkpoint="mine-s0", reward="my_method", recipe="r", seed=0, step=20)
OTHER_FAMILY = "micro-qwen2.5-math"
"""A family whose training data is known to hold ``micro_bench``."""


def write_arms(
    run: RunStore,
    task: str,
    base: Collection[int],
    after: Collection[int],
    family: str = FAMILY,
    checkpoint: str = "mine-s0",
    base_id: str | None = None,
) -> None:
    """Both arms on a task, right on the items at these places; the base has the family's id unless another
    is given.
    """
    base_id = base_id or family
    for model, places in ((base_id, base), (checkpoint, after)):
        answers = right_at(places, ITEMS)
        write_cell(run, model, answers, items=ITEMS, task=task, family=family, base=base_id)


def write_seeds(
    run: RunStore, *gains: Collection[int], reward: str = "my_method", name: str = "mine"
) -> list[Pair]:
    """A base that is never right, and one checkpoint a training seed."""
    if not any(run.finished()):
        write_arms(run, "micro_bench", base=[], after=[], checkpoint="unused")
    pairs = []
    for seed, places in enumerate(gains):
        checkpoint = f"{name}-s{seed}"
        pairs.append(PAIR.model_copy(update={"checkpoint": checkpoint, "seed": seed, "reward": reward}))
        write_cell(run, checkpoint, right_at(places, ITEMS), items=ITEMS)
    return pairs


def summary(run: RunStore, *pairs: Pair) -> Summary:
    return summarize(scored_cells(run.finished()), pairs, load_registry())


def row_of(run: RunStore, *pairs: Pair) -> DeltaRow:
    (row,) = (row for row in summary(run, *pairs).deltas if row.task == "micro_bench")
    return row
