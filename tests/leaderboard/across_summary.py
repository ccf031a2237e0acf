"""A summary for the tab across tasks: two families, one of two bases; three steps; four tasks.

One task is contaminated, two are clean, one is a probe.
"""

import pytest
from hand_made_summary import (
    CONTRAST,
    INTERACTION,
    LLAMA,
    MATH,
    QWEN,
    RERUN,
    delta_row,
    not_comparable,
    provenance,
    score,
)

from suite.schema import CleanContrast, DeltaRow, LeakSplit, ScoreRow, Summary, TaskRow

SMALL = "qwen2.5-math-1.5b"
CLEAN = TaskRow(task="arithmetic_clean", title="Fresh arithmetic", version="1", n_items=500, kind="answer")
FRESH = TaskRow(task="aime2025", title="AIME 2025", version="1", n_items=30, kind="answer")
PROBE = TaskRow(
    task="math500_partial_60", title="MATH-500, first 60%", version="1", n_items=500, kind="continuation",
    contaminated=("qwen2.5-math",),
)  # fmt: skip
FAMILIES = {"qwen2.5-math": "Qwen2.5-Math", "llama3": "Llama3"}
BASES = {QWEN: "qwen2.5-math", SMALL: "qwen2.5-math", LLAMA: "llama3"}
SIZE = {QWEN: 1.0, SMALL: 0.6, LLAMA: 0.1}
GAINS = {"ground_truth": 24.25, "random": 17.5}
STEPS = (100, 200, 300)
SPLIT = LeakSplit(
    probe="math500_partial_60", n_reproduced=273, delta_reproduced=31.5, interval_reproduced=(26.0, 37.0),
    n_other=2, delta_other=4.0, interval_other=(-100.0, 100.0), difference=27.5,
    difference_interval=(-76.0, 130.0),
)  # fmt: skip


def one(base: str, reward: str, task: TaskRow, step: int) -> DeltaRow:
    """A delta that grows with the step, a fifth as large on a clean task."""
    delta = GAINS[reward] * SIZE[base] * (step / 300) * (1.0 if task.contaminated else 0.2)
    row = delta_row(BASES[base], reward, task, 0.3, delta)
    spurious = True if reward == "random" else None
    return row.model_copy(
        update={"base": base, "checkpoint": f"{base}-{reward}-{step}", "step": step, "spurious": spurious}
    )


def rows() -> list[DeltaRow]:
    """Steps out of order, with a gap and a row of each odd kind.

    llama3 lacks random, one arm was run otherwise, and one delta has a published one beside it.
    """
    made = [
        one(base, reward, task, step)
        for task in (MATH, CLEAN)
        for base in BASES
        for reward in GAINS
        for step in STEPS[::-1]
    ]
    kept = [row for row in made if (row.base, row.reward) != (LLAMA, "random")]
    kept[0] = kept[0].model_copy(update={"published": (RERUN,), "leak": SPLIT})
    last = kept[-1]
    kept[-1] = not_comparable(last)
    return [*kept, one(QWEN, "ground_truth", FRESH, 300)]


def contrast(row: DeltaRow, clean: DeltaRow) -> CleanContrast:
    difference = (row.delta or 0) - (clean.delta or 0)
    return CONTRAST.model_copy(
        update={
            "family": row.family, "base": row.base, "checkpoint": row.checkpoint, "reward": row.reward,
            "step": row.step,
            "leaked": row.family in MATH.contaminated, "clean": clean.task,
            "delta_contaminated": row.delta, "delta_clean": clean.delta,
            "difference": difference, "interval": (difference - 4.0, difference + 4.5),
        }
    )  # fmt: skip


def probed(base: str) -> ScoreRow:
    return score(BASES[base], base, PROBE, 0.4).model_copy(update={"base": base})


def across() -> Summary:
    """The summary."""
    deltas = rows()
    ends = {(row.task, row.base, row.reward): row for row in deltas if row.step == 300 and row.comparable}
    contrasts = [
        contrast(row, ends["arithmetic_clean", *key])
        for (task, *key), row in ends.items()
        if task == "math500"
    ]
    fresh = contrast(ends["math500", QWEN, "ground_truth"], deltas[-1]).model_copy(update={"leaked": False})
    checkpoint = probed(QWEN).model_copy(
        update={"model": f"{QWEN}-ground_truth-300", "metrics": {"exact_match": 0.61}}
    )
    return Summary(
        level=0.95, margin=2.5, provenance=provenance(), samples_hash="5" * 64, families=FAMILIES,
        tasks=(PROBE, MATH, CLEAN, FRESH), scores=(*map(probed, BASES), checkpoint), deltas=tuple(deltas),
        contrasts=(fresh, *contrasts), interactions=(INTERACTION,),
    )  # fmt: skip


@pytest.fixture
def whole() -> Summary:
    return across()
