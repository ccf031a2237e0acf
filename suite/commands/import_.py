"""``rlvr-suite import``: answers of other tools into a run folder; all of them, or an error and nothing."""

from argparse import Namespace
from pathlib import Path

from suite.commands.flags import add_data_dir, add_out, add_registry, one_of, whole_number
from suite.commands.parser import DONE, Command, Parser
from suite.errors import SuiteError


def _add_flags(parser: Parser) -> None:
    from suite.interchange.formats import FORMATS

    answers = parser.group("what to import")
    formats = "; ".join(f"{name}: {entry.description}" for name, entry in FORMATS.items())
    answers.add_argument("format", metavar="FORMAT", type=one_of(list(FORMATS)), help=formats)
    answers.add_argument("path", metavar="PATH", type=Path, help="file; for lm-eval also a folder")
    answers.add_argument(
        "--task", metavar="A", help="task, where the file does not name one that the suite knows"
    )
    add_data_dir(answers)
    answers.add_argument(
        "--item-seed",
        metavar="N",
        type=whole_number,
        help="the answers are to the items that this seed generates",
    )
    answers.add_argument(
        "--subset", action="store_true", help="accept missing items; the cell covers only the answered ones"
    )
    answers.add_argument(
        "--replace", action="store_true", help="replace earlier imports of the same model and task"
    )
    _add_model(parser)
    _add_statement(parser)
    files = parser.group("files")
    add_out(files)
    add_registry(files)


def _add_model(parser: Parser) -> None:
    group = parser.group("whose answers they are: a known model, or a new checkpoint of a base")
    model_or_base = group.add_mutually_exclusive_group(required=True)
    model_or_base.add_argument(
        "--model", metavar="ID", help="model of the registry, or checkpoint of this run"
    )
    model_or_base.add_argument(
        "--base", metavar="ID", help="base that the checkpoint was trained from; requires --reward"
    )
    group.add_argument("--reward", metavar="R", help="what the checkpoint was trained on; requires --base")
    group.add_argument("--seed", metavar="N", type=whole_number, help="its training seed (default: unstated)")
    group.add_argument(
        "--step",
        metavar="N",
        type=whole_number,
        help="its training step (default: 0), to tell checkpoints of one training apart",
    )


def _add_statement(parser: Parser) -> None:
    group = parser.group("how they were drawn, as far as you can state it")
    group.add_argument("--protocol", metavar="A", help="prompt (see `rlvr-suite list protocols`)")
    group.add_argument(
        "--decoding",
        metavar="A=B,...",
        help="some or all of temperature=0.6,top_p=1,max_new_tokens=3072",
    )
    group.add_argument("--engine", metavar="NAME", help="NAME[,DTYPE[,DEVICE]], e.g. vllm-0.8,bfloat16,cuda")


def _run(args: Namespace) -> int:
    from suite.interchange.drafts import ImportJob
    from suite.interchange.imported_model import known_model, new_checkpoint
    from suite.interchange.importing import import_answers
    from suite.interchange.statement import statement
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    if (args.base is None) != (args.reward is None):
        raise SuiteError("--base and --reward require each other", "import", "Give both, or --model alone")
    if args.base is None and (args.seed, args.step) != (None, None):
        what = "a known model already has its seed and step"
        raise SuiteError(
            what, "--seed, --step", "Omit them, or describe a new checkpoint with --base and --reward"
        )
    # A model that is neither in the registry nor in the run becomes known by --base and --reward.
    registry = load_registry(args.registry)
    store = RunStore(args.out)
    if args.base is None:
        model = known_model(args.model, registry, store)
    else:
        model = new_checkpoint(args.base, args.reward, args.seed, args.step or 0, registry)
    stated = statement(args.protocol, args.decoding, args.engine, registry.protocols)
    job = ImportJob(
        args.format, args.path, stated, args.task, args.data_dir, args.item_seed, args.subset, args.replace
    )
    # All or nothing: an error, or a kill, leaves the run as it was.
    for manifest in import_answers(job, model, store):
        unstated = ", ".join(field.removesuffix("_hash") for field in manifest.cell.unstated) or "nothing"
        print(
            f"{manifest.cell.model} on {manifest.cell.task}: {manifest.n_items} items, "
            f"{manifest.k} samples each; unstated: {unstated}"
        )
    return DONE


COMMAND = Command(
    name="import",
    summary="import answers from other tools into a run, all or none",
    usage="FORMAT PATH (--model ID | --base ID --reward R)\n           --out DIR [FLAGS]",
    details=(
        "Import answers that another tool drew. Every row must match an item; otherwise nothing is "
        "imported. What you do not state stays unstated, and deltas of such answers are marked as "
        "unverified."
    ),
    examples=(
        "rlvr-suite import lm-eval before/ --model qwen2.5-math-7b --out runs/imported",
        "rlvr-suite import lm-eval after/ --base qwen2.5-math-7b --reward mine \\",
        "    --out runs/imported",
    ),
    add_flags=_add_flags,
    run=_run,
)
