"""What the page says, read back from its HTML without a browser."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from board_page import Page, html_of

from suite.errors import SuiteError
from suite.leaderboard import render, write_board
from suite.leaderboard.charts import chart_data
from suite.leaderboard.export import deltas_csv
from suite.leaderboard.pages import HERE
from suite.leaderboard.view import task_views
from suite.leaderboard.wording import finding_word, percent, signed, signed_interval
from suite.schema import ScoreRow, Summary

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
            assert text[2:5] == [percent(row.before or 0), percent(row.after or 0), signed(row.delta)]
            assert text[5] == f"{signed_interval(row.interval)} items only"


def test_values_that_sorting_uses_are_the_summary_in_full(summary: Summary) -> None:
    values = [row for row in Page(html_of(summary)).values["deltas"] if len(row) == 19 and row[11]]
    deltas = [float(row[4]) if row[4] else None for row in values]
    assert deltas == [row.delta for row in summary.deltas]


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
        row.model_copy(update={"metrics": {"exact_match": 0.5}}) if row.metrics else row for row in summary.scores[:-1]
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


def test_chart_holds_the_same_deltas_and_a_symmetric_range(summary: Summary) -> None:
    data = chart_data(summary, task_views(summary))
    cells = [c for task in data["tasks"].values() for row in task["heatmap"]["cells"] for c in row]  # type: ignore
    numbers = sorted(cell["delta"] for cell in cells if cell["delta"] is not None)
    assert numbers == sorted(row.delta for row in summary.deltas if row.delta is not None)
    assert data["range"] == 18.25


def test_not_comparable_names_its_fields_and_gives_no_number(summary: Summary) -> None:
    rows = [" ".join(" ".join(cells).split()) for cells in Page(html_of(summary)).body("deltas")]
    odd = [row for row in rows if "not comparable" in row]
    assert len(odd) == 1 and "differs in engine, dtype" in odd[0] and "%" not in odd[0]
    assert "⊘ not comparable<br>engine, dtype" in json.dumps(chart_data(summary, task_views(summary)), ensure_ascii=False)


def test_a_hole_in_the_grid_is_called_missing(summary: Summary) -> None:
    first = task_views(summary)[0]
    assert first.grid.cells[2][3] is None
    assert dict(first.findings)["missing"] == 1
    assert "∅ missing" in json.dumps(chart_data(summary, (first,)), ensure_ascii=False)


def test_two_recipes_of_one_reward_become_two_rows(summary: Summary) -> None:
    twin = summary.deltas[0].model_copy(update={"recipe": "other", "checkpoint": "twin"})
    views = task_views(summary.model_copy(update={"deltas": (*summary.deltas, twin)}))
    shown = [cell for row in views[0].grid.cells for cell in row if cell]
    assert twin in shown and summary.deltas[0] in shown


def test_contaminated_columns_are_marked_with_a_legend(summary: Summary) -> None:
    columns = task_views(summary)[1].grid.columns
    assert [column.contaminated for column in columns] == [True, True, False, False]
    assert "training corpus of these families holds the items" in html_of(summary)


def test_hostile_names_stay_text(summary: Summary) -> None:
    bad_delta = summary.deltas[0].model_copy(
        update={"family": HOSTILE, "base": HOSTILE, "reward": HOSTILE, "checkpoint": HOSTILE, "recipe": HOSTILE}
    )
    bad_score = summary.scores[0].model_copy(update={"family": HOSTILE, "model": HOSTILE, "metrics": {HOSTILE: 0.5}})
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
    embedded = [json.loads(text) for kind, text in page.scripts if kind]
    assert embedded[0]["deltas"][0]["reward"] == HOSTILE
    heatmap = embedded[1]["tasks"]["task-0"]["heatmap"]
    drawn = [*heatmap["rows"], *heatmap["columns"], *(cell["text"] for row in heatmap["cells"] for cell in row)]
    assert "<img" not in json.dumps([drawn, embedded[1]["tasks"]["task-0"]["arms"]])


def test_a_page_refers_to_files_beside_it_and_each_is_there(summary: Summary) -> None:
    files = dict(render(summary))
    loads = [load for load in Page(html_of(summary)).loads if not load.startswith("#")]
    assert len(loads) >= 4 and set(loads) <= set(files)
    for style in (content.decode() for name, content in files.items() if name.endswith(".css")):
        assert "url(" not in style and "@import" not in style


def test_the_policy_lets_only_files_beside_the_page_run(summary: Summary) -> None:
    html = html_of(summary)
    policy = html[html.index("default-src") :].split('"')[0].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; script-src 'self';") and "http" not in policy and "script-src-" not in policy
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
    evil = summary.deltas[0].model_copy(update={"reward": "=1+1"})
    lines = list(csv.DictReader(io.StringIO(deltas_csv(summary.model_copy(update={"deltas": (evil,)})))))
    assert lines[0]["reward"] == "'=1+1" and float(lines[0]["delta"]) == evil.delta


@pytest.mark.parametrize(("points", "text"), [(12.34, "+12.3"), (-0.26, "−0.3"), (-0.04, "0.0"), (0.0, "0.0"), (0.05, "+0.1")])
def test_signed_numbers_read(points: float, text: str) -> None:
    assert signed(points) == text


def test_write_board_leaves_only_whole_files(summary: Summary, tmp_path: Path) -> None:
    index = write_board(summary, tmp_path / "deep" / "board")
    assert sorted(path.name for path in index.parent.iterdir()) == ["assets", "board.json", "index.html", "summary.json"]
    assert Summary.model_validate_json((index.parent / "summary.json").read_text()) == summary


def test_write_board_names_a_folder_that_cannot_be_written(summary: Summary, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SuiteError, match="cannot write the board"):
        write_board(summary, tmp_path / "file")
