"""Forests: every delta once, bases of a family together, what is missing named."""

from across_summary import SMALL
from hand_made_summary import QWEN

from suite.leaderboard.across.across_tab import across_view
from suite.schema import Summary


def test_the_forest_holds_every_delta_once_and_a_line_for_what_is_missing(whole: Summary) -> None:
    view = across_view(whole)
    entries = [entry for forest in view.forests for group in forest.groups for entry in group.rows]
    assert sorted(str(entry.row) for entry in entries if entry.row) == sorted(map(str, whole.deltas))
    assert [(entry.label, entry.word) for entry in entries if entry.row is None] == [
        ("Llama3", "missing")
    ] * 3
    assert [forest.task.task for forest in view.forests] == ["math500", "arithmetic_clean", "aime2025"]


def test_bases_of_a_family_stand_together_under_one_shape_and_steps_in_order(whole: Summary) -> None:
    group = across_view(whole).forests[0].groups[0]
    assert [entry.family for entry in group.rows] == [0] * 6 + [1] * 3
    assert [entry.label for entry in group.rows][:4] == [f"{QWEN} · step {n}" for n in (100, 200, 300)] + [
        f"{SMALL} · step 100"
    ]
    assert not group.spurious and across_view(whole).forests[0].groups[1].spurious
