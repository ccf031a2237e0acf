"""Generated items: levels in turn, and no fresh item is a published one."""

from suite.benchmarks import arithmetic
from suite.benchmarks.item_sets import load_items, load_set
from suite.benchmarks.items import Item, items_hash
from suite.benchmarks.tasks import task


def test_every_level_of_the_arithmetic_set_has_25_items_with_exact_labels() -> None:
    loaded = load_items(task("arithmetic_clean"))
    assert {level: sum(item.steps == level for item in loaded) for level in range(1, 21)} == dict.fromkeys(
        range(1, 21), 25
    )
    wanted = {
        e.latex: arithmetic.label(e.value)
        for level in range(1, 21)
        for e in arithmetic.expressions(1, level, 25)
    }
    assert {item.problem.removeprefix(arithmetic.PROMPT): item.answer for item in loaded} == wanted
    assert [item.steps for item in loaded[:40]] == [*range(1, 21), *range(1, 21)]


def test_a_fresh_item_is_what_it_is_whatever_its_id() -> None:
    fresh = load_set(task("arithmetic_clean"), seed=7).items[0]
    expression = arithmetic.expressions(7, 1, 1)[0]
    same = Item("1-0", arithmetic.PROMPT + expression.latex, arithmetic.label(expression.value), steps=1)
    assert (fresh.id, fresh.hash, items_hash([fresh])) == ("s7-1-0", same.hash, items_hash([same]))


def test_no_fresh_item_is_a_published_one() -> None:
    fresh, published = load_items(task("micro_arithmetic_clean")), load_items(task("micro_bench"))
    assert not {i.problem for i in fresh} & {i.problem for i in published}
    assert not {i.hash for i in fresh} & {i.hash for i in published}
