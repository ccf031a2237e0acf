"""``rlvr-suite eval``: draw the samples of a selection that are missing from a run folder."""

from argparse import Namespace

from suite.commands.parser import DONE, FAILED, Command, Parser
from suite.commands.selection_flags import USAGE, add_selection, selection_of


def _add_flags(parser: Parser) -> None:
    add_selection(parser)


def _run(args: Namespace) -> int:
    from suite.commands.terminal import bars, print_errors, print_notes
    from suite.engine.planned import planned_cells
    from suite.engine.run import replay, run_cells
    from suite.plan.engines import ENGINES
    from suite.plan.unfinished import unfinished
    from suite.registry import load_registry
    from suite.store.run_folder import RunStore

    selection = selection_of(args)
    store = RunStore(args.out)
    # Everything that can be wrong with the selection is found here, before anything is written.
    planned = planned_cells(selection, load_registry(args.registry), store)
    print_notes(planned.notes)
    print_errors(planned.failures)
    # Two evaluations of one run folder would draw the same samples twice.
    with store.lock(), bars() as progress:
        # The folder remembers the pair, which no registry names: later commands need no flags for it.
        if planned.own:
            store.add_own_pair(planned.own.models, planned.own.pair)
        if ENGINES[selection.engine].draws:
            # Only cells of the weights that a model has now count in a summary.
            store.note_weights({cell.model.id: cell.model.weights_hash for cell in planned.cells})
            failures = run_cells(store, planned.cells, progress, selection.engine)
        else:
            failures = replay(store, planned.cells, progress)
    print_errors(failures)
    done = len(planned.cells) - len(unfinished(store, planned.cells))
    overlays = "".join(f" --registry {path}" for path in args.registry)
    print(
        f"{done} of {len(planned.cells)} cells finished in {args.out}; "
        f"next: rlvr-suite summarize {args.out}{overlays}"
    )
    return FAILED if failures or planned.failures else DONE


COMMAND = Command(
    name="eval",
    summary="draw the missing samples of a selection; resumes",
    usage=USAGE,
    details=(
        "Evaluate bases and checkpoints: draw the samples that are missing from the run folder. A failure "
        "ends only its own cell, and a model that fails to load its cells; the rest continue. Exit code 1: "
        "some cells failed. A rerun resumes."
    ),
    examples=(
        "rlvr-suite eval --families micro-llama3 --tasks micro_bench --out runs/mine",
        "rlvr-suite eval run.yaml --registry mine.yaml --out runs/mine",
        "rlvr-suite eval --before qwen2.5-7b --after out/checkpoint-300 \\",
        "    --family qwen2.5 --reward mine --tasks rlvr_core --out runs/mine",
    ),
    add_flags=_add_flags,
    run=_run,
)
