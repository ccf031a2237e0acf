"""What an answer is: value, words, tuple, interval, set, list, union, matrix, relation. ``suite.grade.compare`` compares two."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from suite.grade import expression
from suite.grade.expression import Node, NotAnExpression, TooLarge
from suite.grade.value import exact

_OPENING, _CLOSING = "([{", ")]}"
_RELATION = re.compile(
    r"=|<|>|\\leq(?![a-z])|\\geq(?![a-z])|\\neq(?![a-z])|\\in(?![a-z])|\\approx(?![a-z])|\\equiv(?![a-z])|\\subset"
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
    """Items between brackets: tuple, interval, set (``{``), a ratio (``:``) or, without brackets, a list in any order."""

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


def _split(text: str, separator: "re.Pattern[str]") -> list[str]:
    """Parts of ``text`` between separators that stand outside all brackets."""
    depths, depth = [], 0
    for character in text:
        depth -= character in _CLOSING
        depths.append(depth)
        depth += character in _OPENING
    parts, start = [], 0
    for match in separator.finditer(text):
        if depths[match.start()] == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [part.strip() for part in [*parts, text[start:]]]


def _wrapped(text: str) -> tuple[str, str, str] | None:
    """(opening, inside, closing) if one pair of brackets holds the whole text."""
    text = re.sub(r"\\langle|\\rangle", lambda m: "(" if m.group() == "\\langle" else ")", text)
    skip = 2 if text.startswith("\\{") else 1
    if len(text) < 2 * skip or text[skip - 1] not in _OPENING or text[-1] not in _CLOSING:
        return None
    depth = 0
    for i, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0 and i < len(text) - 1 and i >= skip - 1:
            return None
    if (skip == 2) != text.endswith("\\}"):
        return None
    return text[:skip], text[skip:-skip].strip(), text[-skip:]


def read(text: str) -> Form:
    """The form of an answer in the suite's spelling."""
    text = text.strip()
    matrix = _MATRIX.fullmatch(text)
    if matrix:
        rows = [row for row in re.split(r"\\\\", matrix.group(2)) if row.strip()]
        return Matrix(
            matrix.group(1) or "p", tuple(tuple(read(cell) for cell in row.split("&")) for row in rows)
        )
    if text in _REALS:
        return Group("(", ")", (read("-\\infty"), read("\\infty")))
    if text == "\\emptyset":
        return Group("\\{", "\\}", ())
    parts = _split(text, _SEPARATOR)
    if len(parts) > 1 and all(parts):
        items = tuple(item for part in parts for item in _spread(part))
        return _either(items) if '"or"' in text else Group("", "", items)
    if len(ratio := _split(text, re.compile(":"))) > 1 and all(ratio):
        return Group(":", ":", tuple(map(read, ratio)))
    return _read_single(text)


def _either(items: "tuple[Form, ...]") -> Form:
    """``x < 2 or x > 3`` is a union of intervals; anything else with "or" a list."""
    intervals = [interval_of(item) if isinstance(item, Relation) else None for item in items]
    if (
        len({interval[0] if interval else None for interval in intervals} - {None}) == 1
        and None not in intervals
    ):
        return Union(tuple(interval[1] for interval in intervals if interval))
    return Group("", "", items)


def _spread(text: str) -> "Iterator[Form]":
    """One item, or the two that ``\\pm`` stands for; two independent signs would be four, and are left alone."""
    if len(re.findall(r"\\pm", text)) == 1 or (re.search(r"\\pm", text) and re.search(r"\\mp", text)):
        yield read(re.sub(r"\\pm", "+", re.sub(r"\\mp", "-", text)))
        yield read(re.sub(r"\\pm", "-", re.sub(r"\\mp", "+", text)))
    else:
        yield read(text) if "\\pm" not in text else Raw(text, is_words=False)


def _without_points(whole: Form, points: Form) -> Form | None:
    """``(0, 9) \\setminus \\{3\\}`` as a union of intervals; None where the points are no rational numbers."""
    if not (
        isinstance(whole, Group)
        and isinstance(points, Group)
        and points.opening == "\\{"
        and len(whole.items) == 2
    ):
        return None
    values = [
        (value, point)
        for point in points.items
        if isinstance(point, Value) and (value := exact(point.node)) is not None
    ]
    ordered = sorted(values, key=lambda pair: pair[0])
    if whole.opening not in "([" or len(ordered) != len(points.items):
        return None
    ends = [whole.items[0], *(point for _, point in ordered), whole.items[1]]
    n = len(ends) - 1
    parts = [
        (whole.opening if i == 0 else "(", whole.closing if i == n - 1 else ")", (ends[i], ends[i + 1]))
        for i in range(n)
    ]
    return Union(tuple(Group(*part) for part in parts))


def _read_single(text: str) -> Form:
    if len(parts := _split(text, re.compile(r"\\cup(?![a-z])"))) > 1:
        return Union(tuple(map(read, parts)))
    if len(parts := _split(text, re.compile(r"\\setminus(?![a-z])"))) == 2:
        return _without_points(read(parts[0]), read(parts[1])) or Raw(text, is_words=False)
    sides = _split(text, _RELATION)
    if len(sides) > 1:
        return _relation(text, sides)
    wrapped = _wrapped(text)
    if wrapped and wrapped[0] == "\\{" and re.search(r"[|:]", wrapped[1]):
        return Raw(text, is_words=False)  # a set by its condition
    if wrapped and (wrapped[0] == "\\{" or len(_split(wrapped[1], _SEPARATOR)) > 1):
        inside = _split(wrapped[1], _SEPARATOR) if wrapped[1] else []
        return Group(wrapped[0], wrapped[2], tuple(item for part in inside for item in _spread(part)))
    if re.search(r"\\pm", text) and len(items := tuple(_spread(text))) == 2:
        return Group("", "", items)
    if '"' in text:
        return Raw(text, is_words=True)
    try:
        return Value(expression.parse(text), text)
    except (NotAnExpression, TooLarge):
        return Raw(text, is_words=False)


def _relation(text: str, sides: list[str]) -> Form:
    """A relation; ``x \\in S`` is S, and of ``1/3 \\approx 0.33`` the exact side counts."""
    ops = _RELATION.findall(text)
    if (
        "\\approx" in ops
        and (at := ops.index("\\approx")) >= 0
        and sides[0]
        and not (at == 0 and NAME.fullmatch(sides[0]))
    ):
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


def interval_of(relation: Relation) -> tuple[str, Group] | None:
    """The variable and the interval of ``x < 2`` or ``0 < x \\leq 1``; None for any other relation."""
    if not set(relation.ops) <= {"<", "\\leq"}:
        return None
    low: tuple[str, bool] = ("-\\infty", True)
    high: tuple[str, bool] = ("\\infty", True)
    named = [i for i, side in enumerate(relation.sides) if NAME.fullmatch(side)]
    if len(named) != 1 or len(relation.sides) > 3 or (len(relation.sides) == 3 and named != [1]):
        return None
    at = named[0]
    if at > 0:
        low = relation.sides[at - 1], relation.ops[at - 1] == "<"
    if at < len(relation.sides) - 1:
        high = relation.sides[at + 1], relation.ops[at] == "<"
    return relation.sides[at], Group(
        "(" if low[1] else "[", ")" if high[1] else "]", (read(low[0]), read(high[0]))
    )
