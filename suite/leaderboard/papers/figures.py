"""The papers' figures, arranged as their page shows them. Arranges rows and computes no statistics."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, get_args

from suite.benchmarks.tasks import TaskFile
from suite.leaderboard.wording.papers import NO_INTERVAL, NOT_FOUND, as_printed, signed_as_printed
from suite.registry import Registry
from suite.registry.published import (
    Publication,
    PublishedDelta,
    PublishedFile,
    PublishedProbe,
    PublishedReward,
    PublishedScore,
)
from suite.schema import content_hash

AnyRow = PublishedScore | PublishedDelta | PublishedProbe
Row = TypeVar("Row", bound=AnyRow)
Key = TypeVar("Key")


@dataclass(frozen=True)
class Cited:
    """A source with its number on the page and, for each kind of figure, the counts found and not found."""

    number: int
    source: Publication
    scores: tuple[int, int]
    deltas: tuple[int, int]
    probes: tuple[int, int]


@dataclass(frozen=True)
class PublishedTask:
    """A task as the page names it; ``items_of`` is the task whose items a probe shortens, or itself."""

    id: str
    title: str
    items_of: str
    n_items: int
    contaminated: tuple[str, ...]


@dataclass(frozen=True)
class PublishedBase:
    """A base model; ``rank`` is its position among the registry's bases."""

    id: str
    family: str
    family_name: str
    rank: int


@dataclass(frozen=True)
class Figure(Generic[Row]):
    """One row of a source; ``anchor`` does not depend on other rows."""

    row: Row
    cited: Cited
    base: PublishedBase
    task: PublishedTask
    anchor: str


@dataclass(frozen=True)
class BaseColumn:
    """A column of a grid; ``starts`` counts its family's columns on the first of them, else 0."""

    base: PublishedBase
    starts: int


@dataclass(frozen=True)
class PublishedGrid:
    """Reward x base of one task; a cell holds the figures of all sources, none if no source looked."""

    task: PublishedTask
    columns: tuple[BaseColumn, ...]
    rows: tuple[tuple[str, tuple[tuple[Figure[PublishedDelta], ...], ...]], ...]


@dataclass(frozen=True)
class AccuracySpread:
    """All printed accuracies of one base on one task, lowest first."""

    base: PublishedBase
    task: PublishedTask
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
    """All that the page shows; ``spurious`` are rewards, ``largest`` is the size of the largest delta."""

    cited: tuple[Cited, ...]
    deltas: tuple[Figure[PublishedDelta], ...]
    scores: tuple[Figure[PublishedScore], ...]
    probes: tuple[Figure[PublishedProbe], ...]
    grids: tuple[PublishedGrid, ...]
    spreads: tuple[AccuracySpread, ...]
    spurious: frozenset[str]
    largest: float

    @cached_property
    def bases(self) -> tuple[PublishedBase, ...]:
        """Every base that some row names, in the registry's order."""
        bases = (*_bases(self.deltas), *_bases(self.scores), *_bases(self.probes))
        return tuple(sorted(dict.fromkeys(bases), key=lambda base: base.rank))

    @cached_property
    def tasks(self) -> tuple[PublishedTask, ...]:
        """Every task that some delta or accuracy names."""
        tasks = (*_tasks(self.deltas), *_tasks(self.scores))
        return tuple(sorted(dict.fromkeys(tasks), key=_task_order))

    @cached_property
    def rewards(self) -> tuple[str, ...]:
        """Every reward that some delta names, in the order of the grids."""
        return _rewards(self.deltas)

    @property
    def spreads_by_task(self) -> tuple[tuple[PublishedTask, tuple[AccuracySpread, ...]], ...]:
        """The spreads of each task, in their order."""
        groups: dict[PublishedTask, list[AccuracySpread]] = {}
        for spread in self.spreads:
            groups.setdefault(spread.task, []).append(spread)
        return tuple((task, tuple(spreads)) for task, spreads in groups.items())

    @property
    def not_found(self) -> int:
        """The number of figures that were looked for and not found."""
        return sum(cited.deltas[1] + cited.scores[1] + cited.probes[1] for cited in self.cited)

    def found(self, kind: str) -> int:
        """Return the number of printed figures of a kind: ``deltas``, ``scores`` or ``probes``."""
        return sum(getattr(cited, kind)[0] for cited in self.cited)


def published_view(
    files: Iterable[PublishedFile], registry: Registry, tasks: dict[str, TaskFile]
) -> PublishedView:
    """Return the view of ``files``, in their order; unknown models and tasks go by their ids."""
    names = _Names(registry, tasks)
    sources: list[Cited] = []
    deltas: list[Figure[PublishedDelta]] = []
    scores: list[Figure[PublishedScore]] = []
    probes: list[Figure[PublishedProbe]] = []
    for number, file in enumerate(files, 1):
        cited = _cited(number, file)
        sources.append(cited)
        deltas += [names.figure(cited, row, row.base) for row in file.deltas]
        scores += [names.figure(cited, row, row.model) for row in file.scores]
        probes += [names.figure(cited, row, row.model) for row in file.probes]
    ordered_deltas = _ordered(deltas)
    ordered_scores = _ordered(scores)
    return PublishedView(
        cited=tuple(sources),
        deltas=ordered_deltas,
        scores=ordered_scores,
        probes=_ordered(probes),
        grids=tuple(_grid(task, ordered_deltas) for task in _tasks(ordered_deltas)),
        spreads=_spreads(ordered_scores),
        spurious=frozenset(name for name, reward in registry.rewards.items() if reward.spurious),
        largest=max((abs(figure.row.points) for figure in deltas if figure.row.points), default=1.0),
    )


def direction(figure: Figure[PublishedDelta]) -> str:
    """Return the class of a delta's cell: ``up``, ``down``, ``level``, or ``sought`` without a number."""
    points = figure.row.points
    if points is None:
        return "sought"
    if points == 0:
        return "level"
    return "up" if points > 0 else "down"


def says(figure: Figure[PublishedDelta]) -> str:
    """Return what a cell shows under the pointer or with the focus, one fact a line."""
    row = figure.row
    source = figure.cited.source
    if row.points is None:
        value = f"looked for, {NOT_FOUND}"
    else:
        value = f"{signed_as_printed(row.points)} points, {NO_INTERVAL}"
    step = "step not stated" if row.step is None else f"step {row.step}"
    lines = (
        value,
        f"{row.base} · {row.reward} · {figure.task.title}",
        f"{source.title}, {source.id}",
        row.where,
        f"{row.setting}; {step}",
    )
    return "\n".join(lines)


class _Names:
    """Resolves the ids of rows to the names that the registry and the tasks give them."""

    def __init__(self, registry: Registry, tasks: dict[str, TaskFile]) -> None:
        self.registry = registry
        self.tasks = tasks
        self.ranks = {base: rank for rank, base in enumerate(registry.bases())}

    def figure(self, cited: Cited, row: Row, base: str) -> Figure[Row]:
        # The anchor leaves out what was measured, so that a link survives the correction of a figure.
        key = row.model_dump(
            mode="json", exclude={"percent", "points", "sd", "rouge_l", "exact_match", "where"}
        )
        anchor = f"{row.task}-{base}-{content_hash((cited.source.id, key))[:8]}"
        return Figure(row, cited, self._base(base), self._task(row.task), anchor)

    def _base(self, base: str) -> PublishedBase:
        model = self.registry.models.get(base)
        family_id = model.family if model else base
        family = self.registry.families.get(family_id)
        rank = self.ranks.get(base, len(self.ranks))
        return PublishedBase(base, family_id, family.name if family else family_id, rank)

    def _task(self, task: str) -> PublishedTask:
        known = self.tasks.get(task)
        if known is None:
            return PublishedTask(task, task, task, 0, ())
        about = known.metadata
        return PublishedTask(task, about.title, about.source.of or task, about.n_items, about.contaminated)


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
    counts = Counter(known)
    return counts[True], counts[False]


def _ordered(figures: Iterable[Figure[Row]]) -> tuple[Figure[Row], ...]:
    """Sort by task and base, then as the files have them."""
    return tuple(sorted(figures, key=lambda figure: (_task_order(figure.task), figure.base.rank)))


def _task_order(task: PublishedTask) -> tuple[int, str]:
    """Order tasks by size: more items can show smaller effects."""
    return -task.n_items, task.id


def _bases(figures: Iterable[Figure[Row]]) -> tuple[PublishedBase, ...]:
    return tuple(dict.fromkeys(figure.base for figure in figures))


def _tasks(figures: Iterable[Figure[Row]]) -> tuple[PublishedTask, ...]:
    return tuple(dict.fromkeys(figure.task for figure in figures))


def _rewards(deltas: Iterable[Figure[PublishedDelta]]) -> tuple[PublishedReward, ...]:
    used = {figure.row.reward for figure in deltas}
    return tuple(reward for reward in get_args(PublishedReward) if reward in used)


def _grid(task: PublishedTask, deltas: Iterable[Figure[PublishedDelta]]) -> PublishedGrid:
    figures = [figure for figure in deltas if figure.task == task]
    bases = _bases(figures)
    cells = _grouped(figures, lambda figure: (figure.row.reward, figure.base))
    rows: list[tuple[str, tuple[tuple[Figure[PublishedDelta], ...], ...]]] = []
    for reward in _rewards(figures):
        rows.append((reward, tuple(cells.get((reward, base), ()) for base in bases)))
    columns = tuple(BaseColumn(base, _starts(bases, n)) for n, base in enumerate(bases))
    return PublishedGrid(task, columns, tuple(rows))


def _starts(bases: tuple[PublishedBase, ...], n: int) -> int:
    family = bases[n].family
    first = n == 0 or bases[n - 1].family != family
    return sum(base.family == family for base in bases) if first else 0


def _spreads(scores: Iterable[Figure[PublishedScore]]) -> tuple[AccuracySpread, ...]:
    printed = [figure for figure in scores if figure.row.percent is not None]
    groups = _grouped(printed, lambda figure: (figure.task, figure.base))
    spreads: list[AccuracySpread] = []
    for (task, base), figures in groups.items():
        by_accuracy = sorted(figures, key=lambda figure: figure.row.percent or 0.0)
        spreads.append(AccuracySpread(base, task, tuple(by_accuracy)))
    return tuple(spreads)


def _grouped(
    figures: Iterable[Figure[Row]], key: Callable[[Figure[Row]], Key]
) -> dict[Key, tuple[Figure[Row], ...]]:
    """Return figures by their key, keys in order of first use."""
    groups: dict[Key, list[Figure[Row]]] = {}
    for figure in figures:
        groups.setdefault(key(figure), []).append(figure)
    return {group: tuple(members) for group, members in groups.items()}
