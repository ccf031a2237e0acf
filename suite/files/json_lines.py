"""JSON and JSON lines from disk, read as checked types; the first fault is one line that names file and line.

``for where, row in rows(content(path), Row, path, "id and text"): ...``
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from suite.errors import SuiteError

T = TypeVar("T", bound=BaseModel)

_FIX = "Correct that line"


def content(path: Path) -> bytes:
    """Return the file's bytes; raise ``SuiteError`` if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise SuiteError(what, str(path), "Name a file that you may read") from error


def lines(data: bytes, path: Path) -> Iterator[tuple[str, str]]:
    """Yield (``path:line``, text) for every line that is not blank; U+2028 and its like end no line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SuiteError(f"not UTF-8 (byte {error.start})", str(path), "Save the file as UTF-8") from error
    # Not splitlines: JSON texts may hold U+2028 and its like unescaped.
    for n, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{path}:{n}", line


def rows(data: bytes, type_: type[T], path: Path, shape: str, fix: str = _FIX) -> Iterator[tuple[str, T]]:
    """Yield (``path:line``, row) for every line that is not blank; raise ``SuiteError`` at a misfit."""
    for where, line in lines(data, path):
        yield where, parsed(line, type_, where, shape, fix)


def parsed(text: str | bytes, type_: type[T], where: str, shape: str, fix: str = _FIX) -> T:
    """Return ``text`` as ``type_``; raise ``SuiteError`` with the first fault and the ``shape`` expected."""
    try:
        return type_.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise misfit(error, where, shape, fix) from error


def misfit(error: ValidationError, where: str, shape: str, fix: str = _FIX) -> SuiteError:
    """Return the first fault as the error to raise; the fix for an unknown key is to remove it."""
    fault = error.errors()[0]
    if fault["type"] == "extra_forbidden":
        fix = f"Remove '{fault['loc'][-1]}'"
    return SuiteError(f"{first_fault(error)}; expected {shape}", where, fix)


def first_fault(error: ValidationError) -> str:
    """Return what is wrong first, and at which key."""
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"]))
    return " ".join(fault["msg"].split()) + (f" at '{place}'" if place else "")
