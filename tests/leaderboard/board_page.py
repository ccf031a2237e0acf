"""The page read back from its HTML, for the tests of what it says."""

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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.loads += [v for k, v in attrs if k in ("src", "href", "srcset", "action", "data", "poster") and v]
        if tag == "table":
            self._around.append((self._table, self._in_cell))
            self._table, self._in_cell = named.get("class") or "", False
        if tag == "tr":
            self._in_groups = named.get("class") == "groups"
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


def html_of(summary: Summary) -> str:
    """The page of a summary."""
    return dict(render(summary))["index.html"].decode()
