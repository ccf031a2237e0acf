"""Pairs and scored cells -> methods: the checkpoints whose results become one delta row.

Pure; ``suite.summary.comparison`` compares each method with its base.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from suite.schema import IMPORTED, MUST_MATCH, UNSTATED, Pair, RowKey
from suite.stats import Floats
from suite.summary.scored_cells import ScoredCell


def differing(before: ScoredCell, after: ScoredCell) -> tuple[str, ...]:
    """Return the must-match fields in which the arms differ.

    ``k`` counts as one, since a mean over more samples is another measurement.
    """
    one = before.manifest.cell
    other = after.manifest.cell
    fields = tuple(field for field in MUST_MATCH if getattr(one, field) != getattr(other, field))
    return fields if before.manifest.k == after.manifest.k else (*fields, "k")


def by_item(cell: ScoredCell) -> Floats:
    """Return the item scores in an order that both arms share."""
    return cell.score_I[cell.by_hash_I]


@dataclass(frozen=True)
class MeasuredMethod:
    """Checkpoints that differ only in their training seed, measured alike on one task; often just one."""

    pairs: tuple[Pair, ...]
    cells: tuple[ScoredCell, ...]

    @property
    def pair(self) -> Pair:
        """The first pair, which names the method."""
        return self.pairs[0]

    @property
    def cell(self) -> ScoredCell:
        """The first pair's cell; the other cells match it in all that must match."""
        return self.cells[0]

    @property
    def key(self) -> RowKey:
        """The key of the method's delta row."""
        return _key(self.pair, self.cell)

    @property
    def is_stated(self) -> bool:
        """Whether the recipe is known; an unknown one never matches another."""
        return _is_stated(self.pair)

    @cached_property
    def score_TI(self) -> Floats:
        """Item scores of each checkpoint, in an order that all arms share."""
        return np.stack([by_item(cell) for cell in self.cells])


def methods(pairs: Iterable[Pair], cells: Iterable[ScoredCell]) -> list[MeasuredMethod]:
    """Return the pairs that have a cell, the training seeds of one method together.

    A pair whose seed or recipe is not stated is a method of its own, and so is a second checkpoint of one
    seed.
    """
    cells_of: dict[str, list[ScoredCell]] = defaultdict(list)
    for cell in cells:
        cells_of[cell.manifest.cell.model].append(cell)
    groups: dict[tuple[object, ...], dict[int | None, tuple[Pair, ScoredCell]]] = {}
    for pair in pairs:
        for cell in cells_of[pair.checkpoint]:
            # Seeds are averaged only where everything else is equal: the training, the base's weights, the
            # number of samples and every field that must match between arms.
            training = _key(pair, cell).only("base", "reward", "recipe", "step", "task", "protocol", "k")
            setting = tuple(str(getattr(cell.manifest.cell, field)) for field in MUST_MATCH)
            group: tuple[object, ...] = (training, pair.base_weights, setting)
            is_second = pair.seed in groups.get(group, {})
            if pair.seed is None or is_second or not _is_stated(pair):
                group = (*group, pair.checkpoint)
            groups.setdefault(group, {})[pair.seed] = (pair, cell)
    return [_method(arms.values()) for arms in groups.values()]


def _key(pair: Pair, cell: ScoredCell) -> RowKey:
    manifest = cell.manifest
    measured = manifest.cell
    return RowKey(*pair.key, measured.task, measured.protocol, manifest.k, manifest.n_items, cell.id)


def _is_stated(pair: Pair) -> bool:
    return pair.recipe not in (IMPORTED, UNSTATED)


def _method(arms: Iterable[tuple[Pair, ScoredCell]]) -> MeasuredMethod:
    ordered = sorted(arms, key=lambda arm: (arm[0].seed or 0, arm[0].checkpoint))
    pairs, cells = zip(*ordered, strict=True)
    return MeasuredMethod(pairs, cells)
