"""Texts inside messages: what a person wrote, and what they may have meant."""

import difflib
from collections.abc import Iterable

_SHOWN = 60


def shown(text: str) -> str:
    """``text`` in quotes, in ASCII and at most 60 characters: a letter that only looks like another one shows as its code."""
    plain = ascii(text)
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 4]}...{plain[-1]}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"Did you mean 'x'? "`` for the closest of ``known``, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}? " if close else ""
