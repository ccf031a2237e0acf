"""What the page's script draws, as plain JSON.

Plotly reads a subset of HTML in labels, so labels are escaped here; ``title`` and ``notes`` are not, as they go in as text.
"""

from html import escape

from suite.leaderboard.notes import notes
from suite.leaderboard.view import Column, TaskView
from suite.leaderboard.wording import (
    HOLM_MARK,
    MARKS,
    NO_CONTROL,
    UNVERIFIED_MARK,
    fades,
    finding_word,
    percent,
    signed,
    signed_interval,
)
from suite.schema import DeltaRow, Interval, ScoreRow, Summary

Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
LEAST_RANGE = 5.0
"""Points at either end of the colour scale when all deltas are small, so that noise is not painted in full colour."""
FIELDS_SHOWN = 2


def chart_data(summary: Summary, views: tuple[TaskView, ...]) -> dict[str, Json]:
    """Colour range (points, shared by all tasks so that tabs can be compared) and the two charts of every task."""
    sizes = [abs(row.delta) for row in summary.deltas if row.delta is not None]
    tasks: dict[str, Json] = {view.anchor: {"heatmap": _heatmap(view), "arms": _arms(view)} for view in views}
    return {"range": max([LEAST_RANGE, *sizes]), "tasks": tasks}


def _heatmap(view: TaskView) -> Json:
    grid = view.grid
    cells: list[Json] = [
        [_cell(cell, f"{label} · {_name(column)}", view.tested) for column, cell in zip(grid.columns, row, strict=True)]
        for label, row in zip(grid.rows, grid.cells, strict=True)
    ]
    return {
        "rows": [escape(label) for label in grid.rows],
        "columns": [escape(_name(column)) for column in grid.columns],
        "cells": cells,
    }


def _name(column: Column) -> str:
    return column.label + (" ◆" if column.contaminated else "")


def _cell(row: DeltaRow | None, title: str, tested: int) -> Json:
    if row is None:
        return {"word": "missing", "delta": None, "text": f"{MARKS['missing']} missing"}
    word = finding_word(row)
    if row.delta is None or word == "not comparable":
        return {"word": word, "delta": None, "text": _no_number(row, word)}
    marks = "".join(f" {mark}" for mark, applies in ((UNVERIFIED_MARK, row.arms), (HOLM_MARK, fades(row))) if applies)
    numbers = [signed(row.delta), signed_interval(row.interval), f"{MARKS[word]} {word}"]
    lines = [f"<b>{numbers[0]}</b>", numbers[1], numbers[2] + marks]
    if row.control == ():
        lines.append(f'<span style="font-size:11px">{NO_CONTROL}</span>')
    told: list[Json] = [" ".join(numbers), *notes(row, tested)]
    return {"word": word, "delta": row.delta, "text": "<br>".join(lines), "title": title, "notes": told}


def _no_number(row: DeltaRow, word: str) -> str:
    fields = row.differs or ()
    shown = ", ".join(fields[:FIELDS_SHOWN])
    rest = f" +{len(fields) - FIELDS_SHOWN} more" if len(fields) > FIELDS_SHOWN else ""
    return f"{MARKS[word]} {word}" + (f"<br>{escape(shown)}{rest}" if fields else "")


def _arms(view: TaskView) -> Json:
    scores = {(row.model, row.protocol): row for row in view.scores}
    arms: list[Json] = []
    for label, cells in zip(view.grid.rows, view.grid.cells, strict=True):
        for column, row in zip(view.grid.columns, cells, strict=True):
            if row is None or not row.comparable or row.before is None or row.after is None:
                continue
            arms.append(
                {
                    "family": escape(_name(column)),
                    "row": escape(label),
                    "before": _arm(row.before, scores.get((row.base, row.protocol))),
                    "after": _arm(row.after, scores.get((row.checkpoint, row.protocol))),
                }
            )
    return arms


def _arm(accuracy: float, score: ScoreRow | None) -> Json:
    # A delta over several seeds averages several checkpoints: the interval of one of them is not its interval.
    interval: Interval | None = score.interval if score and abs(score.accuracy - accuracy) < 1e-9 else None
    bounds: Json = [100 * interval[0], 100 * interval[1]] if interval else None
    return {"value": 100 * accuracy, "label": percent(accuracy), "interval": bounds}
