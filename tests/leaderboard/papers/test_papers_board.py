"""The papers' board: its page and its JSON say what the files say."""

import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from suite.benchmarks.tasks import all_tasks
from suite.files import shipped
from suite.leaderboard.papers.papers_board import published_files
from suite.registry import published
from suite.registry.published import PublishedFile

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
    assert page.scripts == Rows(html()).scripts
    assert "onfocus" not in {key for link in page.links for key in link}
    assert json.loads(files["published.json"])["files"][0]["deltas"][0]["where"] == HOSTILE


def test_the_json_beside_the_page_is_the_files_row_for_row() -> None:
    told = json.loads(dict(published_files())["published.json"])
    files = [PublishedFile.model_validate_json(json.dumps(file)) for file in told["files"]]
    assert tuple(files) == published.all_files()
    assert told["files"][0]["scores"][-1]["percent"] is None and "sd" not in told["files"][0]["scores"][0]
    assert "References, never controls" in told["about"]


def test_no_figures_at_all_still_give_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "published_dir", lambda: tmp_path)
    assert Rows(html()).chips == []
