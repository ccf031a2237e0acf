"""``rlvr-suite verify``: recompute a run's summary from its samples, and print what differs."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from suite.commands.flags import add_registry, add_run
from suite.commands.parser import Command, Parser
from suite.errors import safe_line

if TYPE_CHECKING:
    from suite.schema import Summary


def _add_flags(parser: Parser) -> None:
    group = parser.group("what to verify")
    add_run(group)
    add_registry(group)


def _run(args: Namespace) -> int:
    from suite.store.run_folder import read_summary

    if verified(read_summary(args.run), args.run, args.registry) is None:
        return 1
    print(f"{args.run}: the summary is that of its samples")
    return 0


def verified(summary: "Summary", run: Path, overlays: Sequence[Path]) -> "Summary | None":
    """Return the summary that the run's samples give; None if it differs, with the differences printed."""
    from suite.commands.verify_lines import verification_lines
    from suite.registry import load_registry
    from suite.summary.verify import verify

    verification = verify(summary, run, load_registry(overlays))
    for line in verification_lines(verification):
        print(safe_line(f"rlvr-suite: {line}"), file=sys.stderr)
    return verification.summary if verification.passed else None


COMMAND = Command(
    name="verify",
    summary="recompute a summary from its samples; exit 1 if it differs",
    usage="RUN [FLAGS]",
    details=(
        "Recompute a run's summary from its samples, each graded again, and print every row that differs."
        " Writes nothing. Exit code 1: the summary differs or a file is damaged."
    ),
    examples=("rlvr-suite verify runs/mine",),
    add_flags=_add_flags,
    run=_run,
)
