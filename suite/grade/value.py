"""The value of an expression: exactly where it is rational, else to many digits. Sizes are bounded before they are computed."""

import math
from collections.abc import Mapping
from fractions import Fraction

import mpmath

from suite.grade.expression import MAX_DIGITS, Node, TooLarge

MAX_BITS = 100_000
"""Longest exact integer that is computed, in bits."""
MAX_FACTORIAL = 1000
MAX_EXPONENT = 100_000


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1:
        return None
    n = exponent.numerator
    if base == 0 and n <= 0:
        raise ZeroDivisionError
    if base not in (0, 1, -1) and _bits(base) * abs(n) > MAX_BITS:
        raise TooLarge("power")
    return base ** (n % 2 if base == -1 else n)


def _exact_root(value: Fraction, degree: Fraction) -> Fraction | None:
    if degree != 2 or value < 0:
        return None
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    return Fraction(top, bottom) if top * top == value.numerator and bottom * bottom == value.denominator else None


def _natural(value: Fraction) -> int | None:
    if value.denominator != 1 or value < 0:
        return None
    if value > MAX_FACTORIAL:
        raise TooLarge("factorial")
    return value.numerator


def _exact_operation(op: str, args: list[Fraction]) -> Fraction | None:
    first, second = args[0], args[-1]
    if op == "!":
        n = _natural(first)
        return None if n is None else Fraction(math.factorial(n))
    if op == "binom":
        n, k = _natural(first), _natural(second)
        return None if n is None or k is None else Fraction(math.comb(n, k))
    plain = {"neg": lambda: -first, "+": lambda: first + second, "*": lambda: first * second, "/": lambda: first / second}
    plain |= {"abs": lambda: abs(first), "floor": lambda: Fraction(math.floor(first)), "ceil": lambda: Fraction(math.ceil(first))}
    if op in plain:
        return plain[op]()
    if op == "^":
        return _exact_power(first, second)
    return _exact_root(first, second) if op == "root" else None


def exact(node: Node) -> Fraction | None:
    """The rational value, or None where there is none to be had exactly. Raises ``TooLarge`` and ``ZeroDivisionError``."""
    if node.op == "number":
        return node.value
    args = []
    for argument in node.args:
        value = exact(argument)
        if value is None:
            return None
        args.append(value)
    result = _exact_operation(node.op, args) if args else None
    if result is not None and _bits(result) > MAX_BITS:
        raise TooLarge("value")
    return result


_MPMATH = {
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "cot": mpmath.cot, "sec": mpmath.sec, "csc": mpmath.csc,
    "arcsin": mpmath.asin, "arccos": mpmath.acos, "arctan": mpmath.atan, "arccot": mpmath.acot, "sinh": mpmath.sinh,
    "cosh": mpmath.cosh, "tanh": mpmath.tanh, "ln": mpmath.log, "exp": mpmath.exp, "abs": abs, "floor": mpmath.floor,
    "ceil": mpmath.ceil, "neg": lambda x: -x,
}  # fmt: skip


class Evaluation:
    """One numeric evaluation at ``digits`` decimal digits; ``largest`` is the decimal exponent of the largest number met."""

    def __init__(self, point: Mapping[str, Fraction], digits: int) -> None:
        self.point, self.digits, self.largest = point, digits, 0

    def value(self, node: Node) -> "mpmath.mpc":
        """Value of ``node``. Raises ``TooLarge``, ``ZeroDivisionError``, ``ValueError``."""
        result = self._value(node)
        if mpmath.isfinite(result) and result != 0:
            self.largest = max(self.largest, int(mpmath.mag(result) * 0.30103))
            if self.largest > MAX_DIGITS:
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
        return self._operation(node.op, args)

    def _operation(self, op: str, args: "list[mpmath.mpc]") -> "mpmath.mpc":
        first, second = args[0], args[-1]
        if op == "+":
            return first + second
        if op == "*":
            return first * second
        if op == "/":
            return first / second
        if op == "root":
            return self._power(first, 1 / second)
        if op == "^":
            return self._power(first, second)
        if op == "!":
            return self._factorial(first)
        if op == "binom":
            return mpmath.binomial(first, second)
        return _MPMATH[op](first)

    def _power(self, base: "mpmath.mpc", exponent: "mpmath.mpc") -> "mpmath.mpc":
        if abs(exponent) > MAX_EXPONENT:
            raise TooLarge("exponent")
        real = mpmath.im(base) == 0 and mpmath.im(exponent) == 0
        if real and base < 0 and self._is_third(exponent):
            return -mpmath.power(-base, exponent)  # the real cube root, which is what is meant
        return mpmath.power(base, exponent)

    def _is_third(self, exponent: "mpmath.mpf") -> bool:
        return bool(abs(exponent * 3 - 1) < mpmath.mpf(10) ** (5 - self.digits))

    def _factorial(self, value: "mpmath.mpc") -> "mpmath.mpc":
        if abs(value) > MAX_FACTORIAL:
            raise TooLarge("factorial")
        return mpmath.factorial(value)


def numeric(node: Node, point: Mapping[str, Fraction]) -> "tuple[mpmath.mpc, mpmath.mpf] | None":
    """Value at ``point`` with a bound on its absolute error; None where it is undefined. Raises ``TooLarge``."""
    digits = 50
    while True:
        with mpmath.workdps(digits):
            evaluation = Evaluation(point, digits)
            try:
                value = evaluation.value(node)
            except (ZeroDivisionError, ValueError, OverflowError):
                return None
            if mpmath.isnan(value):
                return None
            if digits >= 40 + evaluation.largest:
                return value, mpmath.mpf(10) ** (evaluation.largest - digits + 10)
        digits = 50 + evaluation.largest
        if digits > 50 + MAX_DIGITS:
            raise TooLarge("precision")
