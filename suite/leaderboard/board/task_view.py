"""A summary arranged as the board shows it: one view per task. Arranges rows and computes no statistics."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from suite.leaderboard.board.grid import HeatmapGrid, heatmap_grid, row_names
from suite.leaderboard.wording.rows import MARKS, fades, finding_word
from suite.schema import DeltaRow, ScoreRow, Summary, TaskRow


@dataclass(frozen=True)
class TaskView:
    """All that one tab shows. ``tested`` counts the rows of the whole board over which p is adjusted."""

    anchor: str
    task: TaskRow
    deltas: tuple[DeltaRow, ...]
    scores: tuple[ScoreRow, ...]
    grid: HeatmapGrid
    tested: int

    def number(self, row: DeltaRow) -> int | str:
        """Return the index of a delta among the grid's places; empty if another delta hides it there."""
        return self._numbers.get(id(row), "")

    def of_score(self, score: ScoreRow) -> str:
        """Return the indices of a score's deltas; a base's score belongs to those of all its checkpoints."""
        return " ".join(str(self.number(row)) for row in self._by_model.get(score.model, ()))

    @cached_property
    def _numbers(self) -> dict[int, int]:
        # By identity, as two rows can be equal.
        return {id(place.row): number for number, place in enumerate(self.grid.places) if place.row}

    @cached_property
    def _by_model(self) -> dict[str, list[DeltaRow]]:
        by_model: dict[str, list[DeltaRow]] = {}
        for row in self.deltas:
            for model in dict.fromkeys((row.base, row.checkpoint, *(row.checkpoints or ()))):
                by_model.setdefault(model, []).append(row)
        return by_model

    @cached_property
    def findings(self) -> tuple[tuple[str, int], ...]:
        """The count of each word that occurs, holes in the grid included, in the order of the legend."""
        counts = Counter(finding_word(row) for row in self.deltas)
        counts["missing"] += self.grid.holes
        return tuple((word, counts[word]) for word in MARKS if counts[word])

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics beyond accuracy that some score has."""
        return tuple(sorted(set().union(*(row.metrics or () for row in self.scores))))

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Levels of difficulty that some score has, in their order as numbers."""
        return tuple(sorted(set().union(*(row.levels or () for row in self.scores)), key=int))

    @property
    def is_probe(self) -> bool:
        """Whether the model was shown only a part of each question."""
        return self.task.kind == "continuation"

    @property
    def fading(self) -> int:
        """The number of gains and losses that the adjustment for the whole board removes."""
        return sum(fades(row) for row in self.deltas)

    @cached_property
    def sourced(self) -> bool:
        """Whether any delta is attributed to its sources."""
        return any(row.contributions or row.transitions for row in self.deltas)

    @cached_property
    def leaks(self) -> tuple[DeltaRow, ...]:
        """Deltas whose base was probed for the task's items."""
        return tuple(row for row in self.deltas if row.leak)

    def label(self, row: DeltaRow) -> str:
        """Return the heatmap's label of a delta, with the base if its family has several."""
        names = row_names(row, self.grid.fields)
        return " · ".join((*names, row.base) if self.has_several_bases(row.family) else names)

    def has_several_bases(self, family: str) -> bool:
        """Whether the deltas of ``family`` have more than one base."""
        return len({row.base for row in self.deltas if row.family == family}) > 1

    @cached_property
    def has_published(self) -> bool:
        """Whether any base has a published figure."""
        return any(row.published for row in self.scores)

    @cached_property
    def has_protocols(self) -> bool:
        """Whether scores of one model differ in their protocol."""
        return len({row.protocol for row in self.scores}) > 1

    @cached_property
    def audit(self) -> tuple[tuple[str, tuple[ScoreRow, ...]], ...]:
        """Each base that is off a published figure, with those of its scores."""
        off: dict[str, list[ScoreRow]] = {}
        for row in self.scores:
            if any(reference.off for reference in row.published or ()):
                off.setdefault(row.model, []).append(row)
        return tuple((model, tuple(rows)) for model, rows in off.items())

    @cached_property
    def bases_of_one_protocol(self) -> tuple[str, ...]:
        """Compared bases with a single protocol, hence without a best one; none on a probe."""
        if self.is_probe:
            return ()
        protocols: dict[str, set[str]] = {row.base: set() for row in self.deltas}
        for row in self.scores:
            if row.model in protocols:
                protocols[row.model].add(row.protocol)
        return tuple(base for base, names in protocols.items() if len(names) == 1)


def task_views(summary: Summary) -> tuple[TaskView, ...]:
    """Return one view per task with rows, in the summary's order; an unlisted task gets one, too."""
    # Tasks are numbered before those without rows are dropped, so that ids of panels do not depend on rows.
    tasks = {row.task: row for row in summary.tasks}
    rows: tuple[DeltaRow | ScoreRow, ...] = (*summary.deltas, *summary.scores)
    for row in rows:
        tasks.setdefault(row.task, unlisted_task(row))
    views = (_view(summary, task, number) for number, task in enumerate(tasks.values()))
    return tuple(view for view in views if view.deltas or view.scores)


def unlisted_task(row: DeltaRow | ScoreRow) -> TaskRow:
    """Return a task for a row whose own task the summary does not list."""
    return TaskRow(task=row.task, title=row.task, version="unknown", n_items=row.n_items)


def _view(summary: Summary, task: TaskRow, number: int) -> TaskView:
    deltas = tuple(row for row in summary.deltas if row.task == task.task)
    scores = [row for row in summary.scores if row.task == task.task]
    return TaskView(
        anchor=f"task-{number}",
        task=task,
        deltas=deltas,
        scores=_in_order(scores, deltas),
        grid=heatmap_grid(summary.families, task, deltas),
        tested=sum(row.p_holm is not None for row in summary.deltas),
    )


def _in_order(scores: list[ScoreRow], deltas: Iterable[DeltaRow]) -> tuple[ScoreRow, ...]:
    """Sort models as the summary does, and the scores of one by protocol, those that deltas compare first."""
    models = list(dict.fromkeys(row.model for row in scores))
    place = {model: n for n, model in enumerate(models)}
    compared: set[tuple[str, str]] = set()
    for delta in deltas:
        compared |= {(delta.base, delta.protocol), (delta.checkpoint, delta.protocol)}

    def order(row: ScoreRow) -> tuple[int, bool, str]:
        return place[row.model], (row.model, row.protocol) not in compared, row.protocol

    return tuple(sorted(scores, key=order))
