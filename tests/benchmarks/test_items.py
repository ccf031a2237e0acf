"""The identity of an item: one spelling for plain numbers, and hashes that never change."""

from dataclasses import replace

import pytest

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item, items_hash, plain_answer
from suite.benchmarks.tasks import task

# Samples are seeded by item hashes and cells named by set hashes: the numbers in leaderboards/micro hang on
# these.
MICRO_HASHES = {
    "micro_arithmetic_clean": "ec0f0d3d01f181c0471366939d34ab8e46555a90aabe8a6dcbb890d925fbf22c",
    "micro_bench": "6d4d232569f2e4efd2e6f589bbf388c7993ebb4a9f9490763af15718b139de19",
    "micro_bench_partial": "6d4d232569f2e4efd2e6f589bbf388c7993ebb4a9f9490763af15718b139de19",
}


@pytest.mark.parametrize("name", MICRO_HASHES)
def test_the_micro_items_are_still_those_of_the_leaderboard_that_ships(name: str) -> None:
    assert items_hash(load_items(task(name))) == MICRO_HASHES[name]


@pytest.mark.parametrize(
    ("spellings", "one"),
    [
        (
            ["142", "142.0", "142.", "$142$", " 142 ", "+142", "0142", "142^\\circ", "142^{\\circ}", "142°"],
            "142",
        ),
        (["1,000", "1000", "1000.00"], "1000"),
        (["0", "-0", "0.0", "000"], "0"),
        ([".5", "0.50"], "0.5"),
        (["-7.0", "-7"], "-7"),
        (["p - q", " p  -\nq "], "p - q"),
        (["1e5"], "1e5"),
        (["10,00"], "10,00"),
        (["\\frac12"], "\\frac12"),
    ],
)
def test_plain_answers_have_one_spelling_and_others_keep_theirs(spellings: list[str], one: str) -> None:
    assert {plain_answer(s) for s in spellings} == {one}


def test_a_huge_number_does_not_blow_up() -> None:
    assert plain_answer("9" * 5000) == "9" * 5000


def test_the_items_hash_ignores_order_ids_and_spelling_but_not_content() -> None:
    a, b = Item("1", "one  question", "142.0"), Item("2", "other", "2")
    same = items_hash([b, Item("x", "one question", "142")])
    assert items_hash([a, b]) == same
    assert items_hash([a]) != items_hash([a, b])
    assert items_hash([a, a, b]) != same
    assert items_hash([replace(a, answer="143"), b]) != same
    assert items_hash([replace(a, problem="question"), b]) != same
