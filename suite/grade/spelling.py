"""The many spellings of one answer -> one: LaTeX spacing and size commands, units, words, percent.

The steps build on one another: characters, wrappers, words in ``\\text``, commands, numbers, other words, and
last what is at the end. Afterwards words are in double quotes, and everything else is mathematics. The caller
bounds the text.

>>> spell("$\\\\dfrac{1}{2}$ inches")
Spelled(text='\\\\frac{1}{2}', units=('in',), percent=False)
"""

import re
import unicodedata
from functools import lru_cache

from suite.grade.extraction import closing_brace
from suite.grade.units import Spelled, without_units

# Characters of Unicode
_UNICODE = str.maketrans({
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "⁄": "/", "≤": "\\leq ",
    "≥": "\\geq ", "≠": "\\neq ", "∞": "\\infty ", "π": "\\pi ", "√": "\\sqrt ", "∪": "\\cup ",
    "∩": "\\cap ", "∈": "\\in ", "∅": "\\emptyset ", "±": "\\pm ", "°": "^\\circ ", "≈": "\\approx ",
    "θ": "\\theta ", "½": "\\frac{1}{2}", "⅓": "\\frac{1}{3}", "⅔": "\\frac{2}{3}", "¼": "\\frac{1}{4}",
    "¾": "\\frac{3}{4}", "…": "\\ldots ", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "“": "", "”": "",
})  # fmt: skip
_RAISED = re.compile("[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_DIGIT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "-01234567890123456789")
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)}
# Commands: those that change only the look, and those with a second name
_DROPPED = re.compile(
    r"\\(?:displaystyle|textstyle|limits|nolimits|bigl|bigr|Bigl|Bigr|biggl|biggr|big|Big|bigg|Bigg"
    r"|left|right|mathstrut|hfill)(?![a-zA-Z])\.?|\\[!,;:>]|\\q?quad(?![a-zA-Z])"
    r"|(?<!\\)\\\s|~|(?<!\\)\$|(?<!\\)\\[\[\]()]|\\hspace\{[^{}]*\}"
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
    r"\\(?:text|textbf|textit|textrm|textnormal|textsf|texttt|mathrm|mathbf|mathit|mathsf|mbox|hbox"
    r"|operatorname|rm|bf|bm|boldsymbol)\s*\{([^{}]*)\}"
)
_ROWS = re.compile(r"\\begin\s*\{(aligned|align\*?|cases|gathered)\}(.*?)\\end\s*\{\1\}", re.DOTALL)
# Numbers: 007, 3 p.m., 1.5e3, 2\frac{1}{3} and 2 1/3, then thousands as 1\,234 and 1{,}234, 1 234 and 1,234
_ZEROS = re.compile(r"^(-?)0+(?=\d+$)")
_CLOCK = re.compile(r"(?<=\d)\s*([apAP])\.\s?[mM]\b\.?")
_SCIENTIFIC = re.compile(r"(?<=\d)[eE]([+-]?\d{1,3})(?![\w.])")
_MIXED = re.compile(r"(?<![\d.^_a-zA-Z])(\d+)\s*\\frac\s*(?:\{(\d+)\}\s*\{(\d+)\}|(\d)(\d))(?![\d!^])")
_PLAIN_MIXED = re.compile(r"(?<![\d./^])(\d+)\s+(\d+)/(\d+)(?![\d/.])")
_THIN = re.compile(r"(?<=\d)(?:,?\\[,!;: ]|\{,\})\s?(?=\d{3})")
_SPACED = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?![\d ])")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
# Words
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}(?:[ .'-]+[a-zA-Z]{2,})*\.?")
_NAMES = (
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp sqrt pi frac infty cup cap "
    "leq geq begin end pmatrix bmatrix matrix vmatrix array cases"
)
_KNOWN_NAMES = frozenset(_NAMES.split(" "))
"""Runs of letters that are mathematics."""
_SHORT = (
    "and or no yes not all the are is of dne am pm odd red one two six ten day hr min mph sq cm mm km kg "
    "mg ml ft mi in oz lb lbs if by to at"
)
_SHORT_WORDS = frozenset(_SHORT.split(" "))
"""Words whose letters could be a product: "two" is a word, "twx" is t times w times x."""
_COUNTED = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_COUNTED.split(" "))}


@lru_cache(maxsize=20_000)
def spell(answer: str, grouped: bool = True) -> Spelled:
    """Return ``answer`` in the suite's one spelling; ``grouped``: 1,234 is one number, and not two."""
    # Characters of Unicode, and formulas over several rows, as plain LaTeX.
    text = _plain_characters(answer)
    text = _ROWS.sub(_listed_rows, text)
    text = _CLOCK.sub(r" \1m", text)
    # The wrapper goes before the commands inside it are touched.
    text = _unwrapped(text.strip().strip("$").strip())
    text = _THIN.sub("", text)
    # Words that are marked as such, before commands without a meaning are dropped.
    text = _TEXT.sub(_quoted_text, text)
    text = _DROPPED.sub(" ", text.replace("\\\\%", "\\%"))
    for pattern, replacement in _RENAMED:
        text = pattern.sub(replacement, text)
    text = re.sub(r"\s+", " ", text).strip().strip(";:").rstrip(".,").strip()
    # Numbers: thousands, mixed numbers, powers of ten.
    text = _unwrapped(_plain_numbers(text, grouped))
    text = _MIXED.sub(_mixed_number, text)
    text = _PLAIN_MIXED.sub(r"(\1+\2/\3)", text)
    text = _SCIENTIFIC.sub(r"*10^{\1}", text)
    # What is left of runs of letters are words.
    text = re.sub(r"\s+", " ", _quoted_words(text)).strip()
    text = _NUMBER_WORDS.get(text.strip('" ').lower(), text)
    return without_units(_ZEROS.sub(r"\1", text))


def words(text: str) -> str:
    """Return a worded answer for comparison: without quotes, abbreviating dots, case and choice brackets."""
    plain = re.sub(r"(?<!\d)\.|\.(?!\d)", "", text.replace('"', " ").casefold())
    return " ".join(plain.split()).strip("() ")


def _plain_characters(answer: str) -> str:
    """Return signs of Unicode as LaTeX: superscripts, subscripts, roots, fractions, relations."""
    text = unicodedata.normalize("NFC", answer).translate(_WIDE).replace('"', "")
    text = _RAISED.sub(lambda m: "^{" + m.group().translate(_DIGIT) + "}", text)
    text = _LOWERED.sub(lambda m: "_{" + m.group().translate(_DIGIT) + "}", text)
    return re.sub(r"√\s*(\d+)", r"\\sqrt{\1}", text).translate(_UNICODE)


def _listed_rows(match: "re.Match[str]") -> str:
    """Return the rows of an aligned formula as a list.

    A row that starts with a relation continues the one before it.
    """
    rows = match.group(2).replace("&", "")
    return re.sub(r"\\\\\s*(?=[=<>]|\\[lg]e)", " ", rows).replace("\\\\", ",")


def _unwrapped(text: str) -> str:
    """Return ``text`` without outer ``\\boxed{}`` or pairs of braces."""
    text = text.strip()
    while True:
        match = re.match(r"\\(?:boxed|fbox|framebox|ensuremath)\s*\{|\{", text)
        if not match or closing_brace(text, match.end() - 1) != len(text) - 1:
            return text
        text = text[match.end() : -1].strip()


def _quoted_text(match: "re.Match[str]") -> str:
    """Return the content of ``\\text{...}`` as quoted words.

    A number, or a single letter in a style, stays mathematics.
    """
    content = match.group(1).replace('"', "")
    if re.fullmatch(r"\s*[\d.,+\-*/=()]*\s*", content):
        return content
    is_styled = match.group(0).startswith(("\\mathbf", "\\bm", "\\boldsymbol", "\\mathrm", "\\mathit"))
    if is_styled and len(content.strip()) == 1:
        return content.strip()
    counted = re.fullmatch(r"\s*(-?[\d.,/]+)\s+(\D+)", content)
    if counted:
        return f' {counted.group(1)} "{counted.group(2).strip()}" '
    return f' "{content.strip()}" '


def _quoted_words(text: str) -> str:
    """Return ``text`` with quotes around words (``no solution``, ``5 apples``).

    They are runs of letters that are not mathematics.
    """
    parts = re.split(r'("[^"]*")', text)
    return "".join(part if part.startswith('"') else _WORD.sub(_quoted_run, part) for part in parts)


def _quoted_run(match: "re.Match[str]") -> str:
    run = match.group(0)
    run_words = re.split(r"[ .'-]+", run.strip(" ."))
    if any(word in _KNOWN_NAMES for word in run_words):
        return run
    if all(len(word) <= 3 and word.lower() not in _SHORT_WORDS for word in run_words):
        return run  # a product of variables
    return f' "{run.strip()}" '


def _plain_numbers(text: str, grouped: bool) -> str:
    """Return ``text`` with digits without thousands separators.

    In a tuple, an interval or a set, and if ``grouped`` is false, a comma separates items.
    """
    text = _SPACED.sub(lambda m: m.group(0).replace(" ", ""), _THIN.sub("", text))
    if not grouped:
        return text

    def joined(match: "re.Match[str]") -> str:
        is_item = _is_in_list(text, match.start())
        return match.group(0) if is_item else match.group(0).replace(",", "")

    return _GROUPED.sub(joined, text)


def _is_in_list(text: str, at: int) -> bool:
    """Whether the innermost bracket that is open at ``at`` is one of a tuple, an interval or a set."""
    opened = []
    for i, character in enumerate(text[:at]):
        if character in "([{":
            opened.append("set" if character == "{" and text[i - 1 : i] == "\\" else character)
        elif character in ")]}" and opened:
            opened.pop()
    return bool(opened) and opened[-1] != "{"


def _mixed_number(match: "re.Match[str]") -> str:
    """Return 2\\frac{1}{3} as a sum: side by side, its parts would be a product."""
    whole, *parts = [part for part in match.groups() if part is not None]
    return f"({whole}+\\frac{{{parts[0]}}}{{{parts[1]}}})"
