"""Stored cells as a plan: those drawn here, of the selected families and tasks."""

from pathlib import Path

from builders.cells import FAMILY, ITEMS, cell, write_cell

from suite.plan.selection import Selection
from suite.plan.stored import stored_cells
from suite.store.cells import ImportSource
from suite.store.run_folder import RunStore

ANSWERS = [["1", "1"], ["2", "2"], ["3", "3"]]


def test_stored_cells_are_planned_by_model_with_what_was_drawn(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    for model in ("b", "a"):
        write_cell(store, model, ANSWERS)
    planned = stored_cells(Selection(families=(FAMILY,), tasks=("micro_bench",)), store)
    assert [p.model.id for p in planned] == ["a", "b"]
    assert planned[0].cell == cell("a")
    assert (planned[0].task.items, planned[0].task.k, planned[0].prompt.id) == (ITEMS, 2, "micro_qa")


def test_imported_cells_and_those_of_other_families_and_tasks_are_left_out(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    write_cell(store, "other", ANSWERS, family="f")
    source = ImportSource(format="jsonl", files={}, unstated=())
    write_cell(store, "imported", ANSWERS, source=source)
    assert stored_cells(Selection(families=(FAMILY,), tasks=("micro_bench",)), store) == []
    write_cell(store, "m", ANSWERS)
    assert stored_cells(Selection(families=(FAMILY,), tasks=("micro_bench_partial",)), store) == []
