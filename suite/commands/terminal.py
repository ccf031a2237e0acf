"""What the terminal shows: progress bars and tables (rich). Nothing here computes."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table

from suite.gate import report_text
from suite.progress import Progress, Report
from suite.schema import DeltaRow, Summary

T = TypeVar("T")
UNBROKEN = 10_000
"""Characters in a line of which none is broken."""


def print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    """Rows of one shape as a table; wide values wrap on a terminal, and stay on their line in a file or a pipe."""
    if not rows:
        print("none")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    width = None if sys.stdout.isatty() else UNBROKEN
    Console(markup=False, width=width).print(table)


def _bars(*extra: MofNCompleteColumn | TaskProgressColumn) -> Bars:
    return Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(24),
        *extra,
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


@contextmanager
def progress_bars(*, in_percent: bool = False) -> Iterator[Progress]:
    """Yield what a job reports to; each part of the job has a bar with its count, or with percent."""
    with _bars(TaskProgressColumn() if in_percent else MofNCompleteColumn()) as bars:
        tasks: dict[str, TaskID] = {}

        def show(report: Report) -> None:
            if report.part not in tasks:
                tasks[report.part] = bars.add_task("", total=None)
            text = f"{report.part}: {report.doing}"
            bars.update(tasks[report.part], description=text, completed=report.done, total=report.total)

        yield show


def with_bar(title: str, things: Iterable[T], total: int) -> Iterator[T]:
    """The things, counted by a bar as they are taken; no bar where there are none."""
    if not total:
        return
    with _bars(MofNCompleteColumn()) as bars:
        yield from bars.track(things, total=total, description=title)


def _cell(row: DeltaRow | None) -> str:
    if row is None:
        return "missing"
    if row.delta is None:
        return "not comparable"
    if row.interval is None:
        return f"{row.delta:+.1f}"
    return f"{row.delta:+.1f} [{row.interval[0]:+.1f}, {row.interval[1]:+.1f}]"


def delta_table(summary: Summary, task: str) -> Table:
    """Reward x family: delta in percentage points with its 95% interval."""
    rows = {(d.reward, d.family): d for d in summary.deltas if d.task == task}
    table = Table(
        title=f"{task}: after minus before, percentage points (95% interval over items)",
        title_justify="left",
        box=None,
    )
    table.add_column("reward")
    for family in summary.families:
        table.add_column(family, justify="right", no_wrap=True)
    for reward in dict.fromkeys(d.reward for d in summary.deltas):
        table.add_row(reward, *(_cell(rows.get((reward, family))) for family in summary.families))
    return table


def run_demo_with_bars(out: Path) -> None:
    """``rlvr-suite demo``: bars while it works, then the tables, the gate's verdicts and the page's path."""
    from suite.micro.demo import run_demo

    with progress_bars(in_percent=True) as progress:
        demo = run_demo(out, progress)
    console = Console(markup=False, width=max(110, Console().width))
    for task_row in demo.summary.tasks:
        console.print(delta_table(demo.summary, task_row.task))
    console.print("\n" + report_text(demo.gate), end="", soft_wrap=True)
    console.print(f"summary: {out / 'summary.json'}\nboard:   {demo.board}", soft_wrap=True)
