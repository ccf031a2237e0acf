"""A cell is finished when its manifest covers the requested samples."""

from dataclasses import replace
from pathlib import Path

from builders.cells import ITEMS, cell, manifest

from suite.benchmarks.tasks import task
from suite.plan.cells import EngineIdentity, ModelToRun, Overrides, plan, task_to_run
from suite.plan.unfinished import is_finished, unfinished
from suite.registry.protocols import PLAIN
from suite.store.run_folder import RunStore

MODEL = ModelToRun("m", "f", "m", Path(), "w", (PLAIN,), "float32")


def test_more_samples_make_a_finished_cell_unfinished_and_fewer_do_not(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = task_to_run(task("micro_bench"), ITEMS, Overrides(k=2))
    (planned,) = plan([MODEL], [run], EngineIdentity("hf", "cpu"))
    assert unfinished(store, [planned]) == [planned]
    store.cell(planned.cell).finish(manifest(cell("m"), k=2))
    assert is_finished(store, planned)
    assert is_finished(store, replace(planned, task=replace(run, k=1)))
    assert not is_finished(store, replace(planned, task=replace(run, k=3)))
