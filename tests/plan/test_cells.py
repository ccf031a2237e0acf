"""The plan: which cells there are, and what makes two of them the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.plan.cells import EngineIdentity, ModelToRun, Overrides, plan, task_to_run
from suite.registry import load_registry
from suite.registry.protocols import prompt_of
from suite.schema import MUST_MATCH, Cell, Decoding

QA = prompt_of("micro_qa", load_registry().protocol("micro_qa"))
BASE = ModelToRun("micro-llama3", "micro-llama3", "micro-llama3", Path("x"), "w0", (QA,), "float32")
TRAINED = replace(BASE, id="trained", weights_hash="w1")
ENGINE = EngineIdentity("hf-5.19", "cpu")
ITEMS = [Item(str(i), f"question {i}", str(i)) for i in range(4)]
BENCH, PROBE = task("micro_bench"), task("micro_bench_partial")

OTHER = {
    "model": "other",
    "weights_hash": "other",
    "task": "other",
    "task_version": "other",
    "items_hash": "other",
    "protocol": "other",
    "protocol_hash": "other",
    "engine": "other",
    "dtype": "bfloat16",
    "device": "cuda",
    "decoding": Decoding(temperature=0.7, max_new_tokens=96),
}


def cell(limit: int | None = None) -> Cell:
    return plan([BASE], [task_to_run(BENCH, ITEMS, Overrides(limit=limit))], ENGINE)[0].cell


def test_every_field_of_a_cell_changes_its_id() -> None:
    assert set(OTHER) == set(Cell.model_fields)
    assert set(MUST_MATCH) <= set(OTHER)
    ids = [cell().model_copy(update={field: value}).id for field, value in OTHER.items()]
    assert len({cell().id, *ids}) == len(OTHER) + 1


@pytest.mark.parametrize(
    "update", [{"top_p": 0.9}, {"seed": 1}, {"temperature": 0.61}, {"max_new_tokens": 97}]
)
def test_every_part_of_the_decoding_changes_the_cell(update: dict[str, float]) -> None:
    assert cell().model_copy(update={"decoding": cell().decoding.model_copy(update=update)}).id != cell().id


def test_how_many_samples_are_asked_for_is_not_part_of_a_cell() -> None:
    few, many = (plan([BASE], [task_to_run(BENCH, ITEMS, Overrides(k=k))], ENGINE)[0] for k in (2, 16))
    assert few.cell.id == many.cell.id
    assert (few.n_samples, many.n_samples) == (8, 64)


def test_fewer_items_are_another_cell() -> None:
    assert cell(limit=2).id != cell().id


def test_a_greedy_task_draws_one_sample_an_item_whatever_is_asked() -> None:
    assert task_to_run(PROBE, ITEMS, Overrides(k=8)).k == 1
    assert task_to_run(BENCH, ITEMS, Overrides(temperature=0.0, k=8)).k == 1
    assert task_to_run(BENCH, ITEMS, Overrides(temperature=0.5)).k == BENCH.k == 8


def test_wishes_replace_the_tasks_own_decoding_and_nothing_else() -> None:
    run = task_to_run(BENCH, ITEMS, Overrides(limit=3, temperature=1.0, max_new_tokens=7))
    assert run.items == ITEMS[:3]
    assert run.decoding == BENCH.decoding.model_copy(update={"temperature": 1.0, "max_new_tokens": 7})


def test_a_probe_is_planned_without_a_protocol_and_a_task_with_its_models() -> None:
    tasks = [task_to_run(spec, ITEMS) for spec in (BENCH, PROBE)]
    assert [p.cell.protocol for p in plan([BASE], tasks, ENGINE)] == ["micro_qa", "none"]


def test_cells_come_model_by_model() -> None:
    tasks = [task_to_run(spec, ITEMS) for spec in (BENCH, PROBE)]
    order = [(p.cell.model, p.cell.task) for p in plan([BASE, TRAINED], tasks, ENGINE)]
    assert order == [(m.id, t.task) for m in (BASE, TRAINED) for t in (BENCH, PROBE)]
