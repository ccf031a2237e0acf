"""Deltas at several steps of one training, as curves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suite.leaderboard.across.lineup import in_order, shown
from suite.leaderboard.board.task_view import TaskView
from suite.schema import DeltaRow, PartOfKey, Summary, TaskRow

LABELLED_BY = ("recipe", "protocol", "seeds")
"""What a curve's label says beside its reward, where the curves of its task differ in it."""


@dataclass(frozen=True)
class Curve:
    """One training at its evaluated steps, in order; a row without a number stays, and is told in words."""

    label: str
    reward: int
    rows: tuple[DeltaRow, ...]

    @property
    def points(self) -> tuple[DeltaRow, ...]:
        """The rows that have a number."""
        return tuple(row for row in self.rows if shown(row))


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


def curve_tasks(summary: Summary, views: Iterable[TaskView]) -> tuple[CurveTask, ...]:
    """Tasks on which some training was evaluated at two steps or more."""
    rewards = list(dict.fromkeys(row.reward for row in summary.deltas))
    tasks = (
        CurveTask(view.task, _bases(summary, _trainings(in_order(summary.families, view.deltas)), rewards))
        for view in views
    )
    return tuple(task for task in tasks if task.bases)


def _trainings(deltas: Iterable[DeltaRow]) -> list[tuple[DeltaRow, ...]]:
    groups: dict[tuple[PartOfKey, tuple[int, ...]], list[DeltaRow]] = {}
    for row in deltas:
        training = row.key.only("family", "base", "reward", "recipe", "protocol")
        groups.setdefault((training, row.seeds), []).append(row)
    ordered = (tuple(sorted(group, key=lambda row: row.step)) for group in groups.values())
    return [rows for rows in ordered if len({row.step for row in rows if shown(row)}) > 1]


def _bases(
    summary: Summary, trainings: Sequence[tuple[DeltaRow, ...]], rewards: list[str]
) -> tuple[CurveBase, ...]:
    differ = [field for field in LABELLED_BY if len({getattr(rows[0], field) for rows in trainings}) > 1]
    bases: dict[tuple[str, str], list[Curve]] = {}
    for rows in trainings:
        first = rows[0]
        curve = Curve(_label(first, differ), rewards.index(first.reward), rows)
        bases.setdefault((first.family, first.base), []).append(curve)
    return tuple(
        CurveBase(summary.families.get(family, family), base, tuple(curves))
        for (family, base), curves in bases.items()
    )


def _label(row: DeltaRow, fields: Iterable[str]) -> str:
    return " · ".join(
        (row.reward, *(_seeds(row) if field == "seeds" else str(getattr(row, field)) for field in fields))
    )


def _seeds(row: DeltaRow) -> str:
    return f"seed{'s' if len(row.seeds) > 1 else ''} {', '.join(map(str, row.seeds))}"
