"""The parts of a delta row, and the one place where they become the flat row of ``summary.json``.

Each part is computed by itself in ``suite.summary.comparison``; a part that does not apply is left at its
default, in which every value is absent.
"""

from dataclasses import dataclass, field
from typing import Literal

from suite.registry import published
from suite.schema import (
    Contributions,
    ControlDelta,
    Covers,
    DeltaReference,
    DeltaRow,
    Finding,
    Spread,
    Transitions,
)
from suite.stats import Estimate
from suite.summary.methods import MeasuredMethod


@dataclass(frozen=True)
class Measurement:
    """The delta with its interval, in points; the base's and the checkpoints' accuracies are shares."""

    before: float | None = None
    after: float | None = None
    delta: Estimate | None = None
    covers: Covers | None = None
    seed_deltas: tuple[float, ...] | None = None
    spread: Spread | None = None
    arms: Literal["unverified"] | None = None


@dataclass(frozen=True)
class Significance:
    """What the tests say of the delta; p is adjusted later, over all rows of the summary."""

    p: float | None = None
    equivalent_within: float | None = None
    mde: float | None = None
    finding: Finding | None = None


@dataclass(frozen=True)
class Controls:
    """The matched controls and the delta beyond each.

    ``checkpoints`` is None for a row that is a control itself.
    """

    checkpoints: tuple[str, ...] | None = None
    deltas: tuple[ControlDelta, ...] = ()
    strongest: ControlDelta | None = None
    """The delta beyond the control with the largest delta."""

    @property
    def are_beaten(self) -> bool:
        """Whether the interval of the delta beyond each control is above zero."""
        return all(control.interval is not None and control.interval[0] > 0 for control in self.deltas)


@dataclass(frozen=True)
class StrongBaseline:
    """The delta against the base's best prompt, and which prompts it could choose and chose."""

    delta: Estimate | None = None
    before: float | None = None
    chosen: tuple[str, ...] | None = None
    protocols: tuple[str, ...] | None = None


@dataclass(frozen=True)
class GainSources:
    """Where the delta comes from."""

    transitions: Transitions | None = None
    contributions: Contributions | None = None


@dataclass(frozen=True)
class DeltaParts:
    """All that was computed of one method.

    ``differs`` names the must-match fields that make it not comparable.
    """

    base_cell: str
    is_spurious: bool
    strong: StrongBaseline
    differs: tuple[str, ...] = ()
    measurement: Measurement = field(default_factory=Measurement)
    significance: Significance = field(default_factory=Significance)
    controls: Controls = field(default_factory=Controls)
    sources: GainSources = field(default_factory=GainSources)


def delta_row(method: MeasuredMethod, parts: DeltaParts) -> DeltaRow:
    """Return the flat row of a method."""
    key = method.key
    is_one_seed = len(method.pairs) == 1
    measurement = parts.measurement
    controls = parts.controls
    strongest = controls.strongest
    strong = parts.strong
    # In the order of ``DeltaRow``'s fields, which is that of the file. p_holm, p_bh and leak follow later:
    # they need the other rows.
    return DeltaRow(
        family=key.family,
        base=key.base,
        checkpoint=key.checkpoint,
        reward=key.reward,
        recipe=key.recipe,
        step=key.step,
        seeds=tuple(pair.seed for pair in method.pairs if pair.seed is not None),
        task=key.task,
        protocol=key.protocol,
        k=key.k,
        n_items=key.n_items,
        base_cell=parts.base_cell,
        checkpoint_cells=tuple(cell.id for cell in method.cells),
        before=measurement.before,
        after=measurement.after,
        delta=measurement.delta and measurement.delta.mean,
        interval=measurement.delta and measurement.delta.interval,
        interval_covers=measurement.covers,
        checkpoints=None if is_one_seed else tuple(pair.checkpoint for pair in method.pairs),
        seed_deltas=measurement.seed_deltas,
        p=parts.significance.p,
        equivalent_within=parts.significance.equivalent_within,
        mde=parts.significance.mde,
        spread=measurement.spread,
        finding=parts.significance.finding,
        comparable=not parts.differs,
        differs=parts.differs or None,
        arms=measurement.arms,
        spurious=True if parts.is_spurious else None,
        control=controls.checkpoints,
        against_controls=controls.deltas or None,
        adjusted_delta=strongest and strongest.difference,
        adjusted_interval=strongest and strongest.interval,
        adjusted_covers=strongest and strongest.interval_covers,
        adjusted_against=strongest and strongest.reward,
        beats_controls=controls.are_beaten if controls.deltas else None,
        transitions=parts.sources.transitions,
        contributions=parts.sources.contributions,
        published=_published_deltas(method) or None,
        strong_baseline_delta=strong.delta and strong.delta.mean,
        strong_baseline_interval=strong.delta and strong.delta.interval,
        strong_baseline_before=strong.before,
        strong_baseline_chosen=strong.chosen,
        strong_baseline_protocols=strong.protocols,
    )


def _published_deltas(method: MeasuredMethod) -> tuple[DeltaReference, ...]:
    """Return the published deltas of the method's base, reward and task, as references."""
    key = method.key
    references = []
    for source, row in published.deltas(key.base, key.reward, key.task):
        if row.points is not None:
            where = f"{source.id}, {row.where}"
            references.append(
                DeltaReference(delta=row.points, source=where, setting=row.setting, step=row.step)
            )
    return tuple(references)
