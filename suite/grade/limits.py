"""Structural limits: what is never handed to a computer algebra system.

They decide by the text alone, so that the outcome is the same on every machine. An answer past a limit is right only if it is
spelled like the gold.
"""

import re

MAX_CHARS = 1000
"""Longest answer that is looked at beyond literal equality."""
MAX_MATH_CHARS = 300
MAX_NESTING = 16
MAX_MATH_NESTING = 5
MAX_DIGIT_RUN = 60
MAX_TERMS = 60
_HEAVY = re.compile(r"\\(?:sum|prod|int|iint|oint|lim|limsup|bigcup|bigcap)(?![a-zA-Z])|!\s*!")
_POWER = re.compile(r"\^\s*\{?\s*[-+(]*\s*(\d+)")
_TOWER = re.compile(r"\^\s*\{[^{}]*\^")
_FACTORIAL = re.compile(r"(\d+)\s*\}?\)?\s*!")
_FRAME = re.compile(r"\\(?:begin|end)\s*\{\w+\}(?:\{[lcr|]+\})?")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_SILENT = frozenset({"\\frac", "\\sqrt", "\\cdot", "\\times", "\\left", "\\right"})
_REPEATED = re.compile(r"[)}\]]\s*[!^]")
_NAMED = re.compile(r"\d+(?:\.\d+)?|[a-zA-Z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def nesting(text: str) -> int:
    """Deepest nesting of brackets of any kind."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def is_parsable(text: str) -> bool:
    """Whether the suite's own reader may look at ``text``: it is short and shallow enough."""
    return len(text) <= MAX_CHARS and nesting(text) <= MAX_NESTING and not _CONTROL.search(text)


def is_computable(text: str) -> bool:
    """Whether sympy may have ``text``: short, few terms, no tower of powers, large power, factorial, sum or integral."""
    if len(text) > MAX_MATH_CHARS or not is_parsable(text) or nesting(text) > MAX_MATH_NESTING:
        return False
    if _HEAVY.search(text) or _TOWER.search(text) or len(_REPEATED.findall(text)) > 1:
        return False
    if (
        any(len(run) > MAX_DIGIT_RUN for run in re.findall(r"\d+", text))
        or len(re.findall(r"[-+*/^,]", text)) > MAX_TERMS
    ):
        return False
    powers = _POWER.findall(text)
    if any(len(run) > 3 for run in powers) or sum(int(run) > 3 for run in powers) > 4:
        return False
    return not any(len(run) > 3 for run in _FACTORIAL.findall(text))


def may_agree(left: str, right: str) -> bool:
    """Whether two texts that only math-verify can read name the same numbers, letters and unknown commands.

    It reads past what it does not know (``3 \\pmod 7`` and ``3 \\pmod 5`` are equal to it), so its yes counts only then.
    """
    return _profile(left) == _profile(right)


def _profile(text: str) -> tuple[set[str], int, list[str]]:
    """What a text says: its numbers and letters, how many primes, and its commands in their order."""
    text = _FRAME.sub(" ", text)
    commands = [command for command in _COMMAND.findall(text) if command not in _SILENT]
    return set(_NAMED.findall(_COMMAND.sub(" ", text))), text.count("'"), commands
