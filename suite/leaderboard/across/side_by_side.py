"""Contaminated tasks beside clean ones: of each two tasks a table of reward and base, with both deltas in a cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from suite.leaderboard.across.lineup import columns_of, told_apart, variant
from suite.leaderboard.board.task_view import Column
from suite.leaderboard.colours import colour_scale
from suite.leaderboard.links import pair_page
from suite.schema import CleanContrast, Summary


@dataclass(frozen=True)
class Half:
    """One of the two deltas: ``depth`` is how much of the colour scale it takes, ``page`` that of its pair."""

    task: str
    delta: float
    depth: float
    page: str | None


@dataclass(frozen=True)
class Cell:
    """A contrast with its halves."""

    contrast: CleanContrast
    contaminated: Half
    clean: Half

    @property
    def says(self) -> str:
        """What the interval of the difference leaves open, in words."""
        interval = self.contrast.interval
        if interval is None:
            return "interval undefined"
        if interval[0] > 0:
            return "larger on the contaminated task"
        return "larger on the clean task" if interval[1] < 0 else "no clear difference"


@dataclass(frozen=True)
class Combination:
    """Two tasks. ``key`` stands in the page's address; ``leaked``: some family's corpus is known to hold the first."""

    key: str
    contaminated: str
    clean: str
    leaked: bool
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


def combinations(summary: Summary) -> tuple[Combination, ...]:
    """Every two tasks that are contrasted, those with a leak first."""
    groups: dict[tuple[str, str], list[CleanContrast]] = {}
    for contrast in summary.contrasts:
        groups.setdefault((contrast.contaminated, contrast.clean), []).append(contrast)
    found = _Cells(summary)
    made = (found.combination(*tasks, contrasts) for tasks, contrasts in groups.items())
    return tuple(sorted(made, key=lambda combination: not combination.leaked))


class _Cells:
    """Makes the cells of a summary, which know the pages of their pairs and the board's scale of colours."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.tasks = {task.task: task for task in summary.tasks}
        self.pages = {(row.pair, row.protocol, row.task): pair_page(row) for row in summary.deltas}
        self.scale = colour_scale(summary)

    def combination(self, contaminated: str, clean: str, contrasts: Sequence[CleanContrast]) -> Combination:
        columns = columns_of(self.summary.families, contrasts, self.tasks.get(contaminated))
        fields = told_apart(contrasts)
        labels = dict.fromkeys((row.reward, variant(row, fields)) for row in contrasts)
        cells = {
            (row.family, row.base, row.reward, variant(row, fields)): self._cell(row) for row in contrasts
        }
        rows = tuple(
            (
                " · ".join(filter(None, label)),
                tuple(cells.get((column.family, str(column.base), *label)) for column in columns),
            )
            for label in labels
        )
        titles = (self._title(contaminated), self._title(clean))
        return Combination(
            f"{contaminated} {clean}", *titles, any(row.leaked for row in contrasts), columns, rows
        )

    def _cell(self, row: CleanContrast) -> Cell:
        return Cell(
            row,
            self._half(row, row.contaminated, row.delta_contaminated),
            self._half(row, row.clean, row.delta_clean),
        )

    def _half(self, row: CleanContrast, task: str, delta: float) -> Half:
        return Half(
            self._title(task),
            delta,
            abs(self.scale.share(delta)),
            self.pages.get((row.pair, row.protocol, task)),
        )

    def _title(self, task: str) -> str:
        return self.tasks[task].title if task in self.tasks else task
