"""Contamination probes of each model beside published figures, and deltas split by what a base reproduces."""

from collections.abc import Iterable
from dataclasses import dataclass

from suite.leaderboard.across.lineup import in_order, variant
from suite.leaderboard.bars import LEAST_SPAN, Bar, Scale, scale_of
from suite.leaderboard.board.grid import distinguishing_fields
from suite.leaderboard.board.task_view import TaskView
from suite.registry import published
from suite.schema import DeltaRow, Interval, LeakSplit, ScoreRow, Summary, TaskRow
from suite.schema.numbers import percent

METRICS = ("exact_match", "answer_found", "rouge_l")
REACH = 3.0
"""Intervals are cut at this multiple of their task's largest delta; one of a few items would shrink the
others to dots."""


@dataclass(frozen=True)
class ProbeReference:
    """A published figure: its ``share`` for the bar, and the whole of it in words."""

    share: float
    says: str


@dataclass(frozen=True)
class ProbedShare:
    """One metric of a model; no value unless every sample could be measured."""

    value: float | None
    references: tuple[ProbeReference, ...]

    @property
    def bar(self) -> float:
        """The length of the bar, in 0..1."""
        return min(1.0, max(0.0, self.value or 0.0))


@dataclass(frozen=True)
class ProbedModel:
    """A model's shares, in the order of ``Probed.metrics``."""

    score: ScoreRow
    family: str
    leaked: bool
    shares: tuple[ProbedShare, ...]


@dataclass(frozen=True)
class Probed:
    """One probe, with bases and checkpoints apart."""

    task: TaskRow
    metrics: tuple[str, ...]
    bases: tuple[ProbedModel, ...]
    checkpoints: tuple[ProbedModel, ...]


@dataclass(frozen=True)
class LeakPart:
    """The delta on one part of the items, either of them absent if it is undefined."""

    delta: float | None
    interval: Interval | None


@dataclass(frozen=True)
class LeakBar:
    """A part's delta as drawn; a cut end of the interval lies outside the drawing."""

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
    reproduced: LeakBar | None
    other: LeakBar | None


@dataclass(frozen=True)
class LeakTask:
    """The deltas on one task whose bases were probed for its items."""

    task: TaskRow
    scale: Scale
    rows: tuple[LeakRow, ...]


def probed_tasks(summary: Summary, views: Iterable[TaskView]) -> tuple[Probed, ...]:
    """Return every probe with scores."""
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
    # Published probes are of base models.
    known = published.probes(row.model, task.task) if row.model == row.base else []
    values = row.metrics or {}
    shares = tuple(ProbedShare(values.get(name), tuple(_references(name, known))) for name in metrics)
    family = summary.families.get(row.family, row.family)
    return ProbedModel(row, family, row.family in task.contaminated, shares)


def _references(
    metric: str, known: Iterable[tuple[published.Publication, published.PublishedProbe]]
) -> Iterable[ProbeReference]:
    """Yield published figures of ``metric``; no source prints ``answer_found``."""
    for source, row in known:
        figure = {"exact_match": row.exact_match, "rouge_l": row.rouge_l}.get(metric)
        if figure is not None:
            share = figure / 100
            yield ProbeReference(
                share, f"published {percent(share)}, {source.id}, {row.where} ({row.setting})"
            )


def leak_tasks(summary: Summary, views: Iterable[TaskView]) -> tuple[LeakTask, ...]:
    """Return every task with a split delta."""
    return tuple(_leaks(summary, view) for view in views if view.leaks)


def _leaks(summary: Summary, view: TaskView) -> LeakTask:
    scale = _scale([row.leak for row in view.leaks if row.leak])
    fields = distinguishing_fields(view.deltas)
    rows = in_order(summary.families, view.leaks)
    return LeakTask(view.task, scale, tuple(_leak(summary, view, row, scale, fields) for row in rows))


def _scale(splits: Iterable[LeakSplit]) -> Scale:
    """Return the scale of all parts of a task's deltas, with very long intervals cut."""
    deltas: list[float] = []
    ends: list[float] = []
    for split in splits:
        for part in _parts(split):
            ends += part.interval or ()
            if part.delta is not None:
                deltas.append(part.delta)
    reach = REACH * max([LEAST_SPAN, *map(abs, deltas)])
    return scale_of([*deltas, *(max(-reach, min(reach, end)) for end in ends)])


def _leak(summary: Summary, view: TaskView, row: DeltaRow, scale: Scale, fields: tuple[str, ...]) -> LeakRow:
    split = row.leak
    assert split is not None, "TaskView.leaks holds split deltas"
    several = view.has_several_bases(row.family)
    reproduced, other = (_bar(scale, part) for part in _parts(split))
    return LeakRow(
        family=row.base if several else summary.families.get(row.family, row.family),
        label=" · ".join(filter(None, (row.reward, variant(row, fields)))),
        leaked=row.family in view.task.contaminated,
        split=split,
        reproduced=reproduced,
        other=other,
    )


def _parts(split: LeakSplit) -> tuple[LeakPart, LeakPart]:
    reproduced = LeakPart(split.delta_reproduced, split.interval_reproduced)
    return reproduced, LeakPart(split.delta_other, split.interval_other)


def _bar(scale: Scale, part: LeakPart) -> LeakBar | None:
    # An interval that leaves the scale is drawn up to its edge and marked there as cut.
    low, high = part.interval or (scale.low, scale.high)
    visible = (max(low, scale.low), min(high, scale.high)) if part.interval else None
    bar = scale.bar(part.delta, visible)
    return LeakBar(bar, low < scale.low, high > scale.high) if bar else None
