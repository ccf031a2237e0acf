"""Graded cells -> tidy rows, one per sample; the only place where samples, grades and items are joined.

A ``ScoredCell`` keeps no text, so that millions of answers fit into memory; ``scored_cells`` converts each
cell as it is read. One row of its table, shortened:

    cell              item  steps  sample  outcome  correct  code  boxed  truncated  n_tokens  exact_match
    0123456789abcdef  a     0      0       correct  True     True  True   0.0        412.0     nan
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite import stats
from suite.grade.behaviour import Behaviours
from suite.grade.stored_grades import StoredCell, over_cells
from suite.schema import OUTCOMES, TASK_METRICS, UNSTATED, Outcome, Sample, SampleGrade
from suite.stats import Floats
from suite.store.cells import CellManifest, CellStore

Value = TypeVar("Value")
Flags = NDArray[np.bool_]
BEHAVIOURS = Behaviours._fields
METRICS = tuple(TASK_METRICS)
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


@dataclass(frozen=True)
class ScoredCell:
    """A finished cell without its texts.

    ``rows`` has the columns of ``COLUMNS``, ``k`` rows per item, in item order.

    ``item_ids`` and ``item_hashes`` are in that order, too; ``samples_hash`` covers every text with its
    place.
    """

    id: str
    manifest: CellManifest
    item_ids: tuple[str, ...]
    item_hashes: tuple[str, ...]
    samples_hash: str
    rows: pd.DataFrame

    def flags_IS(self, column: str) -> Flags:
        """Return a column of truth values as items x samples, in item order."""
        return self.rows[column].to_numpy(dtype=np.bool_).reshape(len(self.item_ids), self.manifest.k)

    def outcome_IS(self, outcome: Outcome) -> Flags:
        """Return which samples have that outcome."""
        has: Flags = self.rows["outcome"].cat.codes.to_numpy() == OUTCOMES.index(outcome)
        return has.reshape(len(self.item_ids), self.manifest.k)

    @cached_property
    def score_I(self) -> Floats:
        """avg@k of each item, in item order."""
        return stats.avg_at_k(self.flags_IS("correct"))

    @cached_property
    def by_hash_I(self) -> NDArray[np.int64]:
        """Places of the items, sorted by hash.

        Arms may store the same items in another order, under other ids.
        """
        order = sorted(range(len(self.item_hashes)), key=self.item_hashes.__getitem__)
        return np.array(order, dtype=np.int64)

    def has_weights(self, weights: str | None) -> bool:
        """Whether the cell is of those weights; None means any. Imported cells state none and pass."""
        return weights is None or self.manifest.cell.weights_hash in (weights, UNSTATED)

    @property
    def is_sound(self) -> bool:
        """Whether the engine failed on none of its samples."""
        return not self.outcome_IS("error").any()


def scored_cells(stores: Iterable[CellStore]) -> Iterator[ScoredCell]:
    """Yield every finished cell, scored; grades that are missing or out of date are made and stored."""
    return over_cells(stores, scored)


def scored(cell: StoredCell) -> ScoredCell:
    """Return the cell with its grades as columns."""
    k = cell.manifest.k
    item_ids = tuple(item.id for item in cell.items)
    # Rows are samples, k an item, in item order; grades and samples are stored in the order in which they
    # came.
    keys = list(product(item_ids, range(k)))
    item_codes = np.repeat(np.arange(len(item_ids)), k)
    columns: dict[str, object] = {
        "cell": cell.id,
        "item": pd.Categorical.from_codes(item_codes, pd.Index(item_ids)),
        "steps": np.repeat([item.steps for item in cell.items], k),
        "sample": np.tile(np.arange(k), len(item_ids)),
        **_grade_columns([cell.grades[key] for key in keys]),
        **_generation_columns([cell.samples[key] for key in keys]),
    }
    return ScoredCell(
        id=cell.id,
        manifest=cell.manifest,
        item_ids=item_ids,
        item_hashes=tuple(item.hash for item in cell.items),
        samples_hash=cell.samples_hash,
        rows=pd.DataFrame(columns, columns=list(COLUMNS)),
    )


def _grade_columns(grades: Sequence[SampleGrade]) -> dict[str, object]:
    """Return what each sample earned and how it is written; a metric that the task does not have is NaN."""
    outcome = pd.Categorical([grade.outcome for grade in grades], categories=list(OUTCOMES))
    columns: dict[str, object] = {"outcome": outcome, "correct": outcome.codes == OUTCOMES.index("correct")}
    for name in ("answer_present", *BEHAVIOURS):
        columns[name] = np.array([getattr(grade, name) for grade in grades], dtype=np.bool_)
    measured: set[str] = set()
    for grade in grades:
        measured.update(grade.metrics)
    for name in METRICS:
        # One NaN for the whole column is far cheaper than a list of them, and most tasks have no metric.
        columns[name] = np.nan
        if name in measured:
            columns[name] = np.array([grade.metrics.get(name, np.nan) for grade in grades])
    return columns


def _generation_columns(samples: Sequence[Sample]) -> dict[str, object]:
    reasons = [sample.finish_reason for sample in samples]
    return {
        "truncated": _with_nan(reasons, lambda reason: float(reason == "length")),
        "n_tokens": _with_nan([sample.n_tokens for sample in samples], float),
    }


def _with_nan(values: Sequence[Value | None], number: Callable[[Value], float]) -> Floats:
    """Return the numbers, NaN where a value is unknown (imported answers); NaN never leaves the table."""
    return np.array([np.nan if value is None else number(value) for value in values], dtype=np.float64)
