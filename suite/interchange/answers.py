"""What every format module returns: the answers of one task in one file, each with the place that an error names."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from suite.errors import SuiteError
from suite.schema import FinishReason, StatedDecoding

NOTHING_STATED = StatedDecoding()


@dataclass(frozen=True)
class Answer:
    """One answer. ``where`` is its file and line or row.

    The item is known by ``item_id``, by ``question`` or by ``around``, a text that holds the question; ``gold`` must agree with
    it. ``prompt`` is the whole text that the model was given. None: the file does not say.
    """

    where: str
    sample: int
    text: str
    item_id: str | None = None
    question: str | None = None
    around: str | None = None
    gold: str | None = None
    prompt: str | None = None
    finish_reason: FinishReason | None = None
    n_tokens: int | None = None


@dataclass(frozen=True)
class AnswerSet:
    """The answers to one task in one file; ``task`` is the file's name for it, ``stops`` where generation stopped.

    None: the file does not say.
    """

    path: Path
    task: str | None
    answers: tuple[Answer, ...]
    decoding: StatedDecoding = NOTHING_STATED
    stops: tuple[str, ...] | None = None


class Foreign(BaseModel):
    """Base of what another tool wrote: the keys that we read are checked, its others are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


M = TypeVar("M", bound=BaseModel)


def parsed(text: str | bytes, type_: type[M], where: str, shape: str) -> M:
    """``text`` as ``type_``; a SuiteError that names the first fault and the ``shape`` that was expected."""
    try:
        return type_.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise misfit(error, where, shape) from error


def misfit(error: ValidationError, where: str, shape: str) -> SuiteError:
    """The first fault of a row as the error that the user sees."""
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"]))
    what = fault["msg"] + (f" at '{place}'" if place else "")
    return SuiteError(f"{' '.join(what.split())}; expected {shape}", where, "Mend the row, or name the file's real format")


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """(``file:line``, text) of every line that is not blank."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SuiteError(f"not UTF-8 (byte {error.start})", str(path), "Save the file as UTF-8") from error
    for n, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{path}:{n}", line
