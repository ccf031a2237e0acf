"""``expect: clean``: every way it can end, and its parts."""

import pytest
from golden import CLEAN, UNLIKE, Golden, on_clean, says
from small_summaries import contrast, policy, row, summary

from suite.gate import judge

GOLDEN = [
    Golden("clean gain", CLEAN, on_clean((1, 9), (2, 4)), "holds", "2 of 2 hold", 0),
    Golden("leaked gain", CLEAN, on_clean((1, 9), (-2, 0)), "refuted", "1 of 2 hold; delta -1.0", 1),
    Golden("clean gain of no gain", CLEAN, on_clean((-9, -1), (2, 4)),
           "refuted", "1 of 2 hold; delta -5.0", 1),
    Golden("perhaps clean gain", CLEAN, on_clean((1, 9), (-1, 4)),
           "inconclusive", "not all of it is above 0", 3),
    Golden("no clean task", CLEAN, row((1, 9)),
           "missing", "no clean task was run with the same protocol as t", 1),
    Golden("gain on a clean task", CLEAN.replace("task: t", "task: c"), on_clean((-9, -1), (2, 4)),
           "holds", "delta +3.0", 0),
    Golden("gain on a clean task and on none beside it", CLEAN.replace("task: t", "task: c"),
           on_clean((1, 9), (2, 4), (-2, 0)),
           "refuted", "1 of 2 hold; delta -1.0", 1),
    Golden("clean task that was not compared", CLEAN, on_clean((1, 9), None),
           "missing", "1 of 2 hold; the summary has no delta", 1),
    Golden("clean task whose arms differ", CLEAN, on_clean((1, 9), UNLIKE.model_copy(update={"task": "c"})),
           "not comparable", "1 of 2 hold; the arms differ in decoding, dtype", 3),
    Golden("a task that is neither clean nor contaminated", CLEAN.replace("task: t", "task: u"),
           summary(*on_clean((1, 9), (2, 4)).deltas, row((1, 9), task="u"), contrasts=(contrast("t", "c"),)),
           "missing", "no clean task was run with the same protocol as u", 1),
    Golden("another clean task", CLEAN[:-1] + ", clean_tasks: d}", on_clean((1, 9), (2, 4)),
           "missing", "no clean task d", 1),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_a_clean_gain_can_end(case: Golden) -> None:
    case.check()


def test_it_says_which_tasks_are_clean() -> None:
    assert says(CLEAN) == "gain of more than 0 points, also on every clean task"
    assert says(CLEAN[:-1] + ", clean_tasks: [c, d]}") == "gain of more than 0 points, also on c and d"


def test_every_clean_task_is_a_part_and_the_whole_has_no_number_of_its_own() -> None:
    given = on_clean((1, 9), (2, 4), None)
    (whole,) = judge(given, policy(CLEAN)).verdicts
    assert [(part.task, part.verdict) for part in whole.parts or ()] == [
        ("t", "holds"),
        ("c", "holds"),
        ("d", "missing"),
    ]
    (open_,) = judge(on_clean((1, 9), (-1, 4)), policy(CLEAN)).verdicts
    assert open_.verdict == "inconclusive"
    assert open_.parts
    assert open_.parts[1].needs
    assert (open_.points, open_.interval, open_.quantity, open_.needs) == (None,) * 4


def test_a_contrast_of_another_task_says_what_is_clean_here_too() -> None:
    """d was run beside u alone, and still is a clean task of the method."""
    given = summary(
        row((1, 9)),
        row((2, 4), task="c"),
        row((-2, 0), task="d"),
        contrasts=(contrast("t", "c"), contrast("u", "d")),
    )
    (whole,) = judge(given, policy(CLEAN)).verdicts
    assert whole.verdict == "refuted"
    assert [part.task for part in whole.parts or ()] == ["t", "c", "d"]


def test_a_whole_with_an_unverified_part_is_unverified() -> None:
    given = on_clean((1, 9), row((2, 4), task="c", arms="unverified"))
    assert judge(given, policy(CLEAN)).verdicts[0].unverified
