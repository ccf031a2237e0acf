"""``rlvr-suite plan``: the cells of a selection, what is missing of them, and what that costs."""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from suite.commands.flags import add_json
from suite.commands.parser import DONE, Command, Parser
from suite.commands.selection_flags import USAGE, add_selection, selection_of

if TYPE_CHECKING:
    from suite.engine.planned import Planned
    from suite.plan.selection import Selection

IS_DONE = "done"
TO_RUN = "to run"
_IN_TABLE = ("model", "task", "protocol", "items", "k", "samples", "missing", "tokens", "status", "cell")


class PlanRow(TypedDict):
    """One planned cell.

    ``tokens`` ("expected" or "at most") and ``seconds`` of device time are those still to be spent.
    """

    model: str
    task: str
    protocol: str
    items: int
    k: int
    samples: int
    missing: int
    tokens: int
    tokens_are: str
    seconds: float | None
    tokens_per_s: float | None
    measured_on: str | None
    status: str
    cell: str


def _add_flags(parser: Parser) -> None:
    add_selection(parser)
    add_json(parser.group("output"))


def _run(args: Namespace) -> int:
    from suite.commands.terminal import print_errors, print_notes, print_rows

    rows, planned = plan_rows(selection_of(args), args.registry, args.out)
    print_notes(planned.notes)
    print_errors(planned.failures)
    if args.json:
        print(json.dumps(rows, indent=1))
        return DONE
    print_rows([{key: value for key, value in row.items() if key in _IN_TABLE} for row in rows])
    print("\n".join(plan_total(rows)))
    return DONE


def plan_rows(selection: "Selection", overlays: Sequence[Path], run: Path) -> tuple[list[PlanRow], "Planned"]:
    """Return one row a cell, in the order in which they run, and the plan itself."""
    from suite.engine.planned import planned_cells
    from suite.plan.estimate import cost, measurements
    from suite.plan.unfinished import is_finished
    from suite.registry import load_registry
    from suite.schema import UNSTATED
    from suite.store.run_folder import RunStore

    store = RunStore(run)
    registry = load_registry(overlays)
    # A plan must cost nothing: models that are not here yet are planned without their weights.
    planned = planned_cells(selection, registry, store, fetch=False)
    measured = measurements(store, {cell.cell.engine for cell in planned.cells})
    rows: list[PlanRow] = []
    for cell in planned.cells:
        # What a cell costs is known from finished cells of this run, else from what the registry states.
        needed = cost(store, cell, measured, registry)
        rows.append(
            PlanRow(
                model=cell.cell.model,
                task=cell.cell.task,
                protocol=cell.cell.protocol,
                items=len(cell.task.items),
                k=cell.task.k,
                samples=cell.n_samples,
                missing=needed.missing,
                tokens=needed.tokens,
                tokens_are=needed.tokens_are,
                seconds=needed.seconds,
                tokens_per_s=needed.tokens_per_s,
                measured_on=needed.measured_on,
                status=IS_DONE if is_finished(store, cell) else TO_RUN,
                # A model that is not downloaded has no weights hash, so its cells have no id yet.
                cell="" if cell.cell.weights_hash == UNSTATED else cell.cell.id,
            )
        )
    return rows, planned


def plan_total(rows: Sequence[PlanRow]) -> list[str]:
    """Return the plan in words: what is done and missing, and the device time as far as speeds are known."""
    from suite.schema.numbers import duration

    to_run = [row for row in rows if row["status"] == TO_RUN]
    bound = "at most " if any(row["tokens_are"] == "at most" for row in to_run) else ""
    samples = sum(row["missing"] for row in to_run)
    tokens = sum(row["tokens"] for row in to_run)
    lines = [
        f"{len(rows)} cells: {len(rows) - len(to_run)} done, {len(to_run)} to run",
        f"{samples} samples to draw, {bound}{tokens:,} tokens",
    ]
    for model in dict.fromkeys(row["model"] for row in to_run):
        of_model = [row for row in to_run if row["model"] == model]
        seconds = _seconds(of_model)
        # A sum over some of the cells would look like an estimate of all of them.
        if len(seconds) < len(of_model):
            lines.append(f"{model}: no throughput known; state one under `throughputs` in a registry overlay")
            continue
        speed = f"{of_model[0]['tokens_per_s']:,.0f} tokens/s ({of_model[0]['measured_on']})"
        lines.append(f"{model}: {bound}{duration(sum(seconds))} at {speed}")
    if all_seconds := _seconds(to_run):
        rest = "" if len(all_seconds) == len(to_run) else ", without the models above"
        lines.append(f"device time: {bound}{duration(sum(all_seconds))}{rest}")
    return lines


def _seconds(rows: Sequence[PlanRow]) -> list[float]:
    return [row["seconds"] for row in rows if row["seconds"] is not None]


COMMAND = Command(
    name="plan",
    summary="show cells, samples, tokens and time; downloads no weights",
    usage=USAGE,
    details=(
        "Show which cells of a selection are done and which are to run, and what is missing: samples, "
        "tokens, device time. Writes nothing and downloads no weights. Takes the flags of `rlvr-suite "
        "eval`."
    ),
    examples=("rlvr-suite plan --families micro-llama3 --tasks micro_bench --out runs/mine",),
    add_flags=_add_flags,
    run=_run,
)
