"""Probes beside published figures, and deltas split by what a base reproduces."""

import pytest
from across_summary import SMALL
from board_page import Page, across_text, html_of
from hand_made_summary import LLAMA, MATH, QWEN

from suite.leaderboard.across.across_tab import across_view
from suite.schema import Summary


def test_probes_tell_bases_with_published_figures_beside_them_and_checkpoints_apart(whole: Summary) -> None:
    probe = across_view(whole).probed[0]
    assert [model.score.model for model in probe.bases] == [QWEN, SMALL, LLAMA]
    assert len(probe.checkpoints) == 1
    assert probe.metrics == ("exact_match", "answer_found", "rouge_l")
    shares = probe.bases[0].shares
    assert [share.value for share in shares] == [0.62, 0.31, 0.72]
    assert [[reference.share for reference in share.references] for share in shares] == [
        [0.546],
        [],
        [pytest.approx(0.7806)],
    ]
    assert "published 54.6%, arXiv 2507.10532v3, Table 2" in across_text(whole)
    assert [share.value for share in probe.checkpoints[0].shares] == [0.61, None, None]
    assert [share.references for share in probe.checkpoints[0].shares] == [(), (), ()]


def test_the_split_by_leaked_items_is_drawn_on_a_scale_that_no_wide_interval_sets(whole: Summary) -> None:
    task = across_view(whole).leaks[0]
    row = task.rows[0]
    assert task.task == MATH and (task.scale.low, task.scale.high) == (-94.5, 94.5)
    assert row.reproduced is not None and not row.reproduced.cut_low and row.other is not None
    assert (row.other.cut_low, row.other.cut_high) == (True, True)
    said = [" ".join(cell.split()) for cell in Page(html_of(whole)).tables["leak-split"][1]]
    assert said[3:] == [
        "+31.5 [+26.0, +37.0] 273 items",
        "+4.0 [−100.0, +100.0] 2 items",
        "+27.5 [−76.0, +130.0]",
    ]
