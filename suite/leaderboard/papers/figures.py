"""The papers' figures arranged as their page shows them. Arranges rows and computes no statistics."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, get_args

from suite.benchmarks.tasks import TaskFile
from suite.leaderboard.wording.rows import MINUS
from suite.registry import Registry
from suite.registry.published import (
    PublishedDelta,
    PublishedFile,
    PublishedProbe,
    PublishedScore,
    Reward,
    Source,
)
from suite.schema import content_hash

AnyRow = PublishedScore | PublishedDelta | PublishedProbe
Row = TypeVar("Row", bound=AnyRow)
Key = TypeVar("Key")
NO_INTERVAL = "no interval published"
NOT_FOUND = "not found"
"""Of a value that was looked for in the source: its look and its word are others than those of what nobody looked for."""


@dataclass(frozen=True)
class Cited:
    """A source with the number that the page cites it by, and how many of its figures were found and were not."""

    number: int
    source: Source
    scores: tuple[int, int]
    deltas: tuple[int, int]
    probes: tuple[int, int]


@dataclass(frozen=True)
class Place:
    """A task as the page names it; ``asked`` is the task whose items a probe cuts, else the task itself."""

    id: str
    title: str
    asked: str
    n_items: int
    contaminated: tuple[str, ...]


@dataclass(frozen=True)
class Base:
    """A base model; ``rank`` is its place among those of the registry."""

    id: str
    family: str
    family_name: str
    rank: int


@dataclass(frozen=True)
class Figure(Generic[Row]):
    """One row of a source; ``anchor`` stays the same whatever other rows come or go."""

    row: Row
    cited: Cited
    base: Base
    place: Place
    anchor: str


@dataclass(frozen=True)
class Column:
    """A column of a grid; ``starts`` is how many columns its family has, on the first of them, else 0."""

    base: Base
    starts: int


@dataclass(frozen=True)
class Grid:
    """Reward x base of one task; a cell holds every figure that any source has for it, and none where nobody asked."""

    place: Place
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[tuple[Figure[PublishedDelta], ...], ...]], ...]


@dataclass(frozen=True)
class Spread:
    """All printed accuracies of one base on one task, lowest first."""

    base: Base
    place: Place
    figures: tuple[Figure[PublishedScore], ...]

    @property
    def low(self) -> str:
        """The lowest of them."""
        return as_printed(self.figures[0].row.percent)

    @property
    def high(self) -> str:
        """The highest of them."""
        return as_printed(self.figures[-1].row.percent)


@dataclass(frozen=True)
class PublishedView:
    """All that the page shows; ``spurious`` are the rewards that are, ``most`` is the size of the largest delta."""

    cited: tuple[Cited, ...]
    deltas: tuple[Figure[PublishedDelta], ...]
    scores: tuple[Figure[PublishedScore], ...]
    probes: tuple[Figure[PublishedProbe], ...]
    grids: tuple[Grid, ...]
    spreads: tuple[Spread, ...]
    spurious: frozenset[str]
    most: float

    @cached_property
    def bases(self) -> tuple[Base, ...]:
        """Every base that any row names, in the registry's order."""
        named = (*_bases(self.deltas), *_bases(self.scores), *_bases(self.probes))
        return tuple(sorted(dict.fromkeys(named), key=lambda base: base.rank))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every task of whole questions that any row names or cuts."""
        return tuple(sorted(dict.fromkeys((*_places(self.deltas), *_places(self.scores))), key=_place_order))

    @cached_property
    def rewards(self) -> tuple[str, ...]:
        """Every reward that any delta names, in the order of the grids."""
        return _rewards(self.deltas)


def published_view(
    files: Iterable[PublishedFile], registry: Registry, tasks: dict[str, TaskFile]
) -> PublishedView:
    """The files in their order; models and tasks that the suite does not know stand under their ids."""
    named = _Names(registry, tasks)
    cited = tuple((_cited(number, file), file) for number, file in enumerate(files, 1))
    deltas = _ordered(named.figure(source, row, row.base) for source, file in cited for row in file.deltas)
    scores = _ordered(named.figure(source, row, row.model) for source, file in cited for row in file.scores)
    probes = _ordered(named.figure(source, row, row.model) for source, file in cited for row in file.probes)
    return PublishedView(
        cited=tuple(source for source, _ in cited),
        deltas=deltas,
        scores=scores,
        probes=probes,
        grids=tuple(_grid(place, deltas) for place in _places(deltas)),
        spreads=_spreads(scores),
        spurious=frozenset(name for name, reward in registry.rewards.items() if reward.spurious),
        most=max((abs(figure.row.points) for figure in deltas if figure.row.points), default=1.0),
    )


def as_printed(value: float | None) -> str:
    """``53.01`` and ``10.0``: every digit that the source has, at least one of them after the point."""
    return NOT_FOUND if value is None else repr(float(value))


def signed_as_printed(points: float) -> str:
    """The same with a sign; a true minus sign."""
    return f"{points:+}".replace("-", MINUS) if points else "0.0"


def says(figure: Figure[PublishedDelta]) -> str:
    """What a cell says under the pointer or the focus, a line each."""
    row, source = figure.row, figure.cited.source
    value = (
        f"looked for, {NOT_FOUND}"
        if row.points is None
        else f"{signed_as_printed(row.points)} points, {NO_INTERVAL}"
    )
    step = "step not stated" if row.step is None else f"step {row.step}"
    lines = (
        value,
        f"{row.base} · {row.reward} · {figure.place.title}",
        f"{source.title}, {source.id}",
        row.where,
    )
    return "\n".join((*lines, f"{row.setting}; {step}"))


class _Names:
    """Gives rows the names that registry and tasks have for their ids."""

    def __init__(self, registry: Registry, tasks: dict[str, TaskFile]) -> None:
        self.registry, self.tasks = registry, tasks
        self.ranks = {base: rank for rank, base in enumerate(registry.bases())}

    def figure(self, cited: Cited, row: Row, base: str) -> Figure[Row]:
        key = row.model_dump(
            mode="json", exclude={"percent", "points", "sd", "rouge_l", "exact_match", "where"}
        )
        anchor = f"{row.task}-{base}-{content_hash((cited.source.id, key))[:8]}"
        return Figure(row, cited, self._base(base), self._place(row.task), anchor)

    def _base(self, base: str) -> Base:
        model = self.registry.models.get(base)
        family = model.family if model else base
        known = self.registry.families.get(family)
        return Base(base, family, known.name if known else family, self.ranks.get(base, len(self.ranks)))

    def _place(self, task: str) -> Place:
        known = self.tasks.get(task)
        if known is None:
            return Place(task, task, task, 0, ())
        told = known.metadata
        return Place(task, told.title, told.source.of or task, told.n_items, told.contaminated)


def _cited(number: int, file: PublishedFile) -> Cited:
    probed = [row.rouge_l is not None or row.exact_match is not None for row in file.probes]
    return Cited(
        number,
        file.source,
        scores=_found(row.percent is not None for row in file.scores),
        deltas=_found(row.points is not None for row in file.deltas),
        probes=_found(probed),
    )


def _found(known: Iterable[bool]) -> tuple[int, int]:
    each = list(known)
    return each.count(True), each.count(False)


def _ordered(figures: Iterable[Figure[Row]]) -> tuple[Figure[Row], ...]:
    """By task and base, then as the files have them."""
    return tuple(sorted(figures, key=lambda figure: (_place_order(figure.place), figure.base.rank)))


def _place_order(place: Place) -> tuple[int, str]:
    """The tasks that can show most come first."""
    return -place.n_items, place.id


def _bases(figures: Iterable[Figure[Row]]) -> tuple[Base, ...]:
    return tuple(dict.fromkeys(figure.base for figure in figures))


def _places(figures: Iterable[Figure[Row]]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(figure.place for figure in figures))


def _rewards(deltas: Iterable[Figure[PublishedDelta]]) -> tuple[str, ...]:
    used = {figure.row.reward for figure in deltas}
    return tuple(reward for reward in get_args(Reward) if reward in used)


def _grid(place: Place, deltas: Iterable[Figure[PublishedDelta]]) -> Grid:
    own = [figure for figure in deltas if figure.place == place]
    bases = _bases(own)
    cells = _grouped(own, _rewarded)
    return Grid(
        place,
        columns=tuple(Column(base, _starts(bases, n)) for n, base in enumerate(bases)),
        rows=tuple(
            (reward, tuple(cells.get((reward, base), ()) for base in bases)) for reward in _rewards(own)
        ),
    )


def _rewarded(figure: Figure[PublishedDelta]) -> tuple[str, Base]:
    return figure.row.reward, figure.base


def _starts(bases: tuple[Base, ...], n: int) -> int:
    family = bases[n].family
    first = n == 0 or bases[n - 1].family != family
    return sum(base.family == family for base in bases) if first else 0


def _spreads(scores: Iterable[Figure[PublishedScore]]) -> tuple[Spread, ...]:
    printed = [figure for figure in scores if figure.row.percent is not None]
    groups = _grouped(printed, _asked)
    return tuple(
        Spread(base, place, tuple(sorted(own, key=_percent))) for (place, base), own in groups.items()
    )


def _asked(figure: Figure[PublishedScore]) -> tuple[Place, Base]:
    return figure.place, figure.base


def _percent(figure: Figure[PublishedScore]) -> float:
    return figure.row.percent or 0.0


def _grouped(
    figures: Iterable[Figure[Row]], key: Callable[[Figure[Row]], Key]
) -> dict[Key, tuple[Figure[Row], ...]]:
    """Figures by their key, keys in order of first use."""
    groups: dict[Key, tuple[Figure[Row], ...]] = {}
    for figure in figures:
        groups[key(figure)] = (*groups.get(key(figure), ()), figure)
    return groups
