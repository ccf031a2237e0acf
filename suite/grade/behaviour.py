"""How an answer is written, whether or not it is right: pure text -> flags.

Code reasoning is what the detector of Spurious Rewards finds (arXiv 2506.10947, section 4.2): the word
"python" in any case. Repetition is the rule of its no-repetition reward (``repetition_detection.py``).
"""

from typing import NamedTuple

import numpy as np

from suite.grade.extraction import last_boxed

MIN_PERIOD = 10
MAX_PERIOD = 256
MIN_REPEATS = 10
"""A text repeats itself if a string of 10 to 256 characters stands in it at least 10 times in a row."""
REPETITION_CHARS = 100_000
"""Repetition is looked for in so many last characters."""


class Behaviours(NamedTuple):
    """What is stored of every sample. ``language_only``: it reasons in words alone, the paper's "Lang"."""

    code: bool
    fenced_code: bool
    language_only: bool
    boxed: bool
    repetitive: bool


def behaviours(text: str) -> Behaviours:
    """Return all flags of one answer; its length and truncation are known from its generation."""
    code = is_code(text)
    return Behaviours(code, is_fenced_code(text), not code, is_boxed(text), is_repetitive(text))


def is_code(text: str) -> bool:
    """Whether ``text`` reasons in code, by the paper's detector."""
    return "python" in text.lower()


def is_fenced_code(text: str) -> bool:
    """Whether ``text`` opens a block of Python, the paper's stricter detector."""
    return "```python" in text.lower()


def is_boxed(text: str) -> bool:
    """Whether ``text`` holds a non-empty ``\\boxed{}``, which the format reward pays for."""
    return last_boxed(text) is not None


def is_repetitive(text: str) -> bool:
    """Whether some string repeats many times in a row.

    It has ``MIN_PERIOD`` to ``MAX_PERIOD`` characters and stands there at least ``MIN_REPEATS`` times.
    """
    codes = np.frombuffer(text[-REPETITION_CHARS:].encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    for period in range(MIN_PERIOD, min(MAX_PERIOD, len(codes) // MIN_REPEATS) + 1):
        # A string repeats where, for long enough, each character equals the one a period before it.
        same = codes[period:] == codes[:-period]
        needed = period * (MIN_REPEATS - 1)
        # A run that long holds one aligned block of half its length: a cheap look before the exact one.
        block = (needed + 1) // 2
        blocks = same[: len(same) // block * block].reshape(-1, block)
        if blocks.all(axis=1).any() and _longest_run(same) >= needed:
            return True
    return False


def _longest_run(flags: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> int:
    breaks = np.flatnonzero(~flags)
    if breaks.size == 0:
        return int(flags.size)
    return int(max(breaks[0], np.diff(breaks).max(initial=1) - 1, flags.size - breaks[-1] - 1))
