"""What a heatmap cell shows under the pointer: plain lines, inserted as text. The tables say it too."""

from suite.leaderboard.wording.rows import (
    HOLM_MARK,
    NOT_AFTER_HOLM,
    UNVERIFIED_MARK,
    UNVERIFIED_MEANING,
    beats,
    beyond,
    control_word,
    delta_reference,
    estimate,
    fades,
    p_words,
    page_points,
    within,
)
from suite.schema import Contributions, DeltaRow, Interval, LeakSplit

CONTROLS_SHOWN = 6
"""Maximum number of controls that are named; a hover label cannot be scrolled, and the table lists all."""


def notes(row: DeltaRow, tested: int) -> list[str]:
    """Return all that is known of a delta besides its number, except "no control": the cell itself says it.

    ``tested`` counts the rows of the board over which p is adjusted.
    """
    lines: list[str] = []
    if row.differs:
        lines.append(f"differs in {', '.join(row.differs)}")
    if row.arms:
        lines.append(f"{UNVERIFIED_MARK} arms {row.arms}: {UNVERIFIED_MEANING}")
    if fades(row):
        lines.append(f"{HOLM_MARK} {NOT_AFTER_HOLM} over {tested} cells")
    lines += _tests(row)
    lines += _controls(row)
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
    if row.adjusted_delta is not None:
        adjusted = f"{estimate(row.adjusted_delta, row.adjusted_interval)} {beyond(row)}"
        return [", ".join(filter(None, (adjusted, beats(row))))]
    names = ", ".join(row.control[:CONTROLS_SHOWN])
    rest = f" +{len(row.control) - CONTROLS_SHOWN} more" if len(row.control) > CONTROLS_SHOWN else ""
    return [f"control: {names}{rest}"]


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
    return ", ".join(f"{name} {page_points(points)}" for name, points in parts.items())


def _leak(split: LeakSplit) -> str:
    reproduced = _part(
        f"{split.n_reproduced} reproduced items", split.delta_reproduced, split.interval_reproduced
    )
    other = _part(f"{split.n_other} others", split.delta_other, split.interval_other)
    return f"leak: {reproduced}; {other}"


def _part(items: str, delta: float | None, interval: Interval | None) -> str:
    return items if delta is None else f"{estimate(delta, interval)} on {items}"
