"""A cell of the heatmap: its values, marks, colours and the reason for a missing value."""

import pytest
from board_page import Heatmaps, Page, heatmap, html_of
from hand_made_summary import QWEN, with_delta

from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.links import pair_page
from suite.leaderboard.wording.rows import MARKS, finding_word, page_interval, page_points
from suite.schema import Summary


def test_the_heatmap_holds_every_delta_in_words_and_in_the_colour_of_one_scale(summary: Summary) -> None:
    found = [cell for rows in Heatmaps(html_of(summary)).maps for row in rows for cell in row]
    rows = [row for view in task_views(summary) for line in view.grid.cells for row in line]
    for cell, row in zip(found, rows, strict=True):
        if row is None or row.delta is None:
            assert not cell.delta and not cell.colours
            continue
        assert cell.page == pair_page(row)
        numbers = f"{page_points(row.delta)} {page_interval(row.interval)}"
        assert cell.delta == f"{numbers} {MARKS[cell.word]} {finding_word(row)}"
        assert cell.colours == {"delta": pytest.approx(row.delta / 20, abs=1e-3)}
    assert sum(bool(cell.delta) for cell in found) == sum(row.delta is not None for row in summary.deltas)


def test_not_comparable_names_its_fields_and_gives_no_number(summary: Summary) -> None:
    rows = [" ".join(" ".join(cells).split()) for cells in Page(html_of(summary)).body("deltas")]
    odd = [row for row in rows if "not comparable" in row]
    assert len(odd) == 1 and "differs in engine, dtype" in odd[0] and "%" not in odd[0]
    cells = [cell for row in heatmap(summary) for cell in row if cell.word == "not-comparable"]
    assert [cell.text for cell in cells] == ["⊘ not comparable engine, dtype"] and cells[0].page


def test_a_cell_of_the_heatmap_shows_no_control_and_tells_the_rest_under_the_pointer(
    audited: Summary,
) -> None:
    cells = heatmap(audited)
    named, spurious, none = cells[0][0], cells[1][0], cells[0][1]
    assert none.delta.endswith("no control") and "no control" not in named.delta + spurious.delta
    assert named.notes[0] == f"control: {QWEN}-random-s0, {QWEN}-format-s0"
    assert named.notes[1].startswith("as a reference only: published +29.1")
    assert spurious.notes == ["is a control"]
    assert none.notes[0].startswith("as a reference only: published +29.1 points, arXiv 2506.10947v1")


def test_a_cell_without_a_value_beyond_its_control_says_why(audited: Summary) -> None:
    cells = heatmap(audited)
    assert [cells[0][0].said["adjusted"], cells[1][0].said["adjusted"], cells[0][1].said["adjusted"]] == [
        "not compared with its controls", "is a control", "no control",
    ]  # fmt: skip
    assert set(cells[1][0].colours) == {"delta", "strong"} and set(cells[0][1].colours) == {"delta"}


def test_a_cell_shows_the_strong_baseline_with_its_choice_or_says_why_there_is_none(
    audited: Summary, summary: Summary
) -> None:
    cells = heatmap(audited)
    assert " ".join(cells[0][0].said["strong"].split()) == "+1.7 [−2.1, +5.5] base's best: none / qwen_math"
    assert cells[0][1].said["strong"] == "one protocol only"
    assert heatmap(summary, task=2)[0][0].said["strong"] == "a probe has one protocol"
    assert "rlvr-suite eval --protocols all</code> runs the bases under every protocol" in html_of(audited)


def test_published_figures_stand_in_their_cells_and_their_sources_under_the_heatmap(audited: Summary) -> None:
    cells, html = heatmap(audited), " ".join(html_of(audited).split())
    assert cells[0][0].said[""].split() == ["paper", "+29.1"] == cells[0][1].said[""].split()
    assert not cells[1][0].said[""].strip()
    assert "References, never controls" in html
    assert html.count("smoothed over 10 steps, step 300 <small>2 cells</small></li>") == 1


def test_a_finding_that_fades_after_holm_is_marked_and_told_and_a_firm_one_is_not(tested: Summary) -> None:
    page, firm, fading = Page(html_of(tested)), heatmap(tested)[0][0], heatmap(tested)[1][0]
    assert page.column("deltas", "Finding")[:2] == ["▲ gain", "▲ gain ‡ not after Holm"]
    assert "▲ gain ‡" in fading.delta and "‡ not after Holm over 2 cells" in fading.notes
    assert "‡" not in firm.delta and not any("‡" in note for note in firm.notes)


def test_a_cell_shows_its_detectable_effect_and_what_is_left_beyond_its_control(tested: Summary) -> None:
    cell = heatmap(tested)[0][0]
    assert cell.delta == "+29.3 [+25.8, +32.5] ▲ gain MDE 4.8"
    assert " ".join(cell.said["adjusted"].split()) == "+8.3 [+5.2, +11.6] beyond random beats every control"
    lost = heatmap(with_delta(tested, 0, beats_controls=False))[0][0]
    assert lost.said["adjusted"].endswith("does not beat every control")


def test_the_colour_of_each_value_is_its_share_of_one_scale(tested: Summary) -> None:
    assert heatmap(tested)[0][0].colours == {"delta": 0.977, "adjusted": 0.277, "strong": 0.0567}
    assert "blue at +30.0 points" in html_of(tested)
