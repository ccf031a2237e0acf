"""A board's files are put into their folder: all of them or none, and of an older board only what this one no longer has goes."""

import errno
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from suite.errors import SuiteError

LISTING = "board.json"
"""Names every file that a board consists of, so that the next one there removes its own and nobody else's."""
STAGED = ".board.tmp"


def write_files(files: Iterable[tuple[str, bytes]], out: Path) -> None:
    """Write (path, content) into ``out`` (created if absent); a fault on the way, such as a full disk, leaves what was there.

    Raises SuiteError where ``out`` cannot be written.
    """
    staged = out / STAGED
    try:
        shutil.rmtree(staged, ignore_errors=True)  # what a kill left
        names = _stage(files, staged, out)
        with _told(out):
            _put(names, staged, out)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """A fault of the disk as one line; those of whoever makes the files are not ours."""
    try:
        yield
    except OSError as fault:
        why = f"cannot write the board: {fault.strerror or fault}"
        raise SuiteError(why, str(fault.filename or out), "Name a folder that can be written") from fault


def _stage(files: Iterable[tuple[str, bytes]], staged: Path, out: Path) -> list[str]:
    """All files written beside their places; their names, each once, in order."""
    names: dict[str, None] = {}
    for name, content in files:
        with _told(out):
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).write_bytes(content)
        names[name] = None
    return list(names)


def _put(names: Sequence[str], staged: Path, out: Path) -> None:
    """Each file into its place, then what only the older board had goes; the listing is last, so that a kill forgets no file."""
    for name in (*names, LISTING):
        if (out / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(out / name))
    gone = _listed(out) - set(names)
    staged.mkdir(parents=True, exist_ok=True)
    (staged / LISTING).write_text(json.dumps({"files": sorted(names)}, indent=1) + "\n", encoding="utf-8")
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged / name, out / name)
    _remove(out, gone)
    os.replace(staged / LISTING, out / LISTING)


def _remove(out: Path, names: Iterable[str]) -> None:
    """Files, and then the folders that are left empty by it."""
    for name in names:
        (out / name).unlink(missing_ok=True)
        folder = (out / name).parent
        if folder != out and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _listed(out: Path) -> set[str]:
    """Files of the board that is there now; none where nobody says so, or where a name leads out of the folder."""
    try:
        names = json.loads((out / LISTING).read_text(encoding="utf-8"))["files"]
        return {name for name in names if _is_inside(out, name)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def _is_inside(out: Path, name: str) -> bool:
    return (out / name).is_file() and (out / name).resolve().is_relative_to(out.resolve())
