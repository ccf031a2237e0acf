"""Summary -> ``index.html`` and ``summary.json``. Reads the summary, computes no statistic, reaches for no network.

The page carries its styles, its script and plotly inside, and a policy that lets nothing else load or run.
Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from suite.errors import SuiteError
from suite.leaderboard import wording
from suite.leaderboard.charts import chart_data
from suite.leaderboard.export import deltas_csv
from suite.leaderboard.view import task_views
from suite.schema import OUTCOMES, Sample, Summary

HERE = Path(__file__).resolve().parent
PLOTLY = HERE / "vendor" / "plotly-cartesian.min.js"


def render(summary: Summary, samples: Iterable[Sample] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the board; pure. ``samples`` are accepted and not shown yet."""
    yield "index.html", _page(summary).encode()
    yield "summary.json", summary.to_json().encode()


def write_board(summary: Summary, out: Path) -> Path:
    """Write the board into ``out`` (created if absent), each file whole or not at all; return the page's path.

    Raises SuiteError where ``out`` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in render(summary):
            part = out / f".{name}.{os.getpid()}.tmp"
            part.write_bytes(content)
            os.replace(part, out / name)
    except OSError as fault:
        why = f"cannot write the board: {fault.strerror}"
        raise SuiteError(why, str(out), "Name a folder that can be written") from fault
    return out / "index.html"


def _page(summary: Summary) -> str:
    views = task_views(summary)
    plotly, script = PLOTLY.read_text(encoding="utf-8"), _asset("board.js")
    template = _environment().get_template("index.html.j2")
    return template.render(
        summary=summary,
        views=views,
        outcomes=OUTCOMES,
        policy=_policy(plotly, script),
        style=Markup(_asset("board.css")),
        plotly=Markup(plotly),
        script=Markup(script),
        summary_json=_embedded(summary.to_json()),
        chart_json=_embedded(json.dumps(chart_data(summary, views), allow_nan=False)),
        csv_json=_embedded(json.dumps(deltas_csv(summary))),
    )


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["words"] = wording
    return env


def _asset(name: str) -> str:
    return (HERE / "templates" / name).read_text(encoding="utf-8")


def _policy(*scripts: str) -> str:
    """Content-Security-Policy: only these scripts run; plotly sets styles by itself, so inline styles are allowed."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _embedded(text: str) -> Markup:
    """JSON that cannot end its script element, whatever names it holds."""
    return Markup(text.replace("<", "\\u003c"))
