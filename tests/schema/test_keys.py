"""The key of a row: what it leaves out stays out, and each kind of row fills it alike."""

from suite.schema import DeltaRow, Pair, PairKey, RowKey

KEY = RowKey("llama3", "llama3.1-8b", "trained", "random", "dr_grpo", 300, "math500", "chat", 1, 500, "ab12")


def row(**fields: object) -> DeltaRow:
    known = KEY._asdict() | {"seeds": (0,), "comparable": True, "checkpoint_cells": (KEY.cell,)}
    del known["cell"]
    return DeltaRow.model_validate(known | fields)


def test_a_row_says_its_key_and_its_pair() -> None:
    assert row().key == KEY
    assert row().pair == KEY.pair == PairKey("llama3", "llama3.1-8b", "trained", "random", "dr_grpo", 300)


def test_a_pair_of_a_run_and_the_row_measured_on_it_have_one_pair_key() -> None:
    pair = Pair(
        family="llama3",
        base="llama3.1-8b",
        checkpoint="trained",
        reward="random",
        recipe="dr_grpo",
        seed=7,
        step=300,
    )
    assert pair.key == row(seeds=(7,)).pair


def test_rows_that_differ_in_a_field_only_are_one_without_it() -> None:
    other = row(protocol="r1")
    assert other.key != KEY
    assert other.key.without("protocol") == KEY.without("protocol")


def test_the_order_of_a_part_is_that_of_the_key() -> None:
    assert KEY.only("task", "base") == ("llama3.1-8b", "math500")


def test_a_control_of_the_same_budget_may_have_another_reward_and_checkpoint_alone() -> None:
    assert row(reward="format", checkpoint="other").key.budget == KEY.budget
    for changed in ({"base": "b"}, {"recipe": "r"}, {"step": 1}, {"task": "t"}, {"protocol": "p"}, {"k": 8}):
        assert row(**changed).key.budget != KEY.budget


def test_a_row_that_names_no_cells_has_an_empty_cell_in_its_key() -> None:
    assert row(checkpoint_cells=None).key.cell == ""
