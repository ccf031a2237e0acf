"""Items from a file of JSON lines: a bad file is one line with its place, a good one keeps order and text."""

import json
import os
from pathlib import Path

import pytest
from small_set import needs_data

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_items, load_set
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import TaskFile, task
from suite.errors import SuiteError


@pytest.fixture
def local(tmp_path: Path) -> TaskFile:
    """A task whose items come from ``tmp_path``; its file is not there yet."""
    return task("math500").model_copy(update={"task": "mine"})


ROW = '{"id": "1", "problem": "p", "answer": "2"}'


@pytest.mark.parametrize(
    ("content", "place", "named"),
    [
        (f"{ROW}\n{{nope\n", ":2", "JSON"),
        (f'{ROW}\n\n{{"id": "2", "problem": "p"}}\n', ":3", "answer"),
        (f'{ROW}\n{{"id": "2", "problem": "p", "answer": 2}}\n', ":2", "answer"),
        (f"{ROW}\n{ROW}\n", ":2", "'1' appears twice"),
        ("", "", "no items"),
        ("\n \n", "", "no items"),
    ],
)
def test_a_bad_item_file_is_one_line_that_names_file_and_line(
    local: TaskFile, tmp_path: Path, content: str, place: str, named: str
) -> None:
    (tmp_path / "mine.jsonl").write_text(content)
    with pytest.raises(SuiteError) as caught:
        load_items(local, tmp_path)
    assert caught.value.where == f"{tmp_path / 'mine.jsonl'}{place}"
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_item_file_is_named(local: TaskFile, tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        load_items(local, tmp_path)
    assert caught.value.where == str(tmp_path / "mine.jsonl")


def test_an_item_file_that_is_not_utf8_is_named(local: TaskFile, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_bytes(b'{"id": "\xff"}')
    with pytest.raises(SuiteError):
        load_items(local, tmp_path)


def test_local_items_keep_order_and_unicode_and_skip_empty_lines(local: TaskFile, tmp_path: Path) -> None:
    text = "½ of\u2028π"
    row = json.dumps({"id": "b", "problem": text, "answer": "1"}, ensure_ascii=False)
    (tmp_path / "mine.jsonl").write_text(f"{row}\n\n{ROW}", encoding="utf-8")
    assert load_items(local, tmp_path) == [Item("b", text, "1"), Item("1", "p", "2")]


def test_the_variable_takes_the_place_of_the_hub(
    local: TaskFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.jsonl").write_text(ROW)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert load_items(local) == [Item("1", "p", "2")]


@needs_data
def test_where_real_items_come_from_is_told_without_a_path() -> None:
    loaded = load_set(task("aime2025"), Path(os.environ[DATA_VARIABLE]))
    assert loaded.dataset == "aime2025.jsonl"
    assert loaded.revision is not None and loaded.revision.startswith("sha256:")
