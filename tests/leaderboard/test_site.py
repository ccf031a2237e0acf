"""What the page says, read back from its HTML without a browser."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from board_page import Heatmaps, Page, heatmap, html_of
from builders.cells import FAMILY, write_cell

from suite.errors import SuiteError
from suite.leaderboard import packed_cells, render, write_board
from suite.leaderboard.board.deltas_csv import deltas_csv
from suite.leaderboard.board.filter_data import filter_data
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.colours import colour_scale
from suite.leaderboard.links import pair_page
from suite.leaderboard.pages import HERE
from suite.leaderboard.wording.rows import MARKS, finding_word, page_interval, page_points
from suite.schema import ScoreRow, Summary
from suite.schema.numbers import percent
from suite.store.run_folder import RunStore

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\"'"


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
    told = dict(zip(heads[1:], rows[0][1:], strict=True))
    assert told["Right answer present, not extracted"] == "3.0%"
    assert (told["Truncated"], told["Fenced code"], told["Language only"], told["Repetition"]) == (
        "2.0%",
        "20.0%",
        "69.0%",
        "1.0%",
    )


def rows_of(summary: Summary, kind: str) -> list[ScoreRow]:
    tasks = {row.task for row in summary.tasks if row.kind == kind}
    return [row for row in summary.scores if row.task in tasks]


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


@pytest.mark.parametrize(("count", "shown"), [(0, "–"), (3, "≥ 3")])
def test_truncation_that_nobody_states_is_no_zero(summary: Summary, count: int, shown: str) -> None:
    row = summary.scores[0]
    unstated = {
        "behaviour": row.behaviour.model_copy(update={"truncated": None}),
        "outcomes": {**row.outcomes, "truncated": count},
    }
    page = Page(html_of(summary.model_copy(update={"scores": (row.model_copy(update=unstated),)})))
    truncated = page.tables["scores"][0].index("Truncated")
    assert (page.body("scores")[0][truncated], page.body("behaviour")[0][2]) == (shown, "–")


def test_where_items_come_from_stands_beside_the_score(summary: Summary) -> None:
    fresh = summary.scores[0].model_copy(update={"dataset": "generator random_calculation, seed 7"})
    page = Page(html_of(summary.model_copy(update={"scores": (fresh,)})))
    assert page.body("scores")[0][-1] == "generator random_calculation, seed 7"


def test_the_heatmap_holds_every_delta_in_words_and_in_the_colour_of_one_scale(summary: Summary) -> None:
    found = [cell for rows in Heatmaps(html_of(summary)).maps for row in rows for cell in row]
    rows = [row for view in task_views(summary) for line in view.grid.cells for row in line]
    for cell, row in zip(found, rows, strict=True):
        if row is None or row.delta is None:
            assert not cell.delta and not cell.colours
            continue
        assert cell.page == pair_page(row)
        assert (
            cell.delta
            == f"{page_points(row.delta)} {page_interval(row.interval)} {MARKS[cell.word]} {finding_word(row)}"
        )
        assert cell.colours == {"delta": pytest.approx(row.delta / 20, abs=1e-3)}
    assert sum(bool(cell.delta) for cell in found) == sum(row.delta is not None for row in summary.deltas)


def test_the_scale_ends_at_a_round_number_and_is_never_narrower_than_five_points(summary: Summary) -> None:
    assert colour_scale(summary).ticks == (-20, -10, 0, 10, 20)
    small = summary.deltas[0].model_copy(update={"delta": 0.4})
    assert colour_scale(summary.model_copy(update={"deltas": (small,)})).end == 5
    assert colour_scale(summary.model_copy(update={"deltas": ()})).share(-9) == -1


def test_not_comparable_names_its_fields_and_gives_no_number(summary: Summary) -> None:
    rows = [" ".join(" ".join(cells).split()) for cells in Page(html_of(summary)).body("deltas")]
    odd = [row for row in rows if "not comparable" in row]
    assert len(odd) == 1 and "differs in engine, dtype" in odd[0] and "%" not in odd[0]
    cells = [cell for row in heatmap(summary) for cell in row if cell.word == "not-comparable"]
    assert [cell.text for cell in cells] == ["⊘ not comparable engine, dtype"] and cells[0].page


def test_a_hole_in_the_grid_is_called_missing_and_leads_nowhere(summary: Summary) -> None:
    first = task_views(summary)[0]
    assert first.grid.cells[2][3] is None
    assert dict(first.findings)["missing"] == 1
    hole = heatmap(summary)[2][3]
    assert (hole.word, hole.text, hole.page) == ("missing", "∅ missing", None)


def test_several_bases_of_a_family_stand_under_its_heading(summary: Summary) -> None:
    other = summary.deltas[0].model_copy(update={"base": "other-base", "checkpoint": "other"})
    html = html_of(summary.model_copy(update={"deltas": (*summary.deltas, other)}))
    assert 'colspan="2" data-family="micro-qwen2.5-math">Micro Qwen2.5-Math' in html
    assert '<button type="button" class="sort">other-base</button>' in html and "colgroup" not in html_of(
        summary
    )


def test_what_a_task_can_be_filtered_by_stands_in_the_order_of_its_cells(summary: Summary) -> None:
    data: Any = filter_data(summary, task_views(summary))
    entries = data["task-0"]
    assert [entry["finding"] for entry in entries].count("missing") == 1 and len(entries) == 12
    assert (entries[4]["family"], entries[4]["reward"]) == ("micro-qwen2.5-math", "random")
    for name in ("micro-qwen2.5-math-random-s0", "micro", "boxed", "micro qwen2.5-math"):
        assert name in entries[4]["names"]


def test_a_score_is_filtered_with_the_deltas_that_it_belongs_to(summary: Summary) -> None:
    view = task_views(summary)[0]
    base, checkpoint = view.scores[0], view.scores[1]
    assert view.of_score(base) == "0 4 8" and view.of_score(checkpoint) == "0"


def test_two_recipes_of_one_reward_become_two_rows(summary: Summary) -> None:
    twin = summary.deltas[0].model_copy(update={"recipe": "other", "checkpoint": "twin"})
    views = task_views(summary.model_copy(update={"deltas": (*summary.deltas, twin)}))
    shown = [cell for row in views[0].grid.cells for cell in row if cell]
    assert twin in shown and summary.deltas[0] in shown


def test_contaminated_columns_are_marked_with_a_legend(summary: Summary) -> None:
    columns = task_views(summary)[1].grid.columns
    assert [column.contaminated for column in columns] == [True, True, False, False]
    assert "training corpus of these families contains the items" in html_of(summary)


def test_hostile_names_stay_text(summary: Summary) -> None:
    bad_delta = summary.deltas[0].model_copy(
        update={
            "family": HOSTILE,
            "base": HOSTILE,
            "reward": HOSTILE,
            "checkpoint": HOSTILE,
            "recipe": HOSTILE,
        }
    )
    bad_score = summary.scores[0].model_copy(
        update={"family": HOSTILE, "model": HOSTILE, "metrics": {HOSTILE: 0.5}}
    )
    bad_task = summary.tasks[0].model_copy(update={"title": HOSTILE, "contaminated": (HOSTILE,)})
    hostile = summary.model_copy(
        update={
            "families": {HOSTILE: HOSTILE},
            "deltas": (bad_delta,),
            "scores": (bad_score,),
            "tasks": (bad_task,),
            "samples_hash": HOSTILE,
        }
    )
    clean, page = Page(html_of(summary)), Page(html_of(hostile))
    assert "img" not in page.tags and len(page.scripts) == len(clean.scripts)
    assert page.body("deltas")[0][1] == HOSTILE
    embedded: dict[str, Any] = {}
    for text in (text for kind, text in page.scripts if kind):
        embedded |= json.loads(text)
    entry = embedded["task-0"][0]
    assert entry["reward"] == HOSTILE
    assert Heatmaps(html_of(hostile)).rows == [HOSTILE]


def test_a_page_refers_to_files_beside_it_and_each_is_there(summary: Summary) -> None:
    files = dict(render(summary))
    loads = [load for load in Page(html_of(summary)).loads if not load.startswith("#")]
    assert len(loads) >= 4 and set(loads) <= set(files)
    for style in (content.decode() for name, content in files.items() if name.endswith(".css")):
        assert "url(" not in style and "@import" not in style


def test_the_policy_lets_only_files_beside_the_page_run(summary: Summary) -> None:
    html = html_of(summary)
    policy = html[html.index("default-src") :].split('"')[0].replace("&#39;", "'")
    assert (
        policy.startswith("default-src 'none'; script-src 'self';")
        and "http" not in policy
        and "script-src-" not in policy
    )
    scripts = Page(html).scripts
    assert all(kind == "application/json" or not text for kind, text in scripts) and len(scripts) >= 6


def test_vendored_plotly_is_the_released_file() -> None:
    plotly = HERE / "vendor" / "plotly-cartesian.min.js"
    digest = hashlib.sha256(plotly.read_bytes()).hexdigest()
    assert digest in (HERE / "vendor" / "VENDOR.md").read_text()
    assert "MIT" in (HERE / "vendor" / "LICENSE").read_text()


def test_empty_summary_says_so(summary: Summary) -> None:
    html = html_of(summary.model_copy(update={"deltas": (), "scores": ()}))
    assert "No deltas yet" in html and "Provenance" in html
    assert "<table" not in html.split("<script type")[0]
    assert "No deltas yet" not in html_of(summary)


def test_csv_has_a_line_a_delta_and_runs_no_formula(summary: Summary) -> None:
    evil = summary.deltas[0].model_copy(update={"reward": "=1+1", "recipe": "x\r=2+2\ny"})
    lines = list(csv.DictReader(io.StringIO(deltas_csv(summary.model_copy(update={"deltas": (evil,)})))))
    assert len(lines) == 1 and lines[0]["recipe"] == "x =2+2 y"
    assert lines[0]["reward"] == "'=1+1" and float(lines[0]["delta"]) == evil.delta


@pytest.mark.parametrize(
    ("points", "text"), [(12.34, "+12.3"), (-0.26, "−0.3"), (-0.04, "0.0"), (0.0, "0.0"), (0.05, "+0.1")]
)
def test_signed_numbers_read(points: float, text: str) -> None:
    assert page_points(points) == text


def test_write_board_leaves_only_whole_files(summary: Summary, tmp_path: Path) -> None:
    index = write_board(summary, tmp_path / "deep" / "board")
    assert sorted(path.name for path in index.parent.iterdir()) == [
        "assets", "board.json", "deltas.csv", "index.html", "pairs", "summary.json",
    ]  # fmt: skip
    assert Summary.model_validate_json((index.parent / "summary.json").read_text()) == summary


def test_write_board_names_a_folder_that_cannot_be_written(summary: Summary, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SuiteError, match="cannot write the board"):
        write_board(summary, tmp_path / "file")


def test_one_checkpoint_under_two_decodings_has_two_rows(summary: Summary) -> None:
    row = summary.deltas[0]
    twice = (row, row.model_copy(update={"k": 1, "delta": -1.0}))
    assert task_views(summary.model_copy(update={"deltas": twice}))[0].grid.fields[-1] == "k"
    same_k = (
        row.model_copy(update={"checkpoint_cells": ("aa",)}),
        row.model_copy(update={"checkpoint_cells": ("bb",), "delta": -1.0}),
    )
    grid = task_views(summary.model_copy(update={"deltas": same_k}))[0].grid
    assert [names[-1] for names in grid.names] == ["aa", "bb"]


def test_answers_of_other_outcomes_than_the_summary_s_make_no_board(summary: Summary, tmp_path: Path) -> None:
    (cell,) = packed_cells([write_cell(RunStore(tmp_path), FAMILY, [["1", "1"], ["2", "2"], ["3", "3"]])])
    score = summary.scores[0].model_copy(update={"cell": cell.manifest.cell.id, "outcomes": {"wrong": 6}})
    with pytest.raises(SuiteError, match="differ from those in the summary"):
        dict(render(summary.model_copy(update={"scores": (score,)}), cells=[cell]))
