"""``rlvr-suite train``: train a checkpoint with GRPO, or with ``--sweep`` a grid of them."""

from argparse import Namespace
from pathlib import Path

from suite.commands.flags import add_allow_unchecked, add_data_dir, add_registry, whole_number
from suite.commands.parser import DONE, FAILED, Command, Parser
from suite.errors import SuiteError


def _add_flags(parser: Parser) -> None:
    run = parser.group("what to train")
    run.add_argument("recipe", metavar="RECIPE", nargs="?", help="recipe name or YAML file")
    run.add_argument("--model", metavar="ID", help="base model")
    run.add_argument(
        "--reward",
        metavar="R",
        help="reward to train on: its id, 'format & !python', 'random(0.7)', module:function",
    )
    run.add_argument("--seed", metavar="N", type=whole_number, help="training seed (default: 0)")
    run.add_argument(
        "--labels",
        metavar="FILE",
        type=Path,
        help="labels from `rlvr-suite label`, for majority_vote and incorrect",
    )
    add_data_dir(run, "<set>.jsonl")
    add_allow_unchecked(run, "train")
    run.add_argument(
        "--dry-run", action="store_true", help="print the settings of TRL and accelerate; train nothing"
    )
    sweep = parser.group("a grid of runs, in place of RECIPE")
    sweep.add_argument(
        "--sweep",
        metavar="FILE",
        type=Path,
        help="YAML file with recipe, families or models, rewards and seeds",
    )
    sweep.add_argument(
        "--ray", metavar="ADDRESS", help="train the sweep on a Ray cluster (`local` starts one here)"
    )
    files = parser.group("files")
    # Not add_out: the default depends on the recipe.
    files.add_argument("--out", metavar="DIR", type=Path, help="run folder (default: runs/RECIPE)")
    add_registry(files)


def _run(args: Namespace) -> int:
    if args.sweep:
        return _sweep(args)
    from suite.commands.terminal import bars, print_notes
    from suite.grpo.job import TrainingRun, check, clip_note, dry_run, run_training
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    if args.ray:
        what = "a single run does not train on a cluster"
        raise SuiteError(what, "--ray", "Write a sweep file and give it with --sweep")
    required = {"RECIPE": args.recipe, "--model": args.model, "--reward": args.reward}
    missing = [name for name, value in required.items() if not value]
    if missing:
        what = f"missing: {', '.join(missing)}, or --sweep FILE alone"
        raise SuiteError(what, "train", "See `rlvr-suite train --help`")
    run = TrainingRun(
        args.model,
        args.reward,
        args.recipe,
        args.seed or 0,
        args.labels,
        args.data_dir,
        allow_unchecked=args.allow_unchecked,
    )
    registry = load_registry(args.registry)
    store = RunStore(args.out or Path("runs") / Path(args.recipe).stem)
    # Everything that can be wrong is found here, before a model is loaded and before the run folder is made.
    recipe = check(run, registry)
    if args.dry_run:
        print(dry_run(run, registry, store.root), end="")
        return DONE
    with store.lock(), bars() as progress:
        pair = run_training(run, registry, store, progress)
    if note := clip_note(store, pair, recipe):
        print_notes([note])
    print(f"{pair.checkpoint}: {store.checkpoint(pair.checkpoint)}")
    return DONE


def _sweep(args: Namespace) -> int:
    from suite.grpo.sweep import load_sweep, run_sweep
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    of_a_single_run = (
        args.recipe, args.model, args.reward, args.labels, args.dry_run, args.data_dir, args.allow_unchecked,
    )  # fmt: skip
    if any(of_a_single_run) or args.seed is not None:
        what = "the sweep file says what to train. Allowed with it: --ray, --out, --registry"
        fix = "Put recipe, models, rewards, seeds, labels, data_dir and allow_unchecked into the file"
        raise SuiteError(what, "--sweep", fix)
    sweep = load_sweep(args.sweep, load_registry(args.registry))
    store = RunStore(args.out or Path("runs") / args.sweep.stem)
    with store.lock():
        failed = run_sweep(sweep, args.registry, store, print, args.ray)
    print(f"{len(sweep.runs) - len(failed)} of {len(sweep.runs)} checkpoints in {store.root}")
    return FAILED if failed else DONE


COMMAND = Command(
    name="train",
    summary="train a checkpoint with GRPO, or a sweep of them; resumes",
    usage="(RECIPE --model ID --reward R | --sweep FILE) [FLAGS]",
    details=(
        "Train a checkpoint of a base model with GRPO and register it in the run folder, where "
        "`rlvr-suite eval` finds it. A rerun resumes at the last saved step."
    ),
    examples=(
        "rlvr-suite train micro --model micro-llama3 --reward format --out runs/mine",
        "rlvr-suite train spurious_rewards --model olmo2-7b --reward random --dry-run",
        "rlvr-suite train --sweep sweep.yaml --out runs/grid",
    ),
    add_flags=_add_flags,
    run=_run,
)
