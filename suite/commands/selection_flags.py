"""The flags of a selection, which ``eval`` and ``plan`` share, and how they combine with a run file."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from suite.commands.flags import (
    DEFAULT_RUN,
    add_data_dir,
    add_engine,
    add_out,
    add_registry,
    seeds,
    whole_number,
    words,
)
from suite.commands.parser import Parser
from suite.errors import SuiteError

if TYPE_CHECKING:
    from suite.plan.selection import Selection

USAGE = "[RUNFILE] [FLAGS]"
_KEYS = (
    "families", "before", "after", "family", "reward", "tasks", "rewards", "seeds", "protocols", "limit",
    "engine",
)  # fmt: skip
"""Flags that are keys of a selection under the same name; ``data_dir`` is one, too, as text."""


def add_selection(parser: Parser) -> None:
    """Add the flags that say what to evaluate and where the results go."""
    from suite.plan.engines import ENGINES

    _add_registry_models(parser)
    _add_own_pair(parser)
    drawing = parser.group("how to draw")
    add_engine(drawing, list(ENGINES), "engine that draws (default: hf); replay serves stored samples")
    add_data_dir(drawing)
    files = parser.group("files")
    add_out(files, default=DEFAULT_RUN)
    add_registry(files)


def _add_registry_models(parser: Parser) -> None:
    group = parser.group("what to evaluate")
    group.add_argument(
        "runfile",
        metavar="RUNFILE",
        nargs="?",
        type=Path,
        help="YAML file with the keys of a selection; flags override its keys",
    )
    group.add_argument(
        "--families", metavar="A,B", type=words, help="families (see `rlvr-suite list families`)"
    )
    group.add_argument(
        "--tasks", metavar="A,B", type=words, help="tasks or groups (see `rlvr-suite list tasks`)"
    )
    group.add_argument(
        "--rewards",
        metavar="A,B",
        type=words,
        help="only checkpoints trained on these rewards, and their bases",
    )
    group.add_argument("--seeds", metavar="0,1", type=seeds, help="only checkpoints of these training seeds")
    group.add_argument(
        "--protocols",
        metavar="A,B",
        type=words,
        help="prompts for both arms; `all` adds every other prompt for the bases (baseline audit)",
    )
    group.add_argument("--limit", metavar="N", type=whole_number, help="only the first N items of each task")


def _add_own_pair(parser: Parser) -> None:
    group = parser.group("a pair of your own, in place of --families, --rewards and --seeds")
    group.add_argument("--before", metavar="MODEL", help="its base: model id or folder")
    group.add_argument(
        "--after", metavar="MODEL", help="its checkpoint: model id or folder (a model or a LoRA adapter)"
    )
    group.add_argument("--family", metavar="A", help="its family (see `rlvr-suite list families`)")
    group.add_argument("--reward", metavar="A", help="what it was trained on: a reward or your method's name")


def selection_of(args: Namespace) -> "Selection":
    """Return the selection of the run file and the flags."""
    flags = {name: getattr(args, name) for name in _KEYS if getattr(args, name) is not None}
    if args.data_dir is not None:
        flags["data_dir"] = str(args.data_dir)
    return merged_selection(args.runfile, flags)


def merged_selection(runfile: Path | None, flags: Mapping[str, object]) -> "Selection":
    """Return the run file's keys, overridden by the flags, checked as one selection."""
    from suite.files.yaml import flag, flags_only, read_document
    from suite.plan.selection import Selection

    for name, value in flags.items():
        if value == ():
            raise SuiteError("names nothing", flag(name), f"Name one or more, or omit {flag(name)}")
    if runfile is not None:
        return Selection.of(read_document(runfile).with_flags(flags))
    # Without a run file only the flags can name the models and the tasks.
    for name in ("families", "tasks"):
        if not flags.get(name) and not (name == "families" and "before" in flags):
            what = f"nothing selected; see `rlvr-suite list {name}`"
            raise SuiteError(what, flag(name), f"Give {flag(name)} or a run file")
    return Selection.of(flags_only(flags))
