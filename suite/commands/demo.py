"""``rlvr-suite demo``: the main job on the micro families; prints its deltas and the gate's verdicts."""

from argparse import Namespace
from typing import TYPE_CHECKING

from suite.commands.flags import DEFAULT_RUN, add_out
from suite.commands.parser import DONE, Command, Parser

if TYPE_CHECKING:
    from rich.table import Table

    from suite.schema import DeltaRow, Summary

TABLE_COLUMNS = 110
"""Columns of the tables of deltas, at least: four families side by side."""


def _add_flags(parser: Parser) -> None:
    add_out(parser.group("files"), default=DEFAULT_RUN)


def _run(args: Namespace) -> int:
    from rich.console import Console

    from suite.commands.terminal import bars
    from suite.gate import report_text
    from suite.micro.demo import run_demo

    with bars() as progress:
        demo = run_demo(args.out, progress)
    # In a pipe rich would break the table at 80 columns.
    console = Console(markup=False, width=max(TABLE_COLUMNS, Console().width))
    for task in demo.summary.tasks:
        console.print(delta_table(demo.summary, task.task))
    console.print("\n" + report_text(demo.gate), end="", soft_wrap=True)
    console.print(f"summary: {args.out / 'summary.json'}\nboard:   {demo.board}", soft_wrap=True)
    return DONE


def delta_table(summary: "Summary", task: str) -> "Table":
    """Return a table of one task, rewards by families: deltas in percentage points, with 95% intervals."""
    from rich.table import Table

    rows = {(row.reward, row.family): row for row in summary.deltas if row.task == task}
    title = f"{task}: after minus before, percentage points (95% interval over items)"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("reward")
    for family in summary.families:
        table.add_column(family, justify="right", no_wrap=True)
    for reward in dict.fromkeys(row.reward for row in summary.deltas):
        table.add_row(reward, *(_delta(rows.get((reward, family))) for family in summary.families))
    return table


def _delta(row: "DeltaRow | None") -> str:
    from suite.schema.numbers import points, points_interval

    if row is None:
        return "missing"
    if row.delta is None:
        return "not comparable"
    if row.interval is None:
        return points(row.delta)
    return f"{points(row.delta)} {points_interval(row.interval)}"


COMMAND = Command(
    name="demo",
    summary="train, evaluate and judge the micro families; resumes",
    usage="[--out DIR]",
    details=(
        "Train four micro families on three rewards with GRPO, evaluate them before and after, render the"
        " board and judge the demo's claims. Takes minutes on a CPU and downloads nothing; a rerun "
        "resumes."
    ),
    examples=("rlvr-suite demo --out runs/demo",),
    add_flags=_add_flags,
    run=_run,
)
