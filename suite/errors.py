"""The only exception a user should ever see: one line that says what is wrong, where, and how to mend it."""

import re


class SuiteError(Exception):
    """A mistake or a missing thing outside the program; the command line prints it as one line and exits with code 2.

    ``what`` names the fault and what was allowed, ``where`` the file, key or flag, ``fix`` the next step.
    """

    def __init__(self, what: str, where: str, fix: str) -> None:
        super().__init__(what, where, fix)
        self.what, self.where, self.fix = what, where, fix

    def __str__(self) -> str:
        return safe_line(f"{self.where}: {self.what.rstrip('.')}. {self.fix.rstrip('.')}.")


def printable(text: str) -> str:
    """Text that moves no cursor and ends no line: any white space is a space, what else is not printable is ``�``."""
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def safe_line(text: str) -> str:
    """One line for a terminal or a log, in which nothing is a command to GitHub's runner (``::error::``, ``##[error]``)."""
    return re.sub(":(?=:)", ": ", printable(text)).replace("##[", "## [")


def in_one_line(error: BaseException, limit: int = 200) -> str:
    """A library's own error for use inside a ``what``: its type and at most ``limit`` characters of its text."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:limit]}"
