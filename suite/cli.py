"""The command line: parse, call, print, exit code. ``rlvr-suite --help``; a command imports the heavy modules that it needs."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from suite import __version__
from suite.errors import SuiteError
from suite.quiet import quiet_libraries

if TYPE_CHECKING:
    from suite.selection import Selection

DEFAULT_RUN = Path("runs/demo")
FAILED, INTERRUPTED = 1, 130


def _list_flag(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _seeds_flag(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in _list_flag(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"seeds are whole numbers separated by commas, not '{text}'") from error


def _demo(args: argparse.Namespace) -> int:
    from suite.terminal import run_demo_with_bars

    run_demo_with_bars(args.out)
    return 0


def _list(args: argparse.Namespace) -> int:
    from suite.listing import LISTINGS
    from suite.terminal import print_rows

    rows = LISTINGS[args.what](args.registry, args.out)
    if args.json:
        print(json.dumps(rows, indent=1))
    else:
        print_rows(rows)
    return 0


def _plan(args: argparse.Namespace) -> int:
    from suite.listing import plan_rows
    from suite.terminal import print_rows

    rows, failures = plan_rows(_selection(args), args.registry, args.out)
    _print_failures(failures)
    if args.json:
        print(json.dumps(rows, indent=1))
    else:
        print_rows(rows)
        todo = sum(row["samples"] for row in rows if row["status"] == "to run")
        print(f"{len(rows)} cells, {todo} samples to draw")
    return 0


def _selection(args: argparse.Namespace) -> "Selection":
    from suite.listing import merged_selection

    flags = {
        "families": args.families,
        "tasks": args.tasks,
        "rewards": args.rewards,
        "seeds": args.seeds,
        "limit": args.limit,
        "data_dir": args.data_dir,
        "engine": args.engine,
    }
    return merged_selection(args.runfile, {key: value for key, value in flags.items() if value is not None})


def _train(args: argparse.Namespace) -> int:
    from suite.grpo.job import TrainingRun, check, run_training
    from suite.registry import load_registry
    from suite.store import RunStore
    from suite.terminal import step_bar

    run = TrainingRun(args.model, args.reward, args.recipe, args.seed)
    registry, store = load_registry(args.registry), RunStore(args.out or Path("runs") / Path(args.recipe).stem)
    check(run, registry)
    with store.lock(), step_bar(f"training {run.checkpoint}") as progress:
        pair = run_training(run, registry, store, progress)
    print(f"{pair.checkpoint}: {store.checkpoint(pair.checkpoint)}")
    return 0


def _eval(args: argparse.Namespace) -> int:
    from suite.registry import load_registry
    from suite.run import replay, run_cells, unfinished
    from suite.selection import planned_cells
    from suite.store import RunStore
    from suite.terminal import sample_bars

    selection, store = _selection(args), RunStore(args.out)
    planned, failures = planned_cells(selection, load_registry(args.registry), store)
    with store.lock(), sample_bars() as progress:
        failures += (
            replay(store, planned, progress)
            if selection.engine == "replay"
            else run_cells(store, planned, progress, selection.engine)
        )
    _print_failures(failures)
    done = len(planned) - len(unfinished(store, planned))
    print(f"{done} of {len(planned)} cells finished in {args.out}; next: rlvr-suite summarize {args.out}")
    return FAILED if failures else 0


def _print_failures(failures: "Sequence[SuiteError]") -> None:
    for error in failures:
        print(f"rlvr-suite: {error}", file=sys.stderr)


def _import(args: argparse.Namespace) -> int:
    from suite.interchange.imported import Import, import_answers, known_model, new_checkpoint
    from suite.interchange.statement import statement
    from suite.registry import load_registry
    from suite.store import RunStore

    if (args.base is None) != (args.reward is None):
        raise SuiteError("--base and --reward go together", "command line", "Give both, or --model alone")
    if args.base is None and (args.seed, args.step) != (None, None):
        what = "a model that is known has its seed and step already"
        raise SuiteError(what, "--seed, --step", "Leave them out, or describe a new checkpoint with --base and --reward")
    registry, store = load_registry(args.registry), RunStore(args.out)
    if args.base is None:
        subject = known_model(args.model, registry, store)
    else:
        subject = new_checkpoint(args.base, args.reward, args.seed, args.step or 0, registry)
    said = statement(args.protocol, args.decoding, args.engine)
    job = Import(args.format, args.path, said, args.task, args.data_dir, args.item_seed, args.subset, args.replace)
    for cell in import_answers(job, subject, store):
        unstated = ", ".join(field.removesuffix("_hash") for field in cell.cell.unstated) or "nothing"
        print(f"{cell.cell.model} on {cell.cell.task}: {cell.n_items} items, {cell.k} samples each; unstated: {unstated}")
    return 0


def _summarize(args: argparse.Namespace) -> int:
    from suite.grading import read_cells
    from suite.registry import load_registry
    from suite.selection import known_pairs
    from suite.store import RunStore
    from suite.summary import summarize

    store = RunStore(args.run)
    cells = read_cells(store.finished())
    if not cells:
        raise SuiteError("no finished cells here", str(args.run), "Run `rlvr-suite eval --out` with this folder first")
    registry = load_registry(args.registry)
    summary = summarize(cells, known_pairs(registry, store), registry)
    path = store.write_summary(summary)
    print(
        summary.to_json() if args.json else f"{len(summary.scores)} scores, {len(summary.deltas)} deltas: {path}",
        end="" if args.json else "\n",
    )
    return 0


def _regrade(args: argparse.Namespace) -> int:
    from suite.grade import GRADER_VERSION
    from suite.listing import regrade_rows
    from suite.store import RunStore
    from suite.terminal import print_rows

    store = RunStore(args.run)
    if not any(store.finished()):
        raise SuiteError("no finished cells here", str(args.run), "Run `rlvr-suite eval --out` with this folder first")
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

    from suite.leaderboard import write_board
    from suite.store import read_summary

    page = write_board(read_summary(args.run), args.out)
    print(page)
    if args.open:
        webbrowser.open(page.resolve().as_uri())
    return 0


def _gate(args: argparse.Namespace) -> int:
    from suite.gate import judge, load_policy, report_text
    from suite.store import read_summary, write_atomic

    report = judge(read_summary(args.run), load_policy(args.policy), args.inconclusive)
    if args.json:
        write_atomic(args.json, report.model_dump_json(indent=1).encode())
    print(report_text(report), end="")
    return report.exit_code


def _doctor(args: argparse.Namespace) -> int:
    from suite.doctor import examine, exit_code, problems, rows
    from suite.terminal import print_rows

    found = rows(examine(args.out))
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        print_rows([{"item": row["item"], "found": row["found"]} for row in found])
        print("\n".join(["", *(problems(found) or ["nothing is broken"])]))
    return exit_code(found)


def _pretrain(args: argparse.Namespace) -> int:
    from suite.micro.corpus import MIXTURES
    from suite.strict_yaml import did_you_mean
    from suite.terminal import step_bar

    if args.model not in MIXTURES:
        what = f"unknown micro base '{args.model}'. Known: {', '.join(MIXTURES)}"
        raise SuiteError(what, "--model", did_you_mean(args.model, MIXTURES) or "Name one of them")
    from suite.micro.card import pretrain_with_card

    with step_bar(f"pretraining {args.model}") as progress:
        card = pretrain_with_card(args.model, args.out, args.seed, progress)
    print(card)
    return 0


class _Parser(argparse.ArgumentParser):
    """argparse whose usage errors are one line that ends in how to get help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def _add_selection(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "runfile", nargs="?", type=Path, help="YAML with the keys of a selection; flags take the place of its keys"
    )
    command.add_argument("--families", type=_list_flag, help="comma-separated family ids (see `rlvr-suite list families`)")
    command.add_argument("--tasks", type=_list_flag, help="comma-separated task or group ids (see `rlvr-suite list tasks`)")
    command.add_argument("--rewards", type=_list_flag, help="only checkpoints trained on these rewards, and their bases")
    command.add_argument("--seeds", type=_seeds_flag, help="only checkpoints of these training seeds")
    command.add_argument("--limit", type=int, help="only the first N items of each task")
    command.add_argument("--data-dir", help="folder of <task>.jsonl (fields id, problem, answer), in place of the Hub")
    command.add_argument("--engine", choices=["hf", "vllm", "replay"], help="what draws (default: hf); replay: stored samples")
    _add_run(command)
    _add_registry(command)


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=DEFAULT_RUN, help="run folder (default: runs/demo)")


def _add_registry(command: argparse.ArgumentParser) -> None:
    command.add_argument("--registry", type=Path, action="append", default=[], help="overlay registry file (repeatable)")


def _add_making(commands: "argparse._SubParsersAction[_Parser]") -> None:
    """Commands that make checkpoints and samples."""
    demo = commands.add_parser("demo", help="the main job on the micro families: train, evaluate, board, gate; resumes")
    _add_run(demo)
    demo.set_defaults(run_command=_demo)
    train = commands.add_parser("train", help="train one checkpoint with GRPO")
    train.add_argument("recipe", help="recipe name or YAML file")
    train.add_argument("--model", required=True, help="base model id")
    train.add_argument("--reward", required=True, help="what to train on (see `rlvr-suite list rewards`)")
    train.add_argument("--seed", type=int, default=0, help="training seed (default: 0)")
    train.add_argument("--out", type=Path, help="run folder (default: runs/RECIPE)")
    _add_registry(train)
    train.set_defaults(run_command=_train)
    evaluate = commands.add_parser("eval", help="draw the samples that are missing")
    _add_selection(evaluate)
    evaluate.set_defaults(run_command=_eval)
    _add_import(commands)
    micro = commands.add_parser("micro", help="the micro families").add_subparsers(required=True, metavar="COMMAND")
    pretrain = micro.add_parser("pretrain", help="recreate a micro base checkpoint from a seed (minutes)")
    pretrain.add_argument("--model", required=True, help="micro base id, such as micro-llama3")
    pretrain.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    pretrain.add_argument("--seed", type=int, default=0, help="seed of weights and corpus (default: 0)")
    pretrain.set_defaults(run_command=_pretrain)


def _add_import(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser("import", help="answers from elsewhere into a run; all of them, or an error and nothing")
    command.add_argument("format", choices=["jsonl", "lm-eval", "spurious-rewards", "lighteval"])
    command.add_argument("path", type=Path, help="the file; for lm-eval also a folder of samples_*.jsonl")
    whose = command.add_mutually_exclusive_group(required=True)
    whose.add_argument("--model", help="model id of the registry, or checkpoint of this run")
    whose.add_argument("--base", help="with --reward: a checkpoint known by these answers only, trained from this base")
    command.add_argument("--reward", help="what that checkpoint was trained on")
    command.add_argument("--seed", type=int, help="its training seed (default: unstated)")
    command.add_argument("--step", type=int, help="its rollouts (default: 0), to tell checkpoints of one training apart")
    command.add_argument("--task", help="task id, where the file does not say it in a name that the suite knows")
    command.add_argument("--data-dir", type=Path, help="folder of <task>.jsonl, in place of the Hub")
    command.add_argument("--item-seed", type=int, help="the answers are to the fresh items that this seed generates")
    command.add_argument("--subset", action="store_true", help="allow items without answers: a cell of the others only")
    command.add_argument("--protocol", help="state the prompt: a protocol id (see `rlvr-suite list protocols`)")
    command.add_argument("--decoding", help="state it: temperature=0.6,top_p=1,max_new_tokens=3072, or some of them")
    command.add_argument("--engine", help="state it: NAME[,DTYPE[,DEVICE]], such as vllm-0.8,bfloat16,cuda")
    command.add_argument(
        "--replace", action="store_true", help="put these in the place of all imported before of that model and task"
    )
    command.add_argument("--out", type=Path, required=True, help="run folder")
    _add_registry(command)
    command.set_defaults(run_command=_import)


def _add_reading(commands: "argparse._SubParsersAction[_Parser]") -> None:
    """Commands that read what is there."""
    listing = commands.add_parser("list", help="what there is: families, models, pairs, tasks, rewards, protocols")
    listing.add_argument("what", choices=["families", "models", "pairs", "tasks", "rewards", "protocols"])
    listing.add_argument("--json", action="store_true", help="print JSON")
    _add_run(listing)
    _add_registry(listing)
    listing.set_defaults(run_command=_list)
    plan = commands.add_parser("plan", help="cells to run and done")
    _add_selection(plan)
    plan.add_argument("--json", action="store_true", help="print JSON")
    plan.set_defaults(run_command=_plan)
    regrade = commands.add_parser("regrade", help="grade stored texts again; says which outcomes a newer grader changes")
    regrade.add_argument("run", type=Path, help="run folder")
    regrade.add_argument("--json", action="store_true", help="print JSON, with the samples that changed")
    regrade.set_defaults(run_command=_regrade)
    summarize = commands.add_parser("summarize", help="compute RUN/summary.json")
    summarize.add_argument("run", type=Path, help="run folder")
    summarize.add_argument("--json", action="store_true", help="print the summary to stdout and nothing else")
    _add_registry(summarize)
    summarize.set_defaults(run_command=_summarize)
    board = commands.add_parser("leaderboard", help="render the static page")
    board.add_argument("run", type=Path, help="run folder with a summary.json")
    board.add_argument("--out", type=Path, required=True, help="folder for index.html and summary.json")
    board.add_argument("--open", action="store_true", help="open the page in a browser")
    board.set_defaults(run_command=_leaderboard)
    gate = commands.add_parser("gate", help="judge a summary by a policy; exit 0 passed, 1 refuted, 3 inconclusive")
    gate.add_argument("run", type=Path, help="run or board folder")
    gate.add_argument("--policy", required=True, help="policy name or YAML file")
    gate.add_argument("--json", type=Path, help="write the report there as well")
    gate.add_argument("--inconclusive", choices=["pass", "fail"], help="what exit code 3 becomes")
    gate.set_defaults(run_command=_gate)
    doctor = commands.add_parser("doctor", help="what will be used here; exit 1 if something is broken")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    _add_run(doctor)
    doctor.set_defaults(run_command=_doctor)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="rlvr-suite", description="Is a gain from RL with verifiable rewards real? Paired deltas across model families."
    )
    parser.add_argument("--version", action="version", version=f"rlvr-suite {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_making(commands)
    _add_reading(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. A user's mistake is one line and 2, an interrupt 130."""
    args = build_parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.run_command
    quiet_libraries()
    try:
        return command(args)
    except SuiteError as error:
        print(f"rlvr-suite: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("rlvr-suite: interrupted; run the same command again to go on", file=sys.stderr)
        return INTERRUPTED
