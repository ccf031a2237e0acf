"""Texts inside messages: what a person wrote, and what they may have meant."""

import difflib
from collections.abc import Iterable

_MAX_SHOWN = 60
DID_YOU_MEAN = "Did you mean "
"""How every guess begins; what follows is the first half of a fix."""


def shown(text: str) -> str:
    """Return ``text`` in quotes and ASCII, at most 60 characters: a look-alike letter shows as its code."""
    plain = ascii(text)
    return plain if len(plain) <= _MAX_SHOWN else f"{plain[: _MAX_SHOWN - 4]}...{plain[-1]}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"Did you mean 'x'? "`` for the closest of ``known``, or an empty text if none is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"{DID_YOU_MEAN}{close[0]!r}? " if close else ""


def correct_name(where: str) -> str:
    """Return ``"Correct --tasks"`` if ``where`` is that flag, else ``"Correct the name"``."""
    return f"Correct {where}" if where.startswith("--") else "Correct the name"
