"""Whether two answers are the same mathematical object.

They are compared as plain numbers, then by the suite's own reader, and last by math-verify.

>>> equivalent("0.5", "\\\\frac{1}{2}"), equivalent("(1,2)", "(2,1)")
(True, False)
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from suite.grade import compare, forms, limits, units, value
from suite.grade.compare import Maybe
from suite.grade.spelling import spell
from suite.grade.units import Spelled
from suite.grade.workers import WORKERS

_PLAIN = re.compile(r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)")
_CHOICE = re.compile(r"\(?([A-E])\)?")
_CHOSEN = re.compile(r"\(?([A-E])(?:\)|[.:](?=\s))")
_MEMO: dict[tuple[str, str], bool] = {}
_MEMO_SIZE = 200_000
_UNFORESEEN = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""What a text that no reader foresaw may raise; it is not a right answer."""


class Reading(NamedTuple):
    """An answer in the suite's one spelling and the form that was read from it."""

    spelled: Spelled
    form: forms.Form


@lru_cache(maxsize=20_000)
def _read(answer: str, grouped: bool = True) -> Reading:
    spelled = spell(answer, grouped)
    return Reading(spelled, forms.read(spelled.text))


def plain_number(text: str) -> Decimal | None:
    """Return ``text`` as a plain decimal number ("025", "1,000", "142.0", "$7$"), or None."""
    text = text.strip().strip("$")
    return Decimal(text.replace(",", "")) if _PLAIN.fullmatch(text) else None


def canonical(answer: str) -> str:
    """Return a spelling that equal plain answers share: "142.0" and "142" give "142".

    Any other answer keeps its text, with white space as single blanks.
    """
    number = plain_number(answer)
    if number is None:
        return " ".join(answer.split())
    if number == 0:
        return "0"  # "-0" and "0.00", too
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def rational(answer: str) -> Fraction | None:
    """Return ``answer`` as an exact number ("3866.26", "1,000", "\\frac{1}{2}", "x = 5").

    None if it is not one number, not rational or too large to compute.
    """
    plain = plain_number(answer)
    if plain is not None:
        return Fraction(plain)
    if not limits.is_parsable(answer):
        return None
    try:
        form = compare.unnamed(_read(answer).form)
        return value.exact(form.node) if isinstance(form, forms.Value) else None
    except _UNFORESEEN:
        return None


def equivalent(answer: str, gold: str) -> Maybe:
    """Whether two answers are the same mathematical object; None if the grader failed twice."""
    return verdicts([(answer, gold)])[0]


def verdicts(pairs: Sequence[tuple[str, str]]) -> list[Maybe]:
    """Return for each (answer, gold) whether they are the same object; None if the grader failed twice."""
    # Models repeat themselves: of a thousand samples, most answers to an item are the same few.
    verdict_of: dict[tuple[str, str], Maybe] = dict.fromkeys(pairs)
    undecided = []
    for pair in verdict_of:
        verdict = _MEMO[pair] if pair in _MEMO else _quick_verdict(*pair)
        # What only math-verify can read goes to it if it is harmless, and if a yes could be believed.
        if verdict is None and not (all(map(limits.is_computable, pair)) and limits.may_agree(*pair)):
            verdict = False
        verdict_of[pair] = verdict
        if verdict is None:
            undecided.append(pair)
    # All in one call, so that the workers share them.
    verdict_of.update(zip(undecided, WORKERS.equal(undecided), strict=True))
    if len(_MEMO) > _MEMO_SIZE:
        _MEMO.clear()
    for (answer, gold), verdict in verdict_of.items():
        # A failure may not happen again, and long texts would fill the memory.
        if verdict is not None and len(answer) + len(gold) < limits.MAX_CHARS:
            _MEMO[answer, gold] = verdict
    return [verdict_of[pair] for pair in pairs]


def forget() -> None:
    """Empty the memos of pairs, spellings and readings, so that a measurement starts from nothing."""
    _MEMO.clear()
    spell.cache_clear()
    _read.cache_clear()


def _quick_verdict(answer: str, gold: str) -> Maybe:
    """Return the verdict of the fast path, without sympy; None if math-verify has to look."""
    # Most answers end here: the same text, or two plain numbers.
    if canonical(answer) == canonical(gold):
        return True
    if plain_number(answer) is not None and plain_number(gold) is not None:
        return False
    # Beyond the limits an answer is right only if it is spelled like the gold, and it is not.
    if not (limits.is_parsable(answer) and limits.is_parsable(gold)):
        return False
    try:
        return _same_readings(answer, gold)
    except _UNFORESEEN:
        return False


def _same_readings(answer: str, gold: str) -> Maybe:
    """Compare two answers as they were read: first what was taken off their ends, then their forms."""
    ours = _read(answer)
    theirs = _read(gold)
    if not units.same_units(ours.spelled.units, theirs.spelled.units):
        return False
    if ours.spelled.percent != theirs.spelled.percent:
        return _same_percent(ours, theirs)
    if _is_choice(ours.spelled.text, theirs.spelled.text):
        return True
    verdict = compare.same_form(ours.form, theirs.form)
    if verdict is not True and _is_bare_list(ours.form) != _is_bare_list(theirs.form):
        # "118,122" alone is one number. Against a list it may be a list, too: both are read again, ungrouped.
        verdict = compare.same_form(_read(answer, grouped=False).form, _read(gold, grouped=False).form)
    return verdict


def _is_bare_list(form: forms.Form) -> bool:
    return isinstance(form, forms.Group) and not form.opening


def _same_percent(ours: Reading, gold: Reading) -> Maybe:
    """Compare a percentage with a bare answer, whichever of the two is the gold.

    50\\% answers the gold 50 (above 1) and the gold 1/2 (at most 1). Both 50 and 1/2 answer the gold 50\\%.
    """
    bare = value.exact(gold.form.node) if isinstance(gold.form, forms.Value) else None
    is_small = bare is not None and abs(bare) <= 1
    if not gold.spelled.percent:
        return compare.same_form(_as_share(ours.spelled) if is_small else ours.form, gold.form)
    if not is_small and compare.same_form(ours.form, gold.form):
        return True
    return compare.same_form(ours.form, _as_share(gold.spelled))


def _as_share(spelled: Spelled) -> forms.Form:
    return forms.read(f"({spelled.text})/100")


def _is_choice(answer: str, gold: str) -> bool:
    """Whether the gold is a letter of a multiple choice that ``answer`` starts with: C, and (C) 15."""
    letter = _CHOICE.fullmatch(gold.replace('"', "").strip())
    chosen = _CHOSEN.match(answer.replace('"', "").strip())
    return letter is not None and chosen is not None and letter.group(1) == chosen.group(1)
