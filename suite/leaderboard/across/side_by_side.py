"""Contaminated tasks beside clean ones: a table of reward by base for each two tasks."""

from collections.abc import Sequence
from dataclasses import dataclass

from suite.leaderboard.across.lineup import columns_of, variant
from suite.leaderboard.board.grid import Column, distinguishing_fields
from suite.leaderboard.colours import colour_scale
from suite.leaderboard.links import pair_page
from suite.schema import CleanContrast, Summary


@dataclass(frozen=True)
class ContrastHalf:
    """One of the two deltas: ``depth`` is its share of the colour scale, ``page`` that of its pair."""

    task: str
    delta: float
    depth: float
    page: str | None


@dataclass(frozen=True)
class ContrastCell:
    """A contrast with its two deltas."""

    contrast: CleanContrast
    contaminated: ContrastHalf
    clean: ContrastHalf

    @property
    def says(self) -> str:
        """What the interval of the difference shows, in words."""
        interval = self.contrast.interval
        if interval is None:
            return "interval undefined"
        if interval[0] > 0:
            return "larger on the contaminated task"
        return "larger on the clean task" if interval[1] < 0 else "no clear difference"


@dataclass(frozen=True)
class Combination:
    """Two tasks, ``key`` in the page's address; ``leaked``: some family's corpus contains the first."""

    key: str
    contaminated: str
    clean: str
    leaked: bool
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[ContrastCell | None, ...]], ...]


def combinations(summary: Summary) -> tuple[Combination, ...]:
    """Return every two contrasted tasks, those with a leak first."""
    groups: dict[tuple[str, str], list[CleanContrast]] = {}
    for contrast in summary.contrasts:
        groups.setdefault((contrast.contaminated, contrast.clean), []).append(contrast)
    tables = _ContrastTables(summary)
    found = [tables.combination(*tasks, contrasts) for tasks, contrasts in groups.items()]
    return tuple(sorted(found, key=lambda combination: not combination.leaked))


class _ContrastTables:
    """Makes the tables of a summary, whose cells link to their pairs and share the board's colour scale."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.tasks = {task.task: task for task in summary.tasks}
        self.pages = {(row.pair, row.protocol, row.task): pair_page(row) for row in summary.deltas}
        self.scale = colour_scale(summary)

    def combination(self, contaminated: str, clean: str, contrasts: Sequence[CleanContrast]) -> Combination:
        columns = columns_of(self.summary.families, contrasts, self.tasks.get(contaminated))
        fields = distinguishing_fields(contrasts)
        cells: dict[tuple[str, str, str], ContrastCell] = {}
        labels: dict[str, None] = {}
        for row in contrasts:
            label = " · ".join(filter(None, (row.reward, variant(row, fields))))
            labels[label] = None
            cells[row.family, row.base, label] = self._cell(row)
        rows = []
        for label in labels:
            in_columns = (cells.get((column.family, str(column.base), label)) for column in columns)
            rows.append((label, tuple(in_columns)))
        return Combination(
            key=f"{contaminated} {clean}",
            contaminated=self._title(contaminated),
            clean=self._title(clean),
            leaked=any(row.leaked for row in contrasts),
            columns=columns,
            rows=tuple(rows),
        )

    def _cell(self, row: CleanContrast) -> ContrastCell:
        return ContrastCell(
            row,
            self._half(row, row.contaminated, row.delta_contaminated),
            self._half(row, row.clean, row.delta_clean),
        )

    def _half(self, row: CleanContrast, task: str, delta: float) -> ContrastHalf:
        page = self.pages.get((row.pair, row.protocol, task))
        return ContrastHalf(self._title(task), delta, abs(self.scale.share(delta)), page)

    def _title(self, task: str) -> str:
        return self.tasks[task].title if task in self.tasks else task
