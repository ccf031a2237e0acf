"""Items from a file of JSON lines: ``<data dir>/<task>.jsonl``, which takes the place of the Hub.

A line is ``{"id": "0", "problem": "What is 2+3?", "answer": "5"}``; the data folder is that of ``--data-dir``
or of the environment's ``RLVR_SUITE_DATA``.
"""

import hashlib
import os
from pathlib import Path

from suite.benchmarks.items import Item, ItemSet
from suite.errors import SuiteError
from suite.files import json_lines
from suite.schema import Strict

DATA_VARIABLE = "RLVR_SUITE_DATA"


def check_data_dir(folder: Path | None, where: str = "--data-dir") -> None:
    """Refuse a data folder that does not exist, even if no item is read from it: the flag is a mistake."""
    if folder is not None and not folder.is_dir():
        raise SuiteError(f"no such folder: {folder}", where, "Name a folder of <task>.jsonl files")


class _Row(Strict):
    id: str
    problem: str
    answer: str
    difficulty: int | None = None


def file_items(path: Path) -> ItemSet:
    """Return the items of a file, with the hash of its bytes as the revision."""
    items: dict[str, Item] = {}
    content = json_lines.content(path)
    for where, row in json_lines.rows(content, _Row, path, "id, problem, answer (all text)"):
        if row.id in items:
            raise SuiteError(f"item id '{row.id}' appears twice", where, "Give each item its own id")
        items[row.id] = Item(row.id, row.problem, row.answer)
    if not items:
        raise SuiteError("no items", str(path), "Put one JSON object a line (id, problem, answer)")
    return ItemSet(list(items.values()), path.name, f"sha256:{hashlib.sha256(content).hexdigest()}")


def item_file(name: str, data_dir: Path | None) -> Path | None:
    """Return the file with the items of ``name`` in the data folder; None if no data folder is given.

    Raises ``SuiteError`` if the folder lacks the file: the Hub is not asked instead.
    """
    variable = os.environ.get(DATA_VARIABLE)
    folder = data_dir or (Path(variable) if variable else None)
    if folder is None:
        return None
    # The folder replaces the Hub as a whole: if one file is missing, a silent download would hide the
    # mistake.
    path = folder / f"{name}.jsonl"
    if not path.is_file():
        fix = "Put the file there, or name another folder with --data-dir"
        raise SuiteError(f"no items of '{name}' here", str(path), fix)
    return path
