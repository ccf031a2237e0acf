"""Items by what other tools say of them: the same question in another spelling, never another question."""

import pytest

from suite.errors import SuiteError
from suite.interchange.answers import Answer
from suite.interchange.matching import ItemIndex, folded, same_gold
from suite.items import Item

ITEMS = [
    Item("a", "Find $\\frac{1}{2} + x$.", "\\frac{3}{4}"),
    Item("b", "Find \\[x\\]", "025"),
    Item("c", "Find x", "7"),
    Item("d", "How many? Find x", "8"),
]
INDEX = ItemIndex("set", ITEMS)


def answer(**values: str) -> Answer:
    return Answer("file:1", 0, "text", **values)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (answer(item_id="b"), "b"),
        (answer(question="Find  $\\dfrac{1}{2}+x$."), "a"),
        (answer(question="Find $$x$$", gold="25"), "b"),
        (answer(question="Find x", gold="7.0"), "c"),
        (answer(around="user: How many?  Find x\nassistant:"), "d"),
        (answer(around="user: Find \\(\\frac{1}{2} + x\\).", gold="so it is $\\boxed{\\frac{3}{4}}$"), "a"),
    ],
)
def test_the_same_question_in_another_spelling_is_found(asked: Answer, found: str) -> None:
    assert INDEX.find(asked).id == found


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (answer(item_id="z"), "unknown item of 'set' (item_id 'z')"),
        (answer(item_id="a", question="Find x"), "unknown item"),
        (answer(question="Find y"), "unknown item"),
        (answer(around="nothing of the kind"), "unknown item"),
        (answer(item_id="c", gold="8"), "its gold answer '8' is not that of item 'c', '7'"),
        (answer(question="Find x"), "the question fits several items of 'set' (b, c)"),
    ],
)
def test_what_is_not_one_item_is_an_error_with_its_place(asked: Answer, named: str) -> None:
    with pytest.raises(SuiteError) as caught:
        INDEX.find(asked)
    assert named in str(caught.value) and "file:1" in str(caught.value)


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("25", "025", True),
        ("142.0", "142", True),
        ("\\dfrac12", "\\frac{1}{2}", True),
        ("x = 3, so \\boxed{4}", "4", True),
        ("3", "4", False),
    ],
)
def test_gold_answers_agree_as_answers_do(theirs: str, ours: str, same: bool) -> None:
    assert same_gold(theirs, ours) is same


def test_folding_keeps_what_a_question_says() -> None:
    assert folded("a - b") != folded("a + b")
    assert folded("1 2") == folded("12")  # white space is nothing: the gold answer tells such questions apart
