"""What a cell of the heatmap says under the pointer: plain lines, which the script puts there as text. The tables say it too."""

from suite.leaderboard.wording.rows import (
    HOLM_MARK,
    NOT_AFTER_HOLM,
    UNVERIFIED_MARK,
    UNVERIFIED_MEANING,
    beats,
    beyond,
    control_word,
    delta_reference,
    fades,
    p_words,
    signed,
    signed_interval,
    within,
)
from suite.schema import Contributions, DeltaRow, Interval, LeakSplit

CONTROLS_SHOWN = 6
"""Names of controls; a hover label cannot be scrolled, and the table has them all."""


def notes(row: DeltaRow, tested: int) -> list[str]:
    """All that is known of a delta beside its number; "no control" stands in the cell already."""
    lines = [f"{UNVERIFIED_MARK} arms {row.arms}: {UNVERIFIED_MEANING}"] if row.arms else []
    if fades(row):
        lines.append(f"{HOLM_MARK} {NOT_AFTER_HOLM} over {tested} cells")
    lines += [*_tests(row), *_controls(row)]
    if row.contributions:
        lines += _contributions(row.contributions)
    if row.leak:
        lines.append(_leak(row.leak))
    return lines + [delta_reference(reference) for reference in row.published or ()]


def _tests(row: DeltaRow) -> list[str]:
    lines = [", ".join(p_words(row))] if row.p is not None else []
    if row.mde is not None:
        lines.append(f"minimum detectable effect: {row.mde:.1f} points")
    if row.equivalent_within is not None:
        lines.append(f"equivalence: {within(row)}")
    return lines


def _controls(row: DeltaRow) -> list[str]:
    if row.spurious:
        return [control_word(row)]
    if not row.control:
        return []
    rest = f" +{len(row.control) - CONTROLS_SHOWN} more" if len(row.control) > CONTROLS_SHOWN else ""
    names = f"control: {', '.join(row.control[:CONTROLS_SHOWN])}{rest}"
    if row.adjusted_delta is None:
        return [names]
    adjusted = f"{_points(row.adjusted_delta, row.adjusted_interval)} {beyond(row)}"
    return [", ".join(filter(None, (adjusted, beats(row))))]


def _points(points: float, interval: Interval | None) -> str:
    return f"{signed(points)} {signed_interval(interval)}"


def _contributions(split: Contributions) -> list[str]:
    answers = {
        "became extractable": split.became_extractable,
        "no longer truncated": split.no_longer_truncated,
        "truly changed": split.truly_changed,
    }
    strategy = {
        "mix": split.strategy_mix,
        "within code": split.within_code,
        "within language": split.within_language,
    }
    return [f"by answer: {_listed(answers)}", f"by strategy: {_listed(strategy)}"]


def _listed(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {signed(points)}" for name, points in parts.items())


def _leak(split: LeakSplit) -> str:
    reproduced = _part(
        split.n_reproduced, "reproduced items", split.delta_reproduced, split.interval_reproduced
    )
    return f"leak: {reproduced}; {_part(split.n_other, 'others', split.delta_other, split.interval_other)}"


def _part(n: int, name: str, delta: float | None, interval: Interval | None) -> str:
    return f"{n} {name}" if delta is None else f"{_points(delta, interval)} on {n} {name}"
