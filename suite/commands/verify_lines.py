"""A verification in words: a line for each damaged cell and each row that differs."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from suite.summary.differences import Difference, cut, plain
from suite.summary.intact_cells import Damage
from suite.summary.verify import Verification

MAX_LINES = 10
"""Rows and cells that are named; the others are counted."""
_MAX_FIELDS = 3
"""Fields that are named of one row."""


def verification_lines(verification: Verification, limit: int = MAX_LINES) -> list[str]:
    """Return a line for each damaged cell and each row that differs, at most ``limit``.

    None if nothing was found.

    Other samples come first, since they explain all the rest.
    """
    differences = verification.differences
    rows = [_row_line(place, tuple(group)) for place, group in groupby(differences, lambda d: d.place)]
    is_of_samples = bool(differences) and differences[0].field == "samples_hash"
    first = rows[:1] if is_of_samples else []
    lines = [*first, *_damage_lines(verification.damage), *rows[len(first) :]]
    if not lines:
        return []
    hidden = len(lines) - limit
    more = [f"and {hidden} more"] if hidden > 0 else []
    note = [verification.note] if verification.note else []
    return [*lines[:limit], *more, *note]


def _damage_lines(damage: Iterable[Damage]) -> list[str]:
    # Not cut: a damage names one path, which has to be found.
    return [ascii(f"{place}: {what}")[1:-1] for place, what in damage]


def _row_line(place: str, differences: Sequence[Difference]) -> str:
    fields = "; ".join(map(_field, differences[:_MAX_FIELDS]))
    hidden = len(differences) - _MAX_FIELDS
    return f"{place}: {fields}; and {hidden} more" if hidden > 0 else f"{place}: {fields}"


def _field(difference: Difference) -> str:
    given = _value(difference.given)
    recomputed = _value(difference.recomputed)
    return f"{plain(difference.field)} {given} in the summary, {recomputed} when recomputed"


def _value(value: object) -> str:
    """Return a value of a summary in one short line of ASCII."""
    if value is None:
        return "absent"
    if isinstance(value, list):
        return cut(f"[{', '.join(map(_value, value))}]")
    return f"{value:.10g}" if isinstance(value, float) else plain(str(value))
