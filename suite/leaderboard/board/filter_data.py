"""What the page's scripts know of a task, as plain JSON: what its deltas can be filtered by, and the two arms of each.

The heatmap names them; a key that does not apply is absent.
"""

from suite.leaderboard.board.task_view import Entry, TaskView
from suite.leaderboard.wording.rows import finding_word
from suite.schema import Interval, ScoreRow, Summary

Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
DIGITS = 2
"""Of percent, for what is drawn."""


def chart_data(summary: Summary, views: tuple[TaskView, ...]) -> dict[str, Json]:
    """By a panel's id what stands in its grid, row by row."""
    return {view.anchor: _entries(summary, view) for view in views if view.deltas}


def _entries(summary: Summary, view: TaskView) -> Json:
    scores = {(row.model, row.protocol): row for row in view.scores}
    return [_facets(summary, entry) | _arms(entry, scores) for entry in view.grid.entries]


def _facets(summary: Summary, entry: Entry) -> dict[str, Json]:
    family, row = entry.column.family, entry.row
    names = [entry.label, family, summary.families.get(family, family), entry.column.base or ""]
    if row:
        names += [row.base, row.checkpoint, *(row.checkpoints or ()), row.recipe, row.protocol]
    facets: dict[str, Json] = {"family": family, "reward": entry.reward, "names": _joined(names)}
    return facets | {"finding": finding_word(row) if row else "missing"} | ({} if row else {"hole": True})


def _joined(names: list[str]) -> str:
    """All names in lower case, less those that stand in a longer one: a search for a part finds it there."""
    joined = ""
    for name in sorted({name.lower() for name in names}, key=lambda name: (-len(name), name)):
        if name not in joined:
            joined += f"{name}\n"
    return joined.rstrip("\n")


def _arms(entry: Entry, scores: dict[tuple[str, str], ScoreRow]) -> dict[str, Json]:
    row = entry.row
    if row is None or not row.comparable or row.before is None or row.after is None:
        return {}
    return {
        "before": _arm(row.before, scores.get((row.base, row.protocol))),
        "after": _arm(row.after, scores.get((row.checkpoint, row.protocol))),
    }


def _arm(accuracy: float, score: ScoreRow | None) -> Json:
    """Percent, and the interval's ends where there is one."""
    # A delta over several seeds averages several checkpoints: the interval of one of them is not its interval.
    interval: Interval | None = score.interval if score and abs(score.accuracy - accuracy) < 1e-9 else None
    return [round(100 * share, DIGITS) for share in (accuracy, *(interval or ()))]
