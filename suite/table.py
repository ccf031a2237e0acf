"""Graded cells -> one tidy table, a row a sample; the only place where rows are joined."""

from collections.abc import Iterable

import pandas as pd

from suite.grading import StoredCell
from suite.items import Item

BEHAVIOURS = ("code", "fenced_code", "language_only", "boxed", "repetitive")
METRICS = ("continuous", "exact_match", "rouge_l", "answer_found")
"""Columns that only some tasks fill: arithmetic its continuous score, contamination probes the rest."""
COLUMNS = (
    "cell",
    "item",
    "steps",
    "sample",
    "outcome",
    "correct",
    "answer_present",
    *BEHAVIOURS,
    "truncated",
    "n_tokens",
    *METRICS,
)


def _row(cell: StoredCell, item: Item, index: int) -> dict[str, object]:
    sample, graded = cell.samples[item.id, index], cell.grades[item.id, index]
    return {
        "cell": cell.id,
        "item": item.id,
        "steps": item.steps,
        "sample": index,
        "outcome": graded.outcome,
        "correct": graded.outcome == "correct",
        "answer_present": graded.answer_present,
        **{name: getattr(graded, name) for name in BEHAVIOURS},
        "truncated": None if sample.finish_reason is None else sample.finish_reason == "length",
        "n_tokens": sample.n_tokens,
        **graded.metrics,
    }


def sample_table(cells: Iterable[StoredCell]) -> pd.DataFrame:
    """One row a sample, with the columns of ``COLUMNS``; the items of a cell keep their order."""
    rows = [_row(cell, item, index) for cell in cells for item in cell.items for index in range(cell.manifest.k)]
    return pd.DataFrame(rows, columns=list(COLUMNS))
