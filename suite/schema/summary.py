"""What ``summary.json`` holds.

Accuracies are shares in 0..1; deltas and their intervals are percentage points. A key that does not apply is absent.
The bounds are those of what can be computed at all, so that a damaged file is told where it is read.
"""

import json
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from suite.schema.keys import PairKey, RowKey
from suite.schema.records import Outcome, Strict

SCHEMA_VERSION = 4

Finding = Literal["gain", "loss", "equivalent", "inconclusive"]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=1, lt=10**9)]
Natural = Annotated[int, Field(ge=0, lt=10**9)]
Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(ge=-100, le=100)]
"""A delta."""
Margin = Annotated[float, Field(ge=0, le=100)]
Gap = Annotated[float, Field(ge=-200, le=200)]
"""A difference of two deltas; also a part of a delta, which is a sum of products and may pass 100 by its rounding."""
Level = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
Interval = tuple[float, float]
ShareInterval = tuple[Share, Share]
PointsInterval = tuple[Points, Points]
GapInterval = tuple[Gap, Gap]
Covers = Literal["items only", "items and seeds", "items, and seeds of one arm"]
"""What an interval is about: one checkpoint, a method, or (of a difference) a method against one checkpoint."""


class Measured(Strict):
    """Base of all that holds numbers: each of them is finite."""

    model_config = ConfigDict(allow_inf_nan=False)


class Behaviour(Measured):
    """Shares of samples (``mean_tokens``: tokens) that say how a model answers, whether or not the answer is right.

    ``truncated`` and ``mean_tokens`` are absent for imported answers that do not say it of every sample.
    """

    code: Share
    fenced_code: Share
    language_only: Share
    boxed: Share
    repetitive: Share
    truncated: Share | None = None
    mean_tokens: Amount | None = None


class ScoreReference(Measured):
    """A published accuracy (a share) of the same base on the same task under the same prompt; ``off``: outside our interval.

    ``setting`` says how it was measured: decoding, engine and grader are the source's own.
    """

    accuracy: Share
    source: str
    setting: str
    off: bool


class DeltaReference(Measured):
    """A published delta, in points, of the same base, reward and task: to look at, never a control."""

    delta: Points
    source: str
    setting: str
    step: int | None = None


class ScoreRow(Measured):
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
    k: Count
    n_items: Count
    accuracy: Share
    interval: ShareInterval | None = None
    pass_at_k: Share
    outcomes: dict[Outcome, Natural]
    answer_present: Share
    behaviour: Behaviour
    metrics: dict[str, float] | None = None
    levels: dict[Level, Share] | None = None
    published: tuple[ScoreReference, ...] | None = None


class Transition(Measured):
    """Answers that go from one strategy to another: in items ``n``, of these the right ones before and after (k > 1: products of
    an item's shares). ``share_of_gain`` is the paper's partial contribution, absent where there is no gain; ``points`` the same
    part of the delta in points.
    """

    n: float
    correct_before: float
    correct_after: float
    share_of_gain: float | None = None
    points: Gap


class Transitions(Strict):
    """By strategy before and after, code or language (Spurious Rewards, Table 2); the points sum to the delta."""

    code_code: Transition
    code_lang: Transition
    lang_code: Transition
    lang_lang: Transition


class Contributions(Measured):
    """The delta in points, split twice; either three sum to it.

    By what an answer was when it was not right: it became extractable, was no longer truncated, or truly changed. By strategy:
    the mix of code and language changed, or the accuracy within code or within language.
    """

    became_extractable: Gap
    no_longer_truncated: Gap
    truly_changed: Gap
    strategy_mix: Gap
    within_code: Gap
    within_language: Gap


class LeakSplit(Measured):
    """The delta on the items whose hidden rest the base writes down word for word in ``probe``, against the other items.

    In points; a part of no items has no delta, and one of a single item no interval.
    """

    probe: str
    n_reproduced: Natural
    delta_reproduced: Points | None = None
    interval_reproduced: PointsInterval | None = None
    n_other: Natural
    delta_other: Points | None = None
    interval_other: PointsInterval | None = None
    difference: Gap | None = None
    difference_interval: GapInterval | None = None


class ControlDelta(Measured):
    """A method's delta minus that of its control of one spurious ``reward``: ``difference`` in points, paired by item."""

    reward: str
    checkpoints: tuple[str, ...]
    difference: Gap
    interval: GapInterval | None = None
    interval_covers: Covers


class Spread(Measured):
    """Variance of an item's difference, in points squared: ``between`` items, and ``sampling``, the noise of one sample an item.

    ``sampling`` is absent where each item has one sample, so that it is part of ``between``.
    """

    between: Amount
    sampling: Amount | None = None


class DeltaRow(Measured):
    """One method on one task: checkpoint score minus base score, paired by item, in percentage points.

    Checkpoints of one recipe that differ in their training seed alone are one row: ``delta`` is their mean, ``seed_deltas`` each
    of theirs, ``checkpoints`` all ids. ``interval_covers`` says what the interval is about: of one seed this checkpoint over the
    population of items, of several the method over items and seeds.

    Where the arms differ in a must-match field, ``comparable`` is false, ``differs`` names the fields and no number is given.
    ``base_cell`` and ``checkpoint_cells`` (in the order of ``checkpoints``) are the ids of the cells that were compared.
    ``arms`` is "unverified" where both arms were imported and something that must match is stated of neither.

    ``p`` is that of the delta being zero: of one seed by the sign-flip test over items, of several by where the interval of
    that level ends at zero. ``p_holm`` and ``p_bh`` are adjusted for all rows of the summary that have a p and are no leak probe.
    ``equivalent_within`` is the smallest margin that holds the whole interval, ``mde`` the delta that would be found with 80%
    chance by a test of one row at 5%. ``finding`` is of this row by itself.

    ``control`` names the checkpoints trained on a spurious reward with the same base, recipe and step that were evaluated under
    the same protocol; none of them: an empty list, "no control". A row of a spurious reward is one itself: it has ``spurious`` in
    place of that key. ``against_controls`` is the delta minus each control's; ``adjusted_delta`` the one against the control with
    the largest delta, ``adjusted_against``; ``beats_controls`` whether the interval of this difference is above zero for every
    control. ``published`` are references only.

    ``spread`` is the variance of an item's difference, of one seed: what more items or samples would gain.

    ``transitions``, ``contributions`` and ``leak`` say where the gain comes from.

    ``strong_baseline_delta`` lets the base choose its protocol: on one half of the items the best of
    ``strong_baseline_protocols`` is chosen, on the other it is measured, both ways. ``strong_baseline_chosen`` are the two
    choices, ``strong_baseline_before`` is the base's accuracy so measured. These keys are there where the base was evaluated
    under more than one protocol.
    """

    family: Text
    base: Text
    checkpoint: Text
    reward: Text
    recipe: Text
    step: Natural
    seeds: tuple[int, ...]
    task: Text
    protocol: Text
    k: Count
    n_items: Count
    base_cell: Text | None = None
    checkpoint_cells: tuple[Text, ...] | None = None
    before: Share | None = None
    after: Share | None = None
    delta: Points | None = None
    interval: PointsInterval | None = None
    interval_covers: Covers | None = None
    checkpoints: tuple[str, ...] | None = None
    seed_deltas: tuple[Points, ...] | None = None
    p: Share | None = None
    p_holm: Share | None = None
    p_bh: Share | None = None
    equivalent_within: Margin | None = None
    mde: Margin | None = None
    spread: Spread | None = None
    finding: Finding | None = None
    comparable: bool
    differs: tuple[str, ...] | None = None
    arms: Literal["unverified"] | None = None
    spurious: Literal[True] | None = None
    control: tuple[str, ...] | None = None
    against_controls: tuple[ControlDelta, ...] | None = None
    adjusted_delta: Gap | None = None
    adjusted_interval: GapInterval | None = None
    adjusted_covers: Covers | None = None
    adjusted_against: str | None = None
    beats_controls: bool | None = None
    transitions: Transitions | None = None
    contributions: Contributions | None = None
    leak: LeakSplit | None = None
    published: tuple[DeltaReference, ...] | None = None
    strong_baseline_delta: Points | None = None
    strong_baseline_interval: PointsInterval | None = None
    strong_baseline_before: Share | None = None
    strong_baseline_chosen: tuple[str, ...] | None = None
    strong_baseline_protocols: tuple[str, ...] | None = None

    @property
    def key(self) -> RowKey:
        """What tells this row from all others of the summary."""
        return RowKey(*self.pair, self.task, self.protocol, self.k, self.n_items, self.measured_in)

    @property
    def pair(self) -> PairKey:
        """The base and the first checkpoint, whatever they were measured on."""
        return PairKey(self.family, self.base, self.checkpoint, self.reward, self.recipe, self.step)

    @property
    def measured_in(self) -> str:
        """The first checkpoint's cell: tells apart rows of one checkpoint under other decoding; nothing where it is not known."""
        return (self.checkpoint_cells or ("",))[0]

    @model_validator(mode="after")
    def _a_cell_for_each(self) -> Self:
        several = self.checkpoints or (self.checkpoint,)
        if self.checkpoint_cells is not None and len(self.checkpoint_cells) != len(several):
            raise ValueError(f"checkpoint_cells must name one for each of {len(several)} checkpoints")
        return self


class CleanContrast(Measured):
    """One method on a contaminated task and on a clean one: the difference of its deltas, in points, over disjoint items.

    ``leaked``: the training data of this very family is known to hold the contaminated task; of the other families the row is for
    comparison. A task is clean where its items are made from a seed or were published in a year after the base's release.
    """

    family: Text
    base: Text
    checkpoint: Text
    reward: Text
    recipe: Text
    step: Natural
    protocol: Text
    contaminated: Text
    leaked: bool
    clean: Text
    n_contaminated: Count
    n_clean: Count
    delta_contaminated: Points
    delta_clean: Points
    difference: Gap
    interval: GapInterval | None = None
    interval_covers: Covers | None = None

    @property
    def pair(self) -> PairKey:
        """As that of the two delta rows that the contrast compares."""
        return PairKey(self.family, self.base, self.checkpoint, self.reward, self.recipe, self.step)


class Interaction(Measured):
    """One method on two bases, same items: is its gain the same? ``difference`` is delta minus other delta, in points."""

    reward: str
    recipe: str
    step: int
    task: str
    protocol: str
    base: str
    other_base: str
    difference: Gap
    interval: GapInterval | None = None
    interval_covers: Covers | None = None


class TaskRow(Strict):
    """What the board needs to know of a task. ``kind`` is its grader: a "continuation" is a contamination probe."""

    task: Text
    title: str
    version: Text
    n_items: Count
    kind: Literal["answer", "number", "continuation"] | None = None
    contaminated: tuple[str, ...] = ()


class Provenance(Strict):
    """Where the numbers come from; the same for all rows of one summary."""

    suite_version: Text
    git: Text
    packages: dict[str, str]
    python: str
    device: str
    engines: tuple[str, ...]
    generated: Text
    cells: dict[str, str]


class Summary(Measured):
    """``summary.json``: what board and gate read; nothing else computes numbers.

    ``level`` is that of every interval, ``margin`` the points within which a delta counts as no change.
    """

    schema_version: int = SCHEMA_VERSION
    level: float
    margin: float
    provenance: Provenance
    samples_hash: Text
    families: dict[str, str]
    tasks: tuple[TaskRow, ...]
    scores: tuple[ScoreRow, ...]
    deltas: tuple[DeltaRow, ...]
    contrasts: tuple[CleanContrast, ...] = ()
    interactions: tuple[Interaction, ...] = ()

    @property
    def compared_cells(self) -> frozenset[str]:
        """Ids of the cells that any delta compares."""
        named = ((row.base_cell, *(row.checkpoint_cells or ())) for row in self.deltas)
        return frozenset(cell for cells in named for cell in cells if cell)

    def to_json(self) -> str:
        """Canonical text of ``summary.json``; absent keys are left out."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), indent=1) + "\n"
