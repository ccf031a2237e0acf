"""Graded cells -> tidy rows, one a sample; the only place where samples, grades and items are joined.

A ``ScoredCell`` keeps no text, so that millions of answers fit into memory: ``scored(cell)`` as each cell is read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.grade.stored_grades import StoredCell, over_cells
from suite.schema import OUTCOMES, UNSTATED, Outcome, Sample, SampleGrade
from suite.stats import Floats
from suite.store.cells import CellManifest, CellStore

T = TypeVar("T")
Flags = NDArray[np.bool_]
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


@dataclass(frozen=True)
class ScoredCell:
    """A finished cell without its texts. ``rows`` has the columns of ``COLUMNS``, ``k`` rows an item, in item order.

    ``item_ids`` and ``item_hashes`` are in that order, too; ``samples_hash`` is of every text with its place.
    """

    id: str
    manifest: CellManifest
    item_ids: tuple[str, ...]
    item_hashes: tuple[str, ...]
    samples_hash: str
    rows: pd.DataFrame

    def flags_IS(self, column: str) -> Flags:
        """A column of truth values as items x samples, in item order."""
        return self.rows[column].to_numpy(dtype=np.bool_).reshape(len(self.item_ids), self.manifest.k)

    def outcome_IS(self, outcome: Outcome) -> Flags:
        """Which samples have that outcome."""
        has: Flags = self.rows["outcome"].cat.codes.to_numpy() == OUTCOMES.index(outcome)
        return has.reshape(len(self.item_ids), self.manifest.k)

    @cached_property
    def score_I(self) -> Floats:
        """avg@k of each item, in item order."""
        score_I: Floats = self.flags_IS("correct").mean(axis=1, dtype=np.float64)
        return score_I

    @cached_property
    def by_hash_I(self) -> NDArray[np.int64]:
        """Places of the items in the order of their hashes: arms may store the same items in another order, under other ids."""
        return np.array(
            sorted(range(len(self.item_hashes)), key=self.item_hashes.__getitem__), dtype=np.int64
        )

    def has_weights(self, weights: str | None) -> bool:
        """Whether the cell is of those weights, None being any; imported cells state none and pass."""
        return weights is None or self.manifest.cell.weights_hash in (weights, UNSTATED)

    @property
    def is_sound(self) -> bool:
        """Whether the engine failed on none of its samples."""
        return not self.outcome_IS("error").any()


def scored(cell: StoredCell) -> ScoredCell:
    """The cell with its grades as columns."""
    keys = [(item.id, index) for item in cell.items for index in range(cell.manifest.k)]
    grades, samples = [cell.grades[key] for key in keys], [cell.samples[key] for key in keys]
    columns: dict[str, object] = {
        "cell": cell.id,
        "item": _item_column(cell),
        "steps": np.repeat([item.steps for item in cell.items], cell.manifest.k),
        "sample": np.tile(np.arange(cell.manifest.k), len(cell.items)),
        **_columns(grades, samples),
    }
    return ScoredCell(
        id=cell.id,
        manifest=cell.manifest,
        item_ids=tuple(item.id for item in cell.items),
        item_hashes=tuple(item.hash for item in cell.items),
        samples_hash=cell.samples_hash,
        rows=pd.DataFrame(columns, columns=list(COLUMNS)),
    )


def _item_column(cell: StoredCell) -> "pd.Categorical[str]":
    """Each item's id, k times."""
    place_R = np.repeat(np.arange(len(cell.items)), cell.manifest.k)
    return pd.Categorical.from_codes(place_R, pd.Index([item.id for item in cell.items]))


def scored_cells(stores: Iterable[CellStore]) -> Iterator[ScoredCell]:
    """Every finished cell, scored; grades that are missing or out of date are made and stored."""
    return over_cells(stores, scored)


def _columns(grades: list[SampleGrade], samples: list[Sample]) -> dict[str, object]:
    """What each sample earned and how it is written; unknown where nobody says it, as of imported answers."""
    names = ("outcome", "answer_present", *BEHAVIOURS)
    columns = dict(zip(names, zip(*map(attrgetter(*names), grades), strict=True), strict=True))
    outcome = pd.Categorical(columns.pop("outcome"), categories=list(OUTCOMES))
    out: dict[str, object] = {
        "outcome": outcome,
        "correct": outcome.codes == OUTCOMES.index("correct"),
        **{name: np.array(values, dtype=np.bool_) for name, values in columns.items()},
        "truncated": _known([s.finish_reason for s in samples], lambda reason: float(reason == "length")),
        "n_tokens": _known([s.n_tokens for s in samples], float),
    }
    measured = {name for g in grades for name in g.metrics}
    for name in METRICS:
        out[name] = np.array([g.metrics.get(name, np.nan) for g in grades]) if name in measured else np.nan
    return out


def _known(values: Sequence[T | None], number: Callable[[T], float]) -> Floats:
    """Numbers, NaN where a value is not known; NaN never leaves the table."""
    return np.array([np.nan if value is None else number(value) for value in values], dtype=np.float64)
