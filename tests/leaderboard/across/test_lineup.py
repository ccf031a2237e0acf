"""Rows of several bases in order: a column a base, and what distinguishes the rows of one base."""

from across_summary import FAMILIES, SMALL
from hand_made_summary import LLAMA, MATH, QWEN

from suite.leaderboard.across.lineup import columns_of, in_order, variant, with_number
from suite.schema import Summary


def test_only_a_comparable_row_with_a_delta_has_a_number(whole: Summary) -> None:
    row = whole.deltas[0]
    unlike = row.model_copy(update={"comparable": False})
    empty = row.model_copy(update={"delta": None})
    assert with_number(row) is row
    assert [with_number(other) for other in (unlike, empty, None)] == [None] * 3


def test_a_step_is_named_as_one_and_other_fields_by_their_value(whole: Summary) -> None:
    row = whole.deltas[0]
    assert variant(row, ("protocol", "step", "k")) == "boxed · step 300 · 4"
    assert variant(row, ()) == ""


def test_families_come_in_the_order_of_the_board_and_an_unknown_one_last(whole: Summary) -> None:
    first, second, *_ = whole.deltas
    unknown = first.model_copy(update={"family": "unknown"})
    llama = next(row for row in whole.deltas if row.base == LLAMA)
    assert in_order(FAMILIES, (unknown, llama, second, first)) == [second, first, llama, unknown]


def test_a_family_labels_its_only_base_and_several_bases_label_themselves(whole: Summary) -> None:
    columns = columns_of(FAMILIES, whole.deltas, MATH)
    assert [(column.label, column.base) for column in columns] == [
        (QWEN, QWEN),
        (SMALL, SMALL),
        ("Llama3", LLAMA),
    ]
    assert [column.contaminated for column in columns] == [True, True, False]
    assert not any(column.contaminated for column in columns_of(FAMILIES, whole.deltas, None))
