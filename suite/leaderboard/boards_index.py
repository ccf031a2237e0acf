"""The page that lists all boards of a folder, the papers' board among them.

``make boards``, or ``.venv/bin/python -m suite.leaderboard.boards_index leaderboards``, rewrites
``published/`` and ``index.html`` there. A folder with a ``summary.json`` is a board; its entry comes from
that file and from ``verdict.json``.
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
from suite.gate.gate_report import GateReport
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
class ListedBoard:
    """A board under its folder's name; ``gate`` is absent unless the board has verdicts."""

    name: str
    summary: Summary
    gate: GateReport | None

    @property
    def rewards(self) -> tuple[str, ...]:
        """Every reward that some checkpoint was trained on."""
        return tuple(dict.fromkeys(row.reward for row in self.summary.deltas))

    @property
    def findings(self) -> tuple[tuple[str, int], ...]:
        """The number of deltas with each finding, in the order of the legend."""
        counts = Counter(finding_word(row) for row in self.summary.deltas)
        return tuple((word, counts[word]) for word in MARKS if counts[word])


def read_boards(folder: Path) -> tuple[ListedBoard, ...]:
    """Return the boards in ``folder`` by name; raise SuiteError for the first with inconsistent files."""
    return tuple(_read_board(path.parent) for path in sorted(folder.glob("*/summary.json")))


def boards_page(boards: Sequence[ListedBoard], papers: PublishedView) -> bytes:
    """Return the page that lists the boards; pure. It loads its styles and scripts from the papers' board."""
    return page("boards.html.j2", boards=boards, papers=papers)


def write_boards(folder: Path) -> Path:
    """Write the papers' board and the list of all boards into ``folder``; return the path of the list.

    The boards there are read first, so that a broken one changes nothing.
    """
    # Everything is read and rendered before the first file is written.
    papers = published_view(published.all_files(), load_registry(), all_tasks())
    index = boards_page(read_boards(folder), papers)
    write_files(published_files(), folder / PUBLISHED)
    write_files([(BOARD, index)], folder)
    return folder / BOARD


def _read_board(folder: Path) -> ListedBoard:
    summary = read_summary(folder)
    if not (folder / BOARD).is_file():
        fix = f"Run `rlvr-suite leaderboard RUN --out {folder}`, or remove the folder"
        raise SuiteError(f"a summary.json without {BOARD}", str(folder), fix)
    return ListedBoard(folder.name, summary, _read_gate(folder / "verdict.json"))


def _read_gate(path: Path) -> GateReport | None:
    try:
        return GateReport.model_validate_json(path.read_bytes()) if path.is_file() else None
    except (ValidationError, OSError) as error:
        what = f"invalid gate report: {in_one_line(error)}"
        raise SuiteError(what, str(path), "Rerun `rlvr-suite leaderboard` with --policy") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the boards' pages; return 2 after one line on stderr if a file cannot be read or written."""
    parser = argparse.ArgumentParser(
        prog="python -m suite.leaderboard.boards_index", description="rewrite published/ and index.html"
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
