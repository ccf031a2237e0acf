"""What the board's scripts know of a task, as plain JSON: the facets of its deltas and the two arms of each.

The heatmap's cells refer to the entries by index; an absent key does not apply. An entry::

    {"family": "llama3", "reward": "random", "names": "llama3.1-8b-random\\nllama 3", "finding": "gain",
     "before": [40.0, 38.1, 41.9], "after": [44.0, 42.2, 45.8]}
"""

from suite.leaderboard.board.grid import GridPlace
from suite.leaderboard.board.task_view import TaskView
from suite.leaderboard.wording.rows import finding_word
from suite.schema import Interval, ScoreRow, Summary

Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
DIGITS = 2
"""Decimals of the percentages that the scripts draw."""


def filter_data(summary: Summary, views: tuple[TaskView, ...]) -> dict[str, Json]:
    """Return the entries of each task's grid, row by row, under the id of its panel."""
    return {view.anchor: _entries(summary, view) for view in views if view.deltas}


def _entries(summary: Summary, view: TaskView) -> Json:
    scores = {(row.model, row.protocol): row for row in view.scores}
    return [_facets(summary, place) | _arms(place, scores) for place in view.grid.places]


def _facets(summary: Summary, place: GridPlace) -> dict[str, Json]:
    family = place.column.family
    row = place.row
    names = [place.label, family, summary.families.get(family, family), place.column.base or ""]
    if row:
        names += [row.base, row.checkpoint, *(row.checkpoints or ()), row.recipe, row.protocol]
    facets: dict[str, Json] = {"family": family, "reward": place.reward, "names": _joined(names)}
    if row is None:
        return facets | {"finding": "missing", "hole": True}
    return facets | {"finding": finding_word(row)}


def _joined(names: list[str]) -> str:
    """Return all names in lower case, without those inside a longer one: a search finds them there."""
    # Longest first: a later name that is part of an earlier one is dropped, which keeps large boards small.
    joined = ""
    for name in sorted({name.lower() for name in names}, key=lambda name: (-len(name), name)):
        if name not in joined:
            joined += f"{name}\n"
    return joined.rstrip("\n")


def _arms(place: GridPlace, scores: dict[tuple[str, str], ScoreRow]) -> dict[str, Json]:
    row = place.row
    if row is None or not row.comparable or row.before is None or row.after is None:
        return {}
    return {
        "before": _arm(row.before, scores.get((row.base, row.protocol))),
        "after": _arm(row.after, scores.get((row.checkpoint, row.protocol))),
    }


def _arm(accuracy: float, score: ScoreRow | None) -> Json:
    """Return the accuracy in percent, followed by the ends of its interval if it has one."""
    # A delta over several seeds averages checkpoints, so the interval of a single one does not apply to it.
    interval: Interval | None = score.interval if score and abs(score.accuracy - accuracy) < 1e-9 else None
    return [round(100 * share, DIGITS) for share in (accuracy, *(interval or ()))]
