"""What the script draws: the summary's numbers, unrounded."""

import json

from suite.leaderboard.across.across_tab import across_view
from suite.schema import Summary


def test_charts_have_the_numbers_of_the_summary_in_full(whole: Summary) -> None:
    charts = json.loads(json.dumps(across_view(whole).charts))
    drawn = [row for forest in charts["forest"] for group in forest["groups"] for row in group["rows"]]
    numbers = [(row["delta"], tuple(row["interval"])) for row in drawn if row["delta"] is not None]
    assert sorted(numbers) == sorted(
        (row.delta, row.interval) for row in whole.deltas if row.delta is not None
    )
    assert [row["word"] for row in drawn if row["delta"] is None] == [
        "missing",
        "not comparable",
        "missing",
        "missing",
    ]
    assert charts["margin"] == 2.5 and [one["delta"] for row in drawn for one in row["references"]] == [29.1]
