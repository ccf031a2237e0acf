"""What a delta is to be read against, as the page tells it: controls, the strong baseline, published figures, many protocols."""

import csv
import io
from typing import Any

from board_page import Page, heatmap, html_of

from suite.leaderboard.board.deltas_csv import COLUMNS, deltas_csv
from suite.leaderboard.board.filter_data import filter_data
from suite.leaderboard.board.task_view import task_views
from suite.schema import DeltaRow, ScoreRow, Summary

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"
QWEN, LLAMA = "qwen2.5-math-7b", "llama3.1-8b"


def with_delta(summary: Summary, place: int, **update: object) -> Summary:
    rows = list(summary.deltas)
    rows[place] = rows[place].model_copy(update=update)
    return summary.model_copy(update={"deltas": tuple(rows)})


def before_the_tables(summary: Summary) -> str:
    html = html_of(summary)
    return " ".join(html[html.index('class="panel"') : html.index('<figure class="map">')].split())


def test_a_row_names_its_controls_says_that_it_has_none_or_that_it_is_one(audited: Summary) -> None:
    told = Page(html_of(audited)).column("deltas", "Control")
    assert told[0].startswith(
        f"{QWEN}-random-s0, {QWEN}-format-s0 as a reference only: published +29.1 points"
    )
    assert told[1:3] == ["is a control"] * 2
    assert told[3].startswith("no control as a reference only") and told[4] == "no control"


def test_a_reference_comes_with_its_source_setting_and_step(audited: Summary) -> None:
    told = Page(html_of(audited)).column("deltas", "Control")[3]
    assert (
        "arXiv 2506.10947v1, v2 and v1, abstract, Fig. 1 (greedy, smoothed over 10 steps, step 300)" in told
    )


def test_many_controls_are_counted_and_folded(audited: Summary) -> None:
    names = tuple(f"random-s{seed}" for seed in range(15))
    many = with_delta(audited, 0, control=names, published=None)
    assert Page(html_of(many)).column("deltas", "Control")[0] == f"15 checkpoints {', '.join(names)}"
    assert "<details>" in html_of(many) and heatmap(many)[0][0].notes[-1].endswith("+9 more")


def test_a_summary_that_never_looked_for_controls_calls_nothing_a_control(summary: Summary) -> None:
    assert set(Page(html_of(summary)).column("deltas", "Control")) == {"–"}
    cells = [cell for row in heatmap(summary) for cell in row if cell.said["adjusted"]]
    assert {cell.said["adjusted"] for cell in cells} == {"controls not searched for"}
    assert not any("is a control" in note for cell in cells for note in cell.notes)


def test_a_pair_that_is_not_comparable_is_no_control(audited: Summary) -> None:
    empty: dict[str, None] = dict.fromkeys(
        ("before", "after", "delta", "interval", "interval_covers", "finding", "control")
    )
    odd = with_delta(audited, 0, **{**empty, "comparable": False, "differs": ("engine",), "published": None})
    assert Page(html_of(odd)).column("deltas", "Control")[0] == "–"


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
    assert (
        cells[0][0].said[""].split() == ["paper", "+29.1"] == cells[0][1].said[""].split()
        and not cells[1][0].said[""].strip()
    )
    assert (
        "References, never controls" in html
        and html.count("smoothed over 10 steps, step 300 <small>2 cells</small></li>") == 1
    )


def test_a_board_without_published_figures_offers_none(summary: Summary) -> None:
    assert 'id="published"' not in html_of(summary) and "Published figures" not in html_of(summary)


def test_the_strong_baseline_comes_with_interval_base_and_choice(audited: Summary) -> None:
    told = Page(html_of(audited)).column("deltas", "Strong baseline")
    assert told[0] == "+1.7 [−2.1, +5.5] base 65.5% under none / qwen_math, best of 12"
    assert told[1] == "+1.7 [−2.1, +5.5] base 65.5% under none, best of 12"
    assert told[3:] == ["–", "–"]


def test_the_note_says_what_the_strong_baseline_is_and_how_the_other_bases_get_one(audited: Summary) -> None:
    html = " ".join(html_of(audited).split())
    assert "chosen on one half of the items and measured on the other, both ways" in html
    assert (
        f"<code>{LLAMA}</code> was run under one protocol only" in html
        and "rlvr-suite eval --protocols all</code>" in html
    )
    only_qwen = audited.model_copy(update={"deltas": audited.deltas[:3]})
    assert "under one protocol only" not in html_of(only_qwen)


def test_a_probe_which_has_one_protocol_for_all_offers_no_other(summary: Summary) -> None:
    panels = html_of(summary).split('<section class="panel"')[1:]
    assert ["--protocols all" in panel.split("<footer")[0] for panel in panels] == [True, True, False]


def test_published_figures_stand_beside_the_score_and_off_is_a_mark_and_a_word(audited: Summary) -> None:
    page = Page(html_of(audited))
    told = dict(zip(page.column("scores", "Protocol"), page.column("scores", "Published"), strict=True))
    assert told["none"].startswith(
        "≠ off: published 72.2%, arXiv 2507.10532v3, Table 5, 100% no template; greedy"
    )
    assert (
        told["none"].count("off:") == 1 and "published 65.8%, arXiv 2503.20783, Table 1, none" in told["none"]
    )
    assert told["boxed"] == "–" and 'title="Hub revision b101308"' in html_of(audited)


def test_a_task_without_published_figures_has_no_column_for_them(summary: Summary) -> None:
    assert "Published" not in Page(html_of(summary)).tables["scores"][0]


def test_bases_that_are_off_are_listed_above_the_charts_one_line_each(audited: Summary) -> None:
    top = before_the_tables(audited)
    assert "Baseline audit" in top and top.count("<li><code>") == 1
    assert f'<code>{QWEN}</code> <span class="way">under protocol none: 65.0% [59.0, 70.0] here, ' in top
    assert "off: published 72.2%, arXiv 2507.10532v3, Table 5, 100%" in top and "65.8%" not in top


def test_nothing_off_means_no_audit(audited: Summary) -> None:
    agreed = tuple(row.model_copy(update={"published": (row.published or ())[1:]}) for row in audited.scores)
    assert "Baseline audit" not in html_of(audited.model_copy(update={"scores": agreed}))


def test_twelve_protocols_of_a_base_stand_together_the_compared_one_first(audited: Summary) -> None:
    page = Page(html_of(audited))
    protocols = page.column("scores", "Protocol")
    assert protocols[:4] == ["boxed", "chat", "lipsum", "math_problem"] and len(set(protocols[:12])) == 12
    assert page.column("scores", "Model")[:13] == [QWEN] * 12 + [LLAMA]
    assert page.column("behaviour", "Model")[1].startswith(f"{QWEN}chat · Qwen2.5-Math")


def test_the_arms_of_a_pair_take_their_intervals_from_the_compared_protocol(audited: Summary) -> None:
    base = next(row for row in audited.scores if (row.model, row.protocol) == (QWEN, "boxed"))
    data: Any = filter_data(audited, task_views(audited))
    assert data["task-0"][0]["before"] == [36.0, *(round(100 * bound, 2) for bound in base.interval or ())]


def test_the_csv_ends_with_what_a_delta_is_read_against(audited: Summary) -> None:
    lines = list(csv.DictReader(io.StringIO(deltas_csv(audited))))
    assert COLUMNS[:3] == ("task", "family", "reward") and COLUMNS[19:21] == ("seeds", "control")
    assert [line["control"] for line in lines] == [
        f"{QWEN}-random-s0 {QWEN}-format-s0",
        "",
        "",
        "none",
        "none",
    ]
    strong = [lines[0][f"strong_baseline_{key}"] for key in ("delta", "low", "high", "chosen")]
    assert strong == ["1.7", "-2.1", "5.5", "none / qwen_math"] and lines[3]["strong_baseline_delta"] == ""
    assert (
        lines[3]["published"] == "29.1 (arXiv 2506.10947v1, v2 and v1, abstract, Fig. 1)"
        and lines[4]["published"] == ""
    )


def test_a_formula_in_the_new_columns_stays_text(audited: Summary) -> None:
    loss = tuple(
        reference.model_copy(update={"delta": -3.5}) for reference in audited.deltas[0].published or ()
    )
    evil = with_delta(audited, 0, control=("=1+1",), strong_baseline_chosen=("@sum", "=2"), published=loss)
    line = next(csv.DictReader(io.StringIO(deltas_csv(evil))))
    assert (line["control"], line["strong_baseline_chosen"]) == ("'=1+1", "'@sum / =2")
    assert line["published"].startswith("'-3.5 (")


def hostile_delta(row: DeltaRow) -> DeltaRow:
    references = tuple(
        r.model_copy(update={"source": HOSTILE, "setting": HOSTILE}) for r in row.published or ()
    )
    names = {"control": (HOSTILE,), "published": references, "protocol": HOSTILE}
    return row.model_copy(
        update={
            **names,
            "strong_baseline_chosen": (HOSTILE, HOSTILE),
            "strong_baseline_protocols": (f'"{HOSTILE}',),
        }
    )


def hostile_score(row: ScoreRow) -> ScoreRow:
    references = tuple(
        r.model_copy(update={"source": HOSTILE, "setting": HOSTILE}) for r in row.published or ()
    )
    return row.model_copy(
        update={
            "protocol": f"{row.protocol}{HOSTILE}",
            "model_revision": f'"{HOSTILE}',
            "published": references or None,
        }
    )


def test_hostile_protocols_sources_and_controls_stay_text(audited: Summary) -> None:
    hostile = audited.model_copy(
        update={
            "deltas": (hostile_delta(audited.deltas[0]), *audited.deltas[1:]),
            "scores": tuple(hostile_score(row) for row in audited.scores),
        }
    )
    clean, page = Page(html_of(audited)), Page(html_of(hostile))
    assert "img" not in page.tags and len(page.scripts) == len(clean.scripts)
    assert (
        HOSTILE in page.column("deltas", "Control")[0]
        and HOSTILE in page.column("deltas", "Strong baseline")[0]
    )
    assert any(HOSTILE in text for text in page.column("scores", "Published"))
    assert HOSTILE in heatmap(hostile)[0][0].said["strong"] and any(
        HOSTILE in note for note in heatmap(hostile)[0][0].notes
    )
