"""``rlvr-suite power``: what a task can detect, and the items, samples and seeds that a delta needs."""

import json
from argparse import Namespace
from pathlib import Path

from suite.commands.flags import add_json, add_registry, number, whole_number
from suite.commands.parser import Command, Parser


def _add_flags(parser: Parser) -> None:
    plan = parser.group("what to measure")
    plan.add_argument("--task", metavar="A", required=True, help="task (see `rlvr-suite list tasks`)")
    plan.add_argument(
        "--delta", metavar="POINTS", type=number, default=5.0, help="delta to detect (default: 5)"
    )
    plan.add_argument("--k", metavar="K", type=whole_number, help="samples per item (default: the task's)")
    plan.add_argument("--items", metavar="N", type=whole_number, help="number of items (default: the task's)")
    variance = parser.group("what to assume")
    variance.add_argument(
        "--accuracy", metavar="SHARE", type=number, help="variance at this accuracy (default: 0.3)"
    )
    variance.add_argument(
        "--run", metavar="RUN", type=Path, help="measure the variance on this run's pairs instead"
    )
    variance.add_argument(
        "--seed-sd",
        metavar="POINTS",
        type=number,
        help="standard deviation of the delta between training seeds",
    )
    add_registry(variance)
    add_json(parser.group("output"))


def _run(args: Namespace) -> int:
    from suite.commands.terminal import print_rows
    from suite.summary.power import Question, answer, as_json, basis_lines, rows

    question = Question(args.task, args.delta, args.k, args.items, args.accuracy, args.run, args.seed_sd)
    report = answer(question, args.registry)
    if args.json:
        print(json.dumps(as_json(report), indent=1))
        return 0
    print_rows(rows(report))
    print("\n".join(["", *basis_lines(report)]))
    return 0


COMMAND = Command(
    name="power",
    summary="show what a task can detect, and the sizes that a delta needs",
    usage="--task A [FLAGS]",
    details=(
        "Show the smallest delta that a task detects with 80% chance, and how many items, samples or "
        "training seeds a given delta needs."
    ),
    examples=("rlvr-suite power --task aime2024 --delta 5",),
    add_flags=_add_flags,
    run=_run,
)
