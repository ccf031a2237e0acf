"""Summary -> the files of a board: ``index.html``, ``summary.json``, a page for every pair, a gate's page. Computes no statistic.

Styles, scripts and browser libraries lie beside the pages, once; no network is reached for.
Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``.
"""

from collections.abc import Iterator
from pathlib import Path

from suite.leaderboard.charts import chart_data
from suite.leaderboard.export import deltas_csv
from suite.leaderboard.gate_view import GateView, gate_view
from suite.leaderboard.pages import assets, embedded, embedded_json, page
from suite.leaderboard.view import task_views
from suite.leaderboard.write import write_files
from suite.schema import OUTCOMES, GateReport, Summary


def render(summary: Summary, gate: GateReport | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the board; pure. The page that links to the others comes last.

    ``gate`` adds a page of its verdicts.
    """
    yield from assets()
    view = gate_view(gate, summary) if gate else None
    if gate and view:
        yield "verdict.json", gate.to_json().encode()
        yield "gate.html", page("gate.html.j2", gate=view)
    yield "summary.json", summary.to_json().encode()
    yield "index.html", _index(summary, view)


def write_board(summary: Summary, out: Path, gate: GateReport | None = None) -> Path:
    """Write the board into ``out`` (created if absent) and return the page's path; a full disk leaves what was there.

    Files of an older board that this one does not have are removed. Raises SuiteError where ``out`` cannot be written.
    """
    write_files(render(summary, gate), out)
    return out / "index.html"


def _index(summary: Summary, gate: GateView | None) -> bytes:
    views = task_views(summary)
    return page(
        "index.html.j2",
        summary=summary,
        gate=gate,
        views=views,
        outcomes=OUTCOMES,
        summary_json=embedded_json(summary.to_json()),
        chart_json=embedded(chart_data(summary, views)),
        csv_json=embedded(deltas_csv(summary)),
    )
