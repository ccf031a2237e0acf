"""A run folder of one pair with answers by hand, for the commands that read a run."""

from pathlib import Path

from builders.cells import FAMILY, write_cell

from suite.schema import Pair
from suite.store.run_folder import RunStore

CHECKPOINT = f"{FAMILY}-x"


def small_run(folder: Path, *, with_pair: bool = True) -> RunStore:
    """Store a base that solves one of three items twice, and a checkpoint that solves all of them."""
    run = RunStore(folder)
    if with_pair:
        run.add_pair(
            Pair(
                family=FAMILY,
                base=FAMILY,
                checkpoint=CHECKPOINT,
                reward="format",
                recipe="micro",
                seed=0,
                step=1,
            )
        )
    write_cell(run, FAMILY, [["1", "1"], ["none", "9"], ["9", "9"]])
    write_cell(run, CHECKPOINT, [["1", "1"], ["2", "2"], ["3", "3"]])
    return run
