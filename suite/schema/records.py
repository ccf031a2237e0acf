"""What a run folder holds: cells, samples and their grades, pairs."""

import hashlib
import json
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from suite.schema.keys import PairKey

Outcome = Literal["error", "correct", "truncated", "unparsed", "wrong"]
OUTCOMES: tuple[Outcome, ...] = ("error", "correct", "truncated", "unparsed", "wrong")
FinishReason = Literal["stop", "length"]
UNSTATED: Final = "unstated"
"""Placeholder for a setting that imported answers do not state."""
IMPORTED = "imported"
"""Recipe of a checkpoint that a run knows from its answers alone; its weights are not here."""
Unstated = Literal["unstated"]


class Strict(BaseModel):
    """Base of every type that is read from disk: unknown keys are errors, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def content_hash(value: object) -> str:
    """Return the hex SHA-256 of ``value`` as canonical JSON.

    >>> content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})
    True
    """
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Decoding(Strict):
    """How samples are drawn.

    ``temperature`` 0 is greedy: one sample is drawn, whatever ``k`` is elsewhere.
    """

    temperature: float = Field(ge=0, allow_inf_nan=False)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_new_tokens: int = Field(ge=1)
    seed: int = 0


class StatedDecoding(Strict):
    """How imported answers were drawn, as far as it is stated; another tool's seed has no meaning here."""

    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)] | Unstated = UNSTATED
    top_p: Annotated[float, Field(gt=0, le=1)] | Unstated = UNSTATED
    max_new_tokens: Annotated[int, Field(ge=1)] | Unstated = UNSTATED
    seed: Unstated = UNSTATED


class Cell(Strict):
    """One model on one task: the unit that is run, stored and resumed.

    The fields are those that identify the cell. How many samples and items are requested is not one of
    them, so ``k`` can grow without drawing any sample again.
    """

    model: str
    weights_hash: str
    task: str
    task_version: str
    items_hash: str
    protocol: str
    protocol_hash: str
    decoding: Decoding | StatedDecoding
    engine: str
    dtype: str
    device: str

    @property
    def id(self) -> str:
        """Content hash of the fields, 16 hex digits: the cell's folder name."""
        return content_hash(self.model_dump(mode="json"))[:16]

    @property
    def name(self) -> str:
        """The cell as messages name it."""
        return f"cell {self.id} ({self.model}, {self.task}@{self.protocol})"

    @property
    def unstated(self) -> tuple[str, ...]:
        """Must-match fields of which a part is not stated; only an imported cell has any."""
        stated: dict[str, tuple[object, ...]] = {field: (getattr(self, field),) for field in MUST_MATCH}
        stated["protocol_hash"] = (self.protocol,)
        # An imported cell's engine is the file format, then what drew the answers: "jsonl, unstated".
        stated["engine"] = tuple(self.engine.split(", "))
        stated["decoding"] = tuple(self.decoding.model_dump(exclude={"seed"}).values())
        return tuple(field for field, values in stated.items() if UNSTATED in values)


MUST_MATCH = ("task_version", "items_hash", "protocol_hash", "decoding", "engine", "dtype", "device")
"""Cell fields in which the two arms of a pair may not differ."""


class Sample(Strict):
    """One generated answer, as stored before it is graded.

    ``seed`` is the sample's own seed, ``n_tokens`` the number of generated tokens. Imported answers may lack
    seed, tokens and finish reason; one without a finish reason is graded as if it had stopped.
    """

    item_id: str
    sample: int
    seed: int | None = None
    text: str
    n_tokens: int | None = None
    finish_reason: FinishReason | None = None
    error: str | None = None


class SampleGrade(Strict):
    """What one sample earned and how it is written.

    ``answer_present``: not correct, although the text contains the right answer. ``metrics`` are the task's
    further shares (``suite.schema.metrics``).
    """

    item_id: str
    sample: int
    outcome: Outcome
    extracted: str | None = None
    answer_present: bool = False
    metrics: dict[str, float] = {}
    code: bool
    fenced_code: bool
    language_only: bool
    boxed: bool
    repetitive: bool


class Grades(Strict):
    """All grades of a cell, with the grader's version and the hash of the graded texts."""

    grader_version: str
    samples_hash: str
    rows: tuple[SampleGrade, ...]


class Pair(Strict):
    """(base, checkpoint): one training run judged against its base. ``step`` counts rollouts.

    The weights hashes are known for models that a run trained itself; samples drawn from other weights under
    the same ids are then left out.
    """

    family: str
    base: str
    checkpoint: str
    reward: str = Field(min_length=1)
    recipe: str = Field(min_length=1)
    seed: int | None = Field(ge=0)
    step: int = Field(ge=0)
    base_weights: str | None = None
    weights: str | None = None

    @property
    def key(self) -> PairKey:
        """The pair as the key of a row names it, without its training seed."""
        return PairKey(self.family, self.base, self.checkpoint, self.reward, self.recipe, self.step)

    @property
    def is_imported(self) -> bool:
        """Whether the checkpoint is known from imported answers only, so that it cannot be run."""
        return self.recipe == IMPORTED
