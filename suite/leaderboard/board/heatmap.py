"""What the cells of the heatmap say: each value that can be shown, with its interval and what it means in words."""

from dataclasses import dataclass
from functools import cached_property

from suite.leaderboard.board.notes import notes
from suite.leaderboard.board.task_view import Column, TaskView
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
    signed,
    signed_interval,
)
from suite.schema import DeltaRow, Interval

FIELDS_SHOWN = 2
"""Differing fields that a cell names; the table has them all."""


@dataclass(frozen=True)
class Shown:
    """One way to look at a cell. Without a value, ``words`` say why there is none. ``share`` of the colour scale, in -1..1."""

    way: str
    value: str
    interval: str
    words: tuple[str, ...]
    share: float | None


@dataclass(frozen=True)
class Cell:
    """A place in the grid with its number there; ``row`` is ``None`` where the pair is missing."""

    view: TaskView
    scale: ColourScale
    number: int
    reward: str
    label: str
    column: Column
    row: DeltaRow | None

    @cached_property
    def word(self) -> str:
        """The finding, or why there is none."""
        return finding_word(self.row) if self.row else "missing"

    @property
    def page(self) -> str | None:
        """Address of the pair's page."""
        return pair_page(self.row) if self.row else None

    @property
    def marks(self) -> str:
        """What stands behind the finding's word."""
        if self.row is None or not self.has_number:
            return ""
        marks = ((UNVERIFIED_MARK, self.row.arms), (HOLM_MARK, fades(self.row)))
        return " ".join(mark for mark, applies in marks if applies)

    @property
    def has_number(self) -> bool:
        """Whether there is a delta at all."""
        return self.word not in ("not comparable", "missing")

    @property
    def is_spurious(self) -> bool:
        """Whether the reward does not look at whether an answer is right, so that the row is a control."""
        return bool(self.row and self.row.spurious)

    @property
    def differs(self) -> str:
        """The fields that keep the arms from being compared."""
        fields = (self.row.differs if self.row else None) or ()
        rest = f" +{len(fields) - FIELDS_SHOWN} more" if len(fields) > FIELDS_SHOWN else ""
        return ", ".join(fields[:FIELDS_SHOWN]) + rest

    @cached_property
    def ways(self) -> tuple[Shown, ...]:
        """The values that a reader can switch between; none where the arms have no delta."""
        row = self.row
        if row is None or row.delta is None or not self.has_number:
            return ()
        return (
            self._shown("delta", row.delta, row.interval),
            self._shown("adjusted", row.adjusted_delta, row.adjusted_interval, *_adjusted_words(row)),
            self._shown(
                "strong", row.strong_baseline_delta, row.strong_baseline_interval, self._strong_words(row)
            ),
        )

    def _shown(self, way: str, points: float | None, interval: Interval | None, *words: str) -> Shown:
        said = tuple(filter(None, words))
        if points is None:
            return Shown(way, "", "", said, None)
        return Shown(way, signed(points), signed_interval(interval), said, self.scale.share(points))

    def _strong_words(self, row: DeltaRow) -> str:
        if row.strong_baseline_delta is not None:
            return f"base's best: {chosen_protocols(row)}"
        return PROBE_PROTOCOL if self.view.is_probe else ONE_PROTOCOL

    @property
    def references(self) -> tuple[str, ...]:
        """Published deltas of the same base, reward and task."""
        return tuple(
            f"paper {signed(reference.delta)}"
            for reference in (self.row.published if self.row else None) or ()
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is told, under the delta itself, when the cell is pointed at or focused."""
        if self.row is None:
            return ()
        differs = (f"differs in {', '.join(self.row.differs)}",) if self.row.differs else ()
        return (*differs, *notes(self.row, self.view.tested))


@dataclass(frozen=True)
class Source:
    """A publication's figures for the cells of one task, under one setting."""

    source: str
    setting: str
    step: int | None
    cells: int


def grid_cells(view: TaskView, scale: ColourScale) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    """Each row's label with its cells."""
    cells = [Cell(view, scale, number, *entry) for number, entry in enumerate(view.grid.entries)]
    width = len(view.grid.columns)
    return tuple(
        (label, tuple(cells[place * width : (place + 1) * width]))
        for place, label in enumerate(view.grid.rows)
    )


def sources(view: TaskView) -> tuple[Source, ...]:
    """Where the published figures of a task come from, each once."""
    found: dict[tuple[str, str, int | None], int] = {}
    for row in view.deltas:
        for one in row.published or ():
            place = (one.source, one.setting, one.step)
            found[place] = found.get(place, 0) + 1
    return tuple(Source(*place, cells) for place, cells in found.items())


def _adjusted_words(row: DeltaRow) -> tuple[str, ...]:
    if row.adjusted_delta is not None:
        return (beyond(row), beats(row))
    if row.control is None and not row.spurious:
        return (NOT_LOOKED_FOR,)
    return (NOT_COMPARED if row.control else control_word(row),)
