"""A delta beside the one in a baseline file, for either kind of claim that names one."""

import pytest
from golden import STORED, WORSE, Golden, first_verdict
from small_summaries import row

GOLDEN = [
    Golden("the baseline lacks it", STORED, row((10, 12), step=20),
           "missing", "base.yaml does not have this pair", 1),
    Golden("unchanged", WORSE, row((9, 11)), "holds", "delta +10.0 points, unchanged", 0),
    Golden("other items", WORSE, row((9, 11), n_items=40), "not comparable", "another n_items", 3),
    Golden("other k", WORSE, row((9, 11), k=8), "not comparable", "another k", 3),
    Golden("interval of another number beside a baseline", WORSE, row((8, 9), delta=20),
           "inconclusive", "not a usable interval", 3),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_a_row_can_stand_beside_a_baseline(case: Golden) -> None:
    case.check()


def test_it_never_says_what_would_decide_as_other_items_are_another_measurement() -> None:
    for claim, given in ((WORSE, row((-4, 12))), (STORED, row((3, 12)))):
        verdict = first_verdict(claim, given)
        assert verdict.verdict == "inconclusive"
        assert verdict.needs is None
