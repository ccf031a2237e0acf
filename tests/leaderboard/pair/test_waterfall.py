"""Waterfalls: the steps lead from zero to the delta."""

from itertools import pairwise

import pytest

from suite.leaderboard.pair.waterfall import waterfalls
from suite.schema import Summary


def test_the_steps_of_a_waterfall_lead_from_zero_to_the_delta(tested: Summary) -> None:
    row = next(row for row in tested.deltas if row.contributions and row.transitions)
    drawn = waterfalls(row)
    assert [len(one.steps) for one in drawn] == [4, 4, 5]
    for one in drawn:
        *steps, total = one.steps
        assert sum(step.points for step in steps) == pytest.approx(row.delta, abs=0.11)
        assert total.points == row.delta and total.is_total
        ends = [(step.left, step.left + step.width) for step in steps]
        assert pytest.approx(one.scale.place(0)) in ends[0]
        assert all(min(abs(a - b) for a in left for b in right) < 1e-6 for left, right in pairwise(ends))
