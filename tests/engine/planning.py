"""Models and cells of the micro families, for the engine tests."""

from pathlib import Path

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.tasks import task
from suite.engine.start import identity
from suite.plan.cells import ModelToRun, Overrides, PlannedCell, plan, task_to_run
from suite.plan.resolve import base_to_run
from suite.registry import load_registry
from suite.store.run_folder import RunStore

SAMPLED, GREEDY = "micro_arithmetic_clean", "micro_bench_partial"
BASES = ("micro-qwen2.5-math", "micro-qwen2.5", "micro-llama3", "micro-olmo2")


def base(model_id: str = "micro-llama3") -> ModelToRun:
    return base_to_run(load_registry(), model_id)


def planned(
    *models: ModelToRun,
    k: int = 2,
    limit: int = 12,
    engine: str = "hf",
    tasks: tuple[str, ...] = (SAMPLED, GREEDY),
    **overrides: float,
) -> list[PlannedCell]:
    """Cells of ``models`` on a sampled and a greedy task."""
    specs = [task(name) for name in tasks]
    wanted = Overrides(limit=limit, k=k, **overrides)  # type: ignore[arg-type]
    return plan(models, [task_to_run(spec, load_items(spec), wanted) for spec in specs], identity(engine))


def texts(store: RunStore, cells: list[PlannedCell]) -> dict[tuple[str, str, str, int], str]:
    """(model, task, item, sample) -> text of everything that is stored of the cells."""
    return {
        (p.cell.model, p.cell.task, *key): s.text
        for p in cells
        for key, s in store.cell(p.cell).samples().items()
    }


def files(store: RunStore, cell: PlannedCell) -> list[Path]:
    """The cell's journal."""
    return sorted(store.cell(cell.cell).path.glob("batch-*.jsonl"))
