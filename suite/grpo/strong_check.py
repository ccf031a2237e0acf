"""Whether a label is wrong beyond doubt: only if every check says that it differs from the gold.

"100% noisy" training sets held more than 16% right labels, false negatives of their verifier (arXiv 2603.16140). So a label that
the suite's grader refuses is looked at again: the other way round, as a choice of the item's list, in another unit, as a rounded
number, and by math-verify with generous settings in killable workers (``python -m suite.grpo.strong_check`` is one). What any of
them takes for the gold is no wrong label; nor is one that they cannot decide.
"""

import atexit
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

import mpmath

from suite.grade import compare, forms, limits, plain_number, spelling, value, verdicts
from suite.grade.compare import Maybe
from suite.grade.expression import TooLarge
from suite.grade.workers import Workers, serve

EqualBy = Literal["grader", "turned", "choice", "unit", "rounded", "math_verify"]
"""Which check was the first to take a label for the gold, in the order in which they are asked."""
CPU_SECONDS = 3.0
"""Of processor time for one of math-verify's comparisons; the grader's own have less."""
MIN_ROUNDED, MIN_CUT = 2, 3
"""Digits that a decimal must show to be another number rounded, or cut off."""
NOISE = 1e-9
"""Relative difference that is floating-point noise in a number of ten digits or more, such as 12.999999999999998."""
NOISY_DIGITS = 10
_DECIMAL = re.compile(r"-?\d*\.(\d+)")
_MARK = re.compile(r"(?<![a-zA-Z])(?:\\[a-z]+\s*\{)?\s*\(\s*([A-H])\s*\)(?:\\?[ ~])*\}?")
_BETWEEN = re.compile(r"(?:\\q?quad|\\\\|\\[ ,;]|[\s$~;])*$|^(?:\\[ ,;]|[\s$~:])*")
_LETTER = re.compile(r"\W*([A-H])\W*|\\(?:text|textbf|mathrm|mathbf)\s*\{\W*([A-H])\W*\}")
_SIZES: dict[str, tuple[str, Fraction]] = {
    **{
        name: ("length", Fraction(n, 1000)) for name, n in (("mm", 1), ("cm", 10), ("m", 1000), ("km", 10**6))
    },
    **{name: ("imperial", Fraction(n)) for name, n in (("in", 1), ("ft", 12), ("yd", 36), ("mi", 63360))},
    **{
        name: ("time", Fraction(n))
        for name, n in (("s", 1), ("min", 60), ("h", 3600), ("day", 86400), ("week", 604800))
    },
    **{name: ("mass", Fraction(n)) for name, n in (("g", 1), ("kg", 1000))},
    **{name: ("weight", Fraction(n)) for name, n in (("oz", 1), ("lb", 16))},
    **{name: ("money", Fraction(n)) for name, n in (("cent", 1), ("dollar", 100))},
    **{name: ("volume", Fraction(n)) for name, n in (("ml", 1), ("L", 1000))},
}
"""Unit, as ``suite.grade.units`` spells it -> what it measures, and its size."""


class Labelled(NamedTuple):
    """A label beside the gold of its item; the question holds the list where the answer is a choice."""

    problem: str
    label: str
    gold: str


class Checked(NamedTuple):
    """``right``: None where no check takes the label for the gold and one of them could not decide."""

    right: Maybe
    equal_by: EqualBy | None = None


class _Number(NamedTuple):
    """A number with its unit; ``places`` and ``digits`` are those a decimal shows: behind the point, and significant ones."""

    value: "mpmath.mpf"
    unit: str | None
    places: int | None
    digits: int


def choices(problem: str) -> dict[str, str]:
    """Letter -> text of the choices that a question lists as (A), (B), (C), ...; empty where there are not three in order."""
    marks = list(_MARK.finditer(problem))
    starts = [at for at, mark in enumerate(marks) if mark.group(1) == "A"]
    marks = marks[starts[-1] :] if starts else []
    if len(marks) < 3 or any(mark.group(1) != chr(ord("A") + at) for at, mark in enumerate(marks)):
        return {}
    ends = [*(mark.start() for mark in marks[1:]), len(problem)]
    return {
        mark.group(1): _BETWEEN.sub("", problem[mark.end() : end])
        for mark, end in zip(marks, ends, strict=True)
    }


def _chosen(row: Labelled) -> tuple[str, str] | None:
    """Label and gold with the letter of a choice replaced by its text; None where neither, or both, is a letter."""
    listed = choices(row.problem)
    letters = [_LETTER.fullmatch(side.strip().strip("$")) for side in (row.label, row.gold)]
    if not listed or (letters[0] is None) == (letters[1] is None):
        return None
    texts = [listed.get(letter.group(1) or letter.group(2)) if letter else None for letter in letters]
    label, gold = texts[0] or row.label, texts[1] or row.gold
    return (label, gold) if any(texts) else None


def _number(text: str, *, is_share: bool) -> _Number | None:
    """``text`` as a real number, a percentage as a share if it is to be one; None where it is none."""
    if not limits.is_parsable(text):
        return None
    try:
        spelled = spelling.spell(text)
        form = compare.unnamed(forms.read(spelled.text))
        if (
            not isinstance(form, forms.Value)
            or (found := value.numeric(form.node, {})) is None
            or mpmath.im(found[0]) != 0
        ):
            return None
    except (TooLarge, KeyError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        return None
    decimal = _DECIMAL.fullmatch(form.text.replace(" ", ""))
    digits = len(decimal.group().lstrip("-0.").replace(".", "")) if decimal else 0
    places = len(decimal.group(1)) if decimal else None
    unit = spelled.units[0] if len(spelled.units) == 1 else None
    if spelled.percent and is_share:
        return _Number(mpmath.re(found[0]) / 100, unit, None if places is None else places + 2, digits)
    if spelled.percent and abs(found[0]) <= 1:
        return None  # as the grader has it: 50\% may stand for 50, but 0.25\% is no quarter
    return _Number(mpmath.re(found[0]), unit, places, digits)


def _is_shortened(short: _Number, whole: _Number) -> bool:
    """Whether ``short`` is ``whole`` rounded or cut off at the places that it shows, or differs by noise alone."""
    apart = abs(short.value - whole.value)
    if short.places is None:
        return False
    if short.digits >= NOISY_DIGITS and apart <= NOISE * abs(whole.value):
        return True
    last = mpmath.mpf(10) ** -short.places
    return bool(
        (short.digits >= MIN_ROUNDED and 2 * apart <= last) or (short.digits >= MIN_CUT and apart < last)
    )


def _numbers(row: Labelled) -> list[tuple[_Number, _Number]]:
    """Label and gold as numbers, percentages both as shares and as they stand."""
    read = [
        (_number(row.label, is_share=share), _number(row.gold, is_share=share)) for share in (False, True)
    ]
    return [(label, gold) for label, gold in read if label is not None and gold is not None]


def is_rounded(row: Labelled) -> bool:
    """Whether one of label and gold is the other one rounded or cut off: 0.33 and 1/3, 78.54 and 25 pi; never a whole number."""
    pairs = [(a, b) for a, b in _numbers(row) if a.unit is None or b.unit is None or a.unit == b.unit]
    return any(_is_shortened(a, b) or _is_shortened(b, a) for a, b in pairs)


def is_converted(row: Labelled) -> bool:
    """Whether both say how much of one kind, in different units: 90 minutes and 1.5 hours."""
    for label, gold in _numbers(row):
        kinds = [_SIZES.get(read.unit or "") for read in (label, gold)]
        if kinds[0] and kinds[1] and kinds[0][0] == kinds[1][0]:
            sizes = [
                n.value * k[1].numerator / k[1].denominator
                for n, k in zip((label, gold), kinds, strict=True)
                if k
            ]
            return bool(mpmath.almosteq(sizes[0], sizes[1], rel_eps=1e-12))
    return False


def generous_equal(label: str, gold: str) -> bool:
    """math-verify's word, in either direction, on all that it can read in a box and between dollars. Runs in a worker.

    Never on bare text: there it picks one number out, and takes 8 + 4 sqrt(3) for 7 + 4 sqrt(3).
    """
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    configs = (LatexExtractionConfig(), ExprExtractionConfig())
    ours, golds = (
        [parse(form % side, configs, parsing_timeout=None) for form in ("\\boxed{%s}", "$%s$")]
        for side in (label, gold)
    )
    pairs = [(a, b) for a in ours for b in golds if a and b]
    return any(
        verify(*pair, allow_set_relation_comp=True, timeout_seconds=None)
        for a, b in pairs
        for pair in ((b, a), (a, b))
    )


WORKERS = Workers(module=__name__)
atexit.register(WORKERS.close)


def _asked_math_verify(rows: Sequence[Labelled]) -> list[Maybe]:
    """Two plain numbers that differ are not handed on; text past the reader's limits is not either, and stays undecided."""
    pairs = [(row.label, row.gold) for row in rows]
    found: dict[tuple[str, str], Maybe] = {
        pair: False for pair in pairs if None not in map(plain_number, pair)
    }
    fit = [pair for pair in dict.fromkeys(pairs) if pair not in found and all(map(limits.is_parsable, pair))]
    found |= dict(zip(fit, WORKERS.equal(fit), strict=True))
    return [found.get(pair) for pair in pairs]


def _asked_choices(rows: Sequence[Labelled]) -> list[Maybe]:
    pairs = list(map(_chosen, rows))
    known = iter(verdicts([pair for pair in pairs if pair]))
    return [next(known) if pair else False for pair in pairs]


CHECKS: dict[EqualBy, Callable[[Sequence[Labelled]], list[Maybe]]] = {
    "grader": lambda rows: verdicts([(row.label, row.gold) for row in rows]),
    "turned": lambda rows: verdicts([(row.gold, row.label) for row in rows]),
    "choice": _asked_choices,
    "unit": lambda rows: [is_converted(row) for row in rows],
    "rounded": lambda rows: [is_rounded(row) for row in rows],
    "math_verify": _asked_math_verify,
}


def check(rows: Sequence[Labelled]) -> list[Checked]:
    """What all checks together say of each label: right by the first that says so, wrong only if all say that."""
    out = [Checked(False)] * len(rows)
    for name, ask in CHECKS.items():
        open_ = [at for at, checked in enumerate(out) if not checked.right]
        for at, verdict in zip(open_, ask([rows[at] for at in open_]), strict=True):
            if verdict:
                out[at] = Checked(True, name)
            elif verdict is None:
                out[at] = Checked(None)
    return out


if __name__ == "__main__":
    serve(generous_equal, CPU_SECONDS)
