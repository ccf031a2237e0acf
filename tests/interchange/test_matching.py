"""Items by what other tools say of them: the same question in another spelling, never another question."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.errors import SuiteError
from suite.interchange.answers import Answer
from suite.interchange.matching import ItemIndex, folded, same_gold

needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")

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
        (answer(text_with_question="user: How many?  Find x\nassistant:"), "d"),
        (
            answer(
                text_with_question="user: Find \\(\\frac{1}{2} + x\\).",
                gold="so it is $\\boxed{\\frac{3}{4}}$",
            ),
            "a",
        ),
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
        (answer(text_with_question="nothing of the kind"), "unknown item"),
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
        ("first \\boxed{4}, then $\\boxed{\\frac{1}{2}}$.", "\\dfrac12", True),
        ("3", "4", False),
        ("\\frac{1}{2}", "2", False),
        ("2", "\\frac{1}{2}", False),
        ("(1,2)", "2", False),
        ("[1,2]", "(1,2)", False),
        ("x = 3, so it is 4", "4", False),
        ("first \\boxed{4}, then $\\boxed{5}$.", "4", False),
        ("so it is $\\boxed{\\frac{1}{2}}$", "2", False),
        ("2\\sqrt{3}", "3", False),
        ("", "4", False),
    ],
)
def test_gold_answers_agree_as_answers_do(theirs: str, ours: str, same: bool) -> None:
    assert same_gold(theirs, ours) is same


ONE_ANSWER = {
    ("-2,1", "1,-2"),
    ("10,\\!080", "10080"),
    ("120", "120^\\circ"),
    ("15", "15\\mbox{ cm}^2"),
    ("2 \\sqrt{5}", "2\\sqrt{5}"),
    ("30", "30^\\circ"),
    ("36", "36^\\circ"),
    ("40", "40_9"),
    ("90", "90^\\circ"),
    ("\\frac14", "\\frac{1}{4}"),
}
"""Golds of MATH-500 that differ in spelling, unit or base only."""


@needs_data
def test_different_golds_of_a_real_set_agree_only_where_they_are_one_answer() -> None:
    """Each gold of MATH-500 against the next 40 in their order, in both directions."""
    golds = sorted({item.answer for item in load_items(task("math500"), Path(os.environ[DATA_VARIABLE]))})
    pairs = [(a, b) for n, a in enumerate(golds) for b in golds[n + 1 : n + 41]]
    assert {(a, b) for a, b in pairs if same_gold(a, b) or same_gold(b, a)} == ONE_ANSWER


@needs_data
def test_the_last_box_of_a_solution_is_its_gold() -> None:
    golds = {item.answer for item in load_items(task("math500"), Path(os.environ[DATA_VARIABLE]))}
    assert {
        gold for gold in golds if not same_gold(f"Not \\boxed{{-5}}, so it is $\\boxed{{{gold}}}.$", gold)
    } == set()


ASKED = "Solve it.\n\n{}\n\nThink first."


WHOLE = [ITEMS[0], ITEMS[3], Item("e", "How many?", "9")]


def around(place: int, text: str, problem: str) -> Answer:
    return Answer(f"file:{place}", 0, "text", text_with_question=text.replace("{}", problem))


def test_one_text_around_all_questions_is_a_template() -> None:
    rows = [around(n, ASKED, item.problem) for n, item in enumerate(WHOLE)]
    rows[0] = around(0, ASKED.replace("\n\n", " "), "Find \\(\\dfrac{1}{2} + x\\).")
    assert [item.id for _, item in ItemIndex("set", WHOLE).match(rows)] == ["a", "d", "e"]


@pytest.mark.parametrize(
    "other", [ASKED.replace("first", "twice"), "Not this: {}", ASKED.replace("{}", "{} And double it.")]
)
def test_words_of_its_own_around_a_question_make_it_another_question(other: str) -> None:
    rows = [around(n, ASKED, item.problem) for n, item in enumerate(WHOLE)]
    rows[2] = around(2, other, WHOLE[2].problem)
    with pytest.raises(
        SuiteError, match="file:2: the text around its question is not that of the other answers"
    ):
        ItemIndex("set", WHOLE).match(rows)


def test_if_the_template_holds_a_question_the_gold_decides_which_is_meant() -> None:
    items = [*WHOLE[:1], Item("f", "Sum up", "1"), Item("g", "Tell it.", "2")]
    rows = [around(n, "Tell it. {} Now: Tell it.", item.problem) for n, item in enumerate(items)]
    with pytest.raises(SuiteError, match="file:0: the question fits several items"):
        ItemIndex("set", items).match(rows)
    golden = [replace(row, gold=item.answer) for row, item in zip(rows, items, strict=True)]
    assert [item.id for _, item in ItemIndex("set", items).match(golden)] == ["a", "f", "g"]


def test_folding_keeps_the_content_of_a_question() -> None:
    assert folded("a - b") != folded("a + b")
    assert folded("1 2") == folded("12")  # white space is nothing: the gold answer tells such questions apart
