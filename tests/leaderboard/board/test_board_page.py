"""The board's page, read back from its HTML: its tables hold the numbers of the summary."""

import csv
import io
import re

from board_page import Page, heatmap, html_of, told
from hand_made_summary import with_delta

from suite.leaderboard.board.board_page import BoardPage
from suite.leaderboard.board.deltas_csv import deltas_csv
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.wording.rows import finding_word, page_interval, page_points
from suite.schema import DeltaRow, ScoreRow, Summary
from suite.schema.numbers import percent

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"


def test_delta_table_holds_the_numbers_of_the_summary(summary: Summary) -> None:
    page = Page(html_of(summary))
    rows = page.body("deltas")
    assert len(rows) == len(summary.deltas)
    for cells, row in zip(rows, summary.deltas, strict=True):
        text = [" ".join(cell.split()) for cell in cells]
        assert text[0].startswith(summary.families[row.family]) and text[1] == row.reward
        assert finding_word(row) in text[6]
        assert text[11:13] == [str(row.k), str(row.n_items)] and text[13] == "1 seed 0"
        assert text[14:16] == [row.base, row.checkpoint]
        if row.delta is not None:
            assert text[2:5] == [percent(row.before or 0), percent(row.after or 0), page_points(row.delta)]
            assert text[5] == f"{page_interval(row.interval)} items only"


def test_deltas_sort_by_the_summary_in_full(summary: Summary) -> None:
    values = [row for row in Page(html_of(summary)).values["deltas"] if len(row) == 19 and row[4] is not None]
    assert [float(row[4]) if row[4] else None for row in values] == [row.delta for row in summary.deltas]


def test_score_table_holds_the_numbers_of_the_summary(summary: Summary) -> None:
    rows = Page(html_of(summary)).body("scores")
    for cells, row in zip(rows, summary.scores, strict=True):
        assert cells[1] == row.model and cells[3:5] == [row.protocol, percent(row.accuracy)]
        assert cells[6] == percent(row.pass_at_k)
        assert [int(cell) for cell in cells[8:13]] == list(row.outcomes.values())


def test_how_models_answer_is_told_in_plain_words(summary: Summary) -> None:
    page = Page(html_of(summary))
    heads, rows = page.tables["behaviour"][0], page.body("behaviour")
    assert len(rows) == len(summary.scores)
    shares = dict(zip(heads[1:], rows[0][1:], strict=True))
    assert shares["Right answer present, not extracted"] == "3.0%"
    assert (shares["Truncated"], shares["Fenced code"], shares["Language only"], shares["Repetition"]) == (
        "2.0%",
        "20.0%",
        "69.0%",
        "1.0%",
    )


def test_where_items_come_from_stands_beside_the_score(summary: Summary) -> None:
    fresh = summary.scores[0].model_copy(update={"dataset": "generator random_calculation, seed 7"})
    page = Page(html_of(summary.model_copy(update={"scores": (fresh,)})))
    assert page.body("scores")[0][-1] == "generator random_calculation, seed 7"


def test_several_seeds_name_their_deltas_and_checkpoints(tested: Summary) -> None:
    update = {"seeds": (0, 1), "seed_deltas": (3.14, -0.5), "checkpoints": ("mine-s0", "mine-s1")}
    page = Page(html_of(with_delta(tested, 0, interval_covers="items and seeds", **update)))
    assert page.column("deltas", "Seeds")[0] == "2 deltas +3.1, −0.5"
    assert page.column("deltas", "Checkpoint")[0] == "mine-s0, mine-s1"
    assert page.column("deltas", "Interval")[0].endswith("items and seeds")


def test_long_tables_are_folded_and_short_ones_open(tested: Summary) -> None:
    many = tested.model_copy(update={"interactions": tested.interactions * 13})
    assert "<summary>13 rows</summary>" in html_of(many)
    assert 'class="fold"' not in html_of(tested)


def test_every_table_behind_the_deltas_is_labelled_and_its_headings_scoped(tested: Summary) -> None:
    html = html_of(tested)
    for name in ("sources", "leaks", "contrasts", "interactions"):
        label, table = re.findall(
            rf'<table class="{name}" aria-labelledby="([^"]+)">(.*?)</table>', html, re.DOTALL
        )[0]
        assert f'id="{label}"' in html
        assert not re.findall(r"<th(?! scope=)[\s>]", table)


def test_a_summary_without_statistics_shows_dashes_and_no_empty_section(summary: Summary) -> None:
    html = html_of(summary)
    page, text = Page(html), told(html)
    assert {*page.column("deltas", "p"), *page.column("deltas", "Detectable")} == {"–"}
    assert "None" not in text and "Holm" not in text
    assert not {"sources", "leaks", "contrasts", "interactions"} & page.tables.keys()
    assert "Contaminated against clean" not in text


def test_a_board_without_published_figures_offers_none(summary: Summary) -> None:
    assert 'id="published"' not in html_of(summary) and "Published figures" not in html_of(summary)


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
    assert HOSTILE in page.column("deltas", "Control")[0]
    assert HOSTILE in page.column("deltas", "Strong baseline")[0]
    assert any(HOSTILE in text for text in page.column("scores", "Published"))
    assert HOSTILE in heatmap(hostile)[0][0].said["strong"]
    assert any(HOSTILE in note for note in heatmap(hostile)[0][0].notes)


def hostile_rows(rows: tuple[DeltaRow, ...]) -> tuple[DeltaRow, ...]:
    leak = rows[0].leak.model_copy(update={"probe": HOSTILE}) if rows[0].leak else None
    names = {"adjusted_against": f"={HOSTILE}", "checkpoints": (HOSTILE,), "leak": leak}
    return (rows[0].model_copy(update=names), *rows[1:])


def test_hostile_names_stay_text_in_controls_leaks_and_contrasts(tested: Summary) -> None:
    contrast = tested.contrasts[0].model_copy(
        update=dict.fromkeys(("family", "reward", "contaminated", "clean"), HOSTILE)
    )
    interaction = tested.interactions[0].model_copy(
        update=dict.fromkeys(("reward", "base", "other_base"), HOSTILE)
    )
    hostile = tested.model_copy(
        update={
            "deltas": hostile_rows(tested.deltas),
            "contrasts": (contrast,),
            "interactions": (interaction,),
        }
    )
    clean, page = Page(html_of(tested)), Page(html_of(hostile))
    assert "img" not in page.tags and len(page.scripts) == len(clean.scripts)
    assert page.column("interactions", "Base") == [HOSTILE] == page.column("contrasts", "Clean task")
    assert page.column("leaks", "Probe")[0] == HOSTILE
    assert f"beyond ={HOSTILE}" in page.column("deltas", "Control")[0]
    assert f"beyond ={HOSTILE}" in heatmap(hostile)[0][0].said["adjusted"]
    assert next(csv.DictReader(io.StringIO(deltas_csv(hostile))))["adjusted_against"].startswith("'=")


def test_filters_offer_what_the_grids_hold_in_their_order(summary: Summary) -> None:
    board = BoardPage(summary, task_views(summary))
    assert board.families == tuple(summary.families.items())
    assert board.rewards == tuple((reward, reward) for reward in ("ground_truth", "random", "format"))
    assert board.findings == (
        ("gain", "▲ gain"),
        ("loss", "▼ loss"),
        ("equivalent", "≈ equivalent"),
        ("inconclusive", "? inconclusive"),
        ("not comparable", "⊘ not comparable"),
        ("missing", "∅ missing"),
    )
    gains = tuple(row for row in summary.deltas if row.finding == "gain")
    only = summary.model_copy(update={"deltas": gains[:1], "families": {gains[0].family: "One"}})
    assert BoardPage(only, task_views(only)).findings == (("gain", "▲ gain"),)


def test_all_tasks_of_a_board_share_one_scale_and_only_published_figures_are_offered(
    summary: Summary, audited: Summary
) -> None:
    board = BoardPage(summary, task_views(summary))
    scales = set()
    for view in board.views:
        for _, cells in board.cells(view):
            scales |= {cell.scale for cell in cells}
    assert scales == {board.scale}
    assert not board.has_published and BoardPage(audited, task_views(audited)).has_published
