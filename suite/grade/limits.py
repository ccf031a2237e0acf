"""Structural limits: what is never handed to a computer algebra system.

They decide by the text alone, so that the outcome is the same on every machine; a time limit alone would call
an answer right on a fast one only. An answer past a limit is right only if it is spelled like the gold.
"""

import re

MAX_CHARS = 1000
"""Longest answer that is looked at beyond literal equality."""
MAX_NESTING = 16
MAX_MATH_CHARS = 300
"""Longest answer that sympy may have; so for the next three."""
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
"""Commands that math-verify knows, or that change nothing."""
_APPLIED_TO_GROUP = re.compile(r"[)}\]]\s*[!^]")
"""A power or factorial of a group: two of them may be one of the other."""
_NAMED = re.compile(r"\d+(?:\.\d+)?|[a-zA-Z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_parsable(text: str) -> bool:
    """Whether the suite's own reader may look at ``text``: it is short and shallow enough."""
    return len(text) <= MAX_CHARS and nesting(text) <= MAX_NESTING and not _CONTROL.search(text)


def nesting(text: str) -> int:
    """Return the deepest nesting of brackets of any kind."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def is_computable(text: str) -> bool:
    """Whether sympy may have ``text``: short, few terms, and nothing in it that takes long to compute."""
    if len(text) > MAX_MATH_CHARS or not is_parsable(text) or nesting(text) > MAX_MATH_NESTING:
        return False
    # Sums, integrals, towers such as 9^{9^9}, and ((x)^9)^9, which is a tower in another form.
    if _HEAVY.search(text) or _TOWER.search(text) or len(_APPLIED_TO_GROUP.findall(text)) > 1:
        return False
    if any(len(digits) > MAX_DIGIT_RUN for digits in re.findall(r"\d+", text)):
        return False
    if len(re.findall(r"[-+*/^,]", text)) > MAX_TERMS:
        return False
    # Exponents of four digits and more, more than four exponents above 3 (they multiply), factorials from
    # 1000! on.
    exponents = _POWER.findall(text)
    if any(len(digits) > 3 for digits in exponents) or sum(int(digits) > 3 for digits in exponents) > 4:
        return False
    return not any(len(digits) > 3 for digits in _FACTORIAL.findall(text))


def may_agree(left: str, right: str) -> bool:
    """Whether two texts that only math-verify can read name the same numbers, letters and unknown commands.

    math-verify skips what it does not know (``3 \\pmod 7`` and ``3 \\pmod 5`` are equal to it), so its yes
    counts only then.
    """
    return _profile(left) == _profile(right)


def _profile(text: str) -> tuple[set[str], int, list[str]]:
    """Return the numbers and letters in a text, how many primes it has, and its commands in their order."""
    text = _FRAME.sub(" ", text)
    commands = [command for command in _COMMAND.findall(text) if command not in _SILENT]
    return set(_NAMED.findall(_COMMAND.sub(" ", text))), text.count("'"), commands
