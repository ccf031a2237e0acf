"""What two summaries say differently: the field-by-field comparison behind ``rlvr-suite verify``.

Rows are matched in three rounds, so that one edit is reported once and under the name that a person would
look for: equal rows by their hash, then rows of one name, then a row whose name was edited by the hash of
everything else. What is left is on one side only. Provenance that says where and when a summary was made
may differ, and so may the order of its rows.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from string import Formatter
from typing import NamedTuple

from suite.schema import Summary, content_hash

DECIMALS = 6
TOLERANCE = 10.0**-DECIMALS
"""How far apart two numbers may be and still count as equal, each in its own unit (points, shares, tokens).

The least exact number is the p of several seeds, which is found by halving to 1e-9; sums on another
processor or numpy differ by less. No board shows a tenth of a thousandth of a point.
"""
MAX_NAME = 100
"""Characters of a name or value that a message shows."""
ROW_NAMES = {
    "tasks": "task {task}",
    "scores": "score of {model} on {task} ({protocol}, cell {cell})",
    "deltas": "delta of {reward} on {task} in {base} ({checkpoint}, {protocol})",
    "contrasts": "contrast of {reward}, {contaminated} against {clean}, in {base} ({checkpoint}, {protocol})",
    "interactions": (
        "interaction of {reward} on {task} between {base} and {other_base}"
        " ({recipe}, step {step}, {protocol})"
    ),
}
"""The tables of a summary, and how messages name a row of each."""
PLACE_AND_TIME = {"suite_version", "git", "packages", "python", "generated"}
"""Provenance that says where and when the summary was made."""

Row = dict[str, object]
"""A row as ``summary.json`` holds it."""


class FieldDifference(NamedTuple):
    """A field's path and its two values; None is absent."""

    field: str
    given: object
    recomputed: object


class Difference(NamedTuple):
    """A field in which a summary differs from the recomputed one.

    ``place`` is the row that holds it, as messages name it.
    """

    place: str
    field: str
    given: object
    recomputed: object


def differences(given: Summary, recomputed: Summary) -> tuple[Difference, ...]:
    """Return all fields in which two summaries differ.

    Those about their samples come first, then the rows by table.
    """
    given_data = given.model_dump(mode="json", exclude_none=True)
    recomputed_data = recomputed.model_dump(mode="json", exclude_none=True)
    found = list(_sample_differences(given, recomputed))
    for difference in field_differences(_outside_tables(given_data), _outside_tables(recomputed_data)):
        found.append(Difference("the summary", *difference))
    for table, name_form in ROW_NAMES.items():
        found += _row_differences(given_data[table], recomputed_data[table], name_form)
    return tuple(found)


def field_differences(given: Row, recomputed: Row) -> list[FieldDifference]:
    """Return the fields in which two rows differ; a list of plain values is one field.

    >>> field_differences({"delta": 1.5, "leak": {"n": 3}}, {"delta": 1.5, "leak": {"n": 4}})
    [FieldDifference(field='leak.n', given=3, recomputed=4)]
    """
    given_leaves = dict(_leaves(given))
    recomputed_leaves = dict(_leaves(recomputed))
    found = []
    for path in dict.fromkeys((*recomputed_leaves, *given_leaves)):
        values = (given_leaves.get(path), recomputed_leaves.get(path))
        if not _is_same(*values):
            found.append(FieldDifference(path, *values))
    return found


def plain(text: str) -> str:
    """Return ``text`` as ASCII on one line, at most ``MAX_NAME`` characters.

    Files are not trusted with the terminal, and a letter that looks like another one shows as its code.
    """
    return cut(ascii(text)[1:-1])


def cut(text: str) -> str:
    """Return at most ``MAX_NAME`` characters of ``text``."""
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 3]}..."


def _sample_differences(given: Summary, recomputed: Summary) -> Iterator[Difference]:
    """Yield whether both were made from the same samples, and the cells that only one of them has."""
    if given.samples_hash != recomputed.samples_hash:
        place = "the summary was not made from these samples"
        yield Difference(place, "samples_hash", given.samples_hash, recomputed.samples_hash)
    given_cells = given.provenance.cells
    recomputed_cells = recomputed.provenance.cells
    for cell in sorted(given_cells.keys() | recomputed_cells.keys()):
        names = (given_cells.get(cell), recomputed_cells.get(cell))
        if names[0] != names[1]:
            place = f"cell {plain(cell)} ({plain(names[1] or names[0] or '')})"
            yield Difference(place, "entry in provenance", *names)


def _outside_tables(summary: Row) -> Row:
    """Return what is compared as one row: all but the tables, the samples, and where the summary was made."""
    left_out = {*ROW_NAMES, "samples_hash"}
    rest = {key: value for key, value in summary.items() if key not in left_out}
    provenance = summary["provenance"]
    assert isinstance(provenance, dict)
    left_out = {*PLACE_AND_TIME, "cells"}
    rest["provenance"] = {key: value for key, value in provenance.items() if key not in left_out}
    return rest


def _row_differences(given: Sequence[Row], recomputed: Sequence[Row], name_form: str) -> Iterator[Difference]:
    """Yield the fields of rows that differ, then the rows that only one side has."""
    name_fields = {field for _, field, _, _ in Formatter().parse(name_form) if field}

    def name(row: Row) -> str:
        return name_form.format_map({key: plain(str(value)) for key, value in row.items()})

    def hash_without_name(row: Row) -> str:
        return _row_hash({key: value for key, value in row.items() if key not in name_fields})

    # Each round matches what the one before left over (see the module's docstring).
    equal = _match(given, recomputed, _row_hash)
    same_name = _match(equal.only_given, equal.only_recomputed, name)
    renamed = _match(same_name.only_given, same_name.only_recomputed, hash_without_name)
    for given_row, recomputed_row in (*same_name.pairs, *renamed.pairs):
        for difference in field_differences(given_row, recomputed_row):
            yield Difference(name(recomputed_row), *difference)

    # A row that is there twice on one side and once on the other is reported once, with both counts.
    given_counts = Counter(map(name, given))
    recomputed_counts = Counter(map(name, recomputed))
    for place in dict.fromkeys(map(name, (*renamed.only_recomputed, *renamed.only_given))):
        yield Difference(place, "row", _times(given_counts[place]), _times(recomputed_counts[place]))


class _Matching(NamedTuple):
    """Rows of one key in pairs, each once, and those of either side that are left."""

    pairs: list[tuple[Row, Row]]
    only_given: list[Row]
    only_recomputed: list[Row]


def _match(given: Iterable[Row], recomputed: Iterable[Row], key_of: Callable[[Row], str]) -> _Matching:
    waiting: dict[str, deque[Row]] = defaultdict(deque)
    for row in given:
        waiting[key_of(row)].append(row)
    pairs = []
    only_recomputed = []
    for row in recomputed:
        mates = waiting[key_of(row)]
        if mates:
            pairs.append((mates.popleft(), row))
        else:
            only_recomputed.append(row)
    only_given: list[Row] = []
    for mates in waiting.values():
        only_given += mates
    return _Matching(pairs, only_given, only_recomputed)


def _row_hash(row: Row) -> str:
    return content_hash(_rounded(row))


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, DECIMALS) if isinstance(value, float) else value


def _times(count: int) -> str | None:
    return {0: None, 1: "present"}.get(count, f"{count} times")


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        value = {str(n): part for n, part in enumerate(value)}
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else key)
    else:
        yield path, value


def _is_same(given: object, recomputed: object) -> bool:
    """Whether two values count as equal.

    Floats are equal within ``TOLERANCE``, all else exactly and of one type (1 is not 1.0).
    """
    if isinstance(given, list) and isinstance(recomputed, list):
        return len(given) == len(recomputed) and all(map(_is_same, given, recomputed))
    if isinstance(given, float) and isinstance(recomputed, float):
        return math.isclose(given, recomputed, rel_tol=0, abs_tol=TOLERANCE)
    return type(given) is type(recomputed) and given == recomputed
