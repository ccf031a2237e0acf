"""Where a delta comes from, as steps that lead from zero to it: three ways of splitting, each drawn on one scale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from suite.leaderboard.bars import Scale, scale_of
from suite.schema import Contributions, DeltaRow, Transitions

Parts = Sequence[tuple[str, float, str]]
"""Label, points and meaning of each step."""


@dataclass(frozen=True)
class Step:
    """One bar: from where the steps before it led, ``left`` and ``width`` in percent of the drawing."""

    label: str
    points: float
    meaning: str
    left: float
    width: float
    is_total: bool = False


@dataclass(frozen=True)
class Waterfall:
    """The steps of one way of splitting, the delta last."""

    title: str
    note: str
    steps: tuple[Step, ...]
    scale: Scale


def waterfalls(row: DeltaRow) -> tuple[Waterfall, ...]:
    """The ways that the summary splits a row; none where it says nothing."""
    if row.delta is None:
        return ()
    split, moves = row.contributions, row.transitions
    by_answer = (
        "By what an answer was before",
        "Of the answers that were not right before, and of those that no longer are",
    )
    by_strategy = ("By strategy", "Code is the word “python” anywhere in an answer; language is its absence")
    by_move = (
        "From strategy to strategy",
        "Each answer before is matched with the answer after to the same question",
    )
    drawn = [
        *(
            [
                _waterfall(*by_answer, _answers(split), row.delta),
                _waterfall(*by_strategy, _strategies(split), row.delta),
            ]
            if split
            else []
        ),
        *([_waterfall(*by_move, _moves(moves), row.delta)] if moves else []),
    ]
    return tuple(drawn)


def _answers(split: Contributions) -> Parts:
    return (
        ("Became extractable", split.became_extractable, "No final answer could be found before"),
        ("No longer truncated", split.no_longer_truncated, "Ran into the limit of tokens before"),
        ("Truly changed", split.truly_changed, "Had a wrong final answer before"),
    )


def _strategies(split: Contributions) -> Parts:
    return (
        (
            "Other mix of code and language",
            split.strategy_mix,
            "The two are used in other shares than before",
        ),
        ("Within code", split.within_code, "The accuracy of answers with code changed"),
        ("Within language", split.within_language, "The accuracy of answers without code changed"),
    )


def _moves(moves: Transitions) -> Parts:
    named = (
        ("Code → code", moves.code_code),
        ("Code → language", moves.code_lang),
        ("Language → code", moves.lang_code),
        ("Language → language", moves.lang_lang),
    )
    return tuple(
        (
            label,
            move.points,
            f"{move.n:.1f} items, {move.correct_before:.1f} right before, {move.correct_after:.1f} after",
        )
        for label, move in named
    )


def _waterfall(title: str, note: str, parts: Parts, delta: float) -> Waterfall:
    reached = [0.0, *accumulate(points for _, points, _ in parts)]
    scale = scale_of((*reached, delta))
    steps = [_step(scale, part, ends) for part, ends in zip(parts, pairwise(reached), strict=True)]
    total = _step(
        scale, ("Delta", delta, "Accuracy after minus accuracy before"), (0.0, delta), is_total=True
    )
    return Waterfall(title, note, (*steps, total), scale)


def _step(
    scale: Scale, part: tuple[str, float, str], ends: Iterable[float], *, is_total: bool = False
) -> Step:
    left, right = sorted(scale.place(end) for end in ends)
    label, points, meaning = part
    return Step(label, points, meaning, left, right - left, is_total)
