"""``not_worse_than``: every way it can end; a certain loss is refuted."""

import pytest
from golden import EXACT, WORSE, Golden, first_verdict, says
from small_summaries import row

GOLDEN = [
    Golden("better", WORSE, row((19, 21)), "holds", "+20.0 points, +10.0 in base.yaml", 0),
    Golden("a little worse, surely", WORSE, row((6, 8)), "holds", "delta minus the baseline's -3.0", 0),
    Golden("six points worse", WORSE, row((3, 5)),
           "refuted", "all of it is below 0, and the change itself is not above -5", 1),
    Golden("four points worse, surely", EXACT, row((5.8, 6.2), reward="e"),
           "holds", "all of it is above -5", 0),
    Golden("four points worse, and perhaps six", EXACT, row((3.9, 8.1), reward="e"),
           "inconclusive", "not all of it is above -5", 3),
    Golden("five points worse", EXACT, row((4, 6), reward="e"),
           "refuted", "not all of it is above -5; all of it is below 0", 1),
    Golden("seven points worse, surely", EXACT, row((2, 4), reward="e"),
           "refuted", "none of it is above -5; all of it is below 0", 1),
    Golden("six points worse within noise", WORSE, row((-4, 12)),
           "inconclusive", "not all of it is above -5", 3),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_not_being_worse_can_end(case: Golden) -> None:
    case.check()


def test_it_says_how_much_worse_is_allowed() -> None:
    assert says(WORSE) == "less than 5 points below base.yaml"


def test_a_loss_that_is_surer_is_never_judged_more_kindly() -> None:
    """Not worse than by 5: with more items the interval narrows around the same change."""
    order = ["holds", "inconclusive", "refuted"]
    for change in (-7.0, -5.0, -4.9, -4.0, -1.0, 3.0):
        ranks = []
        for half in (20.0, 8.0, 6.0, 4.0, 2.0, 0.5, 0.05):
            given = row((10 + change - half, 10 + change + half), reward="e")
            ranks.append(order.index(first_verdict(EXACT, given).verdict))
        assert ranks in (sorted(ranks), sorted(ranks, reverse=True)), (change, ranks)
