"""What ``summary.json`` holds.

Accuracies are shares in 0..1; deltas and their intervals are percentage points. A key that does not apply
is absent. The bounds are the widest that a computation can give, so reading a damaged file is an error.
Shortened, a delta row:

    {"family": "llama3", "base": "llama3.1-8b", "checkpoint": "llama3.1-8b-random", "reward": "random",
     "recipe": "dr_grpo", "step": 300, "seeds": [0], "task": "math500", "protocol": "chat", "k": 1,
     "n_items": 500, "before": 0.494, "after": 0.51, "delta": 1.6, "interval": [-2.1, 5.3], "p": 0.43,
     "finding": "inconclusive", "comparable": true, "spurious": true}
"""

import json
from typing import Annotated, Literal, Self, final

from pydantic import ConfigDict, Field, model_validator

from suite.schema.keys import PairKey, RowKey
from suite.schema.metrics import Grader
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
"""A difference of two deltas, or a part of a delta, which as a sum of products may exceed 100 by rounding."""
Level = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
Interval = tuple[float, float]
ShareInterval = tuple[Share, Share]
PointsInterval = tuple[Points, Points]
GapInterval = tuple[Gap, Gap]
Covers = Literal["items only", "items and seeds", "items, and seeds of one arm"]
"""What an interval describes: one checkpoint, a method, or (of a difference) a method against one
checkpoint."""


class Finite(Strict):
    """Base of the types that hold numbers: each number is finite."""

    model_config = ConfigDict(allow_inf_nan=False)


class Behaviour(Finite):
    """How a model answers, right or wrong: shares of samples (``mean_tokens``: tokens).

    ``truncated`` and ``mean_tokens`` are absent for imported answers that do not state them for every sample.
    """

    code: Share
    fenced_code: Share
    language_only: Share
    boxed: Share
    repetitive: Share
    truncated: Share | None = None
    mean_tokens: Amount | None = None


class ScoreReference(Finite):
    """A published accuracy (a share) of the same base on the same task under the same prompt.

    ``off``: outside our interval. ``setting`` is how it was measured, with the source's own decoding, engine
    and grader.
    """

    accuracy: Share
    source: str
    setting: str
    off: bool


class DeltaReference(Finite):
    """A published delta, in points, of the same base, reward and task: for comparison, never a control."""

    delta: Points
    source: str
    setting: str
    step: int | None = None


class ScoreRow(Finite):
    """One model on one task. ``interval`` is absent where it is undefined (one item).

    ``cell`` is the cell's id, ``dataset`` the origin of its items (including a generator's seed),
    ``model_revision`` the Hub's commit of the weights. ``answer_present`` is the share of samples that are
    not correct although they contain the right answer; ``metrics`` are means of the task's further metrics
    (``suite.schema.metrics``); ``levels`` maps a level (number of steps) to the accuracy on its items. Only
    a base has ``published``.
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


class Transition(Finite):
    """Answers that go from one strategy to another, counted in items.

    ``n`` items, of which so many are right before and after (k > 1: products of an item's shares).
    ``share_of_gain`` is the paper's partial contribution to the whole gain, negative where this subset loses,
    absent where there is no gain; ``points`` is the same part of the delta in points.
    """

    n: float
    correct_before: float
    correct_after: float
    share_of_gain: float | None = None
    points: Gap


class Transitions(Strict):
    """The delta by strategy before and after, code or language (Spurious Rewards, Table 2).

    Every pairing of a sample before with one after is in one of the four; their points sum to the delta.
    """

    code_code: Transition
    code_lang: Transition
    lang_code: Transition
    lang_lang: Transition

    @property
    def parts(self) -> tuple[Transition, Transition, Transition, Transition]:
        """The four subsets, in order."""
        return (self.code_code, self.code_lang, self.lang_code, self.lang_lang)


class Contributions(Finite):
    """The delta in points, split in two ways; the three parts of each sum to it.

    By what an answer was while it was not right: it became extractable, was no longer truncated, or truly
    changed; net of answers that went the other way. By strategy: the mix of code and language changed, or the
    accuracy within code or within language.
    """

    became_extractable: Gap
    no_longer_truncated: Gap
    truly_changed: Gap
    strategy_mix: Gap
    within_code: Gap
    within_language: Gap


class LeakSplit(Finite):
    """The delta on the items that the base reproduces, against the others.

    Reproduced: the base continues the question in ``probe`` word for word with its hidden rest.

    In points; a part without items has no delta, one of a single item no interval.
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


@final
class ControlDelta(Finite):
    """A method's delta minus that of its control of one spurious ``reward``.

    ``difference`` is in points, paired by item.
    """

    reward: str
    checkpoints: tuple[str, ...]
    difference: Gap
    interval: GapInterval | None = None
    interval_covers: Covers


class Spread(Finite):
    """Variance of an item's difference, in points squared.

    ``between``: of the items' true differences. ``sampling``: the noise of one sample in each arm, mean over
    items; absent where each item has one sample, as it is then part of ``between``.
    """

    between: Amount
    sampling: Amount | None = None

    def of_difference(self, k: int) -> float:
        """Return the variance of an item's difference with ``k`` samples per item in each arm.

        >>> Spread(between=100, sampling=800).of_difference(8)
        200.0
        """
        return self.between + (self.sampling or 0.0) / k


class DeltaRow(Finite):
    """One method on one task: checkpoint score minus base score, paired by item, in percentage points.

    Checkpoints of one recipe that differ in their training seed alone are one row: ``delta`` is their mean,
    ``seed_deltas`` holds the delta of each, ``checkpoints`` all ids. ``interval_covers``: with one seed the
    interval describes this checkpoint over the population of items, with several the method over items and
    seeds.

    Where the arms differ in a must-match field, ``comparable`` is false, ``differs`` names the fields and
    no number is given. ``base_cell`` and ``checkpoint_cells`` (in the order of ``checkpoints``) are the ids
    of the compared cells. ``arms`` is "unverified" where both arms were imported and neither states some
    field that must match.

    ``p`` tests that the delta is zero: with one seed by the sign-flip test over items, with several as the
    level at which the interval just reaches zero. ``p_holm`` and ``p_bh`` are adjusted for all rows of the
    summary that have a p, except leak probes. ``equivalent_within`` is the smallest margin that contains
    the interval, ``mde`` the delta that a test of one row at 5% would find with 80% chance. ``finding`` is
    that of this row alone.

    ``control`` names the checkpoints trained on a spurious reward with the same base, recipe and step that
    were evaluated under the same protocol; an empty list means "no control". A row of a spurious reward is
    a control itself: it has ``spurious`` instead of that key. ``against_controls`` is the delta minus each
    control's; ``adjusted_delta`` is the one against the control with the largest delta,
    ``adjusted_against``; ``beats_controls``: the interval of this difference is above zero for every
    control. ``published`` are references only.

    ``spread`` is the variance of an item's difference, for one seed: it says what more items or samples gain.

    ``transitions``, ``contributions`` and ``leak`` split the gain by where it comes from.

    ``strong_baseline_delta`` lets the base choose its protocol: the best of ``strong_baseline_protocols``
    is chosen on one half of the items and measured on the other, both ways. ``strong_baseline_chosen`` are
    the two choices, ``strong_baseline_before`` is the base's accuracy measured so. The row has these keys
    where the base was evaluated under more than one protocol.
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
        """The row's identity: no other row of the summary has the same key."""
        return RowKey(*self.pair, self.task, self.protocol, self.k, self.n_items, self.measured_in)

    @property
    def pair(self) -> PairKey:
        """The base and the first checkpoint, whatever they were measured on."""
        return PairKey(self.family, self.base, self.checkpoint, self.reward, self.recipe, self.step)

    @property
    def measured_in(self) -> str:
        """Id of the first checkpoint's cell, empty where the summary does not name it.

        Rows of one checkpoint under different decoding differ in it alone.
        """
        return (self.checkpoint_cells or ("",))[0]

    @model_validator(mode="after")
    def _check_cells(self) -> Self:
        """Require a cell for each checkpoint, where there are cells."""
        checkpoints = self.checkpoints or (self.checkpoint,)
        if self.checkpoint_cells is not None and len(self.checkpoint_cells) != len(checkpoints):
            raise ValueError(f"checkpoint_cells must name one for each of {len(checkpoints)} checkpoints")
        return self


class CleanContrast(Finite):
    """One method on a contaminated and on a clean task.

    ``difference`` is that of its deltas, in points, over disjoint items.

    ``leaked``: this family's training data is known to contain the contaminated task; for other families the
    row is a comparison. A task is clean if its items are generated from a seed or were published in a year
    after the base's release.
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
        """The base and the first checkpoint, as in the keys of the two delta rows that are compared."""
        return PairKey(self.family, self.base, self.checkpoint, self.reward, self.recipe, self.step)


class Interaction(Finite):
    """One method on two bases and the same items.

    ``difference`` is its delta minus the other delta, in points.
    """

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
    """What the board shows of a task. ``kind`` is its grader: a "continuation" is a contamination probe."""

    task: Text
    title: str
    version: Text
    n_items: Count
    kind: Grader | None = None
    contaminated: tuple[str, ...] = ()


class Provenance(Strict):
    """Where the numbers come from, for all rows of one summary. ``cells`` maps a cell's id to its name."""

    suite_version: Text
    git: Text
    packages: dict[str, str]
    python: str
    device: str
    engines: tuple[str, ...]
    generated: Text
    cells: dict[str, str]


class Summary(Finite):
    """``summary.json``: all that board and gate read; they compute no numbers of their own.

    ``level`` is the level of every interval, ``margin`` the points within which a delta counts as no change.
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
        cells: set[str] = set()
        for row in self.deltas:
            cells.update(row.checkpoint_cells or ())
            if row.base_cell:
                cells.add(row.base_cell)
        return frozenset(cells)

    def to_json(self) -> str:
        """Return the canonical text of ``summary.json``; absent keys are left out."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), indent=1) + "\n"
