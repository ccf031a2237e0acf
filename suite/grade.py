"""The one grader, for evaluation and for the ground-truth reward: answer text and gold answer -> outcome.

Whether an answer is right is a function of its text alone, so that lm-eval, which passes on nothing else, gets the same score;
the finish reason only tells a truncated wrong answer from another. Extraction order (Spurious Rewards, ``qwen_math_parser.py``):
"final answer is $..$. I hope", the last ``\\boxed{}``, "the answer is", "final answer is", the last number of the text.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from suite.schema import FinishReason, Outcome

GRADER_VERSION = "1"
MAX_MATH_CHARS = 300
"""Longest answer that is handed to sympy; a longer one is right only if it equals the gold literally or as a number."""
MATH_TIMEOUT_S = 3
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_PLAIN = re.compile(r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)")
_HOPE = re.compile(r"final answer is \$(.*?)\$\. I hope", re.DOTALL)
_CUES = ("he answer is", "final answer is")


@dataclass(frozen=True)
class Grade:
    """Outcome of one sample and the answer that was extracted from it (None where there was none)."""

    outcome: Outcome
    extracted: str | None


def last_boxed(text: str) -> str | None:
    """Content of the last ``\\boxed{...}`` with balanced braces; None if there is none or it is empty."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth, begin = 0, start + len("\\boxed{")
    for i in range(begin - 1, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[begin:i].strip() or None
    return None


def _after_cue(text: str) -> str | None:
    for cue in _CUES:
        if cue in text:
            line = text.rsplit(cue, 1)[1].strip().split("\n", 1)[0]
            answer = re.split(r"\.(?:\s|$)", line, maxsplit=1)[0].strip(" :$*")
            return answer if answer != "\\boxed{}" and answer else None
    return None


def extract(text: str) -> str | None:
    """The answer that ``text`` gives, or None (the order stands at the top of the module)."""
    hope = _HOPE.search(text)
    if hope and hope.group(1).strip():
        return hope.group(1).strip()
    numbers = _NUMBER.findall(text)
    return last_boxed(text) or _after_cue(text) or (numbers[-1] if numbers else None)


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


@lru_cache(maxsize=100_000)
def equivalent(answer: str, gold: str) -> bool:
    """Whether two answers are the same mathematical object: as text, as a number, else by math-verify."""
    if canonical(answer) == canonical(gold):
        return True
    if number(answer) is not None and number(gold) is not None:
        return False
    if max(len(answer), len(gold)) > MAX_MATH_CHARS:
        return False
    from math_verify import parse, verify

    sides = [parse(f"\\boxed{{{side}}}", parsing_timeout=MATH_TIMEOUT_S) for side in (gold, answer)]
    return bool(verify(*sides, timeout_seconds=MATH_TIMEOUT_S))


def is_correct(text: str, gold: str) -> bool:
    """Whether the answer extracted from ``text`` is equivalent to ``gold``."""
    answer = extract(text)
    return answer is not None and equivalent(answer, gold)


def grade(text: str, gold: str, finish_reason: FinishReason = "stop") -> Grade:
    """Outcome of an answer; first that applies of correct, truncated, unparsed, wrong."""
    answer = extract(text)
    if answer is not None and equivalent(answer, gold):
        return Grade("correct", answer)
    if finish_reason == "length":
        return Grade("truncated", answer)
    return Grade("unparsed" if answer is None else "wrong", answer)
