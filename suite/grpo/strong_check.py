"""Whether a label is wrong beyond doubt: only if every check says that it differs from the gold.

``check([Labelled(problem, "90 minutes", "1.5 hours")])`` is ``[Checked(right=True, equal_by="unit")]``.

Training sets that were called 100% noisy held more than 16% right labels, false negatives of their verifier
(arXiv 2603.16140). So a label that the suite's grader refuses is compared again: with the two sides swapped,
as a choice of the item's list, in another unit, as a rounded number, and by math-verify with generous
settings in killable workers (``python -m suite.grpo.strong_check`` is one). A label that any check accepts is
not wrong; neither is a label that a check cannot decide.
"""

import atexit
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Literal, NamedTuple

import mpmath

from suite.grade import compare, forms, limits, plain_number, spelling, value, verdicts
from suite.grade.compare import Maybe
from suite.grade.expression import TooLarge
from suite.grade.workers import Workers, serve

EqualBy = Literal["grader", "turned", "choice", "unit", "rounded", "math_verify"]
"""The first check that accepts a label, in the order in which they run."""
CPU_SECONDS = 3.0
"""Processor time for one comparison of math-verify; the grader's own comparisons have less."""
MIN_ROUNDED = 2
"""Minimum number of digits of a decimal that may be another number rounded."""
MIN_CUT = 3
"""Minimum number of digits of a decimal that may be another number cut off."""
NOISE = 1e-9
"""Relative difference that is floating-point noise in a number of many digits, such as 12.999999999999998."""
NOISY_DIGITS = 10
"""Minimum number of digits at which a difference may be noise."""
_DECIMAL = re.compile(r"-?\d*\.(\d+)")
_MARK = re.compile(r"(?<![a-zA-Z])(?:\\[a-z]+\s*\{)?\s*\(\s*([A-H])\s*\)(?:\\?[ ~])*\}?")
_BETWEEN = re.compile(r"(?:\\q?quad|\\\\|\\[ ,;]|[\s$~;])*$|^(?:\\[ ,;]|[\s$~:])*")
_LETTER = re.compile(r"\W*([A-H])\W*|\\(?:text|textbf|mathrm|mathbf)\s*\{\W*([A-H])\W*\}")
_SIZES: dict[str, tuple[str, Fraction]] = {
    "mm": ("length", Fraction(1, 1000)),
    "cm": ("length", Fraction(10, 1000)),
    "m": ("length", Fraction(1)),
    "km": ("length", Fraction(1000)),
    "in": ("imperial", Fraction(1)),
    "ft": ("imperial", Fraction(12)),
    "yd": ("imperial", Fraction(36)),
    "mi": ("imperial", Fraction(63360)),
    "s": ("time", Fraction(1)),
    "min": ("time", Fraction(60)),
    "h": ("time", Fraction(3600)),
    "day": ("time", Fraction(86400)),
    "week": ("time", Fraction(604800)),
    "g": ("mass", Fraction(1)),
    "kg": ("mass", Fraction(1000)),
    "oz": ("weight", Fraction(1)),
    "lb": ("weight", Fraction(16)),
    "cent": ("money", Fraction(1)),
    "dollar": ("money", Fraction(100)),
    "ml": ("volume", Fraction(1)),
    "L": ("volume", Fraction(1000)),
}
"""Unit, as ``suite.grade.units`` spells it -> what it measures, and its size."""


class Labelled(NamedTuple):
    """A label and the gold of its item; the problem lists the choices if the answer is one."""

    problem: str
    label: str
    gold: str


class Checked(NamedTuple):
    """``right`` is None if no check accepts the label and one of them could not decide."""

    right: Maybe
    equal_by: EqualBy | None = None


class _Number(NamedTuple):
    """A number with its unit; a decimal has ``places`` behind the point and ``digits`` significant digits."""

    value: "mpmath.mpf"
    unit: str | None
    places: int | None
    digits: int


def choices(problem: str) -> dict[str, str]:
    """Return letter -> text of a question's choices (A), (B), (C), ...; empty unless three come in order."""
    marks = list(_MARK.finditer(problem))
    letters = "".join(mark.group(1) for mark in marks)
    # The last (A) starts the list: an earlier one is part of the text.
    start = letters.rfind("A")
    marks = marks[start:] if start >= 0 else []
    if len(marks) < 3 or not "ABCDEFGH".startswith(letters[start:]):
        return {}
    listed: dict[str, str] = {}
    ends = [*(mark.start() for mark in marks[1:]), len(problem)]
    for mark, end in zip(marks, ends, strict=True):
        listed[mark.group(1)] = _BETWEEN.sub("", problem[mark.end() : end])
    return listed


def _chosen(row: Labelled) -> tuple[str, str] | None:
    """Return label and gold with a choice's letter replaced by its text; None unless one is a letter."""
    listed = choices(row.problem)
    label = _LETTER.fullmatch(row.label.strip().strip("$"))
    gold = _LETTER.fullmatch(row.gold.strip().strip("$"))
    if label and not gold and (text := listed.get(label.group(1) or label.group(2))):
        return text, row.gold
    if gold and not label and (text := listed.get(gold.group(1) or gold.group(2))):
        return row.label, text
    return None


def _number(text: str, *, is_share: bool) -> _Number | None:
    """Return ``text`` as a real number, or None; with ``is_share`` a percentage is a share of 1."""
    if not limits.is_parsable(text):
        return None
    try:
        spelled = spelling.spell(text)
        form = compare.unnamed(forms.read(spelled.text))
        if not isinstance(form, forms.Value):
            return None
        numeric = value.numeric(form.node, {})
        if numeric is None or mpmath.im(numeric[0]) != 0:
            return None
    except (TooLarge, KeyError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        return None
    decimal = _DECIMAL.fullmatch(form.text.replace(" ", ""))
    digits = len(decimal.group().lstrip("-0.").replace(".", "")) if decimal else 0
    places = len(decimal.group(1)) if decimal else None
    unit = spelled.units[0] if len(spelled.units) == 1 else None
    real = mpmath.re(numeric[0])
    if spelled.percent and is_share:
        return _Number(real / 100, unit, None if places is None else places + 2, digits)
    # Like the grader: 50\% may mean 50, but 0.25\% does not mean 0.25.
    is_small_percentage = spelled.percent and abs(numeric[0]) <= 1
    return None if is_small_percentage else _Number(real, unit, places, digits)


def _is_shortened(short: _Number, whole: _Number) -> bool:
    """Whether ``short`` is ``whole`` rounded or cut off to the places it shows, or differs by noise only."""
    apart = abs(short.value - whole.value)
    if short.places is None:
        return False
    if short.digits >= NOISY_DIGITS and apart <= NOISE * abs(whole.value):
        return True
    last_place = mpmath.mpf(10) ** -short.places
    rounded = short.digits >= MIN_ROUNDED and 2 * apart <= last_place
    cut = short.digits >= MIN_CUT and apart < last_place
    return bool(rounded or cut)


def _numbers(row: Labelled) -> list[tuple[_Number, _Number]]:
    """Return label and gold as pairs of numbers: one reads percentages as they are, one as shares."""
    pairs: list[tuple[_Number, _Number]] = []
    for is_share in (False, True):
        label = _number(row.label, is_share=is_share)
        gold = _number(row.gold, is_share=is_share)
        if label is not None and gold is not None:
            pairs.append((label, gold))
    return pairs


def is_rounded(row: Labelled) -> bool:
    """Whether label or gold is the other one rounded or cut off, like 0.33 and 1/3; never a whole number."""
    for label, gold in _numbers(row):
        same_unit = label.unit is None or gold.unit is None or label.unit == gold.unit
        if same_unit and (_is_shortened(label, gold) or _is_shortened(gold, label)):
            return True
    return False


def is_converted(row: Labelled) -> bool:
    """Whether both are one quantity in different units, like 90 minutes and 1.5 hours."""
    for label, gold in _numbers(row):
        label_measures, label_size = _SIZES.get(label.unit or "", ("", Fraction(1)))
        gold_measures, gold_size = _SIZES.get(gold.unit or "", ("", Fraction(1)))
        if label_measures and label_measures == gold_measures:
            label_value = label.value * label_size.numerator / label_size.denominator
            gold_value = gold.value * gold_size.numerator / gold_size.denominator
            return bool(mpmath.almosteq(label_value, gold_value, rel_eps=1e-12))
    return False


def generous_equal(label: str, gold: str) -> bool:
    """Whether math-verify accepts the label, in either direction, boxed or between dollars. Runs in a worker.

    Bare text is never compared: math-verify picks one number out of it, and accepts 8 + 4 sqrt(3) for 7 + 4
    sqrt(3).
    """
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    configs = (LatexExtractionConfig(), ExprExtractionConfig())
    written = ("\\boxed{%s}", "$%s$")
    labels = [parse(form % label, configs, parsing_timeout=None) for form in written]
    golds = [parse(form % gold, configs, parsing_timeout=None) for form in written]
    for parsed_label, parsed_gold in product(labels, golds):
        if not parsed_label or not parsed_gold:
            continue
        for pair in ((parsed_gold, parsed_label), (parsed_label, parsed_gold)):
            if verify(*pair, allow_set_relation_comp=True, timeout_seconds=None):
                return True
    return False


WORKERS = Workers(module=__name__)
atexit.register(WORKERS.close)


def _by_math_verify(rows: Sequence[Labelled]) -> list[Maybe]:
    """Return math-verify's verdicts; plain numbers just differ, and text past our limits is undecided."""
    pairs = [(row.label, row.gold) for row in rows]
    verdict_of: dict[tuple[str, str], Maybe] = {}
    to_compare: list[tuple[str, str]] = []
    for pair in dict.fromkeys(pairs):
        if None not in map(plain_number, pair):
            verdict_of[pair] = False
        elif all(map(limits.is_parsable, pair)):
            to_compare.append(pair)
    verdict_of |= dict(zip(to_compare, WORKERS.equal(to_compare), strict=True))
    return [verdict_of.get(pair) for pair in pairs]


def _by_choice(rows: Sequence[Labelled]) -> list[Maybe]:
    pairs = [_chosen(row) for row in rows]
    judged = iter(verdicts([pair for pair in pairs if pair]))
    return [next(judged) if pair else False for pair in pairs]


CHECKS: dict[EqualBy, Callable[[Sequence[Labelled]], list[Maybe]]] = {
    "grader": lambda rows: verdicts([(row.label, row.gold) for row in rows]),
    "turned": lambda rows: verdicts([(row.gold, row.label) for row in rows]),
    "choice": _by_choice,
    "unit": lambda rows: [is_converted(row) for row in rows],
    "rounded": lambda rows: [is_rounded(row) for row in rows],
    "math_verify": _by_math_verify,
}


def check(rows: Sequence[Labelled]) -> list[Checked]:
    """Return the verdict on each label: right by the first check that accepts it, wrong if all refuse it."""
    results = [Checked(False)] * len(rows)
    for name, compare_all in CHECKS.items():
        # Only labels that no earlier check accepted are compared, all at once: the grader works in batches.
        remaining = [at for at, checked in enumerate(results) if not checked.right]
        for at, verdict in zip(remaining, compare_all([rows[at] for at in remaining]), strict=True):
            if verdict:
                results[at] = Checked(True, name)
            elif verdict is None:
                results[at] = Checked(None)
    return results


if __name__ == "__main__":
    serve(generous_equal, CPU_SECONDS)
