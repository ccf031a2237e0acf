"""The grammar of rewards: as a user writes one (``format & !python``) and as the ids of checkpoints carry it.

| written | in an id |
|---|---|
| ``random(0.7)`` | ``random-0.7`` |
| ``!python`` | ``not-python`` |
| ``format & !python`` | ``format-and-not-python`` |
| ``my_module:my_reward`` | ``own-my_module-my_reward`` |

This module does not know which plain names exist: ``suite.grpo.expression`` checks that one can be trained,
the registry that it lists one.
"""

import keyword
import re
from dataclasses import dataclass
from decimal import Decimal

from suite.errors import SuiteError
from suite.files.text import shown

RANDOM = "random"
"""The one reward that takes a number, the probability that it pays."""
GAMMA = 0.5
"""That probability if none is given: the paper's main one."""
MAX_TEXT = 300
MAX_PARTS = 4
_JOINT = re.compile(r"&|-and-")
_NOT = re.compile(r"(?:!|not-)\s*")
_NAMED = r"[a-z_][a-z0-9_]*"
_OWN = re.compile(rf"{_NAMED}(?:\.{_NAMED})*:{_NAMED}")
_ARGUMENT = re.compile(r"([^()]*)\(([^()]*)\)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Part:
    """One reward of a conjunction: a plain name or ``module:function``. Only ``random`` has a ``gamma``."""

    name: str
    gamma: float | None = None
    negated: bool = False

    @property
    def is_own(self) -> bool:
        """Whether the reward is the user's own function."""
        return ":" in self.name

    @property
    def id(self) -> str:
        """The part as it appears in an id: ``random-0.7``."""
        name = f"own-{self.name.replace(':', '-')}" if self.is_own else self.name
        number = f"-{self._number}" if self._number else ""
        return f"{'not-' * self.negated}{name}{number}"

    @property
    def text(self) -> str:
        """The part as a user writes it: ``random(0.7)``."""
        number = f"({self._number})" if self._number else ""
        return f"{'!' * self.negated}{self.name}{number}"

    @property
    def _number(self) -> str:
        """``gamma`` without an exponent; empty if it is absent or the default."""
        return "" if self.gamma in (None, GAMMA) else format(Decimal(repr(self.gamma)).normalize(), "f")


def parts(text: str, where: str) -> tuple[Part, ...]:
    """Return the rewards that ``text``, written or an id, joins, always in the same order.

    Raises ``SuiteError`` if it is malformed.
    """
    if len(text) > MAX_TEXT:
        what = f"the reward {shown(text)} has {len(text)} characters. Allowed: {MAX_TEXT}"
        raise SuiteError(what, where, "Name rewards, joined by '&'")
    pieces = [piece.strip() for piece in _JOINT.split(text)]
    if len(pieces) > MAX_PARTS:
        what = f"{shown(text)} joins {len(pieces)} rewards. Allowed: {MAX_PARTS}"
        raise SuiteError(what, where, "Join fewer, or name a function of your own as module:function")
    unordered = [_part(piece, text, where) for piece in pieces]
    ordered = tuple(sorted(unordered, key=lambda part: (part.negated, part.name)))
    # In this order "a & b" and "b & a" are one reward with one id.
    for number, part in enumerate(ordered):
        _refuse_second(part, ordered[:number], where)
    return ordered


def names(text: str) -> tuple[str, ...]:
    """Return the names of the rewards that ``text`` joins; ``text`` itself if it is malformed."""
    try:
        return tuple(part.name for part in parts(text, ""))
    except SuiteError:
        return (text,)


def id_of(conjunction: tuple[Part, ...]) -> str:
    """Return the id of a conjunction; ``parts`` reads it back."""
    return "-and-".join(part.id for part in conjunction)


def _part(piece: str, text: str, where: str) -> Part:
    negation = _NOT.match(piece)
    rest = piece[negation.end() :] if negation else piece
    if not rest:
        allowed = "such as random(0.7), format & !python, my_module:my_reward"
        what = f"{shown(text)} has an empty part. Allowed: {allowed}"
        raise SuiteError(what, where, "Name a reward before and after each '&'")
    if _NOT.match(rest):
        what = f"{shown(piece)} is negated twice. Allowed: one '!' a reward"
        raise SuiteError(what, where, "Remove both")
    if ":" in rest or rest.startswith("own-"):
        return Part(_own(rest, where), None, negation is not None)
    return Part(*_named(rest, where), negation is not None)


def _own(piece: str, where: str) -> str:
    """Return ``module:function`` from that or from ``own-module-function``; both names are lower-case."""
    match = _OWN.fullmatch(piece if ":" in piece else piece.removeprefix("own-").replace("-", ":", 1))
    if match is None or any(map(keyword.iskeyword, re.split("[.:]", match.group()))):
        allowed = "module:function, of a-z, 0-9 and '_', with '.' within the module"
        what = f"{shown(piece)} names no function. Allowed: {allowed}"
        fix = "Write such as my_module:my_reward, and give module and function lower-case names"
        raise SuiteError(what, where, fix)
    return match.group()


def _named(piece: str, where: str) -> tuple[str, float | None]:
    """Return name and gamma."""
    match = _ARGUMENT.fullmatch(piece) or re.fullmatch(rf"({RANDOM})-([0-9.]+)", piece)
    if match is None and re.search("[()]", piece):
        what = f"{shown(piece)} is no reward. Allowed: brackets around the number of {RANDOM} alone"
        raise SuiteError(what, where, "Write '!' before a reward to negate it, and '&' between rewards")
    if match is None:
        return piece, GAMMA if piece == RANDOM else None
    name = match.group(1).strip()
    argument = match.group(2).strip()
    if name != RANDOM:
        what = f"{shown(name)} takes no number; got {shown(argument)}. Allowed: {RANDOM}(gamma) alone"
        raise SuiteError(what, where, f"Write {name[:40]!a}")
    return name, _gamma(argument, where)


def _gamma(argument: str, where: str) -> float:
    gamma = float(argument) if _NUMBER.fullmatch(argument) else None
    if gamma is None or not 0 <= gamma <= 1:
        why = "not a number" if gamma is None else "outside 0 to 1"
        what = f"the probability that {RANDOM} pays is {shown(argument)}, which is {why}"
        raise SuiteError(f"{what}. Allowed: a number from 0 to 1", where, f"Write such as {RANDOM}(0.7)")
    return abs(gamma)  # -0 is 0


def _refuse_second(part: Part, others: tuple[Part, ...], where: str) -> None:
    """Refuse ``part`` if it is among ``others`` in any form: two of ``random`` would be the same coin."""
    for other in others:
        if other.name == part.name:
            how = "appears both plain and negated" if other.negated != part.negated else "appears twice"
            what = f"{shown(part.name)} {how}. Allowed: each reward once"
            raise SuiteError(what, where, "Remove one of the two")
