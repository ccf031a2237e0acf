"""The papers' board and the page that names the boards: they say what the files say, and are checked in as made now."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from suite.benchmarks.tasks import all_tasks
from suite.errors import SuiteError
from suite.files import shipped
from suite.leaderboard import boards_index, write_board
from suite.leaderboard.board_folder import LISTING
from suite.leaderboard.papers.figures import as_printed, published_view, signed_as_printed
from suite.leaderboard.papers.papers_board import published_files
from suite.registry import load_registry, published
from suite.registry.published import PublishedFile
from suite.schema import Summary

ROOT = Path(__file__).resolve().parents[2]
BOARDS = ROOT / "leaderboards"
HOSTILE = "<script>alert(1)</script>\" onfocus='x' &amp; [x](y)"
NOT_FOUND = "∅ not found"


class Rows(HTMLParser):
    """Rows of tables by kind: (id, text of each cell); and every chip, link and script of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[tuple[str | None, list[str]]]] = {}
        self.values: dict[str, list[list[str | None]]] = {}
        self.chips: list[dict[str, str | None]] = []
        self.links: list[dict[str, str | None]] = []
        self.scripts: list[str | None] = []
        self._kind, self._in_cell, self._in_chip = "", False, False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self._kind = named.get("data-kind") or named.get("class") or ""
        if tag == "tr":
            self.tables.setdefault(self._kind, []).append((named.get("id"), []))
            self.values.setdefault(self._kind, []).append([])
        if tag in ("td", "th"):
            self._in_cell = True
            self.tables[self._kind][-1][1].append("")
            self.values[self._kind][-1].append(named.get("data-value"))
        if tag == "a":
            self.links.append(named)
            self._in_chip = "data-says" in named
            if self._in_chip:
                self.chips.append({**named, "text": ""})
        if tag == "script":
            self.scripts.append(named.get("src"))

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("td", "th")
        self._in_chip = self._in_chip and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[self._kind][-1][1][-1] += data
        if self._in_chip:
            self.chips[-1]["text"] = f"{self.chips[-1]['text']}{data}"

    def body(self, kind: str) -> list[list[str]]:
        """Texts of the rows below the headings, white space made single."""
        return [[" ".join(cell.split()) for cell in cells] for _, cells in self.tables[kind][1:]]


def html() -> str:
    return dict(published_files())["index.html"].decode()


@pytest.fixture(scope="module")
def page() -> Rows:
    return Rows(html())


def rows(kind: str) -> list[tuple[published.Publication, object]]:
    return [(file.source, row) for file in published.all_files() for row in getattr(file, kind)]


def number(value: float | None) -> str:
    return NOT_FOUND if value is None else f"{value:.12g}"


def shown(text: str) -> str:
    """A cell's figure as a plain number."""
    return text if text == NOT_FOUND else f"{float(text.split()[0].replace('−', '-')):.12g}"


def test_every_published_delta_stands_once_in_the_table_with_its_source_and_place(page: Rows) -> None:
    said = Counter(
        (c[1].split()[0], c[2].split()[0], shown(c[3]), c[4], c[5], c[6]) for c in page.body("deltas")
    )
    numbers = {file.source.id: n for n, file in enumerate(published.all_files(), 1)}
    assert said == Counter(
        (
            row.base,
            row.reward,
            number(row.points),
            f"{source.id} [{numbers[source.id]}]",
            row.where,
            row.setting,
        )
        for source, row in rows("deltas")
    )
    assert all("no interval published" in c[3] for c in page.body("deltas") if c[3] != NOT_FOUND)


def test_every_published_accuracy_stands_once_with_its_setting(page: Rows) -> None:
    said = Counter((c[1].split()[0], shown(c[2]), c[4], c[5], c[9]) for c in page.body("accuracies"))
    assert said == Counter(
        (row.model, number(row.percent), row.protocol or "–", row.setting, row.where)
        for _, row in rows("scores")
    )


def test_every_probe_stands_once_with_both_figures(page: Rows) -> None:
    said = Counter((c[1].split()[0], c[0], shown(c[2]), shown(c[3])) for c in page.body("probes"))
    titles = {name: task.metadata.title for name, task in all_tasks().items()}
    assert said == Counter(
        (r.model, titles[r.task], number(r.rouge_l), number(r.exact_match)) for _, r in rows("probes")
    )


def test_every_delta_has_one_chip_in_the_grids_that_leads_to_its_row_and_names_its_source(page: Rows) -> None:
    ids = [row_id for row_id, _ in page.tables["deltas"][1:]]
    assert len(set(ids)) == len(ids) == len(page.chips)
    cells = dict(page.tables["deltas"][1:])
    for chip in page.chips:
        row = [" ".join(cell.split()) for cell in cells[chip["data-row"]]]
        value, _, source, where, setting = str(chip["data-says"]).split("\n")
        assert chip["href"] == f"#{chip['data-row']}" and row[5] == where and setting.startswith(row[6])
        assert row[4].rsplit(" [")[0] in source
        assert value == (
            f"{row[3].split()[0]} points, no interval published"
            if row[3] != NOT_FOUND
            else "looked for, not found"
        )
        assert str(chip["text"]).startswith("∅not found [" if row[3] == NOT_FOUND else row[3].split()[0])


def test_two_sources_of_one_cell_stand_together_and_are_not_averaged() -> None:
    view = published_view(published.all_files(), load_registry(), all_tasks())
    (grid,) = [grid for grid in view.grids if grid.task.id == "math500"]
    cells = dict(grid.rows)["ground_truth"]
    assert [figure.row.points for figure in cells[0]] == [29.1, 29.4]
    assert [column.base.id for column in grid.columns if column.starts] == [
        "qwen2.5-math-7b",
        "qwen2.5-7b",
        "llama3.1-8b",
        "olmo2-7b",
    ]
    assert dict(grid.rows)["random"][1] == ()


def test_what_was_not_found_looks_other_than_what_nobody_asked(page: Rows) -> None:
    text = html()
    assert text.count('class="chip sought"') - 1 == sum(row.points is None for _, row in rows("deltas"))
    assert '<span class="unseen">not asked</span>' in text
    empty = [
        texts[3]
        for texts, values in zip(page.body("deltas"), page.values["deltas"][1:], strict=True)
        if values[3] == ""
    ]
    assert set(empty) == {NOT_FOUND}


@pytest.mark.parametrize(
    ("value", "text"),
    [(53.01, "53.01"), (10, "10.0"), (0, "0.0"), (72.2, "72.2"), (0.62, "0.62"), (None, "not found")],
)
def test_figures_keep_every_digit(value: float | None, text: str) -> None:
    assert as_printed(value) == text


def test_deltas_have_a_sign_and_a_true_minus() -> None:
    assert [signed_as_printed(points) for points in (29.1, -6.4, 0.0)] == ["+29.1", "−6.4", "0.0"]


def test_an_anchor_stays_when_other_rows_come_and_values_change() -> None:
    files = published.all_files()
    before = published_view(files, load_registry(), all_tasks())
    after = published_view(files[3:], load_registry(), all_tasks())
    assert {figure.anchor for figure in after.deltas} == {figure.anchor for figure in before.deltas}


def test_the_page_loads_only_files_beside_it_and_links_out_without_a_referrer(page: Rows) -> None:
    names = dict(published_files())
    assert all(src in names for src in page.scripts)
    outward = [link for link in page.links if str(link["href"]).startswith("http")]
    assert {link["href"] for link in outward} == {file.source.url for file in published.all_files()}
    assert all(link["rel"] == "noreferrer noopener" for link in outward)
    assert "plotly" not in html() and sum(map(len, names.values())) < 400_000


def test_hostile_text_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(HOSTILE)
    row = f"task: {text}, setting: {text}, where: {text}"
    (tmp_path / "a.yaml").write_text(
        f"source: {{title: {text}, id: {text}, url: 'https://x.org/\"onclick=\"y'}}\n"
        f"scores:\n  - {{model: {text}, protocol: {text}, temperature: 0, k: 1, percent: 1.5, {row}}}\n"
        f"deltas:\n  - {{base: {text}, reward: random, step: 1, points: -1.5, {row}}}\n"
        f"probes:\n  - {{model: {text}, rouge_l: 1.5, exact_match: null, {row}}}\n"
    )
    monkeypatch.setattr(shipped, "published_dir", lambda: tmp_path)
    files = dict(published_files())
    page = Rows(files["index.html"].decode())
    assert [cells[5] for cells in page.body("deltas")] == [HOSTILE] and page.body("probes")[0][3] == NOT_FOUND
    assert page.scripts == Rows(html()).scripts and "onfocus" not in {
        key for link in page.links for key in link
    }
    assert json.loads(files["published.json"])["files"][0]["deltas"][0]["where"] == HOSTILE


def test_the_json_beside_the_page_is_the_files_row_for_row() -> None:
    told = json.loads(dict(published_files())["published.json"])
    assert (
        tuple(PublishedFile.model_validate_json(json.dumps(file)) for file in told["files"])
        == published.all_files()
    )
    assert told["files"][0]["scores"][-1]["percent"] is None and "sd" not in told["files"][0]["scores"][0]
    assert "References, never controls" in told["about"]


def test_no_figures_at_all_still_give_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "published_dir", lambda: tmp_path)
    assert Rows(html()).chips == []


def test_the_boards_that_are_checked_in_are_as_made_now(tmp_path: Path) -> None:
    """After a change run ``make boards``."""
    for name, content in published_files():
        assert (BOARDS / "published" / name).read_bytes() == content, name
    for path in BOARDS.glob("*/summary.json"):
        shutil.copytree(path.parent, tmp_path / path.parent.name)
    index = boards_index.write_boards(tmp_path)
    assert index.read_bytes() == (BOARDS / "index.html").read_bytes()
    assert (tmp_path / LISTING).read_bytes() == (BOARDS / LISTING).read_bytes()


def test_the_index_says_what_the_files_of_a_board_say(summary: Summary, tmp_path: Path) -> None:
    write_board(summary, tmp_path / "my board")
    text = boards_index.write_boards(tmp_path).read_text()
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert 'href="my%20board/index.html"' in text and 'href="published/index.html"' in text
    assert f"Measured here: {len(summary.deltas)} deltas, {len(summary.families)} families" in plain
    assert ", ".join(summary.families.values()) in plain and summary.provenance.generated in plain
    assert "Gate not judged" in plain and "▲" in plain
    figures = "16 deltas, 111 accuracies of bases, 36 contamination probes ; looked for and not found: 51"
    assert figures.replace(" ;", ";") in plain


def test_the_index_says_how_the_gate_judged(tmp_path: Path) -> None:
    shutil.copytree(BOARDS / "micro", tmp_path / "micro")
    text = boards_index.write_boards(tmp_path).read_text()
    assert 'href="micro/gate.html"' in text and "<code>micro_demo</code>" in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("summary.json", "{", "summary.json"),
        ("summary.json", '{"schema_version": 1}', "summary.json"),
        ("verdict.json", "[]", "invalid gate report"),
        ("index.html", None, "a summary.json without index.html"),
    ],
)
def test_a_broken_board_is_one_line_and_leaves_all_as_it_was(
    name: str,
    content: str | None,
    said: str,
    tmp_path: Path,
    summary: Summary,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_board(summary, tmp_path / "mine")
    file = tmp_path / "mine" / name
    file.unlink() if content is None else file.write_text(content)
    assert boards_index.main([str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert said in error and str(tmp_path / "mine") in error and error.count("\n") == 1
    assert not (tmp_path / "published").exists() and not (tmp_path / "index.html").exists()


def test_a_hostile_name_of_a_board_stays_a_name(summary: Summary, tmp_path: Path) -> None:
    write_board(summary, tmp_path / '"><script>x')
    text = boards_index.write_boards(tmp_path).read_text()
    assert "%22%3E%3Cscript%3Ex/index.html" in text and text.count("<script") == 2


def test_the_files_of_the_data_stay_beside_the_board(tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "mine.yaml").write_text("x")
    boards_index.write_boards(tmp_path)
    with pytest.raises(SuiteError):
        boards_index.read_boards(_broken(tmp_path))
    assert (tmp_path / "published" / "mine.yaml").read_text() == "x"


def _broken(folder: Path) -> Path:
    (folder / "broken").mkdir()
    (folder / "broken" / "summary.json").write_text("")
    return folder


@pytest.mark.slow
def test_the_site_of_the_workflow_holds_every_board_and_the_one_of_its_run(tmp_path: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "board.yml").read_text())
    steps = workflow["jobs"]["gate"]["steps"]
    (site,) = [step for step in steps if step.get("id") == "site"]
    (upload,) = [step for step in steps if "upload-pages-artifact" in step.get("uses", "")]
    shutil.copytree(BOARDS, tmp_path / "leaderboards")
    (tmp_path / "runs" / "demo").mkdir(parents=True)
    shutil.copytree(BOARDS / "micro", tmp_path / "runs" / "demo" / "board")
    env = {
        **os.environ,
        "BOARD": "runs/demo/board",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    subprocess.run(["bash", "-eo", "pipefail", "-c", site["run"]], cwd=tmp_path, env=env, check=True)
    made = tmp_path / upload["with"]["path"]
    index = (made / "index.html").read_text()
    assert all(
        f'href="{name}/index.html"' in index and (made / name / "index.html").is_file()
        for name in ("demo", "micro")
    )
    assert (made / "published" / "spurious_rewards.yaml").is_file()
