"""``rlvr-suite leaderboard``: the board of one or several runs, as static pages."""

from argparse import Namespace
from pathlib import Path

from suite.commands.flags import add_out, add_registry
from suite.commands.parser import DONE, Command, Parser


def _add_flags(parser: Parser) -> None:
    group = parser.group("what to show")
    group.add_argument(
        "run",
        metavar="RUN",
        type=Path,
        nargs="+",
        help="summarized run folder or board; several become one board",
    )
    group.add_argument(
        "--policy", metavar="POLICY", help="policy name or YAML file: add a page of the gate's verdicts"
    )
    group.add_argument(
        "--no-answers",
        action="store_true",
        help="omit the answers, e.g. for items that must not be published",
    )
    files = parser.group("files")
    add_out(files, "folder for index.html, the pages of pairs and summary.json")
    files.add_argument("--open", action="store_true", help="open the page in a browser")
    add_registry(files)


def _run(args: Namespace) -> int:
    import webbrowser

    from suite.commands.terminal import counted, print_notes
    from suite.gate import judge, load_policy
    from suite.leaderboard import packed_cells, write_board
    from suite.registry import load_registry
    from suite.summary.merge import board_source, check_out_folder

    # First of all: a board written over one of its own runs would destroy it.
    check_out_folder(args.run, args.out)
    summary, stores, notes = board_source(args.run, load_registry(args.registry))
    print_notes(notes)
    report = judge(summary, load_policy(args.policy)) if args.policy else None
    # The cells are packed while the board is written, so the bar counts what is really done.
    cells = () if args.no_answers else packed_cells(stores)
    shown = counted(cells, 0 if args.no_answers else len(stores), "answers", "packing", "cells")
    page = write_board(summary, args.out, report, shown)
    print(page)
    if args.open:
        webbrowser.open(page.resolve().as_uri())
    return DONE


COMMAND = Command(
    name="leaderboard",
    summary="render the board as static pages",
    usage="RUN [RUN ...] --out DIR [FLAGS]",
    details=(
        "Render summarized runs as a board of static pages, which work offline and can be published anywhere."
    ),
    examples=("rlvr-suite leaderboard runs/mine --out runs/mine/board --open",),
    add_flags=_add_flags,
    run=_run,
)
