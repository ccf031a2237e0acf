"""The command line: parse, call, print, exit code. ``rlvr-suite --help``; a command imports the heavy modules that it needs."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from suite.commands.flags import build_parser
from suite.errors import SuiteError, safe_line
from suite.processes import quiet_libraries

if TYPE_CHECKING:
    from suite.engine.planned import Planned
    from suite.plan.selection import Selection
    from suite.schema import Summary

FAILED, INTERRUPTED = 1, 130
SELECTED = (
    "families", "before", "after", "family", "reward", "tasks", "rewards", "seeds", "protocols", "limit", "data_dir", "engine",
)  # fmt: skip
"""Flags of a selection, by the names of its keys."""


def _demo(args: argparse.Namespace) -> int:
    from suite.commands.terminal import run_demo_with_bars

    run_demo_with_bars(args.out)
    return 0


def _list(args: argparse.Namespace) -> int:
    from suite.commands.listing import LISTINGS, pair_grid
    from suite.commands.terminal import print_rows

    rows = LISTINGS[args.what](args.registry, args.out)
    if args.json:
        print(json.dumps(rows, indent=1))
        return 0
    print_rows(rows)
    if args.what == "pairs":
        print()
        print_rows(pair_grid(rows, args.registry))
    return 0


def _plan(args: argparse.Namespace) -> int:
    from suite.commands.listing import plan_rows, plan_total
    from suite.commands.terminal import print_rows

    rows, planned = plan_rows(_selection(args), args.registry, args.out)
    _print_notes(planned)
    if args.json:
        print(json.dumps(rows, indent=1))
    else:
        shown = ("model", "task", "protocol", "items", "k", "samples", "missing", "tokens", "status", "cell")
        print_rows([{key: value for key, value in row.items() if key in shown} for row in rows])
        print("\n".join(plan_total(rows)))
    return 0


def _selection(args: argparse.Namespace) -> "Selection":
    from suite.commands.listing import merged_selection

    named = (getattr(args, name) for name in SELECTED)
    given = {name: value for name, value in zip(SELECTED, named, strict=True) if value is not None}
    return merged_selection(args.runfile, given)


def _train(args: argparse.Namespace) -> int:
    from suite.commands.terminal import progress_bars
    from suite.grpo.job import TrainingRun, check, clip_note, dry_run, run_training
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    if args.sweep:
        return _sweep(args)
    if args.ray:
        raise SuiteError(
            "a single run does not train on a cluster",
            "--ray",
            "Write a sweep file, and give it with --sweep",
        )
    if not (args.recipe and args.model and args.reward):
        what = "a recipe, --model and --reward are needed, or --sweep FILE"
        raise SuiteError(what, "rlvr-suite train", "See `rlvr-suite train --help`")
    run = TrainingRun(
        args.model,
        args.reward,
        args.recipe,
        args.seed or 0,
        args.labels,
        args.data_dir,
        allow_unchecked=args.allow_unchecked,
    )
    registry, store = (
        load_registry(args.registry),
        RunStore(args.out or Path("runs") / Path(args.recipe).stem),
    )
    recipe = check(run, registry)
    if args.dry_run:
        print(dry_run(run, registry, store.root), end="")
        return 0
    with store.lock(), progress_bars() as progress:
        pair = run_training(run, registry, store, progress)
    _tell(list(filter(None, [clip_note(store, pair, recipe)])))
    print(f"{pair.checkpoint}: {store.checkpoint(pair.checkpoint)}")
    return 0


def _sweep(args: argparse.Namespace) -> int:
    from suite.grpo.sweep import load_sweep, run_sweep
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    given = (
        args.recipe,
        args.model,
        args.reward,
        args.labels,
        args.dry_run,
        args.data_dir,
        args.allow_unchecked,
    )
    if any(given) or args.seed is not None:
        what = "a sweep file says what is trained; allowed beside it: --ray, --out, --registry"
        raise SuiteError(
            what,
            "--sweep",
            "Put recipe, models, rewards, seeds, labels, data_dir and allow_unchecked into the file",
        )
    grid = load_sweep(args.sweep, load_registry(args.registry))
    store = RunStore(args.out or Path("runs") / args.sweep.stem)
    with store.lock():
        failed = run_sweep(grid, args.registry, store, print, args.ray)
    print(f"{len(grid.runs) - len(failed)} of {len(grid.runs)} checkpoints in {store.root}")
    return FAILED if failed else 0


def _label(args: argparse.Namespace) -> int:
    from suite.commands.terminal import progress_bars
    from suite.grpo.labelling import labelling, run_labelling
    from suite.grpo.labels import describe
    from suite.grpo.recipe import load_recipe
    from suite.registry import load_registry

    registry = load_registry(args.registry)
    job = labelling(
        load_recipe(args.recipe),
        args.model,
        registry,
        n=args.items,
        samples=args.samples,
        seed=args.seed,
        engine=args.engine,
        data_dir=args.data_dir,
        allow_unchecked=args.allow_unchecked,
    )
    with progress_bars() as progress:
        labels = run_labelling(job, registry, args.out, progress)
    print("\n".join([*describe(labels), f"{args.out}: train with --labels {args.out}"]))
    return 0


def _eval(args: argparse.Namespace) -> int:
    from suite.commands.terminal import progress_bars
    from suite.engine.planned import planned_cells
    from suite.engine.run import replay, run_cells
    from suite.plan.engines import ENGINES
    from suite.plan.unfinished import unfinished
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    selection, store = _selection(args), RunStore(args.out)
    planned = planned_cells(selection, load_registry(args.registry), store)
    _print_notes(planned)
    with store.lock(), progress_bars() as progress:
        if planned.own:
            store.add_own_pair(planned.own.models, planned.own.pair)
        if ENGINES[selection.engine].draws:
            store.note_weights({p.model.id: p.model.weights_hash for p in planned.cells})
            failures = run_cells(store, planned.cells, progress, selection.engine)
        else:
            failures = replay(store, planned.cells, progress)
    for error in failures:
        print(f"rlvr-suite: {error}", file=sys.stderr)
    done = len(planned.cells) - len(unfinished(store, planned.cells))
    overlays = "".join(f" --registry {path}" for path in args.registry)
    print(
        f"{done} of {len(planned.cells)} cells finished in {args.out}; next: rlvr-suite summarize {args.out}{overlays}"
    )
    return FAILED if failures or planned.failures else 0


def _print_notes(planned: "Planned") -> None:
    """What a plan leaves out, and why."""
    _tell(planned.notes)
    for error in planned.failures:
        print(f"rlvr-suite: {error}", file=sys.stderr)


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        print(f"rlvr-suite: note: {safe_line(note)}", file=sys.stderr)


def _import(args: argparse.Namespace) -> int:
    from suite.interchange.imported import Import, import_answers, known_model, new_checkpoint
    from suite.interchange.statement import statement
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    if (args.base is None) != (args.reward is None):
        raise SuiteError("--base and --reward go together", "command line", "Give both, or --model alone")
    if args.base is None and (args.seed, args.step) != (None, None):
        what = "a model that is known has its seed and step already"
        raise SuiteError(
            what, "--seed, --step", "Leave them out, or describe a new checkpoint with --base and --reward"
        )
    registry, store = load_registry(args.registry), RunStore(args.out)
    if args.base is None:
        subject = known_model(args.model, registry, store)
    else:
        subject = new_checkpoint(args.base, args.reward, args.seed, args.step or 0, registry)
    said = statement(args.protocol, args.decoding, args.engine, registry.protocols)
    job = Import(
        args.format, args.path, said, args.task, args.data_dir, args.item_seed, args.subset, args.replace
    )
    for cell in import_answers(job, subject, store):
        unstated = ", ".join(field.removesuffix("_hash") for field in cell.cell.unstated) or "nothing"
        print(
            f"{cell.cell.model} on {cell.cell.task}: {cell.n_items} items, {cell.k} samples each; unstated: {unstated}"
        )
    return 0


def _summarize(args: argparse.Namespace) -> int:
    from suite.commands.listing import audit_lines, unpaired_lines
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore
    from suite.summary.summarize import MARGIN, summary_of
    from suite.summary.table import scored_cells

    store = RunStore(args.run)
    summary = summary_of(
        store, scored_cells(store.finished()), load_registry(args.registry), args.margin or MARGIN
    )
    path = store.write_summary(summary)
    if args.json:
        print(summary.to_json(), end="")
    else:
        told = f"{len(summary.scores)} scores, {len(summary.deltas)} deltas: {path}"
        print("\n".join([*unpaired_lines(summary), *audit_lines(summary), told]))
    return 0


def _regrade(args: argparse.Namespace) -> int:
    from suite.commands.listing import regrade_rows
    from suite.commands.terminal import print_rows
    from suite.grade import GRADER_VERSION
    from suite.store.run_folder import RunStore

    store = RunStore(args.run)
    if not any(store.finished()):
        raise SuiteError(
            "no finished cells here", str(args.run), "Run `rlvr-suite eval --out` with this folder first"
        )
    with store.lock():
        rows = regrade_rows(store)
    if args.json:
        print(json.dumps(rows, indent=1))
    else:
        changed = [row for row in rows if row["changed"]]
        print_rows([{key: value for key, value in row.items() if key != "samples"} for row in changed])
        counts = f"cells {len(rows)}, outcomes changed {sum(row['changed'] for row in changed)}"
        print(f"grader {GRADER_VERSION}: {counts}; next: rlvr-suite summarize {args.run}")
    return 0


def _leaderboard(args: argparse.Namespace) -> int:
    import webbrowser

    from suite.commands.terminal import with_bar
    from suite.gate import judge, load_policy
    from suite.leaderboard import packed_cells, write_board
    from suite.registry import load_registry
    from suite.summary.merge import check_out, source_of

    check_out(args.run, args.out)
    summary, stores, notes = source_of(args.run, load_registry(args.registry))
    _tell(notes)
    report = judge(summary, load_policy(args.policy)) if args.policy else None
    cells = () if args.no_answers else with_bar("answers: cells", packed_cells(stores), len(stores))
    page = write_board(summary, args.out, report, cells)
    print(page)
    if args.open:
        webbrowser.open(page.resolve().as_uri())
    return 0


def _gate(args: argparse.Namespace) -> int:
    from suite.gate import claim_named, explain, judge, load_policy, report_text
    from suite.gate.reports.write import clear_reports, tell_github, write_reports
    from suite.gate.update import update_baselines
    from suite.store.run_folder import read_summary

    clear_reports(args.json, args.junit, args.badge, args.run)
    policy, summary = load_policy(args.policy, baselines=not args.update_baseline), read_summary(args.run)
    asked = claim_named(policy, args.explain) if args.explain else None
    if args.verify:
        verified = _verified(summary, args.verify, args.registry)
        if verified is None:
            return FAILED
        summary = verified
    if args.update_baseline:
        print("\n".join(update_baselines(summary, policy, args.run, args.policy)))
        return 0
    report = judge(summary, policy, args.inconclusive)
    write_reports(report, args.json, args.junit, args.badge)
    if asked:
        print(explain(report, asked, summary))
    else:
        print(report_text(report), end="")
        tell_github(report)
    return report.exit_code


def _verified(summary: "Summary", run: Path, overlays: Sequence[Path]) -> "Summary | None":
    """The summary as the run's samples give it; None where the given one is another, and what differs goes to stderr."""
    from suite.registry import load_registry
    from suite.summary.verify import lines, verify

    found = verify(summary, run, load_registry(overlays))
    for line in lines(found):
        print(safe_line(f"rlvr-suite: {line}"), file=sys.stderr)
    return found.summary if found.passed else None


def _verify(args: argparse.Namespace) -> int:
    from suite.store.run_folder import read_summary

    if _verified(read_summary(args.run), args.run, args.registry) is None:
        return FAILED
    print(f"{args.run}: the summary is that of its samples")
    return 0


def _power(args: argparse.Namespace) -> int:
    from suite.commands.terminal import print_rows
    from suite.summary.power import Question, answer, as_json, basis_lines, rows

    question = Question(args.task, args.delta, args.k, args.items, args.accuracy, args.run, args.seed_sd)
    report = answer(question, args.registry)
    if args.json:
        print(json.dumps(as_json(report), indent=1))
    else:
        print_rows(rows(report))
        print("\n".join(["", *basis_lines(report)]))
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from suite.commands.doctor import examine, exit_code, problems, rows
    from suite.commands.terminal import print_rows

    found = rows(examine(args.out))
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        print_rows([{"item": row["item"], "found": row["found"]} for row in found])
        print("\n".join(["", *(problems(found) or ["nothing is broken"])]))
    return exit_code(found)


def _init(args: argparse.Namespace) -> int:
    from suite.commands.scaffold import init, next_commands

    written = init(args.folder)
    print("\n".join([*map(str, written), "", "They work as they are, on two micro families. Next:", ""]))
    print("\n".join(f"  {command}" for command in next_commands(args.folder)))
    return 0


def _pretrain(args: argparse.Namespace) -> int:
    from suite.benchmarks.micro_corpus import MIXTURES
    from suite.commands.terminal import progress_bars
    from suite.files.text import did_you_mean

    if args.model not in MIXTURES:
        what = f"unknown micro base '{args.model}'. Known: {', '.join(MIXTURES)}"
        raise SuiteError(what, "--model", f"{did_you_mean(args.model, MIXTURES)}Correct --model")
    from suite.micro.card import pretrain_with_card

    with progress_bars() as progress:
        card = pretrain_with_card(args.model, args.out, args.seed, progress)
    print(card)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "demo": _demo,
    "train": _train,
    "label": _label,
    "eval": _eval,
    "init": _init,
    "micro pretrain": _pretrain,
    "import": _import,
    "list": _list,
    "plan": _plan,
    "regrade": _regrade,
    "summarize": _summarize,
    "leaderboard": _leaderboard,
    "gate": _gate,
    "verify": _verify,
    "power": _power,
    "doctor": _doctor,
}
"""What the parser calls a command -> its function, which returns the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. A user's mistake is one line and 2, an interrupt 130."""
    args = build_parser().parse_args(argv)
    quiet_libraries()
    try:
        return COMMANDS[args.command](args)
    except SuiteError as error:
        print(f"rlvr-suite: {error}", file=sys.stderr)
        return 2
    except OSError as error:  # a path that the system refuses, a full disk
        told = f"{error.filename or args.command}: cannot be used ({error.strerror or error}). Check the path and the disk."
        print(safe_line(f"rlvr-suite: {told}"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("rlvr-suite: interrupted; run the same command again to go on", file=sys.stderr)
        return INTERRUPTED
