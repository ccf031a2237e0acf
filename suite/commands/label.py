"""``rlvr-suite label``: majority-vote labels of a recipe's training items, for the rewards that need them."""

from argparse import Namespace

from suite.commands.flags import (
    add_allow_unchecked,
    add_data_dir,
    add_engine,
    add_out,
    add_registry,
    whole_number,
)
from suite.commands.parser import DONE, Command, Parser


def _add_flags(parser: Parser) -> None:
    from suite.plan.engines import drawing_engines

    what = parser.group("what to label")
    what.add_argument(
        "recipe", metavar="RECIPE", help="recipe name or YAML file: its data, prompts, temperature and length"
    )
    what.add_argument("--model", metavar="ID", required=True, help="base model that votes")
    what.add_argument(
        "--items",
        metavar="N",
        type=whole_number,
        help="only the first N items (default: all of the recipe's)",
    )
    add_data_dir(what, "<set>.jsonl")
    add_allow_unchecked(what, "label")
    drawing = parser.group("how to draw")
    drawing.add_argument(
        "--samples", metavar="N", type=whole_number, default=64, help="samples per item (default: 64)"
    )
    drawing.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="seed of the samples (default: 0)"
    )
    add_engine(drawing, drawing_engines(), "engine that draws (default: hf)", default="hf")
    files = parser.group("files")
    add_out(files, "label file; its samples go next to it", metavar="FILE")
    add_registry(files)


def _run(args: Namespace) -> int:
    from suite.commands.terminal import bars
    from suite.grpo.labelling import label_job, run_labelling
    from suite.grpo.labels import describe
    from suite.grpo.recipe import load_recipe
    from suite.grpo.rows import choose_data
    from suite.registry import load_registry

    registry = load_registry(args.registry)
    recipe = load_recipe(args.recipe)
    choice = choose_data(recipe, args.data_dir, args.allow_unchecked, n_prompts=args.items)
    job = label_job(
        recipe,
        args.model,
        registry,
        choice,
        n_items=args.items,
        samples=args.samples,
        seed=args.seed,
        engine=args.engine,
    )
    with bars() as progress:
        labels = run_labelling(job, registry, args.out, progress)
    print("\n".join([*describe(labels), f"{args.out}: train with --labels {args.out}"]))
    return DONE


COMMAND = Command(
    name="label",
    summary="label training items by majority vote; resumes",
    usage="RECIPE --model ID --out FILE [FLAGS]",
    details=(
        "Label the items that a recipe trains on with the base's majority answer, and mark the wrong "
        "ones: what the rewards majority_vote and incorrect compare with. A rerun resumes."
    ),
    examples=("rlvr-suite label micro --model micro-qwen2.5-math --out labels.jsonl",),
    add_flags=_add_flags,
    run=_run,
)
