"""How a command is declared, and what that gives: help of 80 columns, errors of one line, guesses for typos.

argparse reads the words. typer and cyclopts were tried. Both double the start-up time and print help in
boxes, which leave too little of 80 columns to the text. typer colours help in CI even in a file,
and turns a command with 15 flags into a function with 15 parameters.
"""

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from textwrap import fill
from typing import NamedTuple, NoReturn

from suite.errors import SuiteError
from suite.files.text import DID_YOU_MEAN, did_you_mean, shown

PROGRAM = "rlvr-suite"
DONE = 0
FAILED = 1
"""Exit codes: all is done; a part failed or a fault was found. The gate's own codes are in its report."""
WIDTH = 80
"""Columns of every help text, on a terminal of any width, so that the docs show what a user sees."""

Group = argparse._ArgumentGroup  # what add_argument_group returns; it has no public name


class Parser(argparse.ArgumentParser):
    """argparse whose usage errors are ``SuiteError``s with a guess, and whose flags cannot be abbreviated."""

    def __init__(self, command: "Command") -> None:
        self.command = command.name
        super().__init__(
            prog=f"{PROGRAM} {command.name}",
            usage=f"{PROGRAM} {command.name} {command.usage}",
            description=filled(command.details or f"{command.summary[0].upper()}{command.summary[1:]}."),
            epilog="\n".join(["examples:", *(f"  {example}" for example in command.examples)]),
            formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=WIDTH),
            allow_abbrev=False,
            add_help=False,
        )
        command.add_flags(self)
        self.add_argument_group("help").add_argument(
            "-h", "--help", action="help", help="print this text and exit"
        )

    def group(self, title: str) -> Group:
        """Return a new group of flags, which the help shows under ``title``."""
        return self.add_argument_group(title)

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Parse the words after the command's name; raise ``SuiteError`` for a mistake."""
        # Before argparse looks: it would first report that --model is missing to someone who wrote --modle.
        for word in words:
            if word == "--":
                break
            name = word.split("=")[0]
            if name.startswith("--") and name not in self._option_string_actions:
                raise unknown("flag", name, self._option_string_actions, self.command, f"{self.prog} --help")
        return self.parse_args(words)

    def error(self, message: str) -> NoReturn:
        """Raise argparse's message as what, where and how to fix it."""
        where = self.command
        what = message.replace("the following arguments are required:", "missing:")
        if of_argument := re.fullmatch(r"argument ([^:]+): (.*)", message, re.DOTALL):
            where, what = of_argument.groups()
        # A type's message may end in a guess, which is the first half of the fix.
        what, opening, guess = what.partition(DID_YOU_MEAN)
        raise SuiteError(what.rstrip(), where, f"{opening}{guess}See `{self.prog} --help`")


class Command(NamedTuple):
    """One command: its words, its line in the overview, what follows its name in the usage line.

    ``details`` takes the place of the summary in the command's own help; ``run`` returns the exit code.
    """

    name: str
    summary: str
    usage: str
    examples: tuple[str, ...]
    add_flags: Callable[[Parser], None]
    run: Callable[[argparse.Namespace], int]
    details: str = ""


def unknown(kind: str, word: str, known: Iterable[str], where: str, help_: str) -> SuiteError:
    """Return the error for a word that is none of ``known``, with a guess if one is close."""
    return SuiteError(f"unknown {kind} {shown(word)}", where, f"{did_you_mean(word, known)}See `{help_}`")


def filled(text: str) -> str:
    """Return a paragraph broken into lines of the help's width, flags and names whole."""
    return fill(text, WIDTH - 1, break_on_hyphens=False)
