"""``expect: gain``: every way it can end, and what would decide it."""

import math

import pytest
from golden import GAIN, Golden, damaged, first_verdict, says
from small_summaries import row

from suite.schema import Spread

GAIN_5 = GAIN.replace("gain}", "gain, at_least: 5}")
GOLDEN = [
    Golden("gain above 0", GAIN, row((1, 9)),
           "holds", "+5.0 points, interval +1.0 to +9.0: all of it is above 0", 0),
    Golden("gain that touches 0", GAIN, row((0, 9)), "inconclusive", "not all of it is above 0", 3),
    Golden("gain across 0", GAIN, row((-2, 9)), "inconclusive", "interval -2.0 to +9.0", 3),
    Golden("no gain up to 0", GAIN, row((-9, 0)), "refuted", "none of it is above 0", 1),
    Golden("loss", GAIN, row((-9, -1)), "refuted", "none of it is above 0", 1),
    Golden("gain of exactly 5", GAIN_5, row((5, 9)), "holds", "at least 5", 0),
    Golden("gain around 5", GAIN_5, row((4.9, 9)), "inconclusive", "not all of it is at least 5", 3),
    Golden("gain up to 5", GAIN_5, row((1, 5)), "inconclusive", "not all of it is at least 5", 3),
    Golden("gain below 5", GAIN_5, row((1, 4.9)), "refuted", "none of it is at least 5", 1),
    Golden("gain that its test does not see", GAIN, row((1, 9), p=0.06),
           "inconclusive", "but its test has p = 0.06", 3),
    Golden("gain whose test says nothing", GAIN, damaged(p=math.nan),
           "inconclusive", "but its test has p = nan", 3),
    Golden("gain that its test sees", GAIN, row((1, 9), p=0.05), "holds", "above 0", 0),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_a_gain_can_end(case: Golden) -> None:
    case.check()


def test_it_says_how_much_is_gained() -> None:
    assert says(GAIN) == "gain of more than 0 points"
    assert says(GAIN_5) == "gain of at least 5 points"


def test_an_open_claim_says_how_many_items_and_samples_would_decide_it() -> None:
    """Half width 4 on 50 items, 2.5 points to go: 50 (4 / 2.5 * 2.8 / 1.96)^2 = 261 in large samples."""
    spread = Spread(between=10.0, sampling=300.0)
    needs = first_verdict(GAIN, row((-1.5, 6.5), spread=spread)).needs
    assert needs is not None
    assert needs.items == pytest.approx(261, rel=0.06)
    assert needs.samples is not None
    assert needs.samples > 1
    assert needs.seeds is None


def test_an_open_claim_over_several_seeds_says_how_many_seeds_would_decide_it() -> None:
    seeds = row((-0.4, 6.4), seed_deltas=(1.5, 3.0, 4.5), seeds=(0, 1, 2), interval_covers="items and seeds")
    needs = first_verdict(GAIN, seeds).needs
    assert needs is not None
    assert needs.seeds is not None
    assert needs.seeds > 3
