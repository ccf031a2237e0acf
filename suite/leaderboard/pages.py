"""A template becomes a page: the jinja environment, the policy of every page, and the files beside the pages.

A page loads files beside it and nothing else: its policy forbids any other origin, and scripts inside the page. That holds
opened from disk as well as from a server.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from suite.leaderboard.wording import gate, rows

HERE = Path(__file__).resolve().parent
POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy of every page. Plotly and MathML set styles by themselves, so inline styles are allowed."""


def page(template: str, **context: object) -> bytes:
    """The page of a template; a name that the template misses is an error."""
    return _environment().get_template(template).render(policy=POLICY, **context).encode()


def assets() -> Iterator[tuple[str, bytes]]:
    """(path, content) of every style, script and browser library with its licence, once for all pages."""
    vendored = (path for path in (HERE / "vendor").iterdir() if path.suffix != ".md")
    for path in sorted([*(HERE / "assets").iterdir(), *vendored]):
        yield f"assets/{path.name}", path.read_bytes()


def embedded(value: object) -> Markup:
    """A value as JSON that cannot end its script element, whatever names it holds."""
    return embedded_json(json.dumps(value, allow_nan=False, separators=(",", ":")))


def embedded_json(text: str) -> Markup:
    """The same of what is JSON already."""
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
    env.globals["words"] = rows
    env.globals["said"] = gate
    return env
