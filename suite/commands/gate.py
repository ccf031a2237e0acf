"""``rlvr-suite gate``: judge a summary by a policy; the exit code is the verdict."""

from argparse import Namespace
from pathlib import Path

from suite.commands.flags import add_registry, one_of
from suite.commands.parser import DONE, FAILED, Command, Parser

INCONCLUSIVE = ("pass", "fail")


def _add_flags(parser: Parser) -> None:
    judged = parser.group("what to judge")
    judged.add_argument("run", metavar="RUN", type=Path, help="run or board folder")
    judged.add_argument("--policy", metavar="POLICY", required=True, help="policy name or YAML file")
    judged.add_argument(
        "--verify", type=Path, metavar="RUN", help="first recompute the summary from the samples of this run"
    )
    judged.add_argument(
        "--inconclusive",
        metavar="|".join(INCONCLUSIVE),
        type=one_of(INCONCLUSIVE),
        help="exit with 0 or 1 in place of 3",
    )
    add_registry(judged)
    reports = parser.group("what to write")
    reports.add_argument("--json", metavar="FILE", type=Path, help="also write the verdicts as JSON")
    reports.add_argument("--junit", metavar="FILE", type=Path, help="also write them as JUnit XML")
    reports.add_argument(
        "--badge",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="also write a badge: .svg, or .json for shields.io (repeatable)",
    )
    reports.add_argument(
        "--explain", metavar="CLAIM", help="print only this claim, in full; an id or a number"
    )
    reports.add_argument(
        "--update-baseline",
        action="store_true",
        help="write the policy's baseline and print what changed; judge nothing",
    )


def _run(args: Namespace) -> int:
    from suite.commands.verify import verified
    from suite.gate import claim_named, explain, judge, load_policy, report_text
    from suite.gate.reports.write import clear_reports, tell_github, write_reports
    from suite.gate.update import update_baselines
    from suite.store.run_folder import read_summary

    # First of all: whatever stops this run, no report of an earlier one may be taken for its own.
    clear_reports(args.json, args.junit, args.badge, args.run)
    policy = load_policy(args.policy, baselines=not args.update_baseline)
    summary = read_summary(args.run)
    explained = claim_named(policy, args.explain) if args.explain else None
    if args.verify:
        recomputed = verified(summary, args.verify, args.registry)
        if recomputed is None:
            return FAILED
        summary = recomputed  # the given one may have been edited within the tolerance
    if args.update_baseline:
        print("\n".join(update_baselines(summary, policy, args.run, args.policy)))
        return DONE
    report = judge(summary, policy, args.inconclusive)
    write_reports(report, args.json, args.junit, args.badge)
    # --explain is for reading: GitHub gets no annotations then.
    if explained:
        print(explain(report, explained, summary))
    else:
        print(report_text(report), end="")
        tell_github(report)
    return report.exit_code


COMMAND = Command(
    name="gate",
    summary="judge a summary by a policy; exit 0, 1 or 3",
    usage="RUN --policy POLICY [FLAGS]",
    details=(
        "Judge whether a summary bears out the claims of a policy. Exit code 0: every claim holds; 1: one"
        " is refuted or missing, or --verify found a difference; 3: one is inconclusive or not "
        "comparable."
    ),
    examples=(
        "rlvr-suite gate runs/mine --policy my_policy.yaml --verify runs/mine",
        "rlvr-suite gate runs/demo --policy micro_demo --explain 3",
    ),
    add_flags=_add_flags,
    run=_run,
)
