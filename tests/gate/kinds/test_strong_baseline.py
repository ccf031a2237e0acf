"""``expect: strong_baseline``: every way it can end, and when it says what would decide."""

import pytest
from golden import STRONG, Golden, first_verdict, says, strong
from small_summaries import SEVERAL_SEEDS, row

GOLDEN = [
    Golden("gain against the best prompt", STRONG, strong(1, 5),
           "holds", "delta against the base's best prompt +3.0", 0),
    Golden("no gain against the best prompt", STRONG, strong(-5, 0), "refuted", "none of it is above 0", 1),
    Golden("perhaps gain against the best prompt", STRONG, strong(-1, 5), "inconclusive", "not all of it", 3),
    Golden("the base was asked in one way", STRONG, row((1, 9)), "missing", "--protocols all", 1),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_a_gain_against_the_best_prompt_can_end(case: Golden) -> None:
    case.check()


def test_it_says_that_the_base_has_its_best_prompt() -> None:
    assert says(STRONG) == "gain of more than 0 points against the base's best prompt"


def test_it_says_what_would_decide_unless_the_interval_is_over_seeds() -> None:
    over_items = strong(-1, 5).model_copy(update={"interval_covers": "items only"})
    over_seeds = strong(-1, 5).model_copy(update=SEVERAL_SEEDS)
    assert first_verdict(STRONG, over_items).needs is not None
    assert first_verdict(STRONG, over_seeds).needs is None
