"""The one grader, for evaluation and for the ground-truth reward: answer text and gold answer -> outcome.

Whether an answer is right is a function of its text alone, so that lm-eval, which passes on nothing else, gets the same score;
the finish reason only tells a truncated wrong answer from another. ``extract`` finds the answer, ``spelling`` gives it one
spelling, ``forms`` reads it, ``compare`` compares what could be read (the fast path), ``limits`` keeps hostile text from sympy,
and math-verify decides the rest in killable ``workers``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from suite.grade import compare, forms, limits, spelling, units, value
from suite.grade.compare import Maybe
from suite.grade.extract import candidates
from suite.grade.extract import extract as extract
from suite.grade.units import Spelled
from suite.grade.workers import WORKERS
from suite.schema import FinishReason, Outcome

GRADER_VERSION = "3"
_PLAIN = re.compile(r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)")
_CHOICE = re.compile(r"\(?([A-E])\)?")
_CHOSEN = re.compile(r"\(?([A-E])(?:\)|[.:](?=\s))")
_MEMO_SIZE = 200_000
_UNFORESEEN = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""What a text that no reader foresaw may raise; it is no right answer."""


@dataclass(frozen=True)
class Grade:
    """Outcome of one sample and the answer that was extracted from it (None where there was none).

    ``answer_present``: the outcome is not correct, but the right answer stands in a box, after a cue or in the last line.
    """

    outcome: Outcome
    extracted: str | None
    answer_present: bool = False


def number(text: str) -> Decimal | None:
    """``text`` as a plain decimal number ("025", "1,000", "142.0", "$7$"), or None."""
    text = text.strip().strip("$")
    return Decimal(text.replace(",", "")) if _PLAIN.fullmatch(text) else None


def canonical(answer: str) -> str:
    """A spelling that equal plain answers share: "142.0" and "142" are one; LaTeX keeps its text without outer space."""
    value = number(answer)
    if value is None:
        return " ".join(answer.split())
    if value == 0:
        return "0"
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


_spell = lru_cache(maxsize=20_000)(spelling.spell)


@lru_cache(maxsize=20_000)
def _read(answer: str, grouped: bool = True) -> tuple[Spelled, forms.Form]:
    spelled = _spell(answer, grouped)
    return spelled, forms.read(spelled.text)


def rational(answer: str) -> Fraction | None:
    """``answer`` as an exact number ("3866.26", "1,000", "\\frac{1}{2}", "x = 5"), or None where it is none or too large."""
    plain = number(answer)
    if plain is not None:
        return Fraction(plain)
    if not limits.is_parsable(answer):
        return None
    try:
        form = compare.unnamed(_read(answer)[1])
        return value.exact(form.node) if isinstance(form, forms.Value) else None
    except _UNFORESEEN:
        return None


def _same_percent(ours: tuple[Spelled, forms.Form], gold: tuple[Spelled, forms.Form]) -> Maybe:
    """A percentage against a bare answer: 50\\% is the gold 50 (more than 1) or 1/2 (at most 1); the gold 50\\% is 50 or 1/2."""
    (spelled, form), (gold_spelled, gold_form) = ours, gold
    small = (
        isinstance(gold_form, forms.Value)
        and (bare := value.exact(gold_form.node)) is not None
        and abs(bare) <= 1
    )
    if not gold_spelled.percent:
        return compare.same_form(_share(spelled) if small else form, gold_form)
    if not small and compare.same_form(form, gold_form):
        return True
    return compare.same_form(form, _share(gold_spelled))


def _share(spelled: Spelled) -> forms.Form:
    return forms.read(f"({spelled.text})/100")


def _is_choice(answer: str, gold: str) -> bool:
    """Whether ``(C) 15`` answers the choice C."""
    letter, chosen = (
        _CHOICE.fullmatch(gold.replace('"', "").strip()),
        _CHOSEN.match(answer.replace('"', "").strip()),
    )
    return letter is not None and chosen is not None and letter.group(1) == chosen.group(1)


def _compare(answer: str, gold: str) -> Maybe:
    ours, theirs = _read(answer), _read(gold)
    if not units.same_units(ours[0].units, theirs[0].units):
        return False
    if ours[0].percent != theirs[0].percent:
        return _same_percent(ours, theirs)
    if _is_choice(ours[0].text, theirs[0].text):
        return True
    verdict = compare.same_form(ours[1], theirs[1])
    lists = [isinstance(form, forms.Group) and not form.opening for form in (ours[1], theirs[1])]
    if verdict is not True and any(lists) != all(lists):  # 118,122 is a list beside a list
        verdict = compare.same_form(_read(answer, grouped=False)[1], _read(gold, grouped=False)[1])
    return verdict


def _quick(answer: str, gold: str) -> Maybe:
    """The fast path's verdict; None where math-verify has to look."""
    if canonical(answer) == canonical(gold):
        return True
    if number(answer) is not None and number(gold) is not None:
        return False
    if not (limits.is_parsable(answer) and limits.is_parsable(gold)):
        return False
    try:
        return _compare(answer, gold)
    except _UNFORESEEN:
        return False


_MEMO: dict[tuple[str, str], bool] = {}


def verdicts(pairs: Sequence[tuple[str, str]]) -> list[Maybe]:
    """For each (answer, gold) whether they are the same mathematical object; None where the grader failed twice."""
    unique = dict.fromkeys(pairs)
    asked: list[tuple[str, str]] = []
    for pair in unique:
        if pair in _MEMO:
            unique[pair] = _MEMO[pair]
            continue
        verdict = _quick(*pair)
        if verdict is None and not (all(map(limits.is_computable, pair)) and limits.may_agree(*pair)):
            verdict = False
        unique[pair] = verdict
        if verdict is None:
            asked.append(pair)
    unique.update(zip(asked, WORKERS.equal(asked), strict=True))
    _remember(unique)
    return [unique[pair] for pair in pairs]


def _remember(known: dict[tuple[str, str], Maybe]) -> None:
    if len(_MEMO) > _MEMO_SIZE:
        _MEMO.clear()
    _MEMO.update(
        {
            p: verdict
            for p, verdict in known.items()
            if verdict is not None and len(p[0]) + len(p[1]) < limits.MAX_CHARS
        }
    )


def forget() -> None:
    """Empty the memos of pairs, spellings and readings: for measuring."""
    _MEMO.clear()
    _spell.cache_clear()
    _read.cache_clear()


def equivalent(answer: str, gold: str) -> Maybe:
    """Whether two answers are the same mathematical object; None where the grader failed twice."""
    return verdicts([(answer, gold)])[0]


def is_correct(text: str, gold: str) -> Maybe:
    """Whether the answer extracted from ``text`` is equivalent to ``gold``; None where the grader failed twice."""
    answer = extract(text)
    return False if answer is None else equivalent(answer, gold)


def _is_present(text: str, gold: str) -> bool:
    """Whether a candidate of ``text`` is the gold: spelled alike, or the same number."""
    wanted, exact = _spell(gold).text if limits.is_parsable(gold) else gold, rational(gold)
    for candidate in dict.fromkeys(candidates(text)):
        if not limits.is_parsable(candidate):
            continue
        if _spell(candidate).text == wanted or (exact is not None and rational(candidate) == exact):
            return True
    return False


def _outcome(answer: str | None, verdict: Maybe, finish_reason: FinishReason) -> Outcome:
    if verdict:
        return "correct"
    if verdict is None:
        return "error"
    if finish_reason == "length":
        return "truncated"
    return "unparsed" if answer is None else "wrong"


def grade_all(rows: Sequence[tuple[str, str, FinishReason]]) -> list[Grade]:
    """Grade (text, gold, finish reason) rows; the first outcome that applies of error, correct, truncated, unparsed, wrong."""
    answers = [extract(text) for text, _, _ in rows]
    known = iter(
        verdicts(
            [(answer, gold) for answer, (_, gold, _) in zip(answers, rows, strict=True) if answer is not None]
        )
    )
    out = []
    for answer, (text, gold, finish_reason) in zip(answers, rows, strict=True):
        outcome = _outcome(answer, False if answer is None else next(known), finish_reason)
        out.append(Grade(outcome, answer, outcome != "correct" and _is_present(text, gold)))
    return out


def grade(text: str, gold: str, finish_reason: FinishReason = "stop") -> Grade:
    """``grade_all`` of one row."""
    return grade_all([(text, gold, finish_reason)])[0]
