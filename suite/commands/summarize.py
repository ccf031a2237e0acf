"""``rlvr-suite summarize``: compute ``RUN/summary.json`` from the samples of a run."""

from argparse import Namespace
from typing import TYPE_CHECKING

from suite.commands.flags import add_json, add_registry, add_run, points_of_margin
from suite.commands.parser import DONE, Command, Parser

if TYPE_CHECKING:
    from suite.schema import Summary


def _add_flags(parser: Parser) -> None:
    group = parser.group("what to summarize")
    add_run(group)
    group.add_argument(
        "--margin",
        metavar="POINTS",
        type=points_of_margin,
        help="deltas within this many points count as no change (default: 5)",
    )
    add_registry(group)
    add_json(parser.group("output"), "print the summary to stdout and nothing else")


def _run(args: Namespace) -> int:
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore
    from suite.summary.scored_cells import scored_cells
    from suite.summary.summarize import MARGIN, summary_of

    store = RunStore(args.run)
    margin = args.margin or MARGIN
    summary = summary_of(store, scored_cells(store.finished()), load_registry(args.registry), margin)
    path = store.write_summary(summary)
    if args.json:
        print(summary.to_json(), end="")
        return DONE
    counts = f"{len(summary.scores)} scores, {len(summary.deltas)} deltas: {path}"
    print("\n".join([*unpaired_lines(summary), *audit_lines(summary), counts]))
    return DONE


def unpaired_lines(summary: "Summary") -> list[str]:
    """Return a line for each checkpoint that has scores but no known pair, and so no delta."""
    paired: set[str] = set()
    for row in summary.deltas:
        paired.update([row.checkpoint, *(row.checkpoints or ())])
    # Not an error: answers may be imported before the overlay that names their pair is written.
    unpaired = dict.fromkeys(
        row.model for row in summary.scores if row.model != row.base and row.model not in paired
    )
    fix = "give the overlay that names its pair with --registry, or evaluate its base"
    return [f"{model}: no delta; {fix}" for model in unpaired]


def audit_lines(summary: "Summary") -> list[str]:
    """Return a line for each base that is off a published score by more than its interval."""
    lines = []
    for row in summary.scores:
        for reference in row.published or ():
            if reference.off:
                lines.append(
                    f"baseline audit: {row.model} on {row.task} under {row.protocol}: "
                    f"{100 * row.accuracy:.1f} here, {100 * reference.accuracy:g} published "
                    f"({reference.source}; {reference.setting})"
                )
    return lines


COMMAND = Command(
    name="summarize",
    summary="compute RUN/summary.json",
    usage="RUN [FLAGS]",
    details=("Grade what is not graded yet and compute the run's scores and deltas into RUN/summary.json."),
    examples=("rlvr-suite summarize runs/mine",),
    add_flags=_add_flags,
    run=_run,
)
