"""Fresh arithmetic that no corpus can hold: random LaTeX expressions of 1 to 20 operations, and two scores.

After RandomCalculation of "Reasoning or Memorization?" (arXiv 2507.10532v3, section 4.3, Algorithm 1, and its
generator's code). Pure Python and seeded: the same seed gives the same items on every machine and every
Python. To see some: python -c "from suite.benchmarks.arithmetic import expressions as e; print(*e(1, 3, 5),
sep='\\n')"

An expression of i steps joins one of j steps and one of i - 1 - j, in either order with probability 1/2. The
operator is drawn uniformly from the four, j from 0..ceil(i / 2) - 1, and a leaf from the 1,089 that exist, so
that 73% of leaves are fractions. As in the paper's Fig. 16 the signs are ``*`` and ``/``, without spaces.
What differs from the paper's code, and why:

- Each expression is drawn afresh, its parts too. The code takes parts from pools of earlier expressions, so
  its items share them.
- The right operand of ``-`` has parentheses if it needs them. The code gives it none and reads the value back
  from the string: a - (b + c) becomes a - b + c. Compound operands of ``*`` and ``/`` always have them, as
  there: a/b*c never occurs.
- Integers are 0-100, as the paper says; the code has 0-99.
- Values are exact fractions; the code keeps 15 digits.
- An expression that divides by zero is drawn again at once; the code leaves it in the pools and drops it when
  it saves. Nothing else is refused: as in the paper, magnitudes have no cap.
"""

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from suite.errors import SuiteError

PROMPT = r"Evaluate this LaTeX numerical expression step-by-step and give the final value within \boxed{}: "
"""The text before the expression (arXiv 2507.10532, Fig. 2 and 16, and the generator's code)."""
MAX_STEPS = 20
MAX_ITEMS = 100_000
"""Largest set of one seed and level (the paper: 1,000); one step has 4.7 million distinct expressions."""
ABSOLUTE_TOLERANCE = Fraction(1, 1_000)
RELATIVE_TOLERANCE = Fraction(1, 10_000)
EPSILON = Fraction(1, 1_000_000)
"""The paper's constant for numerical stability in the continuous score."""


@dataclass(frozen=True)
class Expression:
    """One item: ``latex`` follows ``PROMPT``, ``value`` is exact, ``steps`` counts the binary operations."""

    latex: str
    value: Fraction
    steps: int


class _Term(NamedTuple):
    """A part of an expression; ``operator`` is its outermost one, "" for a leaf."""

    latex: str
    value: Fraction
    operator: str


def _leaves() -> tuple[_Term, ...]:
    """Return 1,089 operands: 101 integers, 792 fractions (not all in lowest terms), 98 squares, 98 cubes.

    Their order decides what a seed draws.
    """
    leaves = [_Term(str(i), Fraction(i), "") for i in range(101)]
    for d in range(2, 10):
        leaves += [_Term(f"\\frac{{{i}}}{{{d}}}", Fraction(i, d), "") for i in range(1, 100)]
    for p in (2, 3):
        leaves += [_Term(f"{i}^{p}", Fraction(i**p), "") for i in range(2, 100)]
    return tuple(leaves)


_LEAVES = _leaves()
_OPERATORS = "+-*/"


class _Stream:
    """SplitMix64 (Steele, Lea and Flood 2014) from a hash of (seed, steps): equal on every Python."""

    def __init__(self, seed: int, steps: int) -> None:
        digest = hashlib.sha256(f"rlvr-suite arithmetic\0{seed}\0{steps}".encode()).digest()
        self.state = int.from_bytes(digest[:8], "big")

    def below(self, n: int) -> int:
        """Return a uniform integer in 0..n-1, up to a bias of n / 2**64."""
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        x = self.state
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
        return (x ^ (x >> 31)) * n >> 64


def _apply(operator: str, left: Fraction, right: Fraction) -> Fraction:
    """Return the exact value; raise ZeroDivisionError."""
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    return left * right if operator == "*" else left / right


def _wrapped(operand: _Term, among: str) -> str:
    """Return the operand's LaTeX, in parentheses if its outermost operator is one of ``among``."""
    return f"({operand.latex})" if operand.operator and operand.operator in among else operand.latex


def _combine(operator: str, left: _Term, right: _Term) -> _Term:
    """Return ``left operator right``; parentheses go around compound factors and a sum right of ``-``."""
    if operator in "*/":
        latex = f"{_wrapped(left, _OPERATORS)}{operator}{_wrapped(right, _OPERATORS)}"
    else:
        latex = f"{left.latex}{operator}{_wrapped(right, '+-' if operator == '-' else '')}"
    return _Term(latex, _apply(operator, left.value, right.value), operator)


def _draw(stream: _Stream, steps: int) -> _Term:
    """Return a random part of exactly ``steps`` operations; raise ZeroDivisionError."""
    if steps == 0:
        return _LEAVES[stream.below(len(_LEAVES))]
    fewer = stream.below((steps + 1) // 2)
    left = _draw(stream, fewer)
    right = _draw(stream, steps - 1 - fewer)
    # Which part is longer must not show by its side.
    if stream.below(2):
        left, right = right, left
    return _combine(_OPERATORS[stream.below(len(_OPERATORS))], left, right)


def expressions(seed: int, steps: int, n: int) -> list[Expression]:
    """Return ``n`` expressions of exactly ``steps`` operations, no two alike as text.

    The first m of them are those of ``n=m``. Raises ``SuiteError`` unless ``steps`` is 1..20 and ``n``
    0..100,000.
    """
    if not 1 <= steps <= MAX_STEPS:
        what = f"no expressions of {steps} steps. Allowed: 1..{MAX_STEPS}"
        raise SuiteError(what, "arithmetic", "Change 'steps'")
    if not 0 <= n <= MAX_ITEMS:
        raise SuiteError(f"no set of {n} expressions. Allowed: 0..{MAX_ITEMS}", "arithmetic", "Change 'n'")
    stream = _Stream(seed, steps)
    drawn: dict[str, Expression] = {}
    while len(drawn) < n:
        try:
            term = _draw(stream, steps)
        except ZeroDivisionError:
            continue  # the stream has moved on, so that the next draw is another one
        drawn.setdefault(term.latex, Expression(term.latex, term.value, steps))
    return list(drawn.values())


def label(value: Fraction) -> str:
    """Return the exact answer as text: "17", "-3", or "p/q" in lowest terms."""
    return str(value)


def is_close(answer: Fraction, gold: Fraction) -> bool:
    """Whether an answer is right: an integer exactly, any other within 1e-3 or 1e-4 of the gold's size.

    Bounds are inclusive and compared as exact fractions. The rule is ours: the paper has no binary score for
    these items. If a gold that is not an integer is below 1e-3 in size (2% of items at 1 step, 6% at 5, 8-10%
    at 10 to 20), the answer 0 is right.
    """
    if gold.denominator == 1:
        return answer == gold
    return abs(answer - gold) <= max(ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE * abs(gold))


def continuous_score(answer: Fraction | None, gold: Fraction) -> float:
    """Return the paper's reward, in 0..1 (arXiv 2507.10532v3, eq. 2).

    With d the distance of answer and gold it is 1 - min(d, 1) / 2 - min(d / (|gold| + 1e-6), 1) / 2. An
    answer that does not parse (None) gets 0; the paper does not say what it gave.
    """
    if answer is None:
        return 0.0
    distance = abs(answer - gold)
    return float(1 - min(distance, Fraction(1)) / 2 - min(distance / (abs(gold) + EPSILON), Fraction(1)) / 2)
