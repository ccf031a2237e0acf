"""The command line: the table of commands, exit codes, error lines. ``rlvr-suite --help``.

Every command is a module with a ``COMMAND``. These modules import the rest of the suite inside their
functions only: help and a mistake in a flag take a tenth of a second, while torch takes seconds to import.
"""

import sys
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from suite import __version__
from suite.commands import (
    demo,
    doctor,
    gate,
    import_,
    init,
    label,
    leaderboard,
    micro_pretrain,
    plan,
    power,
    regrade,
    summarize,
    train,
    verify,
)
from suite.commands import eval as eval_
from suite.commands import list as list_
from suite.commands.parser import DONE, PROGRAM, Command, Parser, filled, unknown
from suite.errors import SuiteError, safe_line
from suite.processes import quiet_libraries

MISTAKE = 2
INTERRUPTED = 130

GROUPS: dict[str, tuple[Command, ...]] = {
    "start": (demo.COMMAND, init.COMMAND, doctor.COMMAND),
    "plan": (list_.COMMAND, plan.COMMAND, power.COMMAND),
    "train": (train.COMMAND, label.COMMAND, micro_pretrain.COMMAND),
    "evaluate": (eval_.COMMAND, import_.COMMAND, regrade.COMMAND),
    "report": (summarize.COMMAND, leaderboard.COMMAND, gate.COMMAND, verify.COMMAND),
}
"""The commands as the overview groups them."""
COMMANDS = {command.name: command for command in chain.from_iterable(GROUPS.values())}
_TOPICS = {name.split()[0] for name in COMMANDS} - COMMANDS.keys()
"""First words of commands that have two: ``micro``."""
_HELP = ("-h", "--help")
_ABOUT = (
    "Is a gain from RL with verifiable rewards real? Paired deltas across model families, next to controls."
)


class _Call(NamedTuple):
    """A command and the words after its name."""

    command: Command
    words: Sequence[str]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a user's mistake prints one line."""
    words = sys.argv[1:] if argv is None else list(argv)
    name = words[0] if words else PROGRAM
    try:
        return _run(words)
    except SuiteError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return MISTAKE
    except OSError as error:  # a path that the system refuses, a full disk
        what = f"cannot be used ({error.strerror or error}). Check the path and the disk."
        print(safe_line(f"{PROGRAM}: {error.filename or name}: {what}"), file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted; rerun the same command to resume", file=sys.stderr)
        return INTERRUPTED


def _run(words: Sequence[str]) -> int:
    if words and words[0] == "--version":
        print(f"{PROGRAM} {__version__}")
        return DONE
    first_but_topic = words[1:] if words and words[0] in _TOPICS else words
    if first_but_topic and first_but_topic[0] in _HELP:
        print(overview(), end="")
        return DONE
    command, rest = _called(words)
    # Only the called command's parser is built: some flags import tables of the suite for their choices.
    try:
        args = Parser(command).parse(rest)
    except SystemExit:  # argparse has printed the help
        return DONE
    quiet_libraries()  # before the command imports them
    return command.run(args)


def _called(words: Sequence[str]) -> _Call:
    """Return the command that ``words`` name; raise ``SuiteError`` if there is none."""
    for length in (2, 1):  # `micro pretrain` has two words
        command = COMMANDS.get(" ".join(words[:length]))
        if command:
            return _Call(command, words[length:])
    see = f"{PROGRAM} --help"
    if not words:
        raise SuiteError("missing: a command", "command line", f"See `{see}`")
    if words[0].startswith("-"):
        raise unknown("flag", words[0], [*_HELP, "--version"], "command line", see)
    typed = words[:2] if words[0] in _TOPICS else words[:1]
    raise unknown("command", " ".join(typed), list(COMMANDS), "command line", see)


def overview() -> str:
    """Return the help of the program: its commands, a line each."""
    width = max(map(len, COMMANDS))
    lines = [f"usage: {PROGRAM} COMMAND [ARGUMENTS]", "", filled(_ABOUT)]
    for title, commands in GROUPS.items():
        lines += ["", f"{title}:"]
        lines += [f"  {command.name:{width}}  {command.summary}" for command in commands]
    lines += ["", f"`{PROGRAM} COMMAND --help` prints the flags of a command."]
    return "\n".join(lines) + "\n"
