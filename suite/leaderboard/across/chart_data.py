"""What the script of the tab across tasks draws, as plain JSON.

Names are unescaped: the script shortens and then escapes them, because Plotly reads a subset of HTML in
labels.
"""

from collections.abc import Iterable

from suite.leaderboard.across.curves import Curve, CurveTask
from suite.leaderboard.across.forests import Forest, ForestRow
from suite.leaderboard.board.filter_data import Json
from suite.leaderboard.wording.rows import MARKS, delta_reference, estimate
from suite.schema import DeltaRow


def across_charts(forests: Iterable[Forest], curves: Iterable[CurveTask], margin: float) -> dict[str, Json]:
    """Return ``forest`` and ``curves``, each a list of tasks; numbers are percentage points."""
    return {
        "margin": margin,
        "forest": [_forest(forest) for forest in forests],
        "curves": [_curves(task) for task in curves],
    }


def _forest(forest: Forest) -> Json:
    groups: list[Json] = []
    for group in forest.groups:
        rows: Json = [_row(row) for row in group.rows]
        groups.append({"reward": group.reward, "spurious": group.spurious, "rows": rows})
    return {
        "task": forest.task.task,
        "title": forest.task.title,
        "first": forest.first,
        "groups": groups,
    }


def _row(entry: ForestRow) -> Json:
    row = entry.measured
    return {
        "label": entry.label + (" ◆" if entry.column.contaminated else ""),
        "family": entry.title,
        "shape": entry.family,
        "word": entry.word,
        "delta": row.delta if row else None,
        "interval": list(row.interval) if row and row.interval else None,
        "number": _number(row) if row else "",
        "said": f"{MARKS[entry.word]} {entry.word}",
        "references": [
            {"delta": reference.delta, "says": delta_reference(reference)} for reference in entry.published
        ],
    }


def _curves(task: CurveTask) -> Json:
    return {
        "task": task.task.task,
        "title": task.task.title,
        "bases": [[_curve(curve) for curve in base.curves] for base in task.bases],
    }


def _curve(curve: Curve) -> Json:
    return {"label": curve.label, "style": curve.reward, "points": [_point(row) for row in curve.points]}


def _point(row: DeltaRow) -> Json:
    return {
        "step": row.step,
        "delta": row.delta,
        "interval": list(row.interval) if row.interval else None,
        "says": f"step {row.step}: {_number(row)}",
    }


def _number(row: DeltaRow) -> str:
    return estimate(row.delta or 0.0, row.interval)
