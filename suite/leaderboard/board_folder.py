"""Put a board's files into their folder: all or none, replacing exactly the files of an older board there."""

import errno
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from suite.errors import SuiteError

LISTING = "board.json"
"""Lists every file of the board, so that the next board written there removes these files and no others."""
STAGED = ".board.tmp"


def write_files(files: Iterable[tuple[str, bytes]], out: Path) -> None:
    """Write (path, content) into ``out`` (created if absent); on an error, say a full disk, change nothing.

    Raises SuiteError if ``out`` cannot be written.
    """
    # All files are first written beside their places, so that a board is never half of one run and half of
    # another. Only renames follow, which cannot fill the disk.
    staged = out / STAGED
    try:
        shutil.rmtree(staged, ignore_errors=True)  # left by an interrupted run
        names = _stage(files, staged, out)
        with _disk_errors(out):
            _put(names, staged, out)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def _disk_errors(out: Path) -> Iterator[None]:
    """Turn an error of the disk into a SuiteError; wraps only our writing, not the making of the files."""
    try:
        yield
    except OSError as error:
        what = f"cannot write the board: {error.strerror or error}"
        raise SuiteError(what, str(error.filename or out), "Name a writable folder") from error


def _stage(files: Iterable[tuple[str, bytes]], staged: Path, out: Path) -> list[str]:
    """Write all files into the staging folder; return their names, each once, in order."""
    names: dict[str, None] = {}
    for name, content in files:
        with _disk_errors(out):
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).write_bytes(content)
        names[name] = None
    return list(names)


def _put(names: Sequence[str], staged: Path, out: Path) -> None:
    """Move each staged file to its place, then remove the files that only the older board had.

    The listing is replaced last: after an interruption the old one still names every file that has to go.
    """
    for name in (*names, LISTING):
        if (out / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(out / name))
    outdated = _listed(out) - set(names)
    staged.mkdir(parents=True, exist_ok=True)
    (staged / LISTING).write_text(json.dumps({"files": sorted(names)}, indent=1) + "\n", encoding="utf-8")
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged / name, out / name)
    _remove(out, outdated)
    os.replace(staged / LISTING, out / LISTING)


def _remove(out: Path, names: Iterable[str]) -> None:
    """Remove files, then the folders that this leaves empty."""
    for name in names:
        (out / name).unlink(missing_ok=True)
        folder = (out / name).parent
        if folder != out and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _listed(out: Path) -> set[str]:
    """Return the files that the present listing names inside the folder; none if it is unreadable."""
    try:
        names = json.loads((out / LISTING).read_text(encoding="utf-8"))["files"]
        return {name for name in names if _is_inside(out, name)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def _is_inside(out: Path, name: str) -> bool:
    return (out / name).is_file() and (out / name).resolve().is_relative_to(out.resolve())
