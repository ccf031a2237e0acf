"""``rlvr-suite micro pretrain``: recreate a micro base from a seed."""

from argparse import Namespace

from suite.commands.flags import add_out, whole_number
from suite.commands.parser import DONE, Command, Parser
from suite.errors import SuiteError


def _add_flags(parser: Parser) -> None:
    group = parser.group("what to pretrain")
    group.add_argument("--model", metavar="ID", required=True, help="micro base, e.g. micro-llama3")
    group.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="seed of weights and corpus (default: 0)"
    )
    add_out(group, "folder for the checkpoint")


def _run(args: Namespace) -> int:
    from suite.benchmarks.micro_corpus import MIXTURES
    from suite.commands.terminal import bars
    from suite.files.text import did_you_mean

    # Checked before torch is imported, which takes seconds.
    if args.model not in MIXTURES:
        what = f"unknown micro base '{args.model}'. Known: {', '.join(MIXTURES)}"
        raise SuiteError(what, "--model", f"{did_you_mean(args.model, MIXTURES)}Correct --model")
    from suite.micro.card import pretrain_with_card

    with bars() as progress:
        card = pretrain_with_card(args.model, args.out, args.seed, progress)
    print(card)
    return DONE


COMMAND = Command(
    name="micro pretrain",
    summary="recreate a micro base from a seed (minutes)",
    usage="--model ID --out DIR [--seed N]",
    examples=("rlvr-suite micro pretrain --model micro-llama3 --out bases/micro-llama3",),
    add_flags=_add_flags,
    run=_run,
)
