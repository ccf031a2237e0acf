"""What a run folder holds besides its cells (``suite.schema.cell``): samples, their grades, pairs."""

import hashlib
import json
from typing import Final, Literal

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
