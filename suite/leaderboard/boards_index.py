"""A folder of boards and the page that names them; the papers' board is one of them.

``make boards``, or ``.venv/bin/python -m suite.leaderboard.boards_index leaderboards``, writes ``published/`` and ``index.html`` there
anew. A folder with a ``summary.json`` is a board: what is said of it is read from that file and from ``verdict.json``.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from suite.benchmarks.tasks import all_tasks
from suite.errors import SuiteError, in_one_line
from suite.gate.verdict import GateReport
from suite.leaderboard.board_folder import write_files
from suite.leaderboard.links import BOARD
from suite.leaderboard.pages import page
from suite.leaderboard.papers.figures import PublishedView, published_view
from suite.leaderboard.papers.papers_board import published_files
from suite.leaderboard.wording.rows import MARKS, finding_word
from suite.registry import load_registry, published
from suite.schema import Summary
from suite.store.run_folder import read_summary

PUBLISHED = "published"
BAD_INPUT = 2


@dataclass(frozen=True)
class Board:
    """A board by its folder's name; ``gate`` is absent where nobody judged it."""

    name: str
    summary: Summary
    gate: GateReport | None

    @property
    def rewards(self) -> tuple[str, ...]:
        """Every reward that a checkpoint was trained on."""
        return tuple(dict.fromkeys(row.reward for row in self.summary.deltas))

    @property
    def findings(self) -> tuple[tuple[str, int], ...]:
        """How many deltas each word stands at, in the order of the boards' legend."""
        counts = Counter(finding_word(row) for row in self.summary.deltas)
        return tuple((word, counts[word]) for word in MARKS if counts[word])


def read_boards(folder: Path) -> tuple[Board, ...]:
    """The boards in ``folder`` by name; ``SuiteError`` for the first whose files do not hold together."""
    return tuple(_read_board(path.parent) for path in sorted(folder.glob("*/summary.json")))


def boards_page(boards: Sequence[Board], papers: PublishedView) -> bytes:
    """The page that names the boards; pure. What it loads lies beside the papers' board."""
    return page("boards.html.j2", boards=boards, papers=papers)


def write_boards(folder: Path) -> Path:
    """Write the papers' board and the page that names all boards into ``folder``; returns that page's path.

    The boards there are read first, so that a broken one leaves everything as it was.
    """
    papers = published_view(published.all_files(), load_registry(), all_tasks())
    index = boards_page(read_boards(folder), papers)
    write_files(published_files(), folder / PUBLISHED)
    write_files([(BOARD, index)], folder)
    return folder / BOARD


def _read_board(folder: Path) -> Board:
    summary = read_summary(folder)
    if not (folder / BOARD).is_file():
        fix = f"Run `rlvr-suite leaderboard RUN --out {folder}`, or remove the folder"
        raise SuiteError(f"a summary.json without {BOARD}", str(folder), fix)
    return Board(folder.name, summary, _read_gate(folder / "verdict.json"))


def _read_gate(path: Path) -> GateReport | None:
    try:
        return GateReport.model_validate_json(path.read_bytes()) if path.is_file() else None
    except (ValidationError, OSError) as error:
        what = f"no verdicts of a gate: {in_one_line(error)}"
        raise SuiteError(what, str(path), "Run `rlvr-suite leaderboard` with --policy again") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the boards' pages; 2 and one line for a file that cannot be read or written."""
    parser = argparse.ArgumentParser(
        prog="python -m suite.leaderboard.boards_index", description="make published/ and index.html anew"
    )
    parser.add_argument("folder", type=Path, help="folder of boards, such as leaderboards")
    try:
        print(write_boards(parser.parse_args(arguments).folder))
    except SuiteError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
