"""Templates -> pages: the jinja environment, the security policy of every page, the files beside the pages.

A page loads only files beside it: its policy forbids any other origin and any script inside the page. This
holds for pages opened from disk as well as from a server. Each template names the styles, scripts and
vendored libraries of its page: ``pair.html.j2`` loads KaTeX and jsdiff, ``index.html.j2`` plotly.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from suite.leaderboard.wording import across, board, boards, every_page, gate, pair, papers, rows
from suite.leaderboard.wording.papers import as_printed, signed_as_printed
from suite.schema.numbers import percent, percent_interval

HERE = Path(__file__).resolve().parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri "
    "'none'; form-action 'none'"
)
"""Content-Security-Policy of every page. Inline styles are allowed because Plotly and MathML set them."""
_DISPENSABLE = re.compile(rb"</t[dhr]>|\s+(?=<t[dhr][ >])|(?<=\n)[ \t]+")


def page(template: str, **context: object) -> bytes:
    """Return the rendered page; a name that ``context`` lacks is an error."""
    return environment().get_template(template).render(policy=POLICY, **context).encode()


def assets() -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every style, script and browser library with its licence."""
    vendored = (path for path in (HERE / "vendor").iterdir() if path.suffix != ".md")
    for path in sorted([*(HERE / "assets").iterdir(), *vendored]):
        yield f"assets/{path.name}", path.read_bytes()


def prose(text: str, **values: object) -> Markup:
    """Return ``text`` with `` `code` `` and ``**strong**`` as elements and escaped ``values`` for ``{name}``.

    A command such as `` `rlvr-suite eval` `` does not wrap.

    >>> prose("Run `rlvr-suite eval` on **{task}**.", task="<a>")
    Markup('Run <code class="command">rlvr-suite eval</code> on <strong>&lt;a&gt;</strong>.')
    """
    html = str(escape(text))
    html = re.sub(r"`(rlvr-suite [^`]+)`", r'<code class="command">\1</code>', html)
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", html)
    return Markup(html).format(**values)


def compact(page: bytes) -> bytes:
    """Return the page without optional end tags and indentation, which are a tenth of a large page."""
    return _DISPENSABLE.sub(b"", page)


def css_class(word: str) -> str:
    """Return the class of a finding or verdict: ``not comparable`` -> ``not-comparable``."""
    return word.replace(" ", "-")


def embedded(value: object) -> Markup:
    """Return ``value`` as JSON that cannot end its script element, whatever names it holds."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


@cache
def environment() -> Environment:
    """Return the environment of all templates, with the wording of each page and the filters for numbers."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["points"] = rows.page_points
    env.filters["points_interval"] = rows.page_interval
    env.filters["percent"] = percent
    env.filters["percent_interval"] = percent_interval
    env.filters["prose"] = prose
    env.filters["as_printed"] = as_printed
    env.filters["signed_as_printed"] = signed_as_printed
    env.filters["css"] = css_class
    env.globals["words"] = rows
    env.globals["every_page"] = every_page
    env.globals["board_text"] = board
    env.globals["across_text"] = across
    env.globals["pair_text"] = pair
    env.globals["papers_text"] = papers
    env.globals["gate_text"] = gate
    env.globals["boards_text"] = boards
    return env
