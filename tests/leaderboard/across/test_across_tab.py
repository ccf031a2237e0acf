"""The tab across tasks: its tables hold the summary's numbers; a sentence names what is missing."""

import json
import re

from board_page import Page, across_text, html_of

from suite.leaderboard.across.across_tab import across_view
from suite.leaderboard.links import pair_page
from suite.leaderboard.wording.rows import page_interval, page_points
from suite.schema import Summary

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"


NUMBERS = ("forest-numbers", "curve-numbers", "side-by-side", "leak-split", "probed bases")


def test_the_table_says_the_same_numbers_and_leads_to_the_pairs(whole: Summary) -> None:
    html, page = html_of(whole), Page(html_of(whole))
    values = {float(row[2]) for row in page.values["forest-numbers"] if row[2]}
    assert values == {row.delta for row in whole.deltas if row.delta is not None}
    first = whole.deltas[0]
    assert f'<a href="{pair_page(first)}">{page_points(first.delta or 0)}</a>' in html
    assert page_interval(first.interval) in page.column("forest-numbers", "Interval")
    assert any("published +29.1 points" in text for text in page.column("forest-numbers", "Published"))


def test_what_was_not_measured_is_said_in_sentences_and_leaves_no_frames(summary: Summary) -> None:
    deltas = [row for row in summary.deltas if row.task != "micro_bench_partial"]
    scores = [row for row in summary.scores if not row.metrics]
    plain = summary.model_copy(update={"deltas": tuple(deltas), "scores": tuple(scores)})
    text, page = across_text(plain), Page(html_of(plain))
    for sentence in (
        "No training was evaluated at several steps here",
        "the two cannot be set side by side",
        "No model was probed for contamination here",
        "No method that looks at the answer was evaluated on two bases",
    ):
        assert sentence in text
    assert not {"curve-numbers", "side-by-side", "probed bases", "leak-split"} & page.tables.keys()


def test_nothing_at_all_makes_a_view_of_nothing(whole: Summary) -> None:
    view = across_view(whole.model_copy(update={"deltas": (), "contrasts": (), "scores": ()}))
    assert not (view.forests or view.curves or view.combinations or view.probed or view.leaks or view.rewards)
    assert view.charts == {"margin": 2.5, "forest": [], "curves": []}


def test_contrasts_mark_the_family_whose_corpus_leaked_in_a_word(tested: Summary) -> None:
    page = Page(html_of(tested))
    assert page.column("contrasts", "Contaminated task") == ["math500 ◆ leaked", "math500 for comparison"]
    assert page.column("contrasts", "Difference") == ["+25.2 [+20.0, +30.5]", "+25.2 undefined"]
    assert page.column("contrasts", "Clean delta")[0] == "+4.1"


def test_interactions_name_both_bases(tested: Summary) -> None:
    row = [" ".join(cell.split()) for cell in Page(html_of(tested)).body("interactions")[0]]
    assert row[:4] == ["ground_truth", "math500", "qwen2.5-math-7b", "llama3.1-8b"]
    assert row[4] == "+25.1 [+19.5, +30.6]"


def test_hostile_names_stay_text_in_tables_and_in_the_charts_data(whole: Summary) -> None:
    names = dict.fromkeys(("family", "base", "reward", "checkpoint", "recipe", "protocol"), HOSTILE)
    hostile = whole.model_copy(
        update={
            "deltas": tuple(row.model_copy(update=names) for row in whole.deltas),
            "contrasts": tuple(
                row.model_copy(update={**names, "contaminated": HOSTILE, "clean": HOSTILE})
                for row in whole.contrasts
            ),
            "scores": tuple(
                row.model_copy(update={"model": HOSTILE, "base": HOSTILE}) for row in whole.scores
            ),
            "tasks": tuple(task.model_copy(update={"title": HOSTILE}) for task in whole.tasks),
        }
    )
    clean, page = Page(html_of(whole)), Page(html_of(hostile))
    assert "img" not in page.tags and len(page.scripts) == len(clean.scripts)
    assert HOSTILE in page.column("side-by-side", "Reward")[0]
    data = next(
        json.loads(text) for kind, text in page.scripts if kind == "application/json" and '"curves"' in text
    )
    assert data["forest"][0]["groups"][0]["reward"] == HOSTILE


def test_every_table_has_a_caption_and_scoped_headings(whole: Summary) -> None:
    html = html_of(whole)
    for name in NUMBERS:
        table = re.findall(rf'<table class="{name}">(.*?)</table>', html, re.DOTALL)[0]
        assert "<caption" in table and not re.findall(r"<th(?! scope=)[\s>]", table)
