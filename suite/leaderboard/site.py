"""Summary -> the files of a board: ``index.html``, ``summary.json``, a page for every pair, a gate's page.

Computes no statistic. All pages share one copy of the styles, scripts and browser libraries and need no
network. Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from suite.errors import SuiteError
from suite.gate.gate_report import GateReport
from suite.leaderboard.across.across_tab import across_view
from suite.leaderboard.answers import PackedCell
from suite.leaderboard.board.board_page import BoardPage
from suite.leaderboard.board.deltas_csv import deltas_csv
from suite.leaderboard.board.filter_data import filter_data
from suite.leaderboard.board.task_view import task_views
from suite.leaderboard.board_folder import write_files
from suite.leaderboard.gate_page import GateView, gate_view
from suite.leaderboard.links import BOARD, pair_page
from suite.leaderboard.pages import assets, compact, embedded, page
from suite.leaderboard.pair.pair_page import PairView, PairViews
from suite.schema import OUTCOMES, Outcome, Summary

STACKED: tuple[Outcome, ...] = ("correct", "wrong", "unparsed", "truncated", "error")
"""Outcomes in the order in which a bar shows them."""


def render(
    summary: Summary, gate: GateReport | None = None, cells: Iterable[PackedCell] = ()
) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the board; pure. The page that links to the others comes last.

    ``gate`` adds a page of its verdicts; ``cells`` hold the answers and settings behind the deltas.
    """
    yield from assets()
    # A cell's files are handed on and dropped, because all files together may not fit into memory. The pages
    # need only the manifests.
    packed: dict[str, PackedCell] = {}
    for cell in _as_summarized(cells, summary):
        packed[cell.manifest.cell.id] = replace(cell, files={})
        yield from cell.files.items()
    pairs = PairViews(summary, packed)
    for row in summary.deltas:
        yield pair_page(row), _pair(summary, pairs.view(row))
    verdicts = gate_view(gate, summary) if gate else None
    if gate and verdicts:
        yield "verdict.json", gate.to_json().encode()
        yield "gate.html", page("gate.html.j2", gate=verdicts)
    yield "summary.json", summary.to_json().encode()
    yield "deltas.csv", deltas_csv(summary).encode()
    yield BOARD, _index(summary, verdicts)


def _as_summarized(cells: Iterable[PackedCell], summary: Summary) -> Iterator[PackedCell]:
    """Yield the cells; raise SuiteError for one whose outcomes differ from the summary's.

    A board must not show the numbers of one set of answers beside the texts of another.
    """
    summarized = {score.cell: Counter(score.outcomes) for score in summary.scores}
    for cell in cells:
        outcomes = Counter(cell.outcomes)
        if summarized.get(cell.manifest.cell.id, outcomes) != outcomes:
            what = f"the outcomes of {cell.manifest.cell.name} differ from those in the summary"
            raise SuiteError(
                what, "summary.json", "Run `rlvr-suite summarize RUN` again; it is made from the samples"
            )
        yield cell


def write_board(
    summary: Summary, out: Path, gate: GateReport | None = None, cells: Iterable[PackedCell] = ()
) -> Path:
    """Write the board into ``out`` (created if absent) and return the page's path; change nothing on error.

    Files of an older board that this one lacks are removed. Raises SuiteError if ``out`` cannot be written.
    """
    write_files(render(summary, gate, cells), out)
    return out / BOARD


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
        board=BoardPage(summary, views),
        across=across_view(summary),
        outcomes=OUTCOMES,
        chart_json=embedded(filter_data(summary, views)),
    )
    return compact(html)
