"""What an answer is: a value, words, a tuple, an interval, a set, a list, a union, a matrix or a relation.

``read`` finds the form of an answer in the suite's spelling; ``suite.grade.compare`` compares two. The order
of the steps matters: a comma separates items before an equals sign separates sides, so ``x = 1, y = 2`` is a
list of two relations, and brackets are looked at only once nothing outside them separates anything.

>>> read("(0, 1]").closing, len(read("x = 1, y = 2").items)
(']', 2)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from suite.grade import expression
from suite.grade.expression import Node, NotAnExpression, TooLarge
from suite.grade.value import exact

_OPENING = "([{"
_CLOSING = ")]}"
_RELATION = re.compile(
    r"=|<|>|\\leq(?![a-z])|\\geq(?![a-z])|\\neq(?![a-z])|\\in(?![a-z])|\\approx(?![a-z])"
    r"|\\equiv(?![a-z])|\\subset"
)
_FLIPPED = {">": "<", "\\geq": "\\leq"}
_SEPARATOR = re.compile(r',?\s*"(?:and|or|and/or)"|[,;]')
_MATRIX = re.compile(
    r"\\begin\s*\{(p|b|v|V|B|small)?matrix\}((?:(?!\\begin).)*)\\end\s*\{\w*matrix\}", re.DOTALL
)
NAME = re.compile(
    r"(?:[a-zA-Z]|\\[a-zA-Z]+)'*(?:_\{?\w+\}?)?'*(?:\([^()=<>]*\))?|\\angle\s*[A-Z]+|[A-Z]{2,3}"
    r"|\([a-zA-Z](?:\s*,\s*[a-zA-Z])+\)|\[[A-Z]+\]|[mM]?\s*\\angle\s*[A-Z]+|\\overline\{[A-Z]+\}|\"[^\"]*\""
)
"""What may name a value: a letter, a function of something, an angle, a side, a point."""
_REALS = {"\\mathbb{R}", '"all real numbers"', '"all reals"', "\\mathbbR"}


@dataclass(frozen=True)
class Value:
    """An expression, with the text that spelled it."""

    node: Node
    text: str


@dataclass(frozen=True)
class Raw:
    """Words (``is_words``) or text that the reader does not know."""

    text: str
    is_words: bool


@dataclass(frozen=True)
class Group:
    """Items between brackets: a tuple, an interval, a set (``{``), a ratio (``:``) or a list.

    A list has no brackets, and its items may be in any order.
    """

    opening: str
    closing: str
    items: "tuple[Form, ...]"


@dataclass(frozen=True)
class Union:
    """Sets joined by ``\\cup``."""

    items: "tuple[Form, ...]"


@dataclass(frozen=True)
class Matrix:
    """Rows of a matrix; ``fence`` is the environment's letter, of which p, b and B mean the same."""

    fence: str
    rows: "tuple[tuple[Form, ...], ...]"


@dataclass(frozen=True)
class Relation:
    """``sides[0] ops[0] sides[1] ops[1] ...``, turned so that all inequalities point the same way (``<``)."""

    sides: tuple[str, ...]
    ops: tuple[str, ...]


Form = Value | Raw | Group | Union | Matrix | Relation


class NamedInterval(NamedTuple):
    """``0 < x \\leq 1`` as the variable x and the interval (0, 1]."""

    name: str
    interval: Group


def read(text: str) -> Form:
    """Return the form of an answer in the suite's spelling."""
    text = text.strip()
    matrix = _MATRIX.fullmatch(text)
    if matrix:
        rows = [row for row in re.split(r"\\\\", matrix.group(2)) if row.strip()]
        return Matrix(matrix.group(1) or "p", tuple(tuple(map(read, row.split("&"))) for row in rows))
    # Sets with a name
    if text in _REALS:
        return Group("(", ")", (read("-\\infty"), read("\\infty")))
    if text == "\\emptyset":
        return Group("\\{", "\\}", ())
    # Lists, and ratios
    parts = _split(text, _SEPARATOR)
    if len(parts) > 1 and all(parts):
        items = _items(parts)
        return _either(items) if '"or"' in text else Group("", "", items)
    ratio = _split(text, re.compile(":"))
    if len(ratio) > 1 and all(ratio):
        return Group(":", ":", tuple(map(read, ratio)))
    return _read_single(text)


def _read_single(text: str) -> Form:
    """Return the form of what is no list: sets joined or cut, a relation, a group in brackets, or a value."""
    parts = _split(text, re.compile(r"\\cup(?![a-z])"))
    if len(parts) > 1:
        return Union(tuple(map(read, parts)))
    parts = _split(text, re.compile(r"\\setminus(?![a-z])"))
    if len(parts) == 2:
        return _without_points(read(parts[0]), read(parts[1])) or Raw(text, is_words=False)
    sides = _split(text, _RELATION)
    if len(sides) > 1:
        return _relation(text, sides)
    bracketed = _read_bracketed(text)
    if bracketed is not None:
        return bracketed
    if "\\pm" in text:
        items = _items([text])
        if len(items) == 2:
            return Group("", "", items)
    if '"' in text:
        return Raw(text, is_words=True)
    # Nothing is left but an expression, or what this reader does not know.
    try:
        return Value(expression.parse(text), text)
    except (NotAnExpression, TooLarge):
        return Raw(text, is_words=False)


def _read_bracketed(text: str) -> Form | None:
    """Return the form of a text in one pair of brackets; None if these hold no more than one value."""
    bracketed = _bracketed(text)
    if bracketed is None:
        return None
    opening, inside, closing = bracketed
    if opening == "\\{" and re.search(r"[|:]", inside):
        return Raw(text, is_words=False)  # a set by its condition
    # A lone value in ordinary brackets is that value; in the brackets of a set it is a set of one.
    parts = _split(inside, _SEPARATOR)
    if opening == "\\{" or len(parts) > 1:
        return Group(opening, closing, _items(parts) if inside else ())
    return None


def _split(text: str, separator: "re.Pattern[str]") -> list[str]:
    """Return the parts of ``text`` between separators that are outside all brackets."""
    depth_at = []
    depth = 0
    for character in text:
        depth -= character in _CLOSING
        depth_at.append(depth)
        depth += character in _OPENING
    parts = []
    start = 0
    for match in separator.finditer(text):
        if depth_at[match.start()] == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [part.strip() for part in [*parts, text[start:]]]


def _bracketed(text: str) -> tuple[str, str, str] | None:
    """Return (opening, inside, closing) if one pair of brackets holds the whole text."""
    text = text.replace("\\langle", "(").replace("\\rangle", ")")
    is_set = text.startswith("\\{")
    width = 2 if is_set else 1
    if len(text) < 2 * width or text[width - 1] not in _OPENING or text[-1] not in _CLOSING:
        return None
    depth = 0
    for i, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0 and width - 1 <= i < len(text) - 1:
            return None  # the first bracket closes before the end: (1, 2) + (3, 4)
    if is_set != text.endswith("\\}"):
        return None
    return text[:width], text[width:-width].strip(), text[-width:]


def _items(parts: list[str]) -> "tuple[Form, ...]":
    items: list[Form] = []
    for part in parts:
        items += _spread(part)
    return tuple(items)


def _spread(text: str) -> "Iterator[Form]":
    """Yield one item, or the two that ``\\pm`` means.

    Two independent signs would be four items, and are not read.
    """
    if len(re.findall(r"\\pm", text)) == 1 or ("\\pm" in text and "\\mp" in text):
        yield read(text.replace("\\mp", "-").replace("\\pm", "+"))
        yield read(text.replace("\\mp", "+").replace("\\pm", "-"))
    elif "\\pm" in text:
        yield Raw(text, is_words=False)
    else:
        yield read(text)


def _either(items: "tuple[Form, ...]") -> Form:
    """Return ``x < 2 or x > 3`` as a union of intervals, and anything else with "or" as a list."""
    intervals = []
    for item in items:
        interval = interval_of(item) if isinstance(item, Relation) else None
        if interval:
            intervals.append(interval)
    if len(intervals) == len(items) and len({interval.name for interval in intervals}) == 1:
        return Union(tuple(interval.interval for interval in intervals))
    return Group("", "", items)


def _without_points(whole: Form, points: Form) -> Form | None:
    """Return ``(0, 9) \\setminus \\{3\\}`` as a union of intervals.

    None if the points are not rational numbers.
    """
    if not (isinstance(whole, Group) and isinstance(points, Group)):
        return None
    if points.opening != "\\{" or len(whole.items) != 2:
        return None
    cuts: list[tuple[Fraction, Form]] = []
    for point in points.items:
        number = exact(point.node) if isinstance(point, Value) else None
        if number is not None:
            cuts.append((number, point))
    if whole.opening not in "([" or len(cuts) != len(points.items):
        return None
    cuts.sort(key=lambda cut: cut[0])
    ends = [whole.items[0], *(point for _, point in cuts), whole.items[1]]
    n_parts = len(ends) - 1
    parts = []
    for i in range(n_parts):
        opening = whole.opening if i == 0 else "("
        closing = whole.closing if i == n_parts - 1 else ")"
        parts.append(Group(opening, closing, (ends[i], ends[i + 1])))
    return Union(tuple(parts))


def _relation(text: str, sides: list[str]) -> Form:
    """Return a relation; ``x \\in S`` is S, and of ``1/3 \\approx 0.33`` the exact side counts."""
    ops = _RELATION.findall(text)
    if "\\approx" in ops and sides[0]:
        # x \approx 0.33 names a value, so there the side before it is not the exact one.
        is_named = ops[0] == "\\approx" and NAME.fullmatch(sides[0])
        if not is_named:
            return read(text[: text.index("\\approx")])
    ops = ["=" if op == "\\approx" else op for op in ops]
    if ops == ["\\in"] and NAME.fullmatch(sides[0]) and sides[1]:
        return read(sides[1])
    if ops == ["="] and not sides[0] and sides[1]:
        return read(sides[1])
    if len(ops) != len(sides) - 1 or not all(sides) or "\\equiv" in ops:
        return Raw(text, is_words=False)
    if all(op in _FLIPPED for op in ops):
        return Relation(tuple(reversed(sides)), tuple(_FLIPPED[op] for op in reversed(ops)))
    return Relation(tuple(sides), tuple(ops))


def interval_of(relation: Relation) -> NamedInterval | None:
    """Return the variable and the interval of ``x < 2`` or ``0 < x \\leq 1``; None for any other relation."""
    if not set(relation.ops) <= {"<", "\\leq"}:
        return None
    sides = relation.sides
    named = [i for i, side in enumerate(sides) if NAME.fullmatch(side)]
    if len(named) != 1 or len(sides) > 3 or (len(sides) == 3 and named != [1]):
        return None
    at = named[0]
    # A side that is missing is infinity, and open.
    opening = "(" if at == 0 or relation.ops[at - 1] == "<" else "["
    closing = ")" if at == len(sides) - 1 or relation.ops[at] == "<" else "]"
    low = read("-\\infty") if at == 0 else read(sides[at - 1])
    high = read("\\infty") if at == len(sides) - 1 else read(sides[at + 1])
    return NamedInterval(sides[at], Group(opening, closing, (low, high)))
