"""A task's items: fresh ones for a new seed, the released ones otherwise."""

from pathlib import Path

import pytest

from suite.benchmarks.item_sets import load_set
from suite.benchmarks.tasks import task
from suite.errors import SuiteError
from suite.plan.cells import EngineIdentity, ModelToRun, plan
from suite.plan.resolve import tasks_to_run
from suite.plan.selection import Selection
from suite.registry.protocols import PLAIN


@pytest.mark.parametrize("name", ["arithmetic_clean", "micro_arithmetic_clean"])
def test_a_fresh_seed_gives_other_items_and_the_same_ones_again(name: str) -> None:
    first, again, released = (load_set(task(name), seed=seed) for seed in (7, 7, None))
    assert first == again
    assert first.dataset.endswith("seed 7")
    assert not {i.problem for i in first.items} & {i.problem for i in released.items}
    assert all(i.id.startswith("s7-") for i in first.items) and not any(
        i.id.startswith("s") for i in released.items
    )


def test_the_released_seed_named_outright_is_the_released_set() -> None:
    spec = task("arithmetic_clean")
    assert load_set(spec, seed=spec.metadata.seed) == load_set(spec)


def test_a_seed_leaves_a_fixed_set_alone() -> None:
    assert load_set(task("micro_bench"), seed=7) == load_set(task("micro_bench"))


def test_a_selections_item_seed_reaches_the_cells_and_the_manifest() -> None:
    def arithmetic_run(seed: int | None) -> tuple[str, str | None]:
        (run,) = tasks_to_run(
            Selection(families=("micro-llama3",), tasks=("arithmetic_clean",), item_seed=seed)
        )
        model = ModelToRun("m", "f", "m", Path("x"), "w", (PLAIN,), "float32")
        return plan([model], [run], EngineIdentity("hf-5.19", "cpu"))[0].cell.items_hash, run.dataset

    released, fresh = arithmetic_run(None), arithmetic_run(7)
    assert released[0] != fresh[0]
    assert (released[1], fresh[1]) == (
        "generator random_calculation, seed 1",
        "generator random_calculation, seed 7",
    )


def test_an_item_seed_that_no_task_takes_is_an_error() -> None:
    with pytest.raises(SuiteError, match="--item-seed"):
        tasks_to_run(Selection(families=("micro-llama3",), tasks=("micro_bench",), item_seed=7))
