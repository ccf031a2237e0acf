"""The page read back from its HTML, for the tests of what it says."""

import html as markup
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from suite.leaderboard import render
from suite.schema import Summary


class Page(HTMLParser):
    """Collects table rows by table class, script texts, and attributes that can load something.

    A row of headings over groups of columns is left out.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.values: dict[str, list[list[str | None]]] = {}
        self.scripts: list[tuple[str | None, str]] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        self._table = ""
        self._around: list[tuple[str, bool]] = []
        self._in_cell = self._in_script = self._in_groups = False
        self.feed(html)
        self.tables = {
            name: [[cell.strip() for cell in row] for row in rows] for name, rows in self.tables.items()
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.loads += [
            v for k, v in attrs if k in ("src", "href", "srcset", "action", "data", "poster") and v
        ]
        if tag == "table":
            self._around.append((self._table, self._in_cell))
            self._table, self._in_cell = named.get("class") or "", False
        if tag == "tr":
            self._in_groups = named.get("class") == "groups"
        if tag in ("tr", "td", "th"):  # their end tags may be left out
            self._in_cell = False
        if tag == "tr" and not self._in_groups:
            self.tables.setdefault(self._table, []).append([])
            self.values.setdefault(self._table, []).append([])
        if tag in ("td", "th") and not self._in_groups:
            self._in_cell = True
            self.tables[self._table][-1].append("")
            self.values[self._table][-1].append(named.get("data-value"))
        if tag == "script":
            self._in_script = True
            self.scripts.append((named.get("type"), ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("td", "th")
        if tag == "table":
            self._table, self._in_cell = self._around.pop()
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[self._table][-1][-1] += data
        if self._in_script:
            kind, text = self.scripts[-1]
            self.scripts[-1] = (kind, text + data)

    def body(self, table: str) -> list[list[str]]:
        return [row for row in self.tables.get(table, []) if row[0] not in ("Family", "Model", "Reward")]

    def column(self, table: str, heading: str) -> list[str]:
        """The texts of one column, white space made single."""
        place = self.tables[table][0].index(heading)
        return [" ".join(row[place].split()) for row in self.body(table)]


@dataclass
class MapCell:
    """A cell of the heatmap: what it says in each way of showing, its colours and its notes."""

    word: str
    colours: dict[str, float]
    page: str | None = None
    notes: list[str] = field(default_factory=list)
    said: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(("", "delta", "adjusted", "strong"), "")
    )

    @property
    def delta(self) -> str:
        """What it says of its delta."""
        return " ".join(self.said["delta"].split())

    @property
    def text(self) -> str:
        """All that it says, in any way of showing."""
        return " ".join(" ".join(self.said.values()).split())


class Heatmaps(HTMLParser):
    """The cells of every heatmap of a page, row by row, with the labels of rows and columns."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.maps: list[list[list[MapCell]]] = []
        self.rows: list[str] = []
        self._in_map = self._in_head = False
        self._way, self._depth = "", 0
        self.feed(html)
        self.rows = [label.strip() for label in self.rows]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._in_map = named.get("class") == "heatmap"
            if self._in_map:
                self.maps.append([])
        if not self._in_map:
            return
        if tag == "tr":
            self.maps[-1].append([])
        self._in_head = self._in_head and tag not in ("td", "th", "tr")
        if tag == "th" and named.get("scope") == "row":
            self.rows.append("")
            self._in_head = True
        if tag == "td" and "data-d" in named:
            colours = dict(part.split(":") for part in named.get("style", "").split(";") if part)
            self.maps[-1][-1].append(
                MapCell(named["class"], {name[2:]: float(value) for name, value in colours.items()})
            )
        if tag == "a":
            self.maps[-1][-1][-1].page = named["href"]
            self.maps[-1][-1][-1].notes = named["data-notes"].split("\n")
        if tag == "span":
            self._depth += 1
            if named.get("class", "").startswith("way-"):
                self._way, self._depth = named["class"][4:], 1

    def handle_endtag(self, tag: str) -> None:
        self._in_map = self._in_map and tag != "table"
        self._in_head = self._in_head and tag != "th"
        if tag == "span":
            self._depth -= 1
            self._way = self._way if self._depth else ""

    def handle_data(self, data: str) -> None:
        if self._in_head:
            self.rows[-1] += data
        elif self._in_map and self.maps[-1] and self.maps[-1][-1]:
            self.maps[-1][-1][-1].said[self._way] += data


def heatmap(summary: Summary, task: int = 0) -> list[list[MapCell]]:
    """The cells of one task, read back from the page."""
    return [row for row in Heatmaps(html_of(summary)).maps[task] if row]


def html_of(summary: Summary) -> str:
    """The page of a summary."""
    return dict(render(summary))["index.html"].decode()


def told(html: str) -> str:
    """The words of some HTML without its embedded data, white space made single."""
    without_data = re.sub(r"<script type.*?</script>", " ", html, flags=re.DOTALL)
    return " ".join(markup.unescape(re.sub(r"<[^>]*>", " ", without_data)).split())


def across_text(summary: Summary) -> str:
    """The words of the tab across tasks."""
    html = html_of(summary)
    return told(html[html.index('<div class="across">') : html.index('id="across-data"')])
