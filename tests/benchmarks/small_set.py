"""A task ``small`` of three items, and the shipped sets by kind: what the tests of items share."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import SHORT_HASH, Item, items_hash
from suite.benchmarks.tasks import ItemSource, TaskFile, all_tasks, task
from suite.files import shipped

SETS = [name for name, spec in all_tasks().items() if spec.metadata.source.of is None]


HUB_SETS = [name for name in SETS if task(name).metadata.source.hub]


GENERATED = [name for name in SETS if task(name).metadata.source.generator]


needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")


def hashes_file(name: str) -> Path:
    return shipped.tasks_dir() / name / "items.tsv"


def hashes_text(loaded: Sequence[Item]) -> str:
    """The content of an ``items.tsv``."""
    rows = "".join(f"{item.id}\t{item.hash[:SHORT_HASH]}\n" for item in loaded)
    head = (
        f"# items_hash {items_hash(loaded)}; below: item id, first {SHORT_HASH} hex digits of the item's hash"
    )
    return f"{head}\n{rows}"


def real(name: str) -> list[Item]:
    return load_items(task(name), Path(os.environ[DATA_VARIABLE]))


task_math500 = task("math500")


def hub_task(source: ItemSource) -> TaskFile:
    """A task ``small`` with that source."""
    spec = task_math500.model_copy(update={"task": "small"})
    return spec.model_copy(update={"metadata": spec.metadata.model_copy(update={"source": source})})


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
