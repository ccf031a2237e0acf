"""Stored samples -> one tidy table, a row a sample; the only place where rows are joined and graded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from suite.behaviour import is_boxed, is_code
from suite.schema import Sample
from suite.store import CellManifest, CellStore, SampleKey
from suite.tasks import Item, score

COLUMNS = (
    "cell",
    "item",
    "sample",
    "outcome",
    "correct",
    "code",
    "boxed",
    "truncated",
    "n_tokens",
    "exact_match",
    "rouge_l",
    "answer_found",
)
METRICS = ("exact_match", "rouge_l", "answer_found")
"""Columns that only a contamination probe fills."""


@dataclass(frozen=True)
class StoredCell:
    """A finished cell as it was read back."""

    manifest: CellManifest
    items: tuple[Item, ...]
    samples: Mapping[SampleKey, Sample]

    @property
    def id(self) -> str:
        return self.manifest.cell.id


def read_cells(stores: Iterable[CellStore]) -> list[StoredCell]:
    """Every finished cell with its items and the samples that were asked for."""
    out = []
    for store in stores:
        manifest = store.manifest
        if manifest is not None:
            asked = {key: sample for key, sample in store.samples().items() if key[1] < manifest.k}
            out.append(StoredCell(manifest, tuple(store.items()), asked))
    return out


def _row(cell: StoredCell, item: Item, index: int) -> dict[str, object]:
    sample = cell.samples[item.id, index]
    graded = score(item, sample.text, sample.finish_reason)
    return {
        "cell": cell.id,
        "item": item.id,
        "sample": index,
        "outcome": "error" if sample.error else graded.outcome,
        "correct": graded.correct and not sample.error,
        "code": is_code(sample.text),
        "boxed": is_boxed(sample.text),
        "truncated": sample.finish_reason == "length",
        "n_tokens": sample.n_tokens,
        **graded.metrics,
    }


def sample_table(cells: Iterable[StoredCell]) -> pd.DataFrame:
    """One row a sample, with the columns of ``COLUMNS``; the items of a cell keep their order."""
    rows = [_row(cell, item, index) for cell in cells for item in cell.items for index in range(cell.manifest.k)]
    return pd.DataFrame(rows, columns=list(COLUMNS))
