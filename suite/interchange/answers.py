"""What every format module returns: answers to one task in one file, each with its place for errors."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from suite.interchange.formats import FORMATS
from suite.schema import FinishReason, StatedDecoding

NOTHING_STATED = StatedDecoding()
FIX = f"Fix it there, or give the file's real format, one of {', '.join(FORMATS)}"


@dataclass(frozen=True)
class Answer:
    """One answer. ``where`` is its file and line or row. None: the file does not state it.

    Its item is found by ``item_id``, by ``question`` or by ``text_with_question``, a text that contains the
    question; ``gold`` must agree with the item's. ``prompt`` is the whole text that the model was given.
    """

    where: str
    sample: int
    text: str
    item_id: str | None = None
    question: str | None = None
    text_with_question: str | None = None
    gold: str | None = None
    prompt: str | None = None
    finish_reason: FinishReason | None = None
    n_tokens: int | None = None


@dataclass(frozen=True)
class AnswerSet:
    """The answers to one task in one file. None: the file does not state it.

    ``task`` is the file's own name of the task, ``stops`` the strings at which generation stopped.
    """

    path: Path
    task: str | None
    answers: tuple[Answer, ...]
    decoding: StatedDecoding = NOTHING_STATED
    stops: tuple[str, ...] | None = None


class ToolRecord(BaseModel):
    """Base of the records that other tools write: keys that are read are checked, others ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)
