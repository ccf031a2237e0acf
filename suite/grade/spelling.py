"""The many spellings of one answer -> one: LaTeX spacing and size commands, units, words, percent. The caller bounds the text."""

import re
import unicodedata
from functools import lru_cache

from suite.grade.extraction import closing_brace
from suite.grade.units import Spelled, without_units

_UNICODE = str.maketrans({
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "⁄": "/", "≤": "\\leq ", "≥": "\\geq ", "≠": "\\neq ",
    "∞": "\\infty ", "π": "\\pi ", "√": "\\sqrt ", "∪": "\\cup ", "∩": "\\cap ", "∈": "\\in ", "∅": "\\emptyset ", "±": "\\pm ",
    "°": "^\\circ ", "≈": "\\approx ", "θ": "\\theta ", "½": "\\frac{1}{2}", "⅓": "\\frac{1}{3}", "⅔": "\\frac{2}{3}",
    "¼": "\\frac{1}{4}", "¾": "\\frac{3}{4}", "…": "\\ldots ", "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "“": "", "”": "",
})  # fmt: skip
_RAISED = re.compile("[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_DIGIT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "-01234567890123456789")
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)}
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
    (re.compile(r"\{([^{}]+)\\choose\s*([^{}]+)\}|^([^{}]+)\\choose\s*([^{}]+)$"), r"\\binom{\1\3}{\2\4}"),
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
_ZEROS = re.compile(r"^(-?)0+(?=\d+$)")
_CLOCK = re.compile(r"(?<=\d)\s*([apAP])\.\s?[mM]\b\.?")
_ROWS = re.compile(r"\\begin\s*\{(aligned|align\*?|cases|gathered)\}(.*?)\\end\s*\{\1\}", re.DOTALL)
_SCIENTIFIC = re.compile(r"(?<=\d)[eE]([+-]?\d{1,3})(?![\w.])")
_MIXED = re.compile(r"(?<![\d.^_a-zA-Z])(\d+)\s*\\frac\s*(?:\{(\d+)\}\s*\{(\d+)\}|(\d)(\d))(?![\d!^])")
_PLAIN_MIXED = re.compile(r"(?<![\d./^])(\d+)\s+(\d+)/(\d+)(?![\d/.])")
_THIN = re.compile(r"(?<=\d)(?:,?\\[,!;: ]|\{,\})\s?(?=\d{3})")
_SPACED = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?![\d ])")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}(?:[ .'-]+[a-zA-Z]{2,})*\.?")
_NAMES = (
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp sqrt pi frac infty cup cap leq geq "
    "begin end pmatrix bmatrix matrix vmatrix array cases"
)
_KNOWN_NAMES = frozenset(_NAMES.split(" "))
_SHORT = (
    "and or no yes not all the are is of dne am pm odd red one two six ten day hr min mph sq cm mm km kg mg ml ft mi in oz lb "
    "lbs if by to at"
)
_SHORT_WORDS = frozenset(_SHORT.split(" "))
_COUNTED = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_COUNTED.split(" "))}


def _quote_text(match: "re.Match[str]") -> str:
    content = match.group(1).replace('"', "")
    if re.fullmatch(r"\s*[\d.,+\-*/=()]*\s*", content):
        return content
    if (
        match.group(0).startswith(("\\mathbf", "\\bm", "\\boldsymbol", "\\mathrm", "\\mathit"))
        and len(content.strip()) == 1
    ):
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
        if not match or closing_brace(text, match.end() - 1) != len(text) - 1:
            return text
        text = text[match.end() : -1].strip()


def _plain_numbers(text: str, grouped: bool) -> str:
    """Digits without thousands separators; in a tuple, an interval or a set, and where ``grouped`` is false, commas separate."""
    text = _SPACED.sub(lambda m: m.group(0).replace(" ", ""), _THIN.sub("", text))
    if not grouped:
        return text
    return _GROUPED.sub(
        lambda m: m.group(0) if _in_list(text, m.start()) else m.group(0).replace(",", ""), text
    )


def _in_list(text: str, at: int) -> bool:
    """Whether the innermost bracket that is open at ``at`` is one of a tuple, an interval or a set."""
    opened = []
    for i, character in enumerate(text[:at]):
        if character in "([{":
            opened.append("set" if character == "{" and text[i - 1 : i] == "\\" else character)
        elif character in ")]}" and opened:
            opened.pop()
    return bool(opened) and opened[-1] != "{"


def _mixed(match: "re.Match[str]") -> str:
    whole, *parts = [part for part in match.groups() if part is not None]
    return f"({whole}+\\frac{{{parts[0]}}}{{{parts[1]}}})"


def _plain_characters(answer: str) -> str:
    """Signs of Unicode as LaTeX: superscripts, subscripts, roots, fractions, relations."""
    text = unicodedata.normalize("NFC", answer).translate(_WIDE).replace('"', "")
    text = _RAISED.sub(lambda m: "^{" + m.group().translate(_DIGIT) + "}", text)
    text = _LOWERED.sub(lambda m: "_{" + m.group().translate(_DIGIT) + "}", text)
    return re.sub(r"√\s*(\d+)", r"\\sqrt{\1}", text).translate(_UNICODE)


def _listed(match: "re.Match[str]") -> str:
    """The rows of an aligned formula as a list; a row that starts with a relation goes on with the one before it."""
    return re.sub(r"\\\\\s*(?=[=<>]|\\[lg]e)", " ", match.group(2).replace("&", "")).replace("\\\\", ",")


@lru_cache(maxsize=20_000)
def spell(answer: str, grouped: bool = True) -> Spelled:
    """``answer`` in the suite's one spelling; ``grouped``: 1,234 is one number, and not two."""
    text = _CLOCK.sub(r" \1m", _ROWS.sub(_listed, _plain_characters(answer)))
    text = _THIN.sub("", _unwrapped(text.strip().strip("$").strip()))
    text = _TEXT.sub(_quote_text, text)
    text = _DROPPED.sub(" ", text.replace("\\\\%", "\\%"))
    for pattern, replacement in _RENAMED:
        text = pattern.sub(replacement, text)
    text = _unwrapped(
        _plain_numbers(re.sub(r"\s+", " ", text).strip().strip(";:").rstrip(".,").strip(), grouped)
    )
    text = _PLAIN_MIXED.sub(r"(\1+\2/\3)", _MIXED.sub(_mixed, text))
    text = _quote_words(_SCIENTIFIC.sub(r"*10^{\1}", text))
    text = re.sub(r"\s+", " ", text).strip()
    text = _NUMBER_WORDS.get(text.strip('" ').lower(), text)
    return without_units(_ZEROS.sub(r"\1", text))


def words(text: str) -> str:
    """A worded answer for comparison: no quotes, abbreviating dots, case or choice brackets."""
    plain = re.sub(r"(?<!\d)\.|\.(?!\d)", "", text.replace('"', " ").casefold())
    return " ".join(plain.split()).strip("() ")
