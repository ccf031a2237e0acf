"""What the contamination probes say of each model, published figures beside them, and deltas split by what a base reproduces."""

from collections.abc import Iterable
from dataclasses import dataclass

from suite.leaderboard.across.lineup import in_order, told_apart, variant
from suite.leaderboard.bars import LEAST_SPAN, Bar, Scale, scale_of
from suite.leaderboard.board.task_view import TaskView
from suite.leaderboard.wording.rows import percent
from suite.registry import published
from suite.schema import DeltaRow, Interval, LeakSplit, ScoreRow, Summary, TaskRow

Part = tuple[float | None, Interval | None]
"""A delta and its interval."""
METRICS = ("exact_match", "answer_found", "rouge_l")
REACH = 3.0
"""Intervals are drawn up to so many times the largest delta of their task: that of a few items would make all others points."""


@dataclass(frozen=True)
class Reference:
    """A published figure: ``share`` for the bar, and the whole of it in words."""

    share: float
    says: str


@dataclass(frozen=True)
class Share:
    """One metric of a model; no value where not every sample could be measured."""

    value: float | None
    references: tuple[Reference, ...]

    @property
    def bar(self) -> float:
        """How far the bar goes, in 0..1."""
        return min(1.0, max(0.0, self.value or 0.0))


@dataclass(frozen=True)
class ProbedModel:
    """A model's shares, in the order of ``Probed.metrics``."""

    score: ScoreRow
    family: str
    leaked: bool
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Probed:
    """One probe: bases first, checkpoints apart."""

    task: TaskRow
    metrics: tuple[str, ...]
    bases: tuple[ProbedModel, ...]
    checkpoints: tuple[ProbedModel, ...]


@dataclass(frozen=True)
class PartBar:
    """A part's delta as it is drawn; an end that is cut goes on beyond what is shown."""

    bar: Bar
    cut_low: bool
    cut_high: bool


@dataclass(frozen=True)
class LeakRow:
    """A delta's split, with its bars on the scale of its task."""

    family: str
    label: str
    leaked: bool
    split: LeakSplit
    reproduced: PartBar | None
    other: PartBar | None


@dataclass(frozen=True)
class LeakTask:
    """The deltas on one task whose bases were probed for its items."""

    task: TaskRow
    scale: Scale
    rows: tuple[LeakRow, ...]


def probed_tasks(summary: Summary, views: Iterable[TaskView]) -> tuple[Probed, ...]:
    """Every probe that has scores."""
    return tuple(
        _probed(summary, view) for view in views if view.is_probe and any(row.metrics for row in view.scores)
    )


def _probed(summary: Summary, view: TaskView) -> Probed:
    metrics = tuple(name for name in METRICS if name in view.metrics)
    rows = in_order(summary.families, (row for row in view.scores if row.metrics))
    models = tuple(_model(summary, view.task, row, metrics) for row in rows)
    bases = tuple(model for model in models if model.score.model == model.score.base)
    return Probed(view.task, metrics, bases, tuple(model for model in models if model not in bases))


def _model(summary: Summary, task: TaskRow, row: ScoreRow, metrics: Iterable[str]) -> ProbedModel:
    known = published.probes(row.model, task.task) if row.model == row.base else []
    shares = tuple(Share((row.metrics or {}).get(name), tuple(_references(name, known))) for name in metrics)
    return ProbedModel(
        row, summary.families.get(row.family, row.family), row.family in task.contaminated, shares
    )


def _references(
    metric: str, known: Iterable[tuple[published.Source, published.PublishedProbe]]
) -> Iterable[Reference]:
    """``answer_found`` is nobody's figure but ours."""
    for source, row in known:
        figure = {"exact_match": row.exact_match, "rouge_l": row.rouge_l}.get(metric)
        if figure is not None:
            share = figure / 100
            yield Reference(share, f"published {percent(share)}, {source.id}, {row.where} ({row.setting})")


def leak_tasks(summary: Summary, views: Iterable[TaskView]) -> tuple[LeakTask, ...]:
    """Every task with a delta that is split."""
    return tuple(_leaks(summary, view) for view in views if view.leaks)


def _leaks(summary: Summary, view: TaskView) -> LeakTask:
    parts = [part for row in view.leaks if row.leak for part in _parts(row.leak)]
    reach = REACH * max([LEAST_SPAN, *(abs(delta) for delta, _ in parts if delta is not None)])
    ends = (_cut(end, reach) for _, interval in parts for end in interval or ())
    scale = scale_of([*(delta for delta, _ in parts if delta is not None), *ends])
    fields = told_apart(view.deltas)
    rows = in_order(summary.families, view.leaks)
    return LeakTask(view.task, scale, tuple(_leak(summary, view, row, scale, fields) for row in rows))


def _leak(summary: Summary, view: TaskView, row: DeltaRow, scale: Scale, fields: tuple[str, ...]) -> LeakRow:
    split = row.leak
    assert split is not None, "TaskView.leaks holds deltas that are split"
    several = len({other.base for other in view.deltas if other.family == row.family}) > 1
    reproduced, other = (_bar(scale, delta, interval) for delta, interval in _parts(split))
    return LeakRow(
        family=row.base if several else summary.families.get(row.family, row.family),
        label=" · ".join(filter(None, (row.reward, variant(row, fields)))),
        leaked=row.family in view.task.contaminated,
        split=split,
        reproduced=reproduced,
        other=other,
    )


def _parts(split: LeakSplit) -> tuple[Part, Part]:
    return (split.delta_reproduced, split.interval_reproduced), (split.delta_other, split.interval_other)


def _bar(scale: Scale, delta: float | None, interval: Interval | None) -> PartBar | None:
    low, high = interval or (scale.low, scale.high)
    shown = (max(low, scale.low), min(high, scale.high)) if interval else None
    bar = scale.bar(delta, shown)
    return PartBar(bar, low < scale.low, high > scale.high) if bar else None


def _cut(points: float, reach: float) -> float:
    return max(-reach, min(reach, points))
