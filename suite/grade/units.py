"""Units, percent signs and counting words at the end of an answer, taken off and kept beside it."""

import re
from typing import NamedTuple

_UNITS = {
    "cm": "centimeter centimeters centimetre centimetres",
    "mm": "millimeter millimeters",
    "m": "meter meters metre metres",
    "km": "kilometer kilometers kilometre kilometres",
    "in": "inch inches",
    "ft": "foot feet",
    "yd": "yard yards",
    "mi": "mile miles",
    "s": "second seconds sec secs",
    "min": "minute minutes mins",
    "h": "hour hours hr hrs",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "year": "years",
    "kg": "kilogram kilograms",
    "g": "gram grams",
    "lb": "pound pounds lbs",
    "oz": "ounce ounces",
    "L": "liter liters litre litres l",
    "ml": "milliliter milliliters",
    "dollar": "dollars usd",
    "cent": "cents",
    "degree": "degrees deg",
    "radian": "radians rad",
    "mph": "mph",
    "unit": "units",
    "point": "points pts",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in [unit, *words.split(" ")]} | {
    "miles per hour": "mph"
}
_GENERIC = {"unit", "unit^2", "unit^3"}
_KNOWN = {*_UNITS} | {f"{unit}^{power}" for unit in _UNITS for power in "23"}
_TIMES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_STOP = (
    "not no nor or and more less than most least over under squared cubed factorial base is isn't does do are was equals "
    "equal exist exists half halves third thirds quarter quarters fourth fourths fifth fifths sixth sixths seventh sevenths "
    "eighth eighths ninth ninths tenth tenths hundredth hundredths below above times time incorrect wrong false true "
    "infinity undefined impossible only if when where for zero even odd prime positive negative real imaginary to from by "
    "with twice but except about mod modulo power root"
)
_STOPS = frozenset(_STOP.split(" "))
"""Words that change what stands before them, so that they are no unit."""
_QUOTED = re.compile(r'"[^"]*"')
_TRAILING = re.compile(r'^(.*?[\d})\]!a-zA-Z])[\s]*"([^"]*)"\s*(?:\^\{?([23])\}?)?\s*$', re.DOTALL)
_PER = re.compile(r'"([^"]*)"\s*/\s*"([^"]*)"')
_PERCENT = re.compile(r'^([^%]*[\d})\]])\s*(?:\\?%|"percent(?:age)?")$')
_DEGREES = re.compile(r"\^\{?\\circ\}?|\\degrees?(?![a-zA-Z])")
_ANGLE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:\^\{?\\circ\}?|\\degrees?(?![a-zA-Z]))")


class Spelled(NamedTuple):
    """An answer in one spelling: words stand in double quotes; ``units`` and ``percent`` were taken off its end."""

    text: str
    units: tuple[str, ...] = ()
    percent: bool = False


def without_units(text: str) -> Spelled:
    """The answer without what its end says of units, money, degrees or percent."""
    units: list[str] = []
    text = _PER.sub(r'"\1 per \2"', text)
    if re.match(r"\s*-?\s*\\\$", text):
        text = text.replace("\\$", "", 1).strip()
        units.append("dollar")
    text = text.replace("\\$", "")
    percent = _PERCENT.match(text)
    text = _plain_degrees(percent.group(1) if percent else text, units)
    while (match := _TRAILING.match(text)) and (
        rest := _counted(match.group(1), match.group(2), match.group(3), units)
    ):
        text = rest
    return Spelled(text.strip().rstrip(".,").strip(), tuple(u for u in units if u), percent is not None)


def _plain_degrees(text: str, units: list[str]) -> str:
    """Degrees as numbers; inside trigonometry as multiples of pi. What is left of them there, or beside pi, stays unread."""
    if re.search(r"sin|cos|tan|cot|sec|csc", text):
        return _ANGLE.sub(r"(\1\\pi/180)", text)
    if "\\pi" in text:
        return text
    text, n = _DEGREES.subn("", text)
    units += ["degree"] * bool(n)
    return text


def _counted(rest: str, phrase: str, power: str | None, units: list[str]) -> str | None:
    """``rest`` without the unit ``phrase`` (times a million, say), which goes to ``units``; None where ``phrase`` is none."""
    rest, said = rest.strip(), phrase.lower().split()
    bare = _QUOTED.sub("", rest).strip()
    if rest.count('"') % 2 or not bare or not said:
        return None
    name = unit(phrase, power)
    known = name in _KNOWN or name in _GENERIC
    if not known and (_STOPS & set(re.findall(r"[a-z']+", phrase.lower())) or not re.search(r"\d", bare)):
        return None
    if said[0] in _TIMES:
        units.append(unit(" ".join(said[1:])))
        return f"({rest})*{_TIMES[said[0]]}"
    units.append(name)
    return rest


def unit(words: str, power: str | None = None) -> str:
    """Canonical name of a unit: "inches" and "in" are one; squares and cubes keep their power."""
    name = words.strip() if words.strip() in _UNIT_OF else words.strip().replace(".", "").lower()
    square = re.fullmatch(r"(square|sq\.?|cubic|cu\.?)\s+(.*)", name)
    if square:
        power, name = ("2" if square.group(1).startswith("sq") else "3"), square.group(2)
    name = _UNIT_OF.get(name, name.removesuffix("s"))
    return f"{name}^{power}" if power else name


def same_units(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether the units that two answers state can be one: a unit left out is no contradiction, nor is a further word."""
    left, right = set(ours) - _GENERIC, set(theirs) - _GENERIC
    if not left or not right or left == right:
        return True
    a, b = (set(" ".join(side).split()) for side in (left, right))
    return (a <= b or b <= a) and not (a & _KNOWN) ^ (b & _KNOWN)
