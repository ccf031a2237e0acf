"""The tab across tasks: its numbers are the summary's, arranged; what is not there is said in a sentence."""

import json
import re

import pytest
from across_summary import SMALL, across
from board_page import Page, html_of
from hand_made_summary import LLAMA, MATH, QWEN

from suite.leaderboard.across.across_tab import across_view
from suite.leaderboard.links import pair_page
from suite.leaderboard.wording.rows import page_interval, page_points
from suite.schema import Summary

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"
NUMBERS = ("forest-numbers", "curve-numbers", "side-by-side", "leak-split", "probed bases")


def text_of(summary: Summary) -> str:
    html = html_of(summary)
    panel = html[html.index('<div class="across">') :]
    return " ".join(re.sub(r"<[^>]+>", " ", panel[: panel.index('id="across-data"')]).split())


@pytest.fixture
def whole() -> Summary:
    return across()


def test_the_forest_holds_every_delta_once_and_a_line_for_what_is_missing(whole: Summary) -> None:
    view = across_view(whole)
    entries = [entry for forest in view.forests for group in forest.groups for entry in group.rows]
    assert sorted(str(entry.row) for entry in entries if entry.row) == sorted(map(str, whole.deltas))
    assert [(entry.label, entry.word) for entry in entries if entry.row is None] == [
        ("Llama3", "missing")
    ] * 3
    assert [forest.task.task for forest in view.forests] == ["math500", "arithmetic_clean", "aime2025"]


def test_bases_of_a_family_stand_together_under_one_shape_and_steps_in_order(whole: Summary) -> None:
    group = across_view(whole).forests[0].groups[0]
    assert [entry.family for entry in group.rows] == [0] * 6 + [1] * 3
    assert [entry.label for entry in group.rows][:4] == [f"{QWEN} · step {n}" for n in (100, 200, 300)] + [
        f"{SMALL} · step 100"
    ]
    assert not group.spurious and across_view(whole).forests[0].groups[1].spurious


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


def test_the_table_says_the_same_numbers_and_leads_to_the_pairs(whole: Summary) -> None:
    html, page = html_of(whole), Page(html_of(whole))
    values = {float(row[2]) for row in page.values["forest-numbers"] if row[2]}
    assert values == {row.delta for row in whole.deltas if row.delta is not None}
    first = whole.deltas[0]
    assert f'<a href="{pair_page(first)}">{page_points(first.delta or 0)}</a>' in html
    assert page_interval(first.interval) in page.column("forest-numbers", "Interval")
    assert any("published +29.1 points" in text for text in page.column("forest-numbers", "Published"))


def test_a_curve_is_one_training_at_its_steps_and_a_step_without_a_number_stays_in_the_table(
    whole: Summary,
) -> None:
    tasks = across_view(whole).curves
    assert [task.task.task for task in tasks] == ["math500", "arithmetic_clean"]
    assert [(base.base, [curve.label for curve in base.curves]) for base in tasks[0].bases] == [
        (QWEN, ["ground_truth", "random"]), (SMALL, ["ground_truth", "random"]), (LLAMA, ["ground_truth"]),
    ]  # fmt: skip
    curve = tasks[0].bases[0].curves[0]
    assert [(row.step, row.delta) for row in curve.points] == [
        (100, 24.25 * (1 / 3)),
        (200, 24.25 * (2 / 3)),
        (300, 24.25),
    ]
    lame = tasks[1].bases[2].curves[0]
    assert [row.step for row in lame.points] == [200, 300] and lame.rows[0].step == 100


def test_trainings_of_another_recipe_or_seed_are_other_curves_and_say_which(whole: Summary) -> None:
    other = [
        row.model_copy(update={"recipe": "long", "seeds": (1, 2)})
        for row in whole.deltas
        if row.task == "math500"
    ]
    task = across_view(whole.model_copy(update={"deltas": (*whole.deltas, *other)})).curves[0]
    assert [curve.label for curve in task.bases[2].curves] == [
        "ground_truth · micro · seed 0",
        "ground_truth · long · seeds 1, 2",
    ]


def test_combinations_with_a_leak_come_first_and_each_half_leads_to_its_pair(whole: Summary) -> None:
    first, second = across_view(whole).combinations
    assert (first.key, first.leaked, second.leaked) == ("math500 arithmetic_clean", True, False)
    assert [column.label for column in first.columns] == [QWEN, SMALL, "Llama3"]
    label, cells = first.rows[0]
    cell = cells[0]
    assert label == "ground_truth" and cell is not None and first.rows[1][1][2] is None
    pair = next(
        row for row in whole.deltas if (row.checkpoint, row.task) == (f"{QWEN}-ground_truth-300", "math500")
    )
    assert (cell.contaminated.delta, cell.contaminated.page) == (pair.delta, pair_page(pair))
    assert (cell.clean.delta, cell.says) == (pytest.approx(4.85), "larger on the contaminated task")


@pytest.mark.parametrize(
    ("interval", "says"),
    [
        ((1.0, 3.0), "larger on the contaminated task"),
        ((-3.0, -1.0), "larger on the clean task"),
        ((0.0, 3.0), "no clear difference"),
        (None, "interval undefined"),
    ],
)
def test_what_a_difference_says_goes_by_its_interval(
    whole: Summary, interval: tuple[float, float] | None, says: str
) -> None:
    row = whole.contrasts[1].model_copy(update={"interval": interval})
    cell = across_view(whole.model_copy(update={"contrasts": (row,)})).combinations[0].rows[0][1][0]
    assert cell is not None and cell.says == says


def test_contrasts_that_share_a_reward_are_told_apart_by_what_differs(whole: Summary) -> None:
    again = [
        row.model_copy(update={"step": 600, "checkpoint": f"{row.checkpoint}-600"}) for row in whole.contrasts
    ]
    rows = (
        across_view(whole.model_copy(update={"contrasts": (*whole.contrasts, *again)})).combinations[0].rows
    )
    assert [label for label, _ in rows] == [
        f"{reward} · step {n}" for n in (300, 600) for reward in ("ground_truth", "random")
    ]


def test_side_by_side_is_read_without_colour(whole: Summary) -> None:
    cells = [" ".join(cell.split()) for row in Page(html_of(whole)).body("side-by-side") for cell in row]
    assert (
        "+24.2 contaminated; +4.9 clean difference +19.4 [+15.4, +23.9] larger on the contaminated task ◆ leaked"
        in cells
    )
    assert "∅ missing" in cells


def test_probes_tell_bases_with_published_figures_beside_them_and_checkpoints_apart(whole: Summary) -> None:
    probe = across_view(whole).probed[0]
    assert [model.score.model for model in probe.bases] == [QWEN, SMALL, LLAMA] and len(
        probe.checkpoints
    ) == 1
    assert probe.metrics == ("exact_match", "answer_found", "rouge_l")
    shares = probe.bases[0].shares
    assert [share.value for share in shares] == [0.62, 0.31, 0.72]
    assert [[reference.share for reference in share.references] for share in shares] == [
        [0.546],
        [],
        [pytest.approx(0.7806)],
    ]
    assert "published 54.6%, arXiv 2507.10532v3, Table 2" in text_of(whole)
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


def test_what_was_not_measured_is_said_in_sentences_and_leaves_no_frames(summary: Summary) -> None:
    deltas = [row for row in summary.deltas if row.task != "micro_bench_partial"]
    scores = [row for row in summary.scores if not row.metrics]
    plain = summary.model_copy(update={"deltas": tuple(deltas), "scores": tuple(scores)})
    text, page = text_of(plain), Page(html_of(plain))
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
