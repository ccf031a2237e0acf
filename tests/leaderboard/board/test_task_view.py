"""One tab of the board: its scores, metrics, levels, sources, leaks and audit."""

from board_page import Page, html_of, told
from hand_made_summary import LLAMA, QWEN

from suite.leaderboard.board.task_view import task_views
from suite.schema import ScoreRow, Summary


def rows_of(summary: Summary, kind: str) -> list[ScoreRow]:
    tasks = {row.task for row in summary.tasks if row.kind == kind}
    return [row for row in summary.scores if row.task in tasks]


def test_a_score_is_filtered_with_the_deltas_that_it_belongs_to(summary: Summary) -> None:
    view = task_views(summary)[0]
    base, checkpoint = view.scores[0], view.scores[1]
    assert view.of_score(base) == "0 4 8" and view.of_score(checkpoint) == "0"


def test_the_probe_section_stands_for_probes_only(summary: Summary) -> None:
    page = Page(html_of(summary))
    probed = rows_of(summary, "continuation")
    assert all(cells[0].startswith(row.model) for cells, row in zip(page.body("probe"), probed, strict=True))
    assert page.body("probe")[0][1:4] == ["0.310", "0.620", "0.720"]
    assert html_of(summary).count("sees only the first part") == 1


def test_other_metrics_have_their_own_section_and_a_readable_name(summary: Summary) -> None:
    page = Page(html_of(summary))
    assert page.tables["metrics"][0][1] == "Continuous score (paper B)"
    assert [row[1] for row in page.body("metrics")] == [
        f"{row.metrics['continuous']:.3f}" for row in rows_of(summary, "number") if row.metrics
    ]


def test_accuracy_stands_by_level_in_the_order_of_the_levels(summary: Summary) -> None:
    page, row = Page(html_of(summary)), rows_of(summary, "number")[0]
    assert page.tables["levels"][0][1:] == ["1", "2", "10"]
    assert page.body("levels")[0][1:] == [f"{100 * share:.0f}" for share in (row.levels or {}).values()]
    assert len(page.body("levels")) == len(rows_of(summary, "number"))


def test_a_metric_that_one_model_lacks_is_a_dash(summary: Summary) -> None:
    scores = tuple(
        row.model_copy(update={"metrics": {"exact_match": 0.5}}) if row.metrics else row
        for row in summary.scores[:-1]
    )
    page = Page(html_of(summary.model_copy(update={"scores": (*scores, summary.scores[-1])})))
    assert page.body("probe")[0][1:4] == ["–", "0.500", "–"]


def test_the_mark_stands_in_the_legend_and_the_tally(tested: Summary) -> None:
    text = told(html_of(tested))
    assert "Holm's adjusted p over all 2 cells is above .05" in text
    assert "‡ 1 of them not after Holm" in text


def test_sources_have_a_row_a_delta_and_a_dash_for_what_is_unknown(tested: Summary) -> None:
    rows = [[" ".join(cell.split()) for cell in row] for row in Page(html_of(tested)).body("sources")]
    assert rows[0][1:] == [
        "ground_truth", "+29.3", "+20.0", "−0.7", "+10.0", "+1.5", "+27.8", "0.0",
        "+25.5", "+1.1", "+2.2", "+0.5",
    ]  # fmt: skip
    assert len(rows) == len(tested.deltas) and rows[1][3:] == ["–"] * 10
    assert "Each group sums to the delta" in told(html_of(tested))


def test_the_leak_table_has_only_rows_that_were_probed(tested: Summary) -> None:
    rows = [[" ".join(cell.split()) for cell in row] for row in Page(html_of(tested)).body("leaks")]
    assert rows[0][2:] == [
        "54", "+40.5 [+30.1, +50.9]", "446", "+27.9 [+24.0, +31.8]", "+12.6 [+1.5, +23.7]", "math500_probe60",
    ]  # fmt: skip
    assert [row[2:7] for row in rows[1:]] == [["1", "−12.5 undefined", "0", "–", "–"]]


def before_the_tables(summary: Summary) -> str:
    html = html_of(summary)
    return " ".join(html[html.index('class="panel"') : html.index('<figure class="map">')].split())


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


def test_the_note_says_what_the_strong_baseline_is_and_how_the_other_bases_get_one(audited: Summary) -> None:
    html = " ".join(html_of(audited).split())
    assert "chosen on one half of the items and measured on the other, both ways" in html
    assert f"<code>{LLAMA}</code> was run under one protocol only" in html
    assert "rlvr-suite eval --protocols all</code>" in html
    only_qwen = audited.model_copy(update={"deltas": audited.deltas[:3]})
    assert "under one protocol only" not in html_of(only_qwen)


def test_a_probe_which_has_one_protocol_for_all_offers_no_other(summary: Summary) -> None:
    panels = html_of(summary).split('<section class="panel"')[1:]
    assert ["--protocols all" in panel.split("<footer")[0] for panel in panels] == [True, True, False]


def test_a_task_without_published_figures_has_no_column_for_them(summary: Summary) -> None:
    assert "Published" not in Page(html_of(summary)).tables["scores"][0]
