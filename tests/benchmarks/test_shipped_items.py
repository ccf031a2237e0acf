"""The set that ships or an error, wherever its items come from.

``RLVR_SUITE_DATA=<folder of real items> python tests/benchmarks/test_shipped_items.py`` rewrites every
``tasks/*/items.tsv``.
"""

import hashlib
import json
from pathlib import Path

import pytest
from small_set import (
    GENERATED,
    HUB_SETS,
    SETS,
    hashes_file,
    hashes_text,
    hub_task,
    needs_data,
    real,
    write_jsonl,
)

from suite.benchmarks import arithmetic
from suite.benchmarks.item_sets import load_items, load_set
from suite.benchmarks.items import SHORT_HASH, Item
from suite.benchmarks.shipped_items import shipped_hashes
from suite.benchmarks.tasks import ItemSource, task
from suite.errors import SuiteError


@pytest.mark.parametrize("name", SETS)
def test_every_set_ships_a_hash_for_each_item_and_no_text(name: str) -> None:
    lines = hashes_file(name).read_text().splitlines()
    assert lines[0].startswith("# items_hash ")
    assert all(len(line.split("\t")) == 2 and len(line.split("\t")[1]) == SHORT_HASH for line in lines[1:])
    shipped = shipped_hashes(name)
    assert len(shipped) == len(set(shipped.values())) == len(lines) - 1 == task(name).metadata.n_items


@pytest.mark.parametrize("name", GENERATED)
def test_generated_items_are_those_that_ship(name: str) -> None:
    assert hashes_file(name).read_text() == hashes_text(load_items(task(name)))


@needs_data
@pytest.mark.parametrize("name", HUB_SETS)
def test_real_items_are_those_that_ship(name: str) -> None:
    assert hashes_file(name).read_text() == hashes_text(real(name))


# opencompass/AIME2025 at the commit of the task file: aime2025-I.jsonl and aime2025-II.jsonl, as public
# repositories pin them;
# the key is the first item of each.
AIME_2025_FILES = {
    0: "b91b3c96f05d9635d2a0692b124ebe023c1ff59cb19c074275e6c4b349d0659e",
    15: "16a2dcfbbf9db1b11f8a69a3ba5e4cac73e3641b19a37e2307e9c12240bbed5e",
}


@needs_data
@pytest.mark.parametrize(("first", "sha256"), AIME_2025_FILES.items())
def test_the_aime_2025_items_are_those_of_the_pinned_dataset_byte_for_byte(first: int, sha256: str) -> None:
    answers = {"336": "336^\\circ"}  # the one answer that the dataset spells otherwise, but for leading zeros
    rows = [(item.problem, str(int(item.answer))) for item in real("aime2025")[first : first + 15]]
    lines = [
        json.dumps({"question": q, "answer": answers.get(a, a)}, ensure_ascii=False) + "\n" for q, a in rows
    ]
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == sha256


def test_a_files_items_come_in_shipped_order(small: list[Item], tmp_path: Path) -> None:
    write_jsonl(
        tmp_path / "small.jsonl",
        [{"id": i.id, "problem": i.problem, "answer": i.answer} for i in reversed(small)],
    )
    assert load_items(hub_task(ItemSource(hub="x")), tmp_path) == small


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([("a", "one", "1"), ("b", "two", "3"), ("c", "three", "25")], ["changed: 1 (b)"]),
        ([("a", "one", "1"), ("b", "2", "2"), ("c", "three ", "26")], ["changed: 2 (b, c)"]),
        ([("a", "one", "1"), ("c", "three", "25")], ["missing: 1 (b)"]),
        (
            [("a", "one", "1"), ("b", "two", "2"), ("c", "three", "25"), ("d", "four", "4")],
            ["not in the set: 1 (d)"],
        ),
        (
            [("a", "one", "1"), ("x", "two", "2"), ("c", "three", "25")],
            ["missing: 1 (b)", "not in the set: 1 (x)"],
        ),
    ],
)
def test_a_changed_set_is_one_line_that_lists_the_ids(
    small: list[Item], tmp_path: Path, rows: list[tuple[str, str, str]], faults: list[str]
) -> None:
    write_jsonl(
        tmp_path / "small.jsonl", [dict(zip(("id", "problem", "answer"), row, strict=True)) for row in rows]
    )
    with pytest.raises(SuiteError) as caught:
        load_items(hub_task(ItemSource(hub="x")), tmp_path)
    assert [fault for fault in faults if fault not in caught.value.what] == []
    assert caught.value.where == str(tmp_path / "small.jsonl")
    assert "leave out --data-dir" in caught.value.fix and "--limit" not in caught.value.fix
    assert "\n" not in str(caught.value)


@needs_data
def test_of_many_differing_ids_ten_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    rows = [{"id": i.id, "problem": i.problem, "answer": i.answer + "1"} for i in real("amc83")]
    write_jsonl(tmp_path / "amc83.jsonl", rows)
    with pytest.raises(SuiteError, match=r"changed: 83 \(0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 73 more\)"):
        load_items(task("amc83"), tmp_path)


def test_a_generator_that_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "PROMPT", "Compute: ")
    with pytest.raises(
        SuiteError, match=r"generator random_calculation, seed 1: .*changed: 500.*rewrite items\.tsv"
    ):
        load_items(task("arithmetic_clean"))
    assert len(load_set(task("arithmetic_clean"), seed=7).items) == 500


if __name__ == "__main__":
    for set_id in SETS:
        hashes_file(set_id).unlink(missing_ok=True)
        hashes_file(set_id).write_text(hashes_text(load_items(task(set_id))))
