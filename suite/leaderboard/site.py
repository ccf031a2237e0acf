"""Summary -> the files of a board: ``index.html``, ``summary.json``, a page for every pair, a gate's page. Computes no statistic.

Styles, scripts and browser libraries lie beside the pages, once; no network is reached for.
Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from suite.errors import SuiteError
from suite.gate.verdict import GateReport
from suite.leaderboard.across.across_tab import across_view
from suite.leaderboard.answers import PackedCell
from suite.leaderboard.board.board_page import Board, compact
from suite.leaderboard.board.deltas_csv import deltas_csv
from suite.leaderboard.board.filter_data import chart_data
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.board_folder import write_files
from suite.leaderboard.gate_page import GateView, gate_view
from suite.leaderboard.links import pair_page
from suite.leaderboard.pages import assets, embedded, page
from suite.leaderboard.pair.pair_page import PairView, PairViews
from suite.schema import OUTCOMES, Outcome, Summary

STACKED: tuple[Outcome, ...] = ("correct", "wrong", "unparsed", "truncated", "error")
"""Outcomes in the order in which they stand side by side in a bar."""


def render(
    summary: Summary, gate: GateReport | None = None, cells: Iterable[PackedCell] = ()
) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the board; pure. The page that links to the others comes last.

    ``gate`` adds a page of its verdicts, ``cells`` bring the answers and settings behind the deltas.
    """
    yield from assets()
    known: dict[str, PackedCell] = {}
    for cell in _as_summarized(cells, summary):
        known[cell.manifest.cell.id] = replace(cell, files={})  # all files together may not fit into memory
        yield from cell.files.items()
    views = PairViews(summary, known)
    for row in summary.deltas:
        yield pair_page(row), _pair(summary, views.view(row))
    view = gate_view(gate, summary) if gate else None
    if gate and view:
        yield "verdict.json", gate.to_json().encode()
        yield "gate.html", page("gate.html.j2", gate=view)
    yield "summary.json", summary.to_json().encode()
    yield "deltas.csv", deltas_csv(summary).encode()
    yield "index.html", _index(summary, view)


def _as_summarized(cells: Iterable[PackedCell], summary: Summary) -> Iterator[PackedCell]:
    """The cells, as long as their samples earned what the summary says; a board whose numbers are of other answers is none."""
    said = {
        score.cell: {outcome: n for outcome, n in score.outcomes.items() if n} for score in summary.scores
    }
    for cell in cells:
        if said.get(cell.manifest.cell.id, cell.outcomes) != cell.outcomes:
            what = f"{cell.manifest.cell.name} has other outcomes than the summary says"
            raise SuiteError(
                what, "summary.json", "Run `rlvr-suite summarize RUN` again; it is made from the samples"
            )
        yield cell


def write_board(
    summary: Summary, out: Path, gate: GateReport | None = None, cells: Iterable[PackedCell] = ()
) -> Path:
    """Write the board into ``out`` (created if absent) and return the page's path; a full disk leaves what was there.

    Files of an older board that this one does not have are removed. Raises SuiteError where ``out`` cannot be written.
    """
    write_files(render(summary, gate, cells), out)
    return out / "index.html"


def _pair(summary: Summary, pair: PairView) -> bytes:
    return page(
        "pair.html.j2",
        pair=pair,
        summary=summary,
        level=summary.level,
        outcomes=OUTCOMES,
        stacked=STACKED,
        answers_json=embedded(pair.answers),
    )


def _index(summary: Summary, gate: GateView | None) -> bytes:
    views = task_views(summary)
    html = page(
        "index.html.j2",
        summary=summary,
        gate=gate,
        views=views,
        board=Board(summary, views),
        across=across_view(summary),
        outcomes=OUTCOMES,
        chart_json=embedded(chart_data(summary, views)),
    )
    return compact(html)
