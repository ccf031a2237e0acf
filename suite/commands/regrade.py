"""``rlvr-suite regrade``: grade the stored texts of a run again, and report which outcomes changed."""

import json
from argparse import Namespace
from typing import TYPE_CHECKING, TypedDict

from suite.commands.flags import add_json, add_run
from suite.commands.parser import DONE, Command, Parser
from suite.errors import SuiteError

if TYPE_CHECKING:
    from suite.store.run_folder import RunStore


class RegradeRow(TypedDict):
    """One cell that was graded again; ``samples`` are (item id, sample index) of the changed outcomes."""

    model: str
    task: str
    grader_before: str
    changed: int
    changes: str
    samples: list[tuple[str, int]]


def _add_flags(parser: Parser) -> None:
    group = parser.group("what to grade")
    add_run(group)
    add_json(group, "print JSON, with the samples that changed")


def _run(args: Namespace) -> int:
    from suite.commands.terminal import print_rows
    from suite.grade import GRADER_VERSION
    from suite.store.run_folder import RunStore

    store = RunStore(args.run)
    if not any(store.finished()):
        fix = "Run `rlvr-suite eval --out` with this folder first"
        raise SuiteError("no finished cells here", str(args.run), fix)
    # The lock keeps an evaluation from finishing cells meanwhile.
    with store.lock():
        rows = regrade_rows(store)
    if args.json:
        print(json.dumps(rows, indent=1))
        return DONE
    changed = [row for row in rows if row["changed"]]
    print_rows([{key: value for key, value in row.items() if key != "samples"} for row in changed])
    n_outcomes = sum(row["changed"] for row in rows)
    counts = f"cells {len(rows)}, outcomes changed {n_outcomes}"
    print(f"grader {GRADER_VERSION}: {counts}; next: rlvr-suite summarize {args.run}")
    return DONE


def regrade_rows(store: "RunStore") -> list[RegradeRow]:
    """Grade every finished cell's stored texts again; return one row a cell."""
    from suite.grade.stored_grades import regrade

    rows: list[RegradeRow] = []
    for cell in store.finished():
        regraded = regrade(cell)
        if regraded is None:  # deleted since
            continue
        changes = [f"{n} {before} -> {now}" for (before, now), n in sorted(regraded.changes.items())]
        rows.append(
            RegradeRow(
                model=regraded.manifest.cell.model,
                task=regraded.manifest.cell.task,
                grader_before=regraded.version_before or "none",
                changed=len(regraded.changed),
                changes=", ".join(changes),
                samples=list(regraded.changed),
            )
        )
    return rows


COMMAND = Command(
    name="regrade",
    summary="grade stored answers again; report changed outcomes",
    usage="RUN [--json]",
    details=(
        "Grade the stored texts of a run with this version's grader, and report which outcomes changed."
    ),
    examples=("rlvr-suite regrade runs/mine",),
    add_flags=_add_flags,
    run=_run,
)
