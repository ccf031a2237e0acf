"""The cells of the heatmap: every value that one can show, with its interval and its meaning in words."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from suite.leaderboard.board.grid import Column
from suite.leaderboard.board.notes import notes
from suite.leaderboard.board.task_view import TaskView
from suite.leaderboard.colours import ColourScale
from suite.leaderboard.links import pair_page
from suite.leaderboard.wording.rows import (
    HOLM_MARK,
    NOT_COMPARED,
    NOT_LOOKED_FOR,
    ONE_PROTOCOL,
    PROBE_PROTOCOL,
    UNVERIFIED_MARK,
    beats,
    beyond,
    chosen_protocols,
    control_word,
    fades,
    finding_word,
    page_interval,
    page_points,
)
from suite.schema import DeltaRow, Interval

FIELDS_SHOWN = 2
"""Maximum number of differing fields that a cell names; the table lists all."""


@dataclass(frozen=True)
class CellValue:
    """One of a cell's values. Without a value, ``words`` say why. ``share`` of the colour scale, in -1..1."""

    way: str
    value: str
    interval: str
    words: tuple[str, ...]
    share: float | None


@dataclass(frozen=True)
class HeatmapCell:
    """A place in the grid with its index there; ``row`` is ``None`` if the pair is missing."""

    view: TaskView
    scale: ColourScale
    number: int
    reward: str
    label: str
    column: Column
    row: DeltaRow | None

    @cached_property
    def word(self) -> str:
        """The finding, or the reason for its absence."""
        return finding_word(self.row) if self.row else "missing"

    @property
    def page(self) -> str | None:
        """The address of the pair's page."""
        return pair_page(self.row) if self.row else None

    @property
    def marks(self) -> str:
        """The marks after the finding's word."""
        if self.row is None or not self.has_number:
            return ""
        marks = ((UNVERIFIED_MARK, self.row.arms), (HOLM_MARK, fades(self.row)))
        return " ".join(mark for mark, applies in marks if applies)

    @property
    def has_number(self) -> bool:
        """Whether the cell has a delta."""
        return self.word not in ("not comparable", "missing")

    @property
    def is_spurious(self) -> bool:
        """Whether the reward ignores correctness, so that the row is a control."""
        return bool(self.row and self.row.spurious)

    @property
    def differs(self) -> str:
        """The fields that make the arms incomparable."""
        fields = (self.row.differs if self.row else None) or ()
        rest = f" +{len(fields) - FIELDS_SHOWN} more" if len(fields) > FIELDS_SHOWN else ""
        return ", ".join(fields[:FIELDS_SHOWN]) + rest

    @cached_property
    def values(self) -> tuple[CellValue, ...]:
        """The values that a reader can switch between; none if the arms have no delta."""
        row = self.row
        if row is None or row.delta is None or not self.has_number:
            return ()
        strong_words = (self._strong_words(row),)
        return (
            self._value("delta", row.delta, row.interval, ()),
            self._value("adjusted", row.adjusted_delta, row.adjusted_interval, _adjusted_words(row)),
            self._value("strong", row.strong_baseline_delta, row.strong_baseline_interval, strong_words),
        )

    def _value(
        self, way: str, points: float | None, interval: Interval | None, words: tuple[str, ...]
    ) -> CellValue:
        words = tuple(filter(None, words))
        if points is None:
            return CellValue(way, "", "", words, None)
        return CellValue(way, page_points(points), page_interval(interval), words, self.scale.share(points))

    def _strong_words(self, row: DeltaRow) -> str:
        if row.strong_baseline_delta is not None:
            return f"base's best: {chosen_protocols(row)}"
        return PROBE_PROTOCOL if self.view.is_probe else ONE_PROTOCOL

    @property
    def references(self) -> tuple[str, ...]:
        """Published deltas of the same base, reward and task."""
        published = (self.row.published if self.row else None) or ()
        return tuple(f"paper {page_points(reference.delta)}" for reference in published)

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines shown when the cell is under the pointer or has the focus."""
        if self.row is None:
            return ()
        return tuple(notes(self.row, self.view.tested))


@dataclass(frozen=True)
class Citation:
    """A publication's figures for the cells of one task, under one setting; ``cells`` counts them."""

    source: str
    setting: str
    step: int | None
    cells: int


def grid_cells(view: TaskView, scale: ColourScale) -> tuple[tuple[str, tuple[HeatmapCell, ...]], ...]:
    """Return the label of each row with its cells."""
    cells = [HeatmapCell(view, scale, number, *place) for number, place in enumerate(view.grid.places)]
    width = len(view.grid.columns)
    rows = []
    for number, label in enumerate(view.grid.rows):
        first = number * width
        rows.append((label, tuple(cells[first : first + width])))
    return tuple(rows)


def citations(view: TaskView) -> tuple[Citation, ...]:
    """Return the sources of a task's published figures, each setting once."""
    counts: Counter[tuple[str, str, int | None]] = Counter()
    for row in view.deltas:
        counts.update((figure.source, figure.setting, figure.step) for figure in row.published or ())
    return tuple(Citation(*setting, cells) for setting, cells in counts.items())


def _adjusted_words(row: DeltaRow) -> tuple[str, ...]:
    """Return what the value beyond the control is measured against, or the reason for its absence."""
    if row.adjusted_delta is not None:
        return (beyond(row), beats(row))
    if row.control is None and not row.spurious:
        return (NOT_LOOKED_FOR,)
    return (NOT_COMPARED if row.control else control_word(row),)
