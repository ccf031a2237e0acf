"""``rlvr-suite power``: what a task can detect, and the items, samples and seeds that a delta needs."""

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from suite.commands.flags import add_json, add_registry, number, whole_number
from suite.commands.parser import DONE, Command, Parser

if TYPE_CHECKING:
    from suite.summary.power import PowerReport

TOO_VARIED = "not with any number: items differ too much"


def _add_flags(parser: Parser) -> None:
    plan = parser.group("what to detect")
    plan.add_argument("--task", metavar="A", required=True, help="task (see `rlvr-suite list tasks`)")
    plan.add_argument(
        "--delta", metavar="POINTS", type=number, default=5.0, help="delta to detect (default: 5)"
    )
    plan.add_argument("--k", metavar="K", type=whole_number, help="samples per item (default: the task's)")
    plan.add_argument("--items", metavar="N", type=whole_number, help="number of items (default: the task's)")
    variance = parser.group("what to assume")
    variance.add_argument(
        "--accuracy", metavar="SHARE", type=number, help="assume the variance at this accuracy (default: 0.3)"
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
    from suite.summary.power import PowerQuestion, answer, as_json

    question = PowerQuestion(args.task, args.delta, args.k, args.items, args.accuracy, args.run, args.seed_sd)
    report = answer(question, args.registry)
    if args.json:
        print(json.dumps(as_json(report), indent=1))
        return DONE
    print_rows(rows(report))
    print("\n".join(["", *basis_lines(report)]))
    return DONE


def rows(report: "PowerReport") -> list[Mapping[str, str]]:
    """Return the answers in words, one a row."""
    items = f"{report.n_items} items"
    samples = f"{report.k} sample{'' if report.k == 1 else 's'}"
    goal = f"for {report.delta:g} points"
    detectable = "nothing, not even 100 points"
    if report.detectable is not None:
        detectable = f"{report.detectable:.1f} points"
    answers = {
        f"detectable with {items}, {samples}, 1 seed": detectable,
        f"items needed {goal} ({samples}, 1 seed)": str(report.items_needed or "too many to count"),
        f"samples per item needed {goal} ({items}, 1 seed)": _samples_needed(report),
        f"training seeds needed {goal} ({items}, {samples})": _seeds_needed(report),
    }
    return [{"what": what, "answer": words} for what, words in answers.items()]


def _samples_needed(report: "PowerReport") -> str:
    if report.samples_needed is not None:
        return str(report.samples_needed)
    if report.sampling is None:
        return "unknown: the run drew one sample per item"
    return TOO_VARIED


def _seeds_needed(report: "PowerReport") -> str:
    if report.seed_sd is None:
        return "unknown: give the delta's standard deviation between seeds with --seed-sd"
    if report.seeds_needed is None:
        return TOO_VARIED
    return f"{report.seeds_needed}, for a claim about the method (one seed is about its checkpoint)"


def basis_lines(report: "PowerReport") -> list[str]:
    """Return what the answers rest on: the test, and the variance that is assumed or was measured."""
    from suite.stats import ALPHA
    from suite.stats.power import CONCENTRATION, CORRELATION, POWER

    test = f"paired t test over items, two-sided {ALPHA:.0%}, power {POWER:.0%}"
    sd = f"an item's difference has sd {report.difference_sd:.1f} points with k = {report.k}"
    if report.accuracy is None:
        split = "from one sample per item, so at most that with more"
        if report.sampling is not None:
            split = f"between items {report.between**0.5:.1f}, one sample {report.sampling**0.5:.1f}"
        pairs = f"{report.pairs} pair{'' if report.pairs == 1 else 's'}"
        return [test, f"measured, median over {pairs}: {sd} ({split})"]
    # Of an answer whose difficulty is Beta(a, b), 1 / (a + b + 1) of the variance lies between items.
    between = 1 / (CONCENTRATION + 1)
    return [
        test,
        f"assumed: accuracy {report.accuracy:g}; item difficulties Beta with alpha + beta = "
        f"{CONCENTRATION:.2f} ({between:.0%} of a single answer's variance lies between items), correlated "
        f"{CORRELATION:g} between the arms; {sd}",
        "to measure instead of assume: --run RUN",
    ]


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
