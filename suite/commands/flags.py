"""Flags that several commands share, each declared once, and the types of their values."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from pathlib import Path

from suite.commands.parser import Group
from suite.files.text import did_you_mean, shown

DEFAULT_RUN = Path("runs/demo")


def add_run(group: Group) -> None:
    """Add the run folder that the command reads."""
    group.add_argument("run", metavar="RUN", type=Path, help="run folder")


def add_out(
    group: Group, text: str = "run folder", default: Path | None = None, metavar: str = "DIR"
) -> None:
    """Add ``--out``; without a default it is required."""
    if default:
        text = f"{text} (default: {default})"
    is_required = default is None
    group.add_argument("--out", metavar=metavar, type=Path, default=default, required=is_required, help=text)


def add_registry(group: Group) -> None:
    """Add ``--registry``, the overlays."""
    group.add_argument(
        "--registry",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="add the families, models, pairs and rewards of this file (repeatable)",
    )


def add_json(group: Group, text: str = "print JSON") -> None:
    """Add ``--json`` of the commands that print."""
    group.add_argument("--json", action="store_true", help=text)


def add_data_dir(group: Group, file: str = "<task>.jsonl") -> None:
    """Add ``--data-dir``; ``file`` is how its files are named."""
    group.add_argument(
        "--data-dir",
        metavar="DIR",
        type=Path,
        help=f"read items from DIR/{file} (fields id, problem, answer), not from the Hub",
    )


def add_allow_unchecked(group: Group, verb: str) -> None:
    """Add ``--allow-unchecked`` of the commands that keep evaluated items out of training data."""
    group.add_argument(
        "--allow-unchecked",
        action="store_true",
        help=f"{verb} even if some evaluation sets cannot be checked for overlap (recorded)",
    )


def add_engine(group: Group, engines: Sequence[str], text: str, default: str | None = None) -> None:
    """Add ``--engine``."""
    group.add_argument(
        "--engine", metavar="|".join(engines), type=one_of(engines), default=default, help=text
    )


def one_of(known: Sequence[str]) -> Callable[[str], str]:
    """Return the type of a word that must be one of ``known``; a mistake names them all and guesses."""

    def word(text: str) -> str:
        if text in known:
            return text
        what = f"unknown value {shown(text)}. Known: {', '.join(known)}. {did_you_mean(text, known)}"
        raise ArgumentTypeError(what)

    return word


def words(text: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def whole_number(text: str) -> int:
    """Return a whole number."""
    try:
        return int(text)
    except ValueError as error:
        raise ArgumentTypeError(f"expected a whole number, not {shown(text)}") from error


def number(text: str) -> float:
    """Return a number."""
    try:
        return float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"expected a number, not {shown(text)}") from error


def seeds(text: str) -> tuple[int, ...]:
    """Return training seeds from a comma-separated list."""
    try:
        return tuple(map(int, words(text)))
    except ValueError as error:
        raise ArgumentTypeError(f"expected whole numbers separated by commas, not {shown(text)}") from error


def points_of_margin(text: str) -> float:
    """Return percentage points above 0, at most 100."""
    points = number(text)
    if not 0 < points <= 100:
        raise ArgumentTypeError(f"expected points above 0 and at most 100, not {shown(text)}")
    return points
