"""Units, percent signs and counting words at the end of an answer, taken off and kept beside it.

A question asks "how many centimetres", so 5, 5 cm and 5 centimeters answer it alike, and 5 m does not:
``same_units`` decides. ``5 million`` becomes 5 times 1,000,000, and ``30^\\circ`` becomes 30, with the unit
degree.

>>> without_units('5 "square inches"'), same_units(("cm",), ()), same_units(("cm",), ("m",))
(Spelled(text='5', units=('in^2',), percent=False), True, False)
"""

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


def _canonical_names() -> dict[str, str]:
    """Return word -> unit, for all words of ``_UNITS``."""
    names = {"miles per hour": "mph"}
    for unit, words in _UNITS.items():
        names |= dict.fromkeys([unit, *words.split(" ")], unit)
    return names


_UNIT_OF = _canonical_names()
_GENERIC = {"unit", "unit^2", "unit^3"}
"""What says no more than that there is a unit."""
_KNOWN = _UNITS.keys() | {f"{unit}^2" for unit in _UNITS} | {f"{unit}^3" for unit in _UNITS}
_TIMES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_STOP = (
    "not no nor or and more less than most least over under squared cubed factorial base is isn't does do "
    "are was equals equal exist exists half halves third thirds quarter quarters fourth fourths fifth "
    "fifths sixth sixths seventh sevenths eighth eighths ninth ninths tenth tenths hundredth hundredths "
    "below above times time incorrect wrong false true infinity undefined impossible only if when where "
    "for zero even odd prime positive negative real imaginary to from by with twice but except about mod "
    "modulo power root"
)
_STOPS = frozenset(_STOP.split(" "))
"""Words that change what is before them, so that they are not a unit."""
_QUOTED = re.compile(r'"[^"]*"')
_TRAILING = re.compile(r'^(.*?[\d})\]!a-zA-Z])[\s]*"([^"]*)"\s*(?:\^\{?([23])\}?)?\s*$', re.DOTALL)
_PER = re.compile(r'"([^"]*)"\s*/\s*"([^"]*)"')
_PERCENT = re.compile(r'^([^%]*[\d})\]])\s*(?:\\?%|"percent(?:age)?")$')
_DEGREES = re.compile(r"\^\{?\\circ\}?|\\degrees?(?![a-zA-Z])")
_ANGLE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:\^\{?\\circ\}?|\\degrees?(?![a-zA-Z]))")


class Spelled(NamedTuple):
    """An answer in one spelling, with words in double quotes.

    ``units`` and ``percent`` were taken off its end.
    """

    text: str
    units: tuple[str, ...] = ()
    percent: bool = False


def without_units(text: str) -> Spelled:
    """Return the answer without the units, money, degrees or percent at its end."""
    units: list[str] = []
    text = _PER.sub(r'"\1 per \2"', text)
    if re.match(r"\s*-?\s*\\\$", text):  # money has its unit in front
        text = text.replace("\\$", "", 1).strip()
        units.append("dollar")
    text = text.replace("\\$", "")
    percent = _PERCENT.match(text)
    text = _plain_degrees(percent.group(1) if percent else text, units)
    while match := _TRAILING.match(text):
        rest = _counted(match.group(1), match.group(2), match.group(3), units)
        if not rest:
            break
        text = rest
    text = text.strip().rstrip(".,").strip()
    return Spelled(text, tuple(unit for unit in units if unit), percent is not None)


def _plain_degrees(text: str, units: list[str]) -> str:
    """Return degrees as numbers, and as multiples of pi inside trigonometry.

    Those that are left there, or beside pi, stay unread.
    """
    if re.search(r"sin|cos|tan|cot|sec|csc", text):
        return _ANGLE.sub(r"(\1\\pi/180)", text)
    if "\\pi" in text:
        return text
    text, n_degrees = _DEGREES.subn("", text)
    if n_degrees:
        units.append("degree")
    return text


def _counted(number: str, phrase: str, power: str | None, units: list[str]) -> str | None:
    """Return ``number`` without the ``phrase`` after it.

    None if the phrase is neither a unit nor a thing that is counted.

    The unit goes to ``units``; of "5 million dollars" the number is 5 times a million.
    """
    number = number.strip()
    phrase_words = phrase.lower().split()
    bare = _QUOTED.sub("", number).strip()
    if number.count('"') % 2 or not bare or not phrase_words:
        return None
    name = canonical_unit(phrase, power)
    # "5 apples" counts apples; "5 more" and "x apples" are something else.
    is_count = re.search(r"\d", bare) and not _STOPS & set(re.findall(r"[a-z']+", phrase.lower()))
    if name not in _KNOWN and name not in _GENERIC and not is_count:
        return None
    if phrase_words[0] in _TIMES:
        units.append(canonical_unit(" ".join(phrase_words[1:])))
        return f"({number})*{_TIMES[phrase_words[0]]}"
    units.append(name)
    return number


def canonical_unit(words: str, power: str | None = None) -> str:
    """Return the one name of a unit: "inches" and "in" are one; squares and cubes keep their power."""
    words = words.strip()
    name = words if words in _UNIT_OF else words.replace(".", "").lower()
    raised = re.fullmatch(r"(square|sq\.?|cubic|cu\.?)\s+(.*)", name)
    if raised:
        power = "2" if raised.group(1).startswith("sq") else "3"
        name = raised.group(2)
    name = _UNIT_OF.get(name, name.removesuffix("s"))
    return f"{name}^{power}" if power else name


def same_units(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether the units of two answers may be one.

    Leaving a unit out contradicts nothing, nor does a further word.
    """
    left = set(ours) - _GENERIC
    right = set(theirs) - _GENERIC
    if not left or not right or left == right:
        return True
    left_words = set(" ".join(left).split())
    right_words = set(" ".join(right).split())
    is_contained = left_words <= right_words or right_words <= left_words
    return is_contained and not (left_words & _KNOWN) ^ (right_words & _KNOWN)
