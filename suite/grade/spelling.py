"""The many spellings of one answer -> one: LaTeX spacing and size commands, units, words, percent. The caller bounds the text."""

import re
import unicodedata
from typing import NamedTuple

_UNICODE = str.maketrans({
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "⁄": "/", "≤": "\\leq ", "≥": "\\geq ", "≠": "\\neq ",
    "∞": "\\infty ", "π": "\\pi ", "√": "\\sqrt ", "∪": "\\cup ", "∩": "\\cap ", "∈": "\\in ", "∅": "\\emptyset ", "±": "\\pm ",
    "°": "^\\circ ", "≈": "\\approx ", "θ": "\\theta ", "²": "^2", "³": "^3", "…": "\\ldots ", "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "“": "", "”": "",
})  # fmt: skip
_DROPPED = re.compile(
    r"\\(?:displaystyle|textstyle|limits|nolimits|bigl|bigr|Bigl|Bigr|biggl|biggr|big|Big|bigg|Bigg|left|right|mathstrut|hfill)"
    r"(?![a-zA-Z])\.?|\\[!,;:>]|\\q?quad(?![a-zA-Z])|(?<!\\)\\\s|~|(?<!\\)\$|(?<!\\)\\[\[\]()]|\\hspace\{[^{}]*\}"
)
_RENAMED = [
    (re.compile(r"\\[dtc]frac(?![a-zA-Z])"), r"\\frac"),
    (re.compile(r"\\[dt]?binom(?![a-zA-Z])"), r"\\binom"),
    (re.compile(r"\\(?:le|leqslant)(?![a-zA-Z])"), r"\\leq"),
    (re.compile(r"\\(?:ge|geqslant)(?![a-zA-Z])"), r"\\geq"),
    (re.compile(r"\\ne(?![a-zA-Z])"), r"\\neq"),
    (re.compile(r"\\lt(?![a-zA-Z])"), "<"),
    (re.compile(r"\\gt(?![a-zA-Z])"), ">"),
    (re.compile(r"\\(?:varnothing|O)(?![a-zA-Z])"), r"\\emptyset"),
    (re.compile(r"\\(?:setminus|backslash)(?![a-zA-Z])"), r"\\setminus"),
    (re.compile(r"\\(?:lbrace)(?![a-zA-Z])"), r"\\{"),
    (re.compile(r"\\(?:rbrace)(?![a-zA-Z])"), r"\\}"),
    (re.compile(r"\\(?:lvert|rvert|vert|mid)(?![a-zA-Z])"), "|"),
    (re.compile(r"\\(?:land|wedge)(?![a-zA-Z])"), '"and"'),
    (re.compile(r"\\(?:lor|vee)(?![a-zA-Z])"), '"or"'),
    (re.compile(r"\^\{?\\?(?:prime)\}?"), "'"),
    (re.compile(r"\\\\\[\d*\.?\d*\s*[a-z]{2}\]"), r"\\\\"),
]
_TEXT = re.compile(
    r"\\(?:text|textbf|textit|textrm|textnormal|textsf|texttt|mathrm|mathbf|mathit|mathsf|mbox|hbox|operatorname|rm|bf|bm|boldsymbol)"
    r"\s*\{([^{}]*)\}"
)
_DEGREES = re.compile(r"\^\{?\\circ\}?|\\degrees?(?![a-zA-Z])")
_ANGLE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:\^\{?\\circ\}?|\\degrees?(?![a-zA-Z]))")
_SCIENTIFIC = re.compile(r"(?<=\d)[eE]([+-]?\d{1,3})(?![\w.])")
_MIXED = re.compile(r"(?<![\d.^_{a-zA-Z])(\d+)\s*\\frac\s*(?:\{(\d+)\}\s*\{(\d+)\}|(\d)(\d))(?![\d!^])")
_PLAIN_MIXED = re.compile(r"(?<![\d./^])(\d+)\s+(\d+)/(\d+)(?![\d/.])")
_THIN = re.compile(r"(?<=\d)(?:,?\\[,!;: ]|\{,\})\s?(?=\d{3})")
_SPACED = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?![\d ])")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}(?:[ .'-]+[a-zA-Z]{2,})*\.?")
_KNOWN_NAMES = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "ln",
        "log",
        "lg",
        "exp",
        "sqrt",
        "pi",
        "frac",
        "infty",
        "cup",
        "cap",
        "leq",
        "geq",
        "begin",
        "end",
        "pmatrix",
        "bmatrix",
        "matrix",
        "vmatrix",
        "array",
        "cases",
    ]
)
_SHORT_WORDS = frozenset(
    [
        "and",
        "or",
        "no",
        "yes",
        "not",
        "all",
        "the",
        "are",
        "is",
        "of",
        "dne",
        "am",
        "pm",
        "odd",
        "red",
        "one",
        "two",
        "six",
        "ten",
        "day",
        "hr",
        "min",
        "mph",
        "sq",
        "cm",
        "mm",
        "km",
        "kg",
        "mg",
        "ml",
        "ft",
        "mi",
        "in",
        "oz",
        "lb",
        "lbs",
    ]
)
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
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in [unit, *words.split(" ")]} | {"miles per hour": "mph"}
_QUOTED = re.compile(r'"[^"]*"')
_TRAILING_UNIT = re.compile(r'^(.*?[\d})\]!a-zA-Z])[\s]*"([^"]*)"\s*(?:\^\{?([23])\}?)?\s*$', re.DOTALL)
_PER = re.compile(r'"([^"]*)"\s*/\s*"([^"]*)"')


class Spelled(NamedTuple):
    """An answer in one spelling: words stand in double quotes; ``units`` and ``percent`` were taken off its end."""

    text: str
    units: tuple[str, ...] = ()
    percent: bool = False


def _quote_text(match: "re.Match[str]") -> str:
    content = match.group(1).replace('"', "")
    if re.fullmatch(r"\s*[\d.,+\-*/=()]*\s*", content):
        return content
    if match.group(0).startswith(("\\mathbf", "\\bm", "\\boldsymbol", "\\mathrm", "\\mathit")) and len(content.strip()) == 1:
        return content.strip()
    counted = re.fullmatch(r"\s*(-?[\d.,/]+)\s+(\D+)", content)
    return f' {counted.group(1)} "{counted.group(2).strip()}" ' if counted else f' "{content.strip()}" '


def _quote_words(text: str) -> str:
    """Runs of letters that are no mathematics (``no solution``, ``5 apples``) become quoted words."""

    def quoted(match: "re.Match[str]") -> str:
        words = re.split(r"[ .'-]+", match.group(0).strip(" ."))
        if any(word in _KNOWN_NAMES for word in words):
            return match.group(0)
        if all(len(word) <= 3 and word.lower() not in _SHORT_WORDS for word in words):
            return match.group(0)
        return f' "{match.group(0).strip()}" '

    parts = re.split(r'("[^"]*")', text)
    return "".join(part if part.startswith('"') else _WORD.sub(quoted, part) for part in parts)


def _unwrapped(text: str) -> str:
    """``text`` without an outer ``\\boxed{}`` or pair of braces."""
    text = text.strip()
    while True:
        match = re.match(r"\\(?:boxed|fbox|framebox|ensuremath)\s*\{|\{", text)
        if not match or _closing(text, match.end() - 1) != len(text) - 1:
            return text
        text = text[match.end() : -1].strip()


def _closing(text: str, opening: int) -> int:
    """Index of the brace that closes the one at ``opening``; -1 if there is none."""
    depth = 0
    for i in range(opening, len(text)):
        if text[i] in "{}" and (i == 0 or text[i - 1] != "\\"):
            depth += 1 if text[i] == "{" else -1
            if depth == 0:
                return i
    return -1


def _plain_numbers(text: str) -> str:
    text = _THIN.sub("", text)
    text = _SPACED.sub(lambda m: m.group(0).replace(" ", ""), text)
    inside = any(bracket in text for bracket in "([{") and "," in text and text.strip(' "')[:1] in "([\\"
    return text if inside else _GROUPED.sub(lambda m: m.group(0).replace(",", ""), text)


def _mixed(match: "re.Match[str]") -> str:
    whole, *parts = [part for part in match.groups() if part is not None]
    return f"({whole}+\\frac{{{parts[0]}}}{{{parts[1]}}})"


def spell(answer: str) -> Spelled:
    """``answer`` in the suite's one spelling."""
    text = unicodedata.normalize("NFC", answer).translate(_UNICODE).replace('"', "")
    text = _THIN.sub("", _unwrapped(text.strip().strip("$").strip()))
    text = _TEXT.sub(_quote_text, text)
    text = _DROPPED.sub(" ", text.replace("\\\\%", "\\%"))
    for pattern, replacement in _RENAMED:
        text = pattern.sub(replacement, text)
    text = _unwrapped(_plain_numbers(re.sub(r"\s+", " ", text).strip().strip(";:").rstrip(".,").strip()))
    text = _PLAIN_MIXED.sub(r"(\1+\2/\3)", _MIXED.sub(_mixed, text))
    text = _quote_words(_SCIENTIFIC.sub(r"*10^{\1}", text))
    return _without_units(re.sub(r"\s+", " ", text).strip())


def _without_units(text: str) -> Spelled:
    units: list[str] = []
    text = _PER.sub(r'"\1 per \2"', text)
    if re.match(r"\s*-?\s*\\\$", text):
        text = text.replace("\\$", "", 1).strip()
        units.append("dollar")
    text = text.replace("\\$", "")
    percent = bool(re.search(r'\\?%|"percent', text))
    text = re.sub(r'\\?%|"percent(?:age)?"', "", text).strip()
    if re.search(r"sin|cos|tan|cot|sec|csc", text):
        text = _ANGLE.sub(r"(\1\\pi/180)", text)
    text, n = _DEGREES.subn("", text)
    units += ["degree"] * bool(n)
    while match := _TRAILING_UNIT.match(text):
        rest = match.group(1)
        if rest.count('"') % 2 or not re.search(r"\d|\\pi|[a-zA-Z]", _QUOTED.sub("", rest)):
            break
        if not _QUOTED.sub("", rest).strip():
            break
        units.append(unit(match.group(2), match.group(3)))
        text = rest.strip()
    return Spelled(text.strip().rstrip(".,").strip(), tuple(u for u in units if u), percent)


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
    generic = {"unit", "unit^2", "unit^3"}
    left, right = set(ours) - generic, set(theirs) - generic
    if not left or not right or left == right:
        return True
    a, b = (set(" ".join(side).split()) for side in (left, right))
    known = {*_UNITS} | {f"{u}^{p}" for u in _UNITS for p in "23"}
    return (a <= b or b <= a) and not (a & known) ^ (b & known)


def words(text: str) -> str:
    """A worded answer for comparison: no quotes, abbreviating dots, case or choice brackets."""
    plain = re.sub(r"(?<!\d)\.|\.(?!\d)", "", text.replace('"', " ").casefold())
    return " ".join(plain.split()).strip("() ")
