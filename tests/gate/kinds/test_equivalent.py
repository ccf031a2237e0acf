"""``expect: equivalent``: every way it can end."""

import pytest
from golden import NO_GAIN, Golden, says
from small_summaries import row

EQUAL = NO_GAIN.replace("no_gain", "equivalent")
GOLDEN = [
    Golden("equivalent inside", EQUAL, row((-4.9, 4.9)), "holds", "between -5 and 5", 0),
    Golden("equivalent across the upper margin", EQUAL, row((-1, 6)),
           "inconclusive", "not all of it is between", 3),
    Golden("equivalent across the lower margin", EQUAL, row((-5, 1)),
           "inconclusive", "not all of it is between", 3),
    Golden("a gain is not equivalent", EQUAL, row((5, 9)), "refuted", "none of it is between -5 and 5", 1),
    Golden("a loss is not equivalent", EQUAL, row((-9, -6)), "refuted", "none of it is between -5 and 5", 1),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_equivalence_can_end(case: Golden) -> None:
    case.check()


def test_it_says_which_change_is_ruled_out() -> None:
    assert says(EQUAL) == "no change of 5 points or more either way"
