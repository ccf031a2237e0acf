"""``rlvr-suite verify``: recompute a run's summary from its samples, and print what differs."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from suite.commands.flags import add_registry, add_run
from suite.commands.parser import DONE, FAILED, Command, Parser
from suite.errors import safe_line

if TYPE_CHECKING:
    from suite.schema import Summary
    from suite.summary.differences import Difference
    from suite.summary.intact_cells import Damage
    from suite.summary.verify import Verification

MAX_LINES = 10
"""Rows and cells that are named; the others are counted."""
_MAX_FIELDS = 3
"""Fields that are named of one row."""


def _add_flags(parser: Parser) -> None:
    group = parser.group("what to verify")
    add_run(group)
    add_registry(group)


def _run(args: Namespace) -> int:
    from suite.store.run_folder import read_summary

    if verified(read_summary(args.run), args.run, args.registry) is None:
        return FAILED
    print(f"{args.run}: the summary is that of its samples")
    return DONE


def verified(summary: "Summary", run: Path, overlays: Sequence[Path]) -> "Summary | None":
    """Return the summary that the run's samples give; None if it differs, with the differences printed."""
    from suite.registry import load_registry
    from suite.summary.verify import verify

    verification = verify(summary, run, load_registry(overlays))
    for line in verification_lines(verification):
        print(safe_line(f"rlvr-suite: {line}"), file=sys.stderr)
    return verification.summary if verification.passed else None


def verification_lines(verification: "Verification", limit: int = MAX_LINES) -> list[str]:
    """Return a line for each damaged cell and each row that differs, at most ``limit``."""
    differences = verification.differences
    rows = [_row_line(place, tuple(group)) for place, group in groupby(differences, lambda d: d.place)]
    # That the samples are others comes first, since it explains all the rest.
    is_of_samples = bool(differences) and differences[0].field == "samples_hash"
    first = rows[:1] if is_of_samples else []
    lines = [*first, *_damage_lines(verification.damage), *rows[len(first) :]]
    if not lines:
        return []
    hidden = len(lines) - limit
    more = [f"and {hidden} more"] if hidden > 0 else []
    note = [verification.note] if verification.note else []
    return [*lines[:limit], *more, *note]


def _damage_lines(damage: "Iterable[Damage]") -> list[str]:
    # Not cut: a damage names one path, which has to be found.
    return [ascii(f"{place}: {what}")[1:-1] for place, what in damage]


def _row_line(place: str, differences: "Sequence[Difference]") -> str:
    fields = "; ".join(map(_field, differences[:_MAX_FIELDS]))
    hidden = len(differences) - _MAX_FIELDS
    return f"{place}: {fields}; and {hidden} more" if hidden > 0 else f"{place}: {fields}"


def _field(difference: "Difference") -> str:
    from suite.summary.differences import plain

    given = _value(difference.given)
    recomputed = _value(difference.recomputed)
    return f"{plain(difference.field)} {given} in the summary, {recomputed} when recomputed"


def _value(value: object) -> str:
    """Return a value of a summary in one short line of ASCII."""
    from suite.summary.differences import cut, plain

    if value is None:
        return "absent"
    if isinstance(value, list):
        return cut(f"[{', '.join(map(_value, value))}]")
    return f"{value:.10g}" if isinstance(value, float) else plain(str(value))


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
