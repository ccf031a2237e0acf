"""Summary -> ``index.html`` and ``summary.json``; a gate's report -> ``gate.html`` and ``verdict.json``. Computes no statistic.

A page carries its styles and scripts inside, and a policy that lets nothing else load or run: no network is reached for.
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
from suite.leaderboard import gate_words, wording
from suite.leaderboard.charts import chart_data
from suite.leaderboard.export import deltas_csv
from suite.leaderboard.gate_view import GateView, gate_view
from suite.leaderboard.view import task_views
from suite.schema import OUTCOMES, GateReport, Sample, Summary

HERE = Path(__file__).resolve().parent
PLOTLY = HERE / "vendor" / "plotly-cartesian.min.js"
GATE_PAGE = "gate.html"
VERDICTS = "verdict.json"


def render(summary: Summary, samples: Iterable[Sample] = (), gate: GateReport | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the board; pure. The page that links to the others comes last.

    ``gate`` adds a page of its verdicts. ``samples`` are accepted and not shown yet.
    """
    view = gate_view(gate, summary) if gate else None
    if gate and view:
        yield VERDICTS, gate.to_json().encode()
        yield GATE_PAGE, _gate_page(view).encode()
    yield "summary.json", summary.to_json().encode()
    yield "index.html", _page(summary, view).encode()


def write_board(summary: Summary, out: Path, gate: GateReport | None = None) -> Path:
    """Write the board into ``out`` (created if absent) and return the page's path; a full disk leaves what was there.

    Without ``gate`` the pages of an older report are removed. Raises SuiteError where ``out`` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _replace(out, dict(render(summary, gate=gate)))
        if gate is None:
            _drop_gate(out)
    except OSError as fault:
        why = f"cannot write the board: {fault.strerror}"
        raise SuiteError(why, str(out), "Name a folder that can be written") from fault
    return out / "index.html"


def _replace(out: Path, files: dict[str, bytes]) -> None:
    """All files are written beside their places before the first is put there, so that a full disk changes nothing."""
    parts = {name: out / f".{name}.{os.getpid()}.tmp" for name in files}
    try:
        for name, content in files.items():
            parts[name].write_bytes(content)
        for name, part in parts.items():
            os.replace(part, out / name)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _drop_gate(out: Path) -> None:
    """A board's verdicts go with its page of them, which goes last; verdicts without a page are somebody else's."""
    if (out / GATE_PAGE).exists():
        (out / VERDICTS).unlink(missing_ok=True)
        (out / GATE_PAGE).unlink()


def _page(summary: Summary, gate: GateView | None) -> str:
    views = task_views(summary)
    plotly, script = PLOTLY.read_text(encoding="utf-8"), _asset("theme.js") + _asset("board.js")
    template = _environment().get_template("index.html.j2")
    return template.render(
        summary=summary,
        gate=gate,
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


def _gate_page(gate: GateView) -> str:
    script = _asset("theme.js") + "theme.start();\n"
    return (
        _environment()
        .get_template("gate.html.j2")
        .render(
            gate=gate,
            policy=_policy(script),
            style=Markup(_asset("board.css") + _asset("gate.css")),
            script=Markup(script),
        )
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
    env.globals["said"] = gate_words
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
