"""The flags of every command: ``build_parser().parse_args(["list", "models"])``. Nothing here calls the suite.

A mistake in a flag ends the program with one line and exit code 2.
"""

import argparse
from pathlib import Path
from typing import NoReturn

from suite import __version__
from suite.plan.engines import ENGINES, drawing_engines

DEFAULT_RUN = Path("runs/demo")


def _list_flag(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _seeds_flag(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in _list_flag(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"seeds are whole numbers separated by commas, not '{text}'"
        ) from error


def _points_flag(text: str) -> float:
    try:
        points = float(text)
    except ValueError:
        points = 0.0
    if not 0 < points <= 100:
        raise argparse.ArgumentTypeError(f"points above 0, at most 100, not '{text}'")
    return points


class _Parser(argparse.ArgumentParser):
    """argparse whose usage errors are one line that ends in how to get help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def _add_selection(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "runfile",
        nargs="?",
        type=Path,
        help="YAML with the keys of a selection; flags take the place of its keys",
    )
    command.add_argument(
        "--families", type=_list_flag, help="comma-separated family ids (see `rlvr-suite list families`)"
    )
    command.add_argument(
        "--tasks", type=_list_flag, help="comma-separated task or group ids (see `rlvr-suite list tasks`)"
    )
    command.add_argument(
        "--rewards", type=_list_flag, help="only checkpoints trained on these rewards, and their bases"
    )
    command.add_argument(
        "--before", help="base of a pair of your own: model id or folder; with --after, --family, --reward"
    )
    command.add_argument("--after", help="its checkpoint: model id or folder (a model, or a LoRA adapter)")
    command.add_argument("--family", help="its family (see `rlvr-suite list families`)")
    command.add_argument("--reward", help="what it was trained on: a reward id or your method's name")
    command.add_argument(
        "--protocols",
        type=_list_flag,
        help="prompts for both arms; with `all` the bases get every other one, too (baseline audit)",
    )
    command.add_argument("--seeds", type=_seeds_flag, help="only checkpoints of these training seeds")
    command.add_argument("--limit", type=int, help="only the first N items of each task")
    command.add_argument(
        "--data-dir", help="folder of <task>.jsonl (fields id, problem, answer), in place of the Hub"
    )
    command.add_argument(
        "--engine", choices=list(ENGINES), help="what draws (default: hf); replay: stored samples"
    )
    _add_run(command)
    _add_registry(command)


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=DEFAULT_RUN, help="run folder (default: runs/demo)")


def _add_registry(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--registry", type=Path, action="append", default=[], help="overlay registry file (repeatable)"
    )


def _add_making(commands: "argparse._SubParsersAction[_Parser]") -> None:
    """Commands that make checkpoints and samples."""
    demo = commands.add_parser(
        "demo", help="the main job on the micro families: train, evaluate, board, gate; resumes"
    )
    _add_run(demo)
    demo.set_defaults(command="demo")
    _add_train(commands)
    _add_label(commands)
    evaluate = commands.add_parser("eval", help="draw the samples that are missing")
    _add_selection(evaluate)
    evaluate.set_defaults(command="eval")
    _add_import(commands)
    init = commands.add_parser(
        "init", help="an overlay, a run file, a policy and a CI workflow for a method of your own"
    )
    init.add_argument(
        "folder", type=Path, help="folder for the files; its name is the method's, such as my_method"
    )
    init.set_defaults(command="init")
    micro = commands.add_parser("micro", help="the micro families").add_subparsers(
        required=True, metavar="COMMAND"
    )
    pretrain = micro.add_parser("pretrain", help="recreate a micro base checkpoint from a seed (minutes)")
    pretrain.add_argument("--model", required=True, help="micro base id, such as micro-llama3")
    pretrain.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    pretrain.add_argument("--seed", type=int, default=0, help="seed of weights and corpus (default: 0)")
    pretrain.set_defaults(command="micro pretrain")


def _add_train(commands: "argparse._SubParsersAction[_Parser]") -> None:
    train = commands.add_parser(
        "train", help="train a checkpoint with GRPO, or with --sweep a grid of them; resumes"
    )
    train.add_argument("recipe", nargs="?", help="recipe name or YAML file")
    train.add_argument("--model", help="base model id")
    train.add_argument(
        "--reward", help="what to train on: a reward, 'format & !python', 'random(0.7)', module:function"
    )
    train.add_argument("--seed", type=int, help="training seed (default: 0)")
    train.add_argument(
        "--labels", type=Path, help="labels of the base (`rlvr-suite label`), for majority_vote and incorrect"
    )
    train.add_argument("--data-dir", type=Path, help="folder of <set>.jsonl, in place of the Hub")
    train.add_argument(
        "--allow-unchecked",
        action="store_true",
        help="train though evaluated sets cannot be loaded to keep them out; recorded",
    )
    train.add_argument(
        "--dry-run", action="store_true", help="print the settings for TRL and accelerate, and load nothing"
    )
    train.add_argument("--sweep", type=Path, help="YAML file with recipe, families or models, rewards, seeds")
    train.add_argument(
        "--ray", metavar="ADDRESS", help="train a sweep on a Ray cluster (local: start one here)"
    )
    train.add_argument("--out", type=Path, help="run folder (default: runs/RECIPE)")
    _add_registry(train)
    train.set_defaults(command="train")


def _add_label(commands: "argparse._SubParsersAction[_Parser]") -> None:
    label = commands.add_parser(
        "label", help="majority-vote labels of what a recipe trains on, and which are wrong; resumes"
    )
    label.add_argument("recipe", help="recipe name or YAML file: its data, prompts, temperature and length")
    label.add_argument("--model", required=True, help="base model id")
    label.add_argument("--out", type=Path, required=True, help="label file; the samples go beside it")
    label.add_argument(
        "--items", type=int, help="only the first N items (default: all that the recipe trains on)"
    )
    label.add_argument("--samples", type=int, default=64, help="samples an item (default: 64)")
    label.add_argument("--seed", type=int, default=0, help="seed of the samples (default: 0)")
    label.add_argument("--engine", choices=drawing_engines(), default="hf", help="what draws (default: hf)")
    label.add_argument("--data-dir", type=Path, help="folder of <set>.jsonl, in place of the Hub")
    label.add_argument("--allow-unchecked", action="store_true", help="as for train")
    _add_registry(label)
    label.set_defaults(command="label")


def _add_import(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "import", help="answers from elsewhere into a run; all of them, or an error and nothing"
    )
    command.add_argument("format", choices=["jsonl", "lm-eval", "spurious-rewards", "lighteval"])
    command.add_argument("path", type=Path, help="the file; for lm-eval also a folder of samples_*.jsonl")
    whose = command.add_mutually_exclusive_group(required=True)
    whose.add_argument("--model", help="model id of the registry, or checkpoint of this run")
    whose.add_argument(
        "--base", help="with --reward: a checkpoint known by these answers only, trained from this base"
    )
    command.add_argument("--reward", help="what that checkpoint was trained on")
    command.add_argument("--seed", type=int, help="its training seed (default: unstated)")
    command.add_argument(
        "--step", type=int, help="its rollouts (default: 0), to tell checkpoints of one training apart"
    )
    command.add_argument(
        "--task", help="task id, where the file does not say it in a name that the suite knows"
    )
    command.add_argument("--data-dir", type=Path, help="folder of <task>.jsonl, in place of the Hub")
    command.add_argument(
        "--item-seed", type=int, help="the answers are to the fresh items that this seed generates"
    )
    command.add_argument(
        "--subset", action="store_true", help="allow items without answers: a cell of the others only"
    )
    command.add_argument(
        "--protocol", help="state the prompt: a protocol id (see `rlvr-suite list protocols`)"
    )
    command.add_argument(
        "--decoding", help="state it: temperature=0.6,top_p=1,max_new_tokens=3072, or some of them"
    )
    command.add_argument("--engine", help="state it: NAME[,DTYPE[,DEVICE]], such as vllm-0.8,bfloat16,cuda")
    command.add_argument(
        "--replace",
        action="store_true",
        help="put these in the place of all imported before of that model and task",
    )
    command.add_argument("--out", type=Path, required=True, help="run folder")
    _add_registry(command)
    command.set_defaults(command="import")


def _add_reading(commands: "argparse._SubParsersAction[_Parser]") -> None:
    """Commands that read what is there."""
    listing = commands.add_parser(
        "list", help="what there is: families, models, pairs, tasks, rewards, protocols"
    )
    listing.add_argument("what", choices=["families", "models", "pairs", "tasks", "rewards", "protocols"])
    listing.add_argument("--json", action="store_true", help="print JSON")
    _add_run(listing)
    _add_registry(listing)
    listing.set_defaults(command="list")
    plan = commands.add_parser(
        "plan", help="cells to run and done; samples, tokens and device time; downloads no weights"
    )
    _add_selection(plan)
    plan.add_argument("--json", action="store_true", help="print JSON")
    plan.set_defaults(command="plan")
    regrade = commands.add_parser(
        "regrade", help="grade stored texts again; says which outcomes a newer grader changes"
    )
    regrade.add_argument("run", type=Path, help="run folder")
    regrade.add_argument("--json", action="store_true", help="print JSON, with the samples that changed")
    regrade.set_defaults(command="regrade")
    summarize = commands.add_parser("summarize", help="compute RUN/summary.json")
    summarize.add_argument("run", type=Path, help="run folder")
    summarize.add_argument("--json", action="store_true", help="print the summary to stdout and nothing else")
    summarize.add_argument("--margin", type=_points_flag, help="points that count as no change (default: 5)")
    _add_registry(summarize)
    summarize.set_defaults(command="summarize")
    board = commands.add_parser("leaderboard", help="render the static pages")
    board.add_argument(
        "run", type=Path, nargs="+", help="summarized run folder or board; several runs become one board"
    )
    board.add_argument(
        "--out", type=Path, required=True, help="folder for index.html, the pages of pairs and summary.json"
    )
    board.add_argument(
        "--policy", help="policy name or YAML file: the board gets a page of the gate's verdicts"
    )
    board.add_argument(
        "--no-answers",
        action="store_true",
        help="leave out the answers, as of items that must stay unpublished",
    )
    board.add_argument("--open", action="store_true", help="open the page in a browser")
    _add_registry(board)
    board.set_defaults(command="leaderboard")
    _add_gate(commands)
    _add_power(commands)
    doctor = commands.add_parser("doctor", help="what will be used here; exit 1 if something is broken")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    _add_run(doctor)
    doctor.set_defaults(command="doctor")


def _add_gate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    gate = commands.add_parser(
        "gate", help="judge a summary by a policy; exit 0 passed, 1 refuted or missing, 3 undecided"
    )
    gate.add_argument("run", type=Path, help="run or board folder")
    gate.add_argument("--policy", required=True, help="policy name or YAML file")
    gate.add_argument(
        "--verify", type=Path, metavar="RUN", help="first compute the summary again from this run's samples"
    )
    gate.add_argument("--json", type=Path, help="write the verdicts there as well")
    gate.add_argument("--junit", type=Path, help="write them as JUnit XML")
    gate.add_argument(
        "--badge",
        type=Path,
        action="append",
        default=[],
        help="write a badge: .svg, or .json for shields.io (repeatable)",
    )
    gate.add_argument("--inconclusive", choices=["pass", "fail"], help="what exit code 3 becomes")
    gate.add_argument(
        "--explain", metavar="CLAIM", help="print this claim in full, by id or number, and nothing else"
    )
    gate.add_argument(
        "--update-baseline",
        action="store_true",
        help="write the baseline that the policy names, and what moved; no verdicts",
    )
    _add_registry(gate)
    gate.set_defaults(command="gate")
    verify = commands.add_parser(
        "verify", help="compute a run's summary again from its samples; exit 1 if it differs"
    )
    verify.add_argument("run", type=Path, help="run folder")
    _add_registry(verify)
    verify.set_defaults(command="verify")


def _add_power(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "power", help="what a task can show: detectable delta; items, samples and seeds needed"
    )
    command.add_argument("--task", required=True, help="task id (see `rlvr-suite list tasks`)")
    command.add_argument("--k", type=int, help="samples an item (default: the task's)")
    command.add_argument("--delta", type=float, default=5.0, help="delta to show, in points (default: 5)")
    command.add_argument("--items", type=int, help="number of items (default: the task's)")
    command.add_argument(
        "--accuracy", type=float, help="assume the variance around this share (default: 0.3)"
    )
    command.add_argument(
        "--run", type=Path, help="run folder: measure the variance on its pairs, in place of assuming it"
    )
    command.add_argument(
        "--seed-sd", type=float, help="sd of the delta from training seed to training seed, in points"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    _add_registry(command)
    command.set_defaults(command="power")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="rlvr-suite",
        description="Is a gain from RL with verifiable rewards real? Paired deltas across model families.",
    )
    parser.add_argument("--version", action="version", version=f"rlvr-suite {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_making(commands)
    _add_reading(commands)
    return parser
