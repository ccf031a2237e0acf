"""Templates -> pages: the jinja environment, the security policy of every page, and the files beside the pages.

A page loads only files beside it: its policy forbids any other origin and any script inside the page. This holds for pages
opened from disk as well as from a server.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from suite.leaderboard.wording import gate, rows
from suite.schema.numbers import percent, percent_interval

HERE = Path(__file__).resolve().parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""Content-Security-Policy of every page. Inline styles are allowed because Plotly and MathML set them."""
_DISPENSABLE = re.compile(rb"</t[dhr]>|\s+(?=<t[dhr][ >])|(?<=\n)[ \t]+")


def page(template: str, **context: object) -> bytes:
    """Return the rendered page; a name that ``context`` lacks is an error."""
    return _environment().get_template(template).render(policy=POLICY, **context).encode()


def assets() -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every style, script and browser library (with its licence), once for all pages."""
    vendored = (path for path in (HERE / "vendor").iterdir() if path.suffix != ".md")
    for path in sorted([*(HERE / "assets").iterdir(), *vendored]):
        yield f"assets/{path.name}", path.read_bytes()


def compact(page: bytes) -> bytes:
    """Return the page without optional end tags and indentation; this saves a tenth of a page of large tables."""
    return _DISPENSABLE.sub(b"", page)


def embedded(value: object) -> Markup:
    """Return ``value`` as JSON that cannot end its script element, whatever names it holds."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


@cache
def _environment() -> Environment:
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
    env.globals["words"] = rows
    env.globals["said"] = gate
    return env
