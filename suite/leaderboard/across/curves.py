"""Deltas at several steps of one training, as curves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suite.leaderboard.across.lineup import in_order, with_number
from suite.leaderboard.board.task_view import TaskView
from suite.schema import DeltaRow, PartOfKey, Summary, TaskRow

LABELLED_BY = ("recipe", "protocol", "seeds")
"""Fields that a curve's label adds to its reward if the curves of its task differ in them."""


@dataclass(frozen=True)
class Curve:
    """One training at its evaluated steps, in order; ``rows`` include those without a number.

    ``reward`` is the index of the reward on the board, which selects the style of the line.
    """

    label: str
    reward: int
    rows: tuple[DeltaRow, ...]

    @property
    def points(self) -> tuple[DeltaRow, ...]:
        """The rows with a number."""
        return tuple(row for row in self.rows if with_number(row))


@dataclass(frozen=True)
class CurveBase:
    """The curves of one base."""

    title: str
    base: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class CurveTask:
    """The bases with curves on one task."""

    task: TaskRow
    bases: tuple[CurveBase, ...]

    @property
    def rows(self) -> tuple[tuple[CurveBase, Curve, DeltaRow], ...]:
        """Every row of every curve with its base and its curve, for the table."""
        rows: list[tuple[CurveBase, Curve, DeltaRow]] = []
        for base in self.bases:
            for curve in base.curves:
                rows += [(base, curve, row) for row in curve.rows]
        return tuple(rows)


def curve_tasks(summary: Summary, views: Iterable[TaskView]) -> tuple[CurveTask, ...]:
    """Return the tasks on which some training was evaluated at two or more steps."""
    rewards = list(dict.fromkeys(row.reward for row in summary.deltas))
    tasks: list[CurveTask] = []
    for view in views:
        trainings = _trainings(in_order(summary.families, view.deltas))
        if trainings:
            tasks.append(CurveTask(view.task, _bases(summary, trainings, rewards)))
    return tuple(tasks)


def _trainings(deltas: Iterable[DeltaRow]) -> list[tuple[DeltaRow, ...]]:
    """Return the rows of each training with a number at two or more steps, sorted by step."""
    # The seeds belong to the training: curves of several seeds and of one are about different things.
    groups: dict[tuple[PartOfKey, tuple[int, ...]], list[DeltaRow]] = {}
    for row in deltas:
        training = row.key.only("family", "base", "reward", "recipe", "protocol")
        groups.setdefault((training, row.seeds), []).append(row)
    trainings: list[tuple[DeltaRow, ...]] = []
    for rows in groups.values():
        if len({row.step for row in rows if with_number(row)}) > 1:
            trainings.append(tuple(sorted(rows, key=lambda row: row.step)))
    return trainings


def _bases(
    summary: Summary, trainings: Sequence[tuple[DeltaRow, ...]], rewards: list[str]
) -> tuple[CurveBase, ...]:
    differing = [field for field in LABELLED_BY if len({getattr(rows[0], field) for rows in trainings}) > 1]
    bases: dict[tuple[str, str], list[Curve]] = {}
    for rows in trainings:
        first = rows[0]
        curve = Curve(_label(first, differing), rewards.index(first.reward), rows)
        bases.setdefault((first.family, first.base), []).append(curve)
    return tuple(
        CurveBase(summary.families.get(family, family), base, tuple(curves))
        for (family, base), curves in bases.items()
    )


def _label(row: DeltaRow, fields: Iterable[str]) -> str:
    seeds = f"seed{'s' if len(row.seeds) > 1 else ''} {', '.join(map(str, row.seeds))}"
    texts = {"recipe": row.recipe, "protocol": row.protocol, "seeds": seeds}
    return " · ".join((row.reward, *(texts[field] for field in fields)))
