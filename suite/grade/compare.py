"""Whether two forms are the same answer: True or False where the suite can be sure, None where math-verify has to look."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import mpmath

from suite.grade import expression, value
from suite.grade.expression import Node, NotAnExpression, TooLarge
from suite.grade.forms import NAME, Form, Group, Matrix, Raw, Relation, Union, Value, interval_of, read
from suite.grade.spelling import words

Maybe = bool | None
_LETTERS = re.compile(r"[a-zA-Z](?:\s*[+*]?\s*[a-zA-Z]){1,4}")
_BASED = re.compile(r"\(?(-?[0-9A-F]+)\)?_\{?\(?(\d+)\)?\}?")
SCALES = ((1, False), (1, False), (30, False), (3000, False), (1, True), (30, True), (3000, True))
"""Sizes of the points at which two expressions in variables are compared, and whether their signs are mixed."""
WHOLE = (1, 2, 3, 4, 6, 8, 12)
"""Further points for expressions with floor or ceiling."""


def _point(names: Sequence[str], index: int, scale: int, mixed: bool) -> dict[str, Fraction]:
    """A fixed, arbitrary rational for each variable, between 1/4 and 13/4 times ``scale``; ``mixed``: of either sign."""
    point = {}
    for name in names:
        digest = hashlib.sha256(f"{index}\0{name}".encode()).digest()
        value = scale * (Fraction(int.from_bytes(digest[:6], "big"), 2**48) * 3 + Fraction(1, 4))
        point[name] = -value if mixed and (digest[6] % 2 or len(names) == 1) else value
    return point


def _points(nodes: Sequence[Node]) -> "list[tuple[dict[str, Fraction], bool]]":
    """Where two expressions are compared, and whether only real values count there (logarithms and roots of negative numbers)."""
    names = sorted(set().union(*map(expression.variables, nodes)))
    if not names:
        return [({}, False)]
    points = [(_point(names, i, scale, mixed), i > 1) for i, (scale, mixed) in enumerate(SCALES)]
    if any(_has(node, {"floor", "ceil"}) for node in nodes):
        points += [({name: Fraction(n + 5 * i) for i, name in enumerate(names)}, True) for n in WHOLE]
    return points


def _has(node: Node, ops: set[str]) -> bool:
    return node.op in ops or any(_has(argument, ops) for argument in node.args)


def _evaluated(nodes: Sequence[Node]) -> "Iterator[tuple[list[tuple[mpmath.mpc, mpmath.mpf] | None], bool]]":
    """Values of all nodes at one fixed point after another, and whether only real values count there."""
    for index, (point, only_real) in enumerate(_points(nodes)):
        try:
            yield [value.numeric(node, point) for node in nodes], only_real
        except TooLarge:
            if index < 2:
                raise


def _close(left: "tuple[mpmath.mpc, mpmath.mpf]", right: "tuple[mpmath.mpc, mpmath.mpf]") -> bool:
    """Whether two values agree to within their errors; two that are lost in their errors do not, unless both are exactly zero."""
    if not (mpmath.isfinite(left[0]) and mpmath.isfinite(right[0])):
        return bool(left[0] == right[0])
    with mpmath.workdps(2 * value.MAX_MAGNITUDE):
        if left[0] != 0 != right[0] and abs(left[0]) <= left[1] and abs(right[0]) <= right[1]:
            return False
        return bool(abs(left[0] - right[0]) <= left[1] + right[1])


def _is_anagram(left: str, right: str) -> bool:
    """Whether both are nothing but three letters or more, which may be words or points; ``xyz`` and ``zyx`` are products."""
    left, right = left.replace(" ", ""), right.replace(" ", "")
    products = "".join(sorted(left)) in "abcdefghijklmnopqrstuvwxyz"
    return left.isalpha() and right.isalpha() and len(left) > 2 and left != right and not products


def same_value(left: Node, right: Node) -> Maybe:
    """Whether two expressions are equal: exactly where both are rational, else at fixed points to at least 40 digits."""
    try:
        a, b = value.exact(left), value.exact(right)
        if a is not None and b is not None:
            return a == b
        defined = 0
        for values, only_real in _evaluated([left, right]):
            if values[0] is None or values[1] is None:
                continue
            real = all(v is not None and mpmath.im(v[0]) == 0 for v in values)
            if not _close(values[0], values[1]) and (real or not only_real):
                return False
            defined += 1
        return True if defined else None
    except TooLarge:
        return False
    except ZeroDivisionError:
        return None


def _ratio(left: Relation, right: Relation) -> "mpmath.mpf | None":
    """The constant c, not zero, with (left side 0 - side 1) = c (right side 0 - side 1) for all variables, if there is one."""
    nodes = [node for node in map(_difference, (left, right)) if node is not None]
    if len(nodes) < 2 or not all(map(expression.variables, nodes)):
        return None
    found: list[mpmath.mpf] = []
    try:
        for values, _ in _evaluated(nodes):
            if values[0] is None or values[1] is None or abs(values[1][0]) <= values[1][1]:
                continue
            with mpmath.workdps(40):
                found.append(values[0][0] / values[1][0])
                if abs(found[-1] - found[0]) > mpmath.mpf(10) ** -25 * abs(found[0]):
                    return None
    except (TooLarge, ZeroDivisionError):
        return None
    return found[0] if len(found) > 1 and found[0] != 0 else None


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
    return (
        (first * named, values[-1])
        if constant and all(same_value(nodes[0], node) for node in nodes[1:])
        else None
    )


def _all(parts: Sequence[Maybe]) -> Maybe:
    return False if False in parts else None if None in parts else True


def _ordered(left: Sequence[Form], right: Sequence[Form]) -> Maybe:
    return (
        _all([same_form(a, b) for a, b in zip(left, right, strict=True)])
        if len(left) == len(right)
        else False
    )


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
        ordered = _is_named(left) != _is_named(right)  # x = 3, y = 5 against 3, 5
        return (_ordered if ordered else _unordered)(left.items, right.items)
    return (
        _ordered(left.items, right.items)
        if (left.opening, left.closing) == (right.opening, right.closing)
        else False
    )


def _is_named(group: Group) -> bool:
    """Whether its items are values of different variables."""
    names = [assigned[0] for assigned in map(_assigned, group.items) if assigned]
    return len(names) == len(group.items) == len(set(names)) > 1


def _same_matrix(left: Matrix, right: Matrix) -> Maybe:
    plain = {"p", "b", "B", "small"}
    if left.fence != right.fence and not {left.fence, right.fence} <= plain:
        return False
    if len(left.rows) != len(right.rows):
        return False
    return _all([_ordered(a, b) for a, b in zip(left.rows, right.rows, strict=True)])


def _same_relation(left: Relation, right: Relation) -> Maybe:
    named = _assigned(left), _assigned(right)
    if named[0] and named[1] and _same_name(named[0][0], named[1][0]):
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


def _same_name(left: str, right: str) -> bool:
    """``f(x)`` and ``y`` may name one function; ``f(x)`` and ``g(x)`` do not."""
    return left == right or ("y" in (left, right) and _is_function(left) and _is_function(right))


def _is_function(name: str) -> bool:
    return re.fullmatch(r"y|[a-zA-Z]\([a-z]\)", name) is not None


def _tight(text: str) -> str:
    """``text`` without spaces and needless braces."""
    return re.sub(
        r"\{(\w)\}", r"\1", re.sub(r"\\pmod\{(\w+)\}", r"\\pmod\1", re.sub(r"(?<!\d)\s|\s(?!\d)", "", text))
    )


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
    if (
        isinstance(form, Group)
        and form.opening in {"\\{", ""}
        and len(form.items) == 1
        and isinstance(other, Value)
    ):
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
