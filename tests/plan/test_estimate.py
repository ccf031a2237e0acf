"""What a plan costs: only what is missing, from what the run measured, else from what is stated."""

from pathlib import Path

import pytest
from builders.cells import Answer, manifest, samples

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.tasks import task
from suite.commands.plan import PlanRow, plan_rows, plan_total
from suite.engine.start import identity
from suite.plan.cells import ModelToRun, PlannedCell, plan, task_to_run
from suite.plan.estimate import cost, measurements
from suite.plan.selection import Selection
from suite.registry import EngineSettings, Registry, load_registry
from suite.registry.protocols import PLAIN
from suite.schema import Sample
from suite.store.run_folder import RunStore

TASK = task("micro_bench")
N, K, LIMIT = 100, 8, 96
OVERLAY = "throughputs:\n  - {models: [micro-llama3], tokens_per_s: 1000, measured_on: my machine}\n"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    (tmp_path / "mine.yaml").write_text(OVERLAY)
    return load_registry([tmp_path / "mine.yaml"])


def planned(model: str = "micro-llama3", **settings: int) -> PlannedCell:
    one = ModelToRun(
        model, "f", "micro-llama3", Path("x"), "w", (PLAIN,), "float32", EngineSettings(**settings)
    )  # type: ignore[arg-type]
    return plan([one], [task_to_run(TASK, load_items(TASK))], identity("hf"))[0]


def finished(store: RunStore, cell: PlannedCell, tokens: int, wall_s: float) -> None:
    """A finished cell each of whose samples has so many tokens."""
    place = store.cell(cell.cell)
    answers = [[Answer("", tokens=tokens)] * K] * N
    place.write_batch("0", samples(cell.task.items, answers))
    place.finish(manifest(cell.cell, n_items=N, k=K, base=cell.model.base, wall_s=wall_s))


def test_nothing_known_means_the_limit_of_tokens_and_the_stated_speed(
    tmp_path: Path, registry: Registry
) -> None:
    store = RunStore(tmp_path)
    found = cost(store, planned(), measurements(store, {"hf"}), registry)
    assert (found.missing, found.tokens, found.tokens_are) == (N * K, N * K * LIMIT, "at most")
    assert (found.seconds, found.measured_on) == (pytest.approx(N * K * LIMIT / 1000), "my machine")


def test_a_speed_of_an_overlay_comes_before_the_shipped_one(registry: Registry) -> None:
    shipped, own = load_registry().throughput("micro-llama3"), registry.throughput("micro-llama3")
    assert shipped is not None and own is not None
    assert (shipped.tokens_per_s, own.tokens_per_s) == (2200, 1000)


def test_finished_cells_of_the_run_come_before_what_is_stated(tmp_path: Path, registry: Registry) -> None:
    store = RunStore(tmp_path)
    finished(store, planned(), tokens=10, wall_s=4.0)
    other = planned("checkpoint")
    found = cost(store, other, measurements(store, {other.cell.engine}), registry)
    assert (found.tokens, found.tokens_are) == (N * K * 10, "expected")
    assert found.tokens_per_s == pytest.approx(2000)
    assert found.seconds == pytest.approx(4.0)


def test_cells_of_another_engine_tell_nothing(tmp_path: Path, registry: Registry) -> None:
    store = RunStore(tmp_path)
    finished(store, planned(), tokens=10, wall_s=4.0)
    found = cost(store, planned("checkpoint"), measurements(store, {"vllm-0.32"}), registry)
    assert (found.tokens_are, found.measured_on) == ("at most", "my machine")


def test_device_time_counts_every_device(tmp_path: Path, registry: Registry) -> None:
    store = RunStore(tmp_path)
    finished(store, planned(tensor_parallel=2), tokens=10, wall_s=4.0)
    other = planned("checkpoint", tensor_parallel=2)
    found = cost(store, other, measurements(store, {other.cell.engine}), registry)
    assert found.seconds == pytest.approx(8.0)


def test_only_the_missing_samples_of_a_half_finished_cell_are_counted(
    tmp_path: Path, registry: Registry
) -> None:
    store, cell = RunStore(tmp_path), planned()
    half = [
        Sample(item_id=item.id, sample=s, text="", n_tokens=1) for item in cell.task.items for s in range(3)
    ]
    store.cell(cell.cell).write_batch("0", half)
    assert cost(store, cell, measurements(store, set()), registry).missing == N * (K - 3)


def test_a_finished_cell_costs_nothing(tmp_path: Path, registry: Registry) -> None:
    store = RunStore(tmp_path)
    finished(store, planned(), tokens=10, wall_s=4.0)
    found = cost(store, planned(), measurements(store, {planned().cell.engine}), registry)
    assert (found.missing, found.tokens, found.seconds) == (0, 0, 0)


def test_without_any_speed_there_is_no_estimate_and_the_plan_says_how_to_get_one(tmp_path: Path) -> None:
    selection = Selection(families=("qwen2.5-math",), tasks=("micro_bench",))
    rows, made = plan_rows(selection, [], tmp_path)
    assert {row["seconds"] for row in rows} == {None}
    assert all("is not downloaded yet" in note for note in made.notes) and len(made.notes) == len(rows) == 6
    assert any("no throughput known; state one under `throughputs`" in line for line in plan_total(rows))
    assert not any("device time" in line for line in plan_total(rows))


def test_the_total_adds_up_what_is_to_run(tmp_path: Path) -> None:
    rows, _ = plan_rows(
        Selection(families=("micro-llama3",), tasks=("micro_bench", "micro_bench_partial")), [], tmp_path
    )
    lines = plan_total(rows)
    tokens = sum(row["tokens"] for row in rows)
    assert lines[:2] == ["2 cells: 0 done, 2 to run", f"900 samples to draw, at most {tokens:,} tokens"]
    assert lines[-1] == f"device time: at most {tokens / 2200:.0f} s"


def test_a_model_that_is_not_here_has_no_cell_id(tmp_path: Path) -> None:
    rows: list[PlanRow] = plan_rows(
        Selection(families=("llama3", "micro-llama3"), tasks=("micro_bench",)), [], tmp_path
    )[0]
    assert {row["model"] for row in rows if row["cell"]} == {"micro-llama3"}
