"""``beats``: every way it can end, and when it says what would decide."""

import pytest
from golden import BEATS, A, Golden, against, first_verdict, says
from small_summaries import row, summary

from suite.schema import Covers

BEATS_ALL = f'{{{A}, beats: "*"}}'
GOLDEN = [
    Golden("beats its control", BEATS, against(("random", 1, 5), ("format", -3, 1)),
           "holds", "delta beyond random +3.0", 0),
    Golden("does not beat its control", BEATS, against(("random", -5, -1)),
           "refuted", "none of it is above 0", 1),
    Golden("may beat its control", BEATS, against(("random", -1, 5)),
           "inconclusive", "not all of it is above 0", 3),
    Golden("beats one control of two", BEATS_ALL, against(("random", 1, 5), ("format", -3, 1)),
           "inconclusive", "1 of 2 hold", 3),
    Golden("beats all controls", BEATS_ALL, against(("random", 1, 5), ("format", 2, 6)),
           "holds", "2 of 2 hold", 0),
    Golden("the control was not run", BEATS, against(("format", 1, 5)),
           "missing", "no control random of the same base", 1),
    Golden("no control at all", BEATS_ALL, against(), "missing", "no control of the same base", 1),
    Golden("a control has no control", BEATS, row((1, 9), spurious=True), "missing", "a control itself", 1),
    Golden("beats by a pattern", '{family: a, reward: "*", task: t, beats: random}',
           summary(against(("random", 1, 5)), row((1, 9), reward="random", spurious=True)),
           "holds", "beyond random", 0),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_beating_a_control_can_end(case: Golden) -> None:
    case.check()


def test_it_says_which_controls_are_beaten() -> None:
    assert says(BEATS) == "gain of more than 0 points beyond control random"
    assert says(BEATS_ALL) == "gain of more than 0 points beyond every control"
    two = says(f"{{{A}, beats: [random, format], at_least: 2}}")
    assert two == "gain of at least 2 points beyond control random and format"


@pytest.mark.parametrize(
    ("covers", "known"),
    [("items only", True), ("items and seeds", False), ("items, and seeds of one arm", False)],
)
def test_it_says_what_would_decide_only_for_an_interval_over_items(covers: Covers, known: bool) -> None:
    verdict = first_verdict(BEATS, against(("random", -1, 5), covers=covers))
    assert verdict.verdict == "inconclusive"
    assert (verdict.needs is not None) == known
