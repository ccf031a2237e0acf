"""The value of an expression: exactly if it is rational, else to many digits.

Sizes are bounded before anything is computed: the expression may be hostile, and 9^{9^9} must not be tried.

>>> from suite.grade.expression import parse
>>> exact(parse("1/2 + 1/3"))
Fraction(5, 6)
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

import mpmath

from suite.grade.expression import Node, TooLarge

MAX_BITS = 20_000
"""Longest exact integer that is computed, in bits."""
MAX_FACTORIAL = 1000
MAX_EXPONENT = 10_000
MAX_MAGNITUDE = 400
"""Largest decimal exponent of a number that is met."""
MAX_COST = 60
"""How many powers, roots, functions and factorials one evaluation may take."""
DIGITS = 50
"""Working precision in decimal digits where nothing asks for more."""
_CHEAP = frozenset({"+", "*", "neg", "inverse", "abs"})


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1:
        return None
    n = exponent.numerator
    if base == 0 and n <= 0:
        raise ZeroDivisionError
    # Powers of 0, 1 and -1 stay small, whatever the exponent; any other is as long as this product says.
    if base not in (0, 1, -1) and _bits(base) * abs(n) > MAX_BITS:
        raise TooLarge("power")
    return base ** (n % 2 if base == -1 else n)


def _exact_root(value: Fraction, degree: Fraction) -> Fraction | None:
    if degree != 2 or value < 0:
        return None
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return root if root * root == value else None


def _natural(value: Fraction) -> int | None:
    if value.denominator != 1 or value < 0:
        return None
    if value > MAX_FACTORIAL:
        raise TooLarge("factorial")
    return value.numerator


def _product(args: list[Fraction]) -> Fraction:
    if sum(map(_bits, args)) > MAX_BITS:
        raise TooLarge("product")
    return math.prod(args, start=Fraction(1))


def _factorial(args: list[Fraction]) -> Fraction | None:
    n = _natural(args[0])
    return None if n is None else Fraction(math.factorial(n))


def _binomial(args: list[Fraction]) -> Fraction | None:
    n = _natural(args[0])
    k = _natural(args[1])
    return None if n is None or k is None else Fraction(math.comb(n, k))


_EXACT: Mapping[str, Callable[[list[Fraction]], Fraction | None]] = {
    "+": lambda args: sum(args, Fraction(0)),
    "*": _product,
    "neg": lambda args: -args[0],
    "inverse": lambda args: 1 / args[0],
    "^": lambda args: _exact_power(args[0], args[1]),
    "root": lambda args: _exact_root(args[0], args[1]),
    "abs": lambda args: abs(args[0]),
    "floor": lambda args: Fraction(math.floor(args[0])),
    "ceil": lambda args: Fraction(math.ceil(args[0])),
    "!": _factorial,
    "binom": _binomial,
}
"""Operations that may have a rational result; that of a function such as the sine is not looked for."""


def exact(node: Node) -> Fraction | None:
    """Return the rational value, or None if there is none. Raises ``TooLarge`` and ``ZeroDivisionError``."""
    if node.op == "number":
        return node.value
    args = []
    for argument in node.args:
        value = exact(argument)
        if value is None:
            return None
        args.append(value)
    operation = _EXACT.get(node.op)
    result = operation(args) if operation and args else None
    if result is not None and _bits(result) > MAX_BITS:
        raise TooLarge("value")
    return result


_MPMATH = {
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "cot": mpmath.cot, "sec": mpmath.sec,
    "csc": mpmath.csc, "arcsin": mpmath.asin, "arccos": mpmath.acos, "arctan": mpmath.atan,
    "arccot": mpmath.acot, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
    "ln": mpmath.log, "exp": mpmath.exp, "abs": abs, "floor": mpmath.floor, "ceil": mpmath.ceil,
    "neg": lambda x: -x,
}  # fmt: skip


class Evaluation:
    """One numeric evaluation at ``digits`` decimal digits.

    ``largest`` is the decimal exponent of the largest number met, ``cost`` the number of costly operations so
    far.
    """

    def __init__(self, point: Mapping[str, Fraction], digits: int) -> None:
        self.point = point
        self.digits = digits
        self.largest = 0
        self.cost = 0

    def value(self, node: Node) -> "mpmath.mpc":
        """Return the value of ``node``. Raises ``TooLarge``, ``ZeroDivisionError``, ``ValueError``."""
        if node.op not in _CHEAP and node.args:
            self.cost += 1
            if self.cost > MAX_COST:
                raise TooLarge("too many operations")
        result = self._value(node)
        if isinstance(result, mpmath.mpc) and result.imag == 0:
            result = result.real  # so that what asks for a real number, such as an odd root, gets one
        if mpmath.isfinite(result) and result != 0:
            self.largest = max(self.largest, int(mpmath.mag(result) * 0.30103))
            if self.largest > MAX_MAGNITUDE:
                raise TooLarge("value")
        return result

    def _value(self, node: Node) -> "mpmath.mpc":
        if node.op == "number":
            return mpmath.mpf(node.value.numerator) / node.value.denominator
        if node.op == "variable":
            value = self.point[node.name]
            return mpmath.mpf(value.numerator) / value.denominator
        if node.op == "constant":
            return {"pi": +mpmath.pi, "e": +mpmath.e, "i": mpmath.mpc(0, 1), "infty": mpmath.inf}[node.name]
        args = [self.value(argument) for argument in node.args]
        # Infinity is an answer by itself, and the end of an interval; infinity minus infinity is not.
        if node.op != "neg" and not all(map(mpmath.isfinite, args)):
            raise ValueError("arithmetic with infinity")
        return _unknown(node.name, args[0]) if node.op == "apply" else self._operation(node.op, args)

    def _operation(self, op: str, args: "list[mpmath.mpc]") -> "mpmath.mpc":
        first = args[0]
        second = args[-1]
        if op == "+":
            return mpmath.fsum(args)
        if op == "*":
            return mpmath.fprod(args)
        if op == "inverse":
            return 1 / first
        if op == "root":
            return self._power(first, 1 / second)
        if op == "^":
            return self._power(first, second)
        if op in {"!", "binom"}:
            return self._counted(op, first, second)
        return _MPMATH[op](first)

    def _power(self, base: "mpmath.mpc", exponent: "mpmath.mpc") -> "mpmath.mpc":
        if abs(exponent) > MAX_EXPONENT:
            raise TooLarge("exponent")
        is_real = isinstance(base, mpmath.mpf) and isinstance(exponent, mpmath.mpf)
        if is_real and base < 0:
            # The cube root of -8 is -2 to whoever writes it; mpmath's principal root is complex.
            tolerance = mpmath.mpf(10) ** (5 - self.digits)
            if any(abs(exponent * degree - 1) < tolerance for degree in (3, 5, 7)):
                return -mpmath.power(-base, exponent)
        return mpmath.power(base, exponent)

    def _counted(self, op: str, first: "mpmath.mpc", second: "mpmath.mpc") -> "mpmath.mpc":
        if any(not isinstance(value, mpmath.mpf) or abs(value) > MAX_FACTORIAL for value in (first, second)):
            raise TooLarge("factorial")
        return mpmath.factorial(first) if op == "!" else mpmath.binomial(first, second)


def _unknown(name: str, argument: "mpmath.mpc") -> "mpmath.mpf":
    """Return a value that the unknown function ``name`` might have.

    It is fixed for an argument, and unrelated for any other.
    """
    digest = hashlib.sha256(f"{name}\0{mpmath.nstr(argument, 25)}".encode()).digest()
    return mpmath.mpf(int.from_bytes(digest[:8], "big")) / 2**62


class Approximation(NamedTuple):
    """A value and a bound on its absolute error."""

    value: "mpmath.mpc"
    error: "mpmath.mpf"


def numeric(node: Node, point: Mapping[str, Fraction]) -> Approximation | None:
    """Return the value at ``point`` with an error that is small beside it; None if it is undefined there.

    A value that cannot be told from zero keeps its bound. Raises ``TooLarge``.
    """
    digits = DIGITS
    while True:
        with mpmath.workdps(digits):
            evaluation = Evaluation(point, digits)
            try:
                value = evaluation.value(node)
            except (ZeroDivisionError, ValueError, OverflowError):
                return None
            if mpmath.isnan(value):
                return None
            # Every number met is right to about ``digits`` digits, so the largest sets the error.
            error = mpmath.mpf(10) ** (evaluation.largest - digits + 10)
            if digits >= DIGITS - 10 + evaluation.largest and (
                abs(value) > error * mpmath.mpf(10) ** 20 or digits > 2 * DIGITS
            ):
                return Approximation(value, error)
        # Large numbers cancelled: once more, with enough digits for what is left of them.
        digits = max(2 * DIGITS + 1, DIGITS + evaluation.largest)
