"""Where an interval lies, and what is no interval to judge by."""

import math

import pytest
from golden import GAIN, NO_GAIN, Golden, damaged, first_verdict
from small_summaries import row

from suite.gate.bands import Band
from suite.gate.judgement import Judgement, PartJudgement, in_band, worst_of
from suite.stats import Estimate

GOLDEN = [
    Golden("no interval", GAIN, row(None), "inconclusive", "delta +4.0 points without an interval", 3),
    Golden("no delta", NO_GAIN, row(None, delta=None), "inconclusive", "no delta", 3),
    Golden("interval of nothing", GAIN, damaged(delta=math.nan, interval=(math.nan, math.nan)),
           "inconclusive", "not a usable", 3),
    Golden("interval without an end", GAIN, damaged(interval=(1.0, math.inf)),
           "inconclusive", "not a usable interval", 3),
    Golden("interval the wrong way round", NO_GAIN, row((9, 1)), "inconclusive", "not a usable interval", 3),
    Golden("interval of another number", GAIN, row((1, 9), delta=20),
           "inconclusive", "+20.0 points, interval +1.0 to +9.0: not a", 3),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_an_interval_is_judged_by_only_if_it_can_be_used(case: Golden) -> None:
    case.check()


def test_a_number_that_rounds_to_zero_has_no_sign_in_any_detail() -> None:
    """There was "-0.0" and "+0.0" in details beside "0.0" in tables."""
    for claim, given in ((GAIN, row((-0.04, 0.04))), (NO_GAIN, row((-2, -0.01)))):
        detail = first_verdict(claim, given).detail
        assert "-0.0" not in detail
        assert "+0.0" not in detail
        assert " 0.0" in detail


def test_the_worst_of_several_decides_and_each_is_a_part() -> None:
    parts = [
        PartJudgement(row((1, 9)), Judgement("holds", "a")),
        PartJudgement(row((1, 9)), Judgement("not comparable", "b", differs=("dtype",))),
        PartJudgement(row((1, 9)), Judgement("inconclusive", "c")),
    ]
    whole = worst_of(parts)
    assert (whole.word, whole.detail, whole.differs) == ("not comparable", "1 of 3 hold; b", ("dtype",))
    assert whole.parts == tuple(parts)
    assert worst_of(parts[:1]) == parts[0].judgement


def test_what_would_decide_is_not_said_without_noise() -> None:
    open_ = in_band(Band(low=0), "delta", Estimate(4.0, (-1.0, 9.0)), None)
    assert (open_.word, open_.needs) == ("inconclusive", None)
