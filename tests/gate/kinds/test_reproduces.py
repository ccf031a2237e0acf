"""``reproduces``: every way it can end, and when it says what would decide."""

import pytest
from golden import PAPER, STORED, Golden, first_verdict, printed, says
from small_summaries import row

GOLDEN = [
    Golden("reproduces the figure", PAPER, printed(6, (3, 9)),
           "holds", "+6.0 printed (arXiv 2506.10947v1, Fig. 1; greedy)", 0),
    Golden("far from the figure", PAPER, printed(20, (3, 9)),
           "refuted", "delta minus the printed one -14.0", 1),
    Golden("perhaps the figure", PAPER, printed(9, (3, 9)),
           "inconclusive", "not all of it is between -5 and 5", 3),
    Golden("a figure of this step and one of another", PAPER, printed(6, (3, 9), 10, 300),
           "holds", "+6.0 printed", 0),
    Golden("a figure of no step and one of another", PAPER, printed(6, (3, 9), None, 300),
           "holds", "+6.0 printed", 0),
    Golden("figures of other steps", PAPER, printed(6, (3, 9), 100, 300), "not comparable", "0 of 2 hold", 3),
    Golden("a figure of another step", PAPER, printed(6, (3, 9), 300), "not comparable", "of step 300", 3),
    Golden("nobody prints it", PAPER, row((1, 9)),
           "missing", "no source prints a delta of a-base trained on r on t", 1),
    Golden("like the baseline", STORED, row((10, 12)), "holds", "delta minus the baseline's +1.0", 0),
    Golden("unlike the baseline", STORED, row((-1, 1)), "refuted", "none of it is between -5 and 5", 1),
    Golden("interval of another number beside a figure", PAPER,
           printed(6, (3, 9)).model_copy(update={"delta": 20.0}),
           "inconclusive", "not a usable interval", 3),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_reproducing_a_reference_can_end(case: Golden) -> None:
    case.check()


def test_it_says_what_is_reproduced_and_how_closely() -> None:
    assert says(PAPER) == "reproduces published within 5 points"
    assert says(STORED) == "reproduces base.yaml within 5 points"


def test_it_says_what_would_decide_beside_a_figure_and_not_beside_a_baseline() -> None:
    beside_figure = first_verdict(PAPER, printed(9, (3, 9)))
    beside_baseline = first_verdict(STORED, row((3, 12)))
    assert beside_figure.verdict == beside_baseline.verdict == "inconclusive"
    assert beside_figure.needs is not None
    assert beside_baseline.needs is None
