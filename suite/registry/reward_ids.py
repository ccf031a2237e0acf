"""The grammar of rewards: as a user writes one (``format & !python``) and as the ids of checkpoints carry it.

| written | in an id |
|---|---|
| ``random(0.7)`` | ``random-0.7`` |
| ``!python`` | ``not-python`` |
| ``format & !python`` | ``format-and-not-python`` |
| ``my_module:my_reward`` | ``own-my_module-my_reward`` |

Which plain names exist is not known here: ``suite.grpo.expression`` asks for those that can be trained, the registry for its own.
"""

import keyword
import re
from dataclasses import dataclass
from decimal import Decimal

from suite.errors import SuiteError
from suite.files.text import shown

RANDOM, GAMMA = "random", 0.5
"""The one reward that takes a number, the probability that it pays, and that number if none is given (the paper's main one)."""
MAX_TEXT, MAX_PARTS = 300, 4
_JOINT = re.compile(r"&|-and-")
_NOT = re.compile(r"(?:!|not-)\s*")
_NAMED = r"[a-z_][a-z0-9_]*"
_OWN = re.compile(rf"{_NAMED}(?:\.{_NAMED})*:{_NAMED}")
_ARGUMENT = re.compile(r"([^()]*)\(([^()]*)\)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Part:
    """One reward of a conjunction: a plain name or ``module:function``. ``gamma`` is None but for ``random``."""

    name: str
    gamma: float | None = None
    negated: bool = False

    @property
    def is_own(self) -> bool:
        """Whether the reward is a function of the user's."""
        return ":" in self.name

    @property
    def id(self) -> str:
        """As a part of an id."""
        name = f"own-{self.name.replace(':', '-')}" if self.is_own else self.name
        return f"{'not-' * self.negated}{name}{f'-{number}' if (number := self._number) else ''}"

    @property
    def text(self) -> str:
        """As a user writes it."""
        return f"{'!' * self.negated}{self.name}{f'({number})' if (number := self._number) else ''}"

    @property
    def _number(self) -> str:
        """``gamma`` without an exponent; nothing where it goes without saying."""
        return "" if self.gamma in (None, GAMMA) else format(Decimal(repr(self.gamma)).normalize(), "f")


def parts(text: str, where: str) -> tuple[Part, ...]:
    """The rewards that ``text``, written or an id, joins, always in the same order; ``SuiteError`` if it is malformed."""
    if len(text) > MAX_TEXT:
        what = f"the reward {shown(text)} has {len(text)} characters. Allowed: {MAX_TEXT}"
        raise SuiteError(what, where, "Name rewards, joined by '&'")
    pieces = [piece.strip() for piece in _JOINT.split(text)]
    if len(pieces) > MAX_PARTS:
        what = f"{shown(text)} joins {len(pieces)} rewards. Allowed: {MAX_PARTS}"
        raise SuiteError(
            what, where, "Join fewer, or write a function of your own and name it as module:function"
        )
    found = tuple(
        sorted((_part(piece, text, where) for piece in pieces), key=lambda part: (part.negated, part.name))
    )
    for number, part in enumerate(found):
        _refuse_second(part, found[:number], where)
    return found


def names(text: str) -> tuple[str, ...]:
    """Names of the rewards that ``text`` joins; of what is no such text, the text itself."""
    try:
        return tuple(part.name for part in parts(text, ""))
    except SuiteError:
        return (text,)


def id_of(found: tuple[Part, ...]) -> str:
    """The id of a conjunction; ``parts`` reads it back."""
    return "-and-".join(part.id for part in found)


def _part(piece: str, text: str, where: str) -> Part:
    negation = _NOT.match(piece)
    rest = piece[negation.end() :] if negation else piece
    if not rest:
        what = f"{shown(text)} has an empty part. Allowed: such as random(0.7), format & !python, my_module:my_reward"
        raise SuiteError(what, where, "Name a reward before and after each '&'")
    if _NOT.match(rest):
        raise SuiteError(
            f"{shown(piece)} is negated twice. Allowed: one '!' a reward", where, "Leave both out"
        )
    if ":" in rest or rest.startswith("own-"):
        return Part(_own(rest, where), None, negation is not None)
    return Part(*_named(rest, where), negation is not None)


def _own(piece: str, where: str) -> str:
    """``module:function`` out of that or ``own-module-function``; ids are lower-case, so are the names."""
    match = _OWN.fullmatch(piece if ":" in piece else piece.removeprefix("own-").replace("-", ":", 1))
    if match is None or any(map(keyword.iskeyword, re.split("[.:]", match.group()))):
        what = f"{shown(piece)} names no function. Allowed: module:function, of a-z, 0-9 and '_', with '.' within the module"
        raise SuiteError(
            what, where, "Write such as my_module:my_reward, and give module and function lower-case names"
        )
    return match.group()


def _named(piece: str, where: str) -> tuple[str, float | None]:
    """Name and gamma."""
    match = _ARGUMENT.fullmatch(piece) or re.fullmatch(rf"({RANDOM})-([0-9.]+)", piece)
    if match is None and re.search("[()]", piece):
        what = f"{shown(piece)} is no reward. Allowed: brackets around the number of {RANDOM} alone"
        raise SuiteError(
            what, where, "Write '!' before every reward that is negated, and '&' between rewards"
        )
    if match is None:
        return piece, GAMMA if piece == RANDOM else None
    name, argument = match.group(1).strip(), match.group(2).strip()
    if name != RANDOM:
        what = f"{shown(name)} takes no number; got {shown(argument)}. Allowed: {RANDOM}(gamma) alone"
        raise SuiteError(what, where, f"Write {name[:40]!a}")
    return name, _gamma(argument, where)


def _gamma(argument: str, where: str) -> float:
    what = (
        f"the probability that {RANDOM} pays is {shown(argument)}, which is %s. Allowed: a number from 0 to 1"
    )
    if not _NUMBER.fullmatch(argument):
        raise SuiteError(what % "no number", where, f"Write such as {RANDOM}(0.7)")
    gamma = float(argument)
    if not 0 <= gamma <= 1:
        raise SuiteError(what % "outside 0 to 1", where, f"Write such as {RANDOM}(0.7)")
    return abs(gamma)  # -0 is 0


def _refuse_second(part: Part, others: tuple[Part, ...], where: str) -> None:
    """``part`` is not among ``others``, in whatever form; two of ``random`` would be the same coin."""
    for other in others:
        if other.name == part.name:
            how = "stands both plain and negated" if other.negated != part.negated else "stands twice"
            raise SuiteError(
                f"{shown(part.name)} {how}. Allowed: each reward once", where, "Leave one of the two out"
            )
