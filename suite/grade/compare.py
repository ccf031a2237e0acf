"""Whether two forms are the same answer: True, False, or None if math-verify has to look.

A form is what was read of an answer: a value, words, a tuple, a set, a matrix, a relation
(``suite.grade.forms``). Forms of one kind are compared part by part, down to values. Two rational values are
compared as exact fractions, since any tolerance would take 0.333333 for 1/3. All others, with roots, pi or
variables, are evaluated at fixed points to at least 40 digits, each with a bound on its error: only a
difference beyond the errors makes them differ.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import mpmath

from suite.grade import expression, value
from suite.grade.expression import Node, NotAnExpression, TooLarge
from suite.grade.forms import NAME, Form, Group, Matrix, Raw, Relation, Union, Value, interval_of, read
from suite.grade.spelling import words
from suite.grade.value import Approximation

Maybe = bool | None
_LETTERS = re.compile(r"[a-zA-Z](?:\s*[+*]?\s*[a-zA-Z]){1,4}")
_BASED = re.compile(r"\(?(-?[0-9A-F]+)\)?_\{?\(?(\d+)\)?\}?")
SCALES = ((1, False), (1, False), (30, False), (3000, False), (1, True), (30, True), (3000, True))
"""Sizes of the points at which two expressions in variables are compared, and whether their signs are mixed.

Two points near 1 decide most pairs. Large ones separate expressions that differ little near 1, negative ones
those that differ there, such as x and |x|.
"""
WHOLE = (1, 2, 3, 4, 6, 8, 12)
"""Further points for expressions with floor or ceiling, which jump at whole numbers."""


def unnamed(form: Form) -> Form:
    """Return the value of ``x = 5``; any other form as it is."""
    assignment = _assignment(form)
    return assignment.value if assignment else form


def same_form(answer: Form, gold: Form) -> Maybe:
    """Whether two answers are the same; None if this reader cannot tell."""
    left = _loosened(answer, gold)
    right = _loosened(gold, answer)
    if isinstance(left, Raw) or isinstance(right, Raw):
        return _same_raw(left, right)
    if isinstance(left, Value) and isinstance(right, Value):
        if left.text == right.text:
            return True
        return False if _is_anagram(left.text, right.text) else same_value(left.node, right.node)
    if isinstance(left, Group) and isinstance(right, Group):
        return _same_group(left, right)
    if isinstance(left, Union) and isinstance(right, Union):
        return _same_unordered(left.items, right.items)
    if isinstance(left, Matrix) and isinstance(right, Matrix):
        return _same_matrix(left, right)
    if isinstance(left, Relation) and isinstance(right, Relation):
        return _same_relation(left, right)
    return False


# Values


class _Point(NamedTuple):
    """Where two expressions are compared. ``only_real``: only real values count there."""

    numbers: dict[str, Fraction]
    only_real: bool


def same_value(left: Node, right: Node) -> Maybe:
    """Whether two expressions are equal: exactly if both are rational, else to at least 40 digits.

    None if they have no value at any of the points.
    """
    try:
        exact_left = value.exact(left)
        exact_right = value.exact(right)
        if exact_left is not None and exact_right is not None:
            return exact_left == exact_right
        n_compared = 0
        for (at_left, at_right), only_real in _evaluated([left, right]):
            if at_left is None or at_right is None:
                continue
            is_real = mpmath.im(at_left.value) == 0 and mpmath.im(at_right.value) == 0
            if not _is_close(at_left, at_right) and (is_real or not only_real):
                return False
            n_compared += 1
        return True if n_compared else None
    except TooLarge:
        return False
    except ZeroDivisionError:
        return None


def _evaluated(nodes: Sequence[Node]) -> "Iterator[tuple[list[Approximation | None], bool]]":
    """Yield the values of all nodes at one point after another, and whether only real values count there."""
    for index, point in enumerate(_points(nodes)):
        try:
            yield [value.numeric(node, point.numbers) for node in nodes], point.only_real
        except TooLarge:
            # x^{300} is too large at x = 3000 and may still be compared near 1.
            if index < 2:
                raise


def _points(nodes: Sequence[Node]) -> list[_Point]:
    """Return the points for all variables of ``nodes``.

    Beyond the first two only real values count: for logarithms and roots of negative numbers, two spellings
    of one expression may be on different branches.
    """
    names = sorted(set().union(*map(expression.variables, nodes)))
    if not names:
        return [_Point({}, only_real=False)]
    points = []
    for index, (scale, mixed) in enumerate(SCALES):
        points.append(_Point(_numbers(names, index, scale, mixed), only_real=index > 1))
    if any(_has(node, {"floor", "ceil"}) for node in nodes):
        for whole in WHOLE:
            numbers = {name: Fraction(whole + 5 * i) for i, name in enumerate(names)}
            points.append(_Point(numbers, only_real=True))
    return points


def _numbers(names: Sequence[str], index: int, scale: int, mixed: bool) -> dict[str, Fraction]:
    """Return a fixed, arbitrary rational for each variable, between 1/4 and 13/4 times ``scale``.

    They come from a hash, so that the verdict is the same everywhere. ``mixed``: of either sign, and a single
    variable is negative.
    """
    numbers = {}
    for name in names:
        digest = hashlib.sha256(f"{index}\0{name}".encode()).digest()
        number = scale * (Fraction(int.from_bytes(digest[:6], "big"), 2**48) * 3 + Fraction(1, 4))
        numbers[name] = -number if mixed and (digest[6] % 2 or len(names) == 1) else number
    return numbers


def _has(node: Node, ops: set[str]) -> bool:
    return node.op in ops or any(_has(argument, ops) for argument in node.args)


def _is_close(left: Approximation, right: Approximation) -> bool:
    """Whether two values agree to within their errors."""
    if not (mpmath.isfinite(left.value) and mpmath.isfinite(right.value)):
        return bool(left.value == right.value)
    with mpmath.workdps(2 * value.MAX_MAGNITUDE):
        is_left_lost = abs(left.value) <= left.error
        is_right_lost = abs(right.value) <= right.error
        if left.value != 0 != right.value and is_left_lost and is_right_lost:
            # Both are smaller than their errors, so their agreement says nothing, unless one is exactly zero.
            return False
        return bool(abs(left.value - right.value) <= left.error + right.error)


def _is_anagram(left: str, right: str) -> bool:
    """Whether both are nothing but the same three letters or more, in another order.

    They may be words or points, ABC and CAB. ``xyz`` and ``zyx`` are products: their letters follow one
    another in the alphabet.
    """
    left = left.replace(" ", "")
    right = right.replace(" ", "")
    products = "".join(sorted(left)) in "abcdefghijklmnopqrstuvwxyz"
    return left.isalpha() and right.isalpha() and len(left) > 2 and left != right and not products


# Groups: tuples, intervals, sets, lists


def _all(verdicts: Sequence[Maybe]) -> Maybe:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _same_ordered(left: Sequence[Form], right: Sequence[Form]) -> Maybe:
    if len(left) != len(right):
        return False
    return _all([same_form(a, b) for a, b in zip(left, right, strict=True)])


def _same_unordered(left: Sequence[Form], right: Sequence[Form]) -> Maybe:
    """Whether each item has its own equal on the other side."""
    if len(left) != len(right):
        return False
    rest = list(right)
    is_unsure = False
    for item in left:
        verdicts = [same_form(item, other) for other in rest]
        if True in verdicts:
            del rest[verdicts.index(True)]
        elif None in verdicts:
            is_unsure = True
        else:
            return False
    return None if is_unsure else True


def _same_group(left: Group, right: Group) -> Maybe:
    unordered = {"", "\\{"}
    if left.opening in unordered and right.opening in unordered:
        if _is_named(left) != _is_named(right):  # x = 3, y = 5 against 3, 5: here the order is the name
            return _same_ordered(left.items, right.items)
        return _same_unordered(left.items, right.items)
    if (left.opening, left.closing) != (right.opening, right.closing):
        return False
    return _same_ordered(left.items, right.items)


def _is_named(group: Group) -> bool:
    """Whether its items are values of different variables."""
    names = [assignment.name for assignment in map(_assignment, group.items) if assignment]
    return len(names) == len(group.items) == len(set(names)) > 1


def _same_matrix(left: Matrix, right: Matrix) -> Maybe:
    plain = {"p", "b", "B", "small"}
    if left.fence != right.fence and not {left.fence, right.fence} <= plain:
        return False
    if len(left.rows) != len(right.rows):
        return False
    return _all([_same_ordered(a, b) for a, b in zip(left.rows, right.rows, strict=True)])


# Relations: equations and inequalities


class _Assignment(NamedTuple):
    """``x = 5`` as the name x and the value 5."""

    name: str
    value: Form


def _assignment(form: Form) -> _Assignment | None:
    """Return name and value of an equation that states a value; None for any other form.

    So do ``x = 5``, ``f(x) = x + 1``, ``m+n = 3+4 = 7`` and ``2^{10} = 1024`` (whose name is empty).
    """
    if not isinstance(form, Relation) or set(form.ops) != {"="}:
        return None
    first, *_, last = form.sides
    if NAME.fullmatch(first):
        return _Assignment(first, read(last))
    if len(form.sides) == 2 and NAME.fullmatch(last):
        return _Assignment(last, read(first))
    # A chain of constants: every one must be the same number, or the last is not what the others come to.
    is_named = _LETTERS.fullmatch(first) is not None
    values = [read(side) for side in form.sides[is_named:]]
    nodes = [item.node for item in values if isinstance(item, Value)]
    if len(nodes) < len(values) or any(map(expression.variables, nodes)):
        return None
    if not all(same_value(nodes[0], node) for node in nodes[1:]):
        return None
    return _Assignment(first if is_named else "", values[-1])


def _same_relation(left: Relation, right: Relation) -> Maybe:
    """Compare two relations: as values of one name, as intervals of one variable, or side by side."""
    left_named = _assignment(left)
    right_named = _assignment(right)
    if left_named and right_named and _same_name(left_named.name, right_named.name):
        return same_form(left_named.value, right_named.value)
    left_interval = interval_of(left)
    right_interval = interval_of(right)
    if left_interval and right_interval:
        same_name = left_interval.name == right_interval.name
        return same_name and _same_group(left_interval.interval, right_interval.interval)
    if left.ops != right.ops:
        return False
    if left.ops in (("=",), ("\\neq",)):
        return _ratio(left, right) is not None
    if len(left.ops) == 1:
        # 2x < 4 is x < 2; a negative factor would turn the inequality around.
        ratio = _ratio(left, right)
        return ratio is not None and mpmath.im(ratio) == 0 and ratio > 0
    return _same_ordered([read(side) for side in left.sides], [read(side) for side in right.sides])


def _ratio(left: Relation, right: Relation) -> "mpmath.mpf | None":
    """Return the constant c, not zero, that makes two relations multiples, if there is one.

    For all variables, (side 0 - side 1) of ``left`` is c times that of ``right``.

    Two equations with such a constant have the same solutions: 2x = 4 and x = 2.
    """
    nodes = [node for node in map(_difference, (left, right)) if node is not None]
    if len(nodes) < 2 or not all(map(expression.variables, nodes)):
        return None
    ratios: list[mpmath.mpf] = []
    try:
        for (at_left, at_right), _ in _evaluated(nodes):
            if at_left is None or at_right is None or abs(at_right.value) <= at_right.error:
                continue
            with mpmath.workdps(40):
                ratios.append(at_left.value / at_right.value)
                if abs(ratios[-1] - ratios[0]) > mpmath.mpf(10) ** -25 * abs(ratios[0]):
                    return None
    except (TooLarge, ZeroDivisionError):
        return None
    return ratios[0] if len(ratios) > 1 and ratios[0] != 0 else None


def _difference(relation: Relation) -> Node | None:
    try:
        left, right = map(expression.parse, relation.sides)
    except (NotAnExpression, TooLarge):
        return None
    return Node("+", (left, Node("neg", (right,))))


def _same_name(left: str, right: str) -> bool:
    """Whether two names may be one.

    ``f(x)`` and ``y`` may name one function; ``f(x)`` and ``g(x)`` do not.
    """
    return left == right or ("y" in (left, right) and _is_function(left) and _is_function(right))


def _is_function(name: str) -> bool:
    return re.fullmatch(r"y|[a-zA-Z]\([a-z]\)", name) is not None


# Words and text that the reader does not know


def _same_raw(left: Form, right: Form) -> Maybe:
    """Compare words as words and base-n numbers digit by digit; leave other unknown text to math-verify.

    The answer may leave the base out, as the question states it.
    """
    is_worded = any(isinstance(form, Raw) and form.is_words for form in (left, right))
    if not (isinstance(left, Raw | Value) and isinstance(right, Raw | Value)):
        return False if is_worded else None
    if is_worded:
        return words(left.text) == words(right.text)
    if _tight(left.text) == _tight(right.text):
        return True
    answer, gold = (_BASED.fullmatch(form.text.replace(" ", "")) for form in (left, right))
    if gold is None:
        return False if answer else None
    return answer.groups() == gold.groups() if answer else left.text == gold.group(1)


def _tight(text: str) -> str:
    """Return ``text`` without spaces (but between digits) and needless braces."""
    text = re.sub(r"(?<!\d)\s|\s(?!\d)", "", text)
    text = re.sub(r"\\pmod\{(\w+)\}", r"\\pmod\1", text)
    return re.sub(r"\{(\w)\}", r"\1", text)


# What one side may leave out


def _loosened(form: Form, other: Form) -> Form:
    """Return ``form`` nearer to the kind of ``other``.

    A named value becomes the value, a set of one element the element, an inequality an interval, and named
    coordinates a point, if the other side is of that kind.
    """
    if isinstance(form, Relation) and not isinstance(other, Relation):
        interval = interval_of(form)
        if interval and isinstance(other, Group | Union):
            return interval.interval
        return unnamed(form)
    if not isinstance(form, Group):
        return form
    if form.opening in {"\\{", ""} and len(form.items) == 1 and isinstance(other, Value):
        return form.items[0]
    if form.opening == "" and isinstance(other, Group) and other.opening == "(":
        return _coordinates(form)
    return form


def _coordinates(form: Group) -> Form:
    """Return ``x = 4, y = -1`` as the point (4, -1); any other list as it is."""
    assignments = [assignment for assignment in map(_assignment, form.items) if assignment]
    names = [assignment.name for assignment in assignments]
    if len(assignments) < len(form.items) or names != sorted(set(names)):
        return form
    if not all(len(name) == 1 for name in names):
        return form
    return Group("(", ")", tuple(assignment.value for assignment in assignments))
