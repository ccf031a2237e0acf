"""Plain rows about the shipped item set ``micro_bench``, of which each test spoils what it is about."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from suite.benchmarks.items import Item
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore

TASK = "micro_bench"
MODEL = ["--model", "micro-llama3"]
CHECKPOINT = ["--base", "micro-llama3", "--reward", "random", "--seed", "3"]
Row = dict[str, object]
Refusal = Callable[[Sequence[str]], str]


def right(item: Item) -> str:
    return f"The answer is {item.answer}"


def rows(items: Sequence[Item], correct: Mapping[int, int], k: int = 2) -> list[Row]:
    """Plain rows, ``k`` samples an item.

    ``correct`` has the number of right samples of an item, by its place (default 0).
    """
    return [
        {
            "task": TASK,
            "item_id": item.id,
            "sample": s,
            "text": right(item) if s < correct.get(n, 0) else "The answer is -1",
        }
        for n, item in enumerate(items)
        for s in range(k)
    ]


def write_lines(path: Path, lines: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def manifests(run: Path) -> list[CellManifest]:
    return [m for store in RunStore(run).finished() if (m := store.manifest)]
