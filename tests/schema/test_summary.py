"""The summary as a whole: its text has no absent key, and it names the cells that its deltas compare."""

import json

from suite.schema import CleanContrast, DeltaRow, Provenance, Summary

ROW = DeltaRow(
    family="llama3",
    base="llama3.1-8b",
    checkpoint="c-s0",
    checkpoints=("c-s0", "c-s1"),
    reward="random",
    recipe="grpo",
    step=300,
    seeds=(0, 1),
    task="math500",
    protocol="chat",
    k=1,
    n_items=500,
    base_cell="base",
    checkpoint_cells=("first", "second"),
    comparable=True,
)
PROVENANCE = Provenance(
    suite_version="1",
    git="g",
    packages={},
    python="3",
    device="cpu",
    engines=(),
    generated="2024-01-01",
    cells={},
)


def summary(*rows: DeltaRow) -> Summary:
    return Summary(
        level=0.95,
        margin=5,
        provenance=PROVENANCE,
        samples_hash="h",
        families={},
        tasks=(),
        scores=(),
        deltas=rows,
    )


def test_the_compared_cells_are_those_of_the_base_and_of_every_checkpoint() -> None:
    unnamed = ROW.model_copy(update={"base_cell": None, "checkpoint_cells": None})
    assert summary(ROW, unnamed).compared_cells == {"base", "first", "second"}


def test_the_text_has_the_keys_that_apply_in_their_order_and_reads_back() -> None:
    text = summary(ROW).to_json()
    (row,) = json.loads(text)["deltas"]
    assert list(row) == [name for name in DeltaRow.model_fields if getattr(ROW, name) is not None]
    assert Summary.model_validate_json(text) == summary(ROW)


def test_a_contrast_and_its_delta_rows_have_one_pair() -> None:
    shared = {
        name: getattr(ROW, name) for name in ("family", "base", "checkpoint", "reward", "recipe", "step")
    }
    contrast = CleanContrast(
        **shared, protocol="chat", contaminated="math500", leaked=False, clean="aime2025", n_contaminated=500,
        n_clean=30, delta_contaminated=4.0, delta_clean=1.0, difference=3.0,
    )  # fmt: skip
    assert contrast.pair == ROW.pair
