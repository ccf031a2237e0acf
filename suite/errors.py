"""The only exception a user should ever see: one line that says what is wrong, where, and how to fix it."""

import re


class SuiteError(Exception):
    """A mistake or a missing thing outside the program; the command line prints it and exits with code 2.

    ``what`` names the fault and what is allowed, ``where`` the file, key or flag, ``fix`` the next step.
    """

    def __init__(self, what: str, where: str, fix: str) -> None:
        super().__init__(what, where, fix)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        return safe_line(f"{self.where}: {self.what.rstrip('.')}. {self.fix.rstrip('.')}.")


def printable(text: str) -> str:
    """Return text that moves no cursor and ends no line: white space as blanks, controls as ``�``."""
    one_line = re.sub(r"\s", " ", text)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in one_line)


def safe_line(text: str) -> str:
    """Return one line for a terminal or a log, without commands to GitHub's runner (``::error::``)."""
    # A model's answer in a message must not give commands to the machine that prints it.
    return re.sub(":(?=:)", ": ", printable(text)).replace("##[", "## [")


def in_one_line(error: BaseException, limit: int = 200) -> str:
    """Return a library's error for use in a ``what``: its type and ``limit`` characters of its text."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:limit]}"
