"""The seed of a sample depends on the run seed, the task, the item and the sample's index alone."""

import hashlib

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.engine.seeds import sample_seed

ITEM = Item("1", "What is 2 + 3?", "5")


def test_a_seed_is_the_hash_of_run_seed_task_and_item_plus_the_index() -> None:
    digest = hashlib.sha256(f"7\0math500\0{ITEM.hash}".encode()).digest()
    first = int.from_bytes(digest[:8], "big")
    assert [sample_seed(7, "math500", ITEM, i) for i in (0, 1, 2**64 - first)] == [first, first + 1, 0]


def test_the_items_of_a_task_have_different_seeds() -> None:
    items = load_items(task("micro_arithmetic_clean"))
    assert len({sample_seed(0, "micro_arithmetic_clean", item, 0) for item in items}) == len(items)


def test_an_items_id_is_no_part_of_its_seed() -> None:
    renamed = Item("2", ITEM.problem, ITEM.answer)
    assert sample_seed(0, "math500", renamed, 3) == sample_seed(0, "math500", ITEM, 3)
