"""Fixtures of the tests of items."""

from pathlib import Path

import pytest
from small_set import hashes_text

from suite.benchmarks import hub, item_sets
from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.items import Item
from suite.files import shipped


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Item]:
    """Three items that ship as the task ``small``."""
    made = [Item("a", "one", "1"), Item("b", "two", "2"), Item("c", "three", "025")]
    (tmp_path / "tasks" / "small").mkdir(parents=True)
    (tmp_path / "tasks" / "small" / "items.tsv").write_text(hashes_text(made))
    monkeypatch.setattr(shipped, "tasks_dir", lambda: tmp_path / "tasks")
    monkeypatch.setattr(item_sets, "all_tasks", dict)
    monkeypatch.setattr(hub, "_is_hub_reachable", lambda: True)
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    return made
