"""The vocabulary as frozen types: what a run folder and ``summary.json`` hold (the README glossary says each word in a sentence).

Accuracies are shares in 0..1; deltas and their intervals are percentage points. A key that does not apply is absent.
"""

import hashlib
import json
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

Outcome = Literal["error", "correct", "truncated", "unparsed", "wrong"]
OUTCOMES: tuple[Outcome, ...] = ("error", "correct", "truncated", "unparsed", "wrong")
Finding = Literal["gain", "loss", "equivalent", "inconclusive"]
VerdictWord = Literal["holds", "refuted", "inconclusive", "not comparable", "missing"]
FinishReason = Literal["stop", "length"]
UNSTATED: Final = "unstated"
"""Stands in a cell of imported answers for what nobody says of them."""
IMPORTED = "imported"
"""Recipe of a checkpoint that a run knows by its answers only: its weights are not here."""
Unstated = Literal["unstated"]
Interval = tuple[float, float]


class Strict(BaseModel):
    """Base of every type that is read from disk: unknown keys are errors, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def content_hash(value: object) -> str:
    """Hex SHA-256 of ``value`` as canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Decoding(Strict):
    """How samples are drawn. ``temperature`` 0 is greedy, where one sample is drawn whatever ``k`` says elsewhere."""

    temperature: float = Field(ge=0, allow_inf_nan=False)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_new_tokens: int = Field(ge=1)
    seed: int = 0


class StatedDecoding(Strict):
    """How imported answers were drawn, as far as it is stated; the seed of another tool says nothing here."""

    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)] | Unstated = UNSTATED
    top_p: Annotated[float, Field(gt=0, le=1)] | Unstated = UNSTATED
    max_new_tokens: Annotated[int, Field(ge=1)] | Unstated = UNSTATED
    seed: Unstated = UNSTATED


class Cell(Strict):
    """One model on one task: the unit that is run, stored and resumed. The fields are those that must match between arms.

    How many samples and items are asked for is not part of it, so that ``k`` can grow without drawing anything again.
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
        """How messages name the cell."""
        return f"cell {self.id} ({self.model}, {self.task}@{self.protocol})"

    @property
    def unstated(self) -> tuple[str, ...]:
        """Must-match fields of which something is not stated: only an imported cell has any."""
        said: dict[str, tuple[object, ...]] = {field: (getattr(self, field),) for field in MUST_MATCH}
        said["protocol_hash"] = (self.protocol,)
        said["engine"] = tuple(self.engine.split(", "))  # of an imported cell: the format, then what drew the answers
        said["decoding"] = tuple(self.decoding.model_dump(exclude={"seed"}).values())
        return tuple(field for field, values in said.items() if UNSTATED in values)


MUST_MATCH = ("task_version", "items_hash", "protocol_hash", "decoding", "engine", "dtype", "device")
"""Cell fields in which the two arms of a pair may not differ."""


class Sample(Strict):
    """One generated answer, as stored before it is graded. ``seed`` is its own seed; ``n_tokens`` counts generated tokens.

    Imported answers may lack seed, tokens and finish reason; one without a finish reason is graded as if it had stopped.
    """

    item_id: str
    sample: int
    seed: int | None = None
    text: str
    n_tokens: int | None = None
    finish_reason: FinishReason | None = None
    error: str | None = None


class SampleGrade(Strict):
    """What one sample earned and how it is written. ``answer_present``: not correct, but the right answer stands in the text.

    ``metrics`` are the task's further shares (a probe's, arithmetic's continuous score).
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
    """All grades of a cell: by which grader, of which texts (``samples_hash``)."""

    grader_version: str
    samples_hash: str
    rows: tuple[SampleGrade, ...]


class Pair(Strict):
    """(base, checkpoint): one training run judged against its base. ``step`` counts rollouts.

    The weights hashes are known for what a run trained itself; samples of other weights under the same ids are then left out.
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
    def is_imported(self) -> bool:
        """Whether the checkpoint is known by imported answers only, so that nothing can be run on it."""
        return self.recipe == IMPORTED


class Behaviour(Strict):
    """Shares of samples (``mean_tokens``: tokens) that say how a model answers, whether or not the answer is right.

    ``truncated`` and ``mean_tokens`` are absent for imported answers that do not say it of every sample.
    """

    code: float
    fenced_code: float
    language_only: float
    boxed: float
    repetitive: float
    truncated: float | None = None
    mean_tokens: float | None = None


class ScoreReference(Strict):
    """A published accuracy (a share) of the same base on the same task under the same prompt; ``off``: outside our interval.

    ``setting`` says how it was measured: decoding, engine and grader are the source's own.
    """

    accuracy: float
    source: str
    setting: str
    off: bool


class DeltaReference(Strict):
    """A published delta, in points, of the same base, reward and task: to look at, never a control."""

    delta: float
    source: str
    setting: str
    step: int | None = None


class ScoreRow(Strict):
    """One model on one task. ``interval`` is absent where it is undefined (one item).

    ``cell`` is the cell's id, ``dataset`` says where its items come from (a generator's seed too), ``model_revision`` is the
    Hub's commit of the weights. ``answer_present`` is the share of samples that are not correct though the right answer stands in
    them; ``metrics`` are means of the task's further shares; ``levels`` maps a level (number of steps) to the accuracy on its
    items. ``published`` is of bases only.
    """

    cell: str
    dataset: str | None = None
    dataset_revision: str | None = None
    model_revision: str | None = None
    family: str
    model: str
    base: str
    task: str
    protocol: str
    k: int
    n_items: int
    accuracy: float
    interval: Interval | None = None
    pass_at_k: float
    outcomes: dict[Outcome, int]
    answer_present: float
    behaviour: Behaviour
    metrics: dict[str, float] | None = None
    levels: dict[str, float] | None = None
    published: tuple[ScoreReference, ...] | None = None


class DeltaRow(Strict):
    """One pair on one task: checkpoint score minus base score, paired by item, in percentage points.

    Where the arms differ in a must-match field, ``comparable`` is false, ``differs`` names the fields and no number is given.
    ``arms`` is "unverified" where both arms were imported and something that must match is stated of neither.

    ``control`` names the checkpoints trained on a spurious reward with the same base, recipe and step that were evaluated under
    the same protocol; none of them: an empty list, "no control". A row of a spurious reward is one itself: it has ``spurious`` in
    place of that key. ``published`` are references only.

    ``strong_baseline_delta`` lets the base choose its protocol: on one half of the items the best of
    ``strong_baseline_protocols`` is chosen, on the other it is measured, both ways. ``strong_baseline_chosen`` are the two
    choices, ``strong_baseline_before`` is the base's accuracy so measured. These keys are there where the base was evaluated
    under more than one protocol.
    """

    family: str
    base: str
    checkpoint: str
    reward: str
    recipe: str
    step: int
    seeds: tuple[int, ...]
    task: str
    protocol: str
    k: int
    n_items: int
    before: float | None = None
    after: float | None = None
    delta: float | None = None
    interval: Interval | None = None
    interval_covers: Literal["items only"] | None = None
    finding: Finding | None = None
    comparable: bool
    differs: tuple[str, ...] | None = None
    arms: Literal["unverified"] | None = None
    spurious: Literal[True] | None = None
    control: tuple[str, ...] | None = None
    published: tuple[DeltaReference, ...] | None = None
    strong_baseline_delta: float | None = None
    strong_baseline_interval: Interval | None = None
    strong_baseline_before: float | None = None
    strong_baseline_chosen: tuple[str, ...] | None = None
    strong_baseline_protocols: tuple[str, ...] | None = None


class TaskRow(Strict):
    """What the board needs to know of a task. ``kind`` is its grader: a "continuation" is a contamination probe."""

    task: str
    title: str
    version: str
    n_items: int
    kind: Literal["answer", "number", "continuation"] | None = None
    contaminated: tuple[str, ...] = ()


class Provenance(Strict):
    """Where the numbers come from; the same for all rows of one summary."""

    suite_version: str
    git: str
    packages: dict[str, str]
    python: str
    device: str
    engines: tuple[str, ...]
    generated: str
    cells: dict[str, str]


class Summary(Strict):
    """``summary.json``: what board and gate read; nothing else computes numbers."""

    schema_version: int = SCHEMA_VERSION
    provenance: Provenance
    samples_hash: str
    families: dict[str, str]
    tasks: tuple[TaskRow, ...]
    scores: tuple[ScoreRow, ...]
    deltas: tuple[DeltaRow, ...]

    def to_json(self) -> str:
        """Canonical text of ``summary.json``; absent keys are left out."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), indent=1) + "\n"


class Verdict(Strict):
    """What the gate says of one claim."""

    claim: str
    family: str
    reward: str
    task: str
    verdict: VerdictWord
    detail: str


class GateReport(Strict):
    """All verdicts of one policy and the exit code they add up to (0, 1 or 3)."""

    policy: str
    exit_code: int
    verdicts: tuple[Verdict, ...]
