"""What several commands show on the terminal: tables, progress bars, notes and errors."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from suite.errors import SuiteError, safe_line
from suite.progress import Progress, Report

T = TypeVar("T")
UNBROKEN = 10_000
"""Columns of a table in a file or a pipe: enough that no row is broken."""


def print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows of one shape as a table; wide values wrap on a terminal, but not in a file or a pipe."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        print("none")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    # rich takes 80 columns for a pipe; a broken row is no use to grep.
    width = None if sys.stdout.isatty() else UNBROKEN
    Console(markup=False, width=width).print(table)


def print_notes(notes: Iterable[str]) -> None:
    """Print what a user should know and need not act on, to stderr."""
    for note in notes:
        print(f"rlvr-suite: note: {safe_line(note)}", file=sys.stderr)


def print_errors(errors: Iterable[SuiteError]) -> None:
    """Print the errors of a job that went on without what failed, to stderr."""
    for error in errors:
        print(f"rlvr-suite: {error}", file=sys.stderr)


@contextmanager
def bars() -> Iterator[Progress]:
    """Yield the function that a job reports to; each part of the job has a bar on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(24),
        TextColumn("{task.fields[count]}", markup=False),
        TimeElapsedColumn(),
    )
    # On stderr: stdout belongs to what the command prints, which may be JSON.
    with Bars(*columns, console=Console(stderr=True)) as shown:
        tasks: dict[str, TaskID] = {}

        def show(report: Report) -> None:
            # A part gets its bar with its first report, so bars stand in the order in which parts start.
            if report.part not in tasks:
                tasks[report.part] = shown.add_task("", total=None, count="")
            shown.update(
                tasks[report.part],
                description=f"{report.part}: {report.doing}",
                completed=report.done,
                total=report.total,
                count=count_of(report),
            )

        yield show


def count_of(report: Report) -> str:
    """Return how far a part is: a count, percent where it has no unit, nothing while its total is unknown.

    >>> count_of(Report("micro-llama3", "evaluating", 12, 200, "samples"))
    '12/200 samples'
    """
    if not report.total:
        return ""
    if report.unit:
        return f"{report.done:g}/{report.total:g} {report.unit}"
    return f"{100 * report.done / report.total:.0f}%"


def counted(things: Iterable[T], total: int, part: str, doing: str, unit: str) -> Iterator[T]:
    """Yield the things, counted by a bar as they are taken; no bar where there are none."""
    if not total:
        return
    with bars() as progress:
        for done, thing in enumerate(things, 1):
            yield thing
            progress(Report(part, doing, done, total, unit))
