"""Whether two forms are the same answer: True or False where the suite can be sure, None where math-verify has to look."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import mpmath

from suite.grade import expression, value
from suite.grade.expression import MAX_DIGITS, Node, NotAnExpression, TooLarge
from suite.grade.forms import NAME, Form, Group, Matrix, Raw, Relation, Union, Value, interval_of, read
from suite.grade.spelling import words

Maybe = bool | None
_LETTERS = re.compile(r"[a-zA-Z](?:\s*[+*]?\s*[a-zA-Z]){1,4}")
_BASED = re.compile(r"\(?(-?[0-9A-F]+)\)?_\{?\(?(\d+)\)?\}?")
POSITIVE_POINTS, NEGATIVE_POINTS = 4, 2
"""Two expressions in variables are compared at so many fixed points."""


def _point(names: Sequence[str], index: int, sign: int) -> dict[str, Fraction]:
    """A fixed, arbitrary rational for each variable, between 1/4 and 13/4 in size."""
    digests = {name: hashlib.sha256(f"{index}\0{name}".encode()).digest() for name in names}
    return {name: sign * (Fraction(int.from_bytes(d[:6], "big"), 2**48) * 3 + Fraction(1, 4)) for name, d in digests.items()}


def _evaluated(nodes: Sequence[Node]) -> "Iterator[list[tuple[mpmath.mpc, mpmath.mpf] | None]]":
    """Values of all nodes at one fixed point after another: positive ones first, then negative ones."""
    names = sorted(set().union(*map(expression.variables, nodes)))
    signs = [1] if not names else [1] * POSITIVE_POINTS + [-1] * NEGATIVE_POINTS
    for index, sign in enumerate(signs):
        point = _point(names, index, sign)
        yield [value.numeric(node, point) for node in nodes]


def _close(left: "tuple[mpmath.mpc, mpmath.mpf]", right: "tuple[mpmath.mpc, mpmath.mpf]") -> bool:
    if not (mpmath.isfinite(left[0]) and mpmath.isfinite(right[0])):
        return bool(left[0] == right[0])
    with mpmath.workdps(MAX_DIGITS * 2):
        return bool(abs(left[0] - right[0]) <= left[1] + right[1])


def _is_anagram(left: str, right: str) -> bool:
    """Whether both are nothing but letters, so that equal products may be different words; ``xyz`` and ``zyx`` are products."""
    letters = "".join(sorted(left))
    consecutive = letters in "abcdefghijklmnopqrstuvwxyz" or letters.isupper()
    return left.isalpha() and right.isalpha() and len(left) > 2 and not consecutive


def same_value(left: Node, right: Node) -> Maybe:
    """Whether two expressions are equal: exactly where both are rational, else at fixed points to at least 40 digits."""
    try:
        a, b = value.exact(left), value.exact(right)
        if a is not None and b is not None:
            return a == b
        defined = 0
        for index, values in enumerate(_evaluated([left, right])):
            if values[0] is None or values[1] is None:
                continue
            real = all(v is not None and mpmath.im(v[0]) == 0 for v in values)
            if not _close(values[0], values[1]) and (index < POSITIVE_POINTS or real):
                return False
            defined += 1
        return True if defined else None
    except TooLarge:
        return False
    except ZeroDivisionError:
        return None


def _ratio(left: Relation, right: Relation) -> "mpmath.mpf | None":
    """The constant c with (left side 0 - side 1) = c (right side 0 - side 1), if there is one."""
    nodes = [_difference(relation) for relation in (left, right)]
    if None in nodes:
        return None
    found = None
    try:
        for values in _evaluated([node for node in nodes if node is not None]):
            if values[0] is None or values[1] is None or values[1][0] == 0:
                continue
            with mpmath.workdps(40):
                ratio = values[0][0] / values[1][0]
                if found is not None and abs(ratio - found) > mpmath.mpf(10) ** -25 * abs(found):
                    return None
                found = ratio
    except (TooLarge, ZeroDivisionError):
        return None
    return found


def _difference(relation: Relation) -> Node | None:
    try:
        left, right = map(expression.parse, relation.sides)
    except (NotAnExpression, TooLarge):
        return None
    return Node("+", (left, Node("neg", (right,))))


def _assigned(form: Form) -> tuple[str, Form] | None:
    """(name, value) of ``x = 5``, of ``f(x) = x + 1``, of ``m+n = 3+4 = 7`` and of ``2^{10} = 1024`` (whose name is empty)."""
    if not isinstance(form, Relation) or set(form.ops) != {"="}:
        return None
    first, last = form.sides[0], form.sides[-1]
    if NAME.fullmatch(first):
        return first, read(last)
    if len(form.sides) == 2 and NAME.fullmatch(last):
        return last, read(first)
    named = _LETTERS.fullmatch(first) is not None
    values = [read(side) for side in form.sides[named:]]
    nodes = [value.node for value in values if isinstance(value, Value)]
    constant = len(nodes) == len(values) and not any(map(expression.variables, nodes))
    return (first * named, values[-1]) if constant and all(same_value(nodes[0], node) for node in nodes[1:]) else None


def _all(parts: Sequence[Maybe]) -> Maybe:
    return False if False in parts else None if None in parts else True


def _ordered(left: Sequence[Form], right: Sequence[Form]) -> Maybe:
    return _all([same_form(a, b) for a, b in zip(left, right, strict=True)]) if len(left) == len(right) else False


def _unordered(left: Sequence[Form], right: Sequence[Form]) -> Maybe:
    """Whether each item has its own equal on the other side."""
    if len(left) != len(right):
        return False
    rest, unsure = list(right), False
    for item in left:
        verdicts = [same_form(item, other) for other in rest]
        if True in verdicts:
            del rest[verdicts.index(True)]
        elif None in verdicts:
            unsure = True
        else:
            return False
    return None if unsure else True


def _same_group(left: Group, right: Group) -> Maybe:
    unordered = {"", "\\{"}
    if left.opening in unordered and right.opening in unordered:
        return _unordered(left.items, right.items)
    return _ordered(left.items, right.items) if (left.opening, left.closing) == (right.opening, right.closing) else False


def _same_matrix(left: Matrix, right: Matrix) -> Maybe:
    plain = {"p", "b", "B", "small"}
    if left.fence != right.fence and not {left.fence, right.fence} <= plain:
        return False
    if len(left.rows) != len(right.rows):
        return False
    return _all([_ordered(a, b) for a, b in zip(left.rows, right.rows, strict=True)])


def _same_relation(left: Relation, right: Relation) -> Maybe:
    named = _assigned(left), _assigned(right)
    if named[0] and named[1] and (named[0][0] == named[1][0] or {_is_function(n[0]) for n in named if n} == {True}):
        return same_form(named[0][1], named[1][1])
    intervals = interval_of(left), interval_of(right)
    if intervals[0] and intervals[1]:
        return intervals[0][0] == intervals[1][0] and _same_group(intervals[0][1], intervals[1][1])
    if left.ops != right.ops:
        return False
    if left.ops == ("=",) or left.ops == ("\\neq",):
        return _ratio(left, right) is not None
    if len(left.ops) == 1:
        ratio = _ratio(left, right)
        return ratio is not None and mpmath.im(ratio) == 0 and ratio > 0
    return _ordered([read(side) for side in left.sides], [read(side) for side in right.sides])


def _is_function(name: str) -> bool:
    return re.fullmatch(r"y|[a-zA-Z]\([^()]*\)", name) is not None


def _tight(text: str) -> str:
    """``text`` without spaces and needless braces."""
    return re.sub(r"\{(\w)\}", r"\1", re.sub(r"\\pmod\{(\w+)\}", r"\\pmod\1", re.sub(r"(?<!\d)\s|\s(?!\d)", "", text)))


def _same_raw(left: Form, right: Form) -> Maybe:
    """Words are compared as words, base-n numbers digit by digit (the answer may leave the base out, as the question states it);
    other unknown text is left to math-verify.
    """
    worded = any(isinstance(form, Raw) and form.is_words for form in (left, right))
    if not (isinstance(left, Raw | Value) and isinstance(right, Raw | Value)):
        return False if worded else None
    if worded:
        return words(left.text) == words(right.text)
    if _tight(left.text) == _tight(right.text):
        return True
    ours, gold = (_BASED.fullmatch(form.text.replace(" ", "")) for form in (left, right))
    if gold is None:
        return False if ours else None
    return ours.groups() == gold.groups() if ours else left.text == gold.group(1)


_SAME: dict[type, Callable[..., Maybe]] = {
    Value: lambda a, b: False if _is_anagram(a.text, b.text) else same_value(a.node, b.node),
    Group: _same_group,
    Union: lambda a, b: _unordered(a.items, b.items),
    Matrix: _same_matrix,
    Relation: _same_relation,
}


def unnamed(form: Form) -> Form:
    """The value of ``x = 5``; any other form as it is."""
    assigned = _assigned(form)
    return assigned[1] if assigned else form


def _loosened(form: Form, other: Form) -> Form:
    """``form`` brought nearer to the kind of ``other``: a lone set element, a named value, an inequality as an interval."""
    if isinstance(form, Relation) and not isinstance(other, Relation):
        interval = interval_of(form)
        return interval[1] if interval and isinstance(other, Group | Union) else unnamed(form)
    if isinstance(form, Group) and form.opening in {"\\{", ""} and len(form.items) == 1 and isinstance(other, Value):
        return form.items[0]
    if isinstance(form, Group) and isinstance(other, Group) and form.opening == "" and other.opening == "(":
        return _coordinates(form)
    return form


def _coordinates(form: Group) -> Form:
    """``x = 4, y = -1`` as the point (4, -1); any other list as it is."""
    named = [_assigned(item) for item in form.items]
    names = [name[0] for name in named if name]
    if len(names) < len(named) or names != sorted(set(names)) or not all(len(name) == 1 for name in names):
        return form
    return Group("(", ")", tuple(name[1] for name in named if name))


def same_form(left: Form, right: Form) -> Maybe:
    """Whether two answers are the same; None where this reader cannot tell."""
    left, right = _loosened(left, right), _loosened(right, left)
    if isinstance(left, Raw) or isinstance(right, Raw):
        return _same_raw(left, right)
    if isinstance(left, Value) and isinstance(right, Value) and left.text == right.text:
        return True
    return _SAME[type(left)](left, right) if type(left) is type(right) else False
