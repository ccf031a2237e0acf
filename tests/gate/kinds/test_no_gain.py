"""``expect: no_gain``: every way it can end."""

import pytest
from golden import NO_GAIN, Golden, says
from small_summaries import row

GOLDEN = [
    Golden("no gain below margin", NO_GAIN, row((-2, 4.9)), "holds", "below 5", 0),
    Golden("a loss is no gain", NO_GAIN, row((-9, -6)), "holds", "below 5", 0),
    Golden("no gain up to margin", NO_GAIN, row((-2, 5)), "inconclusive", "not all of it is below 5", 3),
    Golden("gain from margin", NO_GAIN, row((5, 9)), "refuted", "none of it is below 5", 1),
    Golden("gain above margin", NO_GAIN, row((5.1, 9)), "refuted", "none of it is below 5", 1),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_no_gain_can_end(case: Golden) -> None:
    case.check()


def test_it_says_which_gain_is_ruled_out() -> None:
    assert says(NO_GAIN) == "no gain of 5 points or more"
