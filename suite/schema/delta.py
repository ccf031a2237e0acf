"""A delta row of ``summary.json``, and the records in it: controls, spread, and where the gain comes from.

Shortened:

    {"family": "llama3", "base": "llama3.1-8b", "checkpoint": "llama3.1-8b-random", "reward": "random",
     "recipe": "dr_grpo", "step": 300, "seeds": [0], "task": "math500", "protocol": "chat", "k": 1,
     "n_items": 500, "before": 0.494, "after": 0.51, "delta": 1.6, "interval": [-2.1, 5.3], "p": 0.43,
     "finding": "inconclusive", "comparable": true, "spurious": true}
"""

from typing import Literal, Self, final

from pydantic import model_validator

from suite.schema.bounds import (
    Amount,
    Count,
    Covers,
    Finite,
    Gap,
    GapInterval,
    Margin,
    Natural,
    Points,
    PointsInterval,
    Share,
    Text,
)
from suite.schema.keys import PairKey, RowKey
from suite.schema.records import Strict

Finding = Literal["gain", "loss", "equivalent", "inconclusive"]


class DeltaReference(Finite):
    """A published delta, in points, of the same base, reward and task: for comparison, never a control."""

    delta: Points
    source: str
    setting: str
    step: int | None = None


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
