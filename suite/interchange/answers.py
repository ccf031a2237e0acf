"""What every format module returns: the answers of one task in one file, each with the place that an error names."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from suite.schema import FinishReason, StatedDecoding

NOTHING_STATED = StatedDecoding()
FIX = "Mend it there, or name the file's real format"


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
