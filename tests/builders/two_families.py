"""A run of two families, with every kind of row in its summary: what ``verify`` and the differ are tried on.

Each family has a base, a method (one in two seeds) and its control, on a clean and on a leaked, probed task.
"""

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from builders.cells import Answer, cell, write_cell
from suite.benchmarks.items import Item
from suite.registry import load_registry
from suite.schema import Pair, Summary
from suite.store.run_folder import RunStore, read_summary
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summary_of
from suite.summary.verify import Verification, verify

ITEMS = [
    Item(f"i{n}", f"question {n}", str(n), continuation=f" rest {n}", steps=1 + n % 2) for n in range(10)
]
ONE = "micro-llama3"
OTHER = "micro-qwen2.5-math"
CLEAN = "micro_arithmetic_clean"
LEAKED = "micro_bench"
PROBE = "micro_bench_partial"
ARMS: dict[tuple[str, str], Sequence[int]] = {
    (ONE, ONE): (0, 1),
    (ONE, "llama-mine"): (0, 1, 2, 3, 4, 5, 6),
    (ONE, "llama-mine-s1"): (0, 2, 3, 4, 5, 6, 7),
    (ONE, "llama-random"): (0, 2, 3),
    (OTHER, OTHER): (0,),
    (OTHER, "qwen-mine"): (1, 2, 3, 4, 5, 6, 7, 8),
    (OTHER, "qwen-random"): (0, 5, 6, 7),
}
"""(base, model) -> which of the ten items it answers right at first; a sample later it is one item
further.
"""
PAIRS = [
    Pair(
        family=base,
        base=base,
        checkpoint=name,
        reward=name.split("-")[1],
        recipe="r",
        seed=name.endswith("s1"),
        step=20,
    )
    for base, name in ARMS
    if base != name
]
NAME = f"delta of mine on {LEAKED} in {ONE} (llama-mine, micro_qa)"
"""How messages name the row that most edits change."""
Edit = Callable[[dict[str, Any]], object]


def write_run(root: Path) -> Path:
    """Write and summarize the whole run."""
    run = RunStore(root)
    for (base, model), right in ARMS.items():
        write(run, base, model, LEAKED, right)
        write(run, base, model, CLEAN, right[:3])
        if base == model:
            write(run, base, model, PROBE, range(6), "none")
            write(run, base, model, LEAKED, [*right, 8], "boxed")
    for pair in PAIRS:
        run.add_pair(pair)
    summarized(run.root)
    return run.root


def write(
    run: RunStore, base: str, model: str, task: str, right: Collection[int], protocol: str = "micro_qa"
) -> None:
    """A finished cell of two samples per item, in two batches; the last item ran into the token limit."""
    start = " rest" if task == PROBE else "It is"
    answers = []
    for n in range(10):
        finish = "length" if n == 9 else "stop"
        texts = [f"{start} {n}" if n - s in right else rf"python: \boxed{{{n + 90}}}" for s in range(2)]
        answers.append([Answer(text, finish) for text in texts])
    made_here = {"dataset": "by hand", "finished": "2024-09-19", "device_name": "a cpu"}
    settings = {"items": ITEMS, "task": task, "protocol": protocol, "batches": 2}
    write_cell(run, model, answers, family=base, base=base, **settings, **made_here)


def summarized(folder: Path, margin: float = 5.0) -> Summary:
    """As ``rlvr-suite summarize`` does."""
    store = RunStore(folder)
    summary = summary_of(store, scored_cells(store.finished()), load_registry(), margin)
    store.write_summary(summary)
    return summary


def checked(run: Path) -> Verification:
    return verify(read_summary(run), run, load_registry())


def edited(run: Path, edit: Edit) -> Verification:
    """What is found after the summary was edited by hand."""
    path = run / "summary.json"
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data))
    return checked(run)


def delta(data: dict[str, Any], checkpoint: str = "llama-mine", task: str = LEAKED) -> dict[str, Any]:
    return next(row for row in data["deltas"] if (row["checkpoint"], row["task"]) == (checkpoint, task))


def folder_of(run: Path, model: str, task: str = LEAKED) -> Path:
    return RunStore(run).cell(cell(model, task=task, items=ITEMS)).path


def name_of(run: Path, model: str, task: str = LEAKED) -> str:
    return f"cell {folder_of(run, model, task).name} ({model}, {task}@micro_qa)"


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def put(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: replaced(folder / name, old, new)
