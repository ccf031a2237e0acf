"""What a plan costs: samples to draw, tokens, and an estimate of device time. ``rlvr-suite plan`` prints it.

The length of an answer is the mean over finished cells of the same task and base in this run, else of the
same task, else at most the task's limit. The speed is that of finished cells of the same base, else the one
that the registry states; without either there is no estimate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from suite.plan.cells import PlannedCell
from suite.plan.unfinished import is_finished
from suite.registry import Registry
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore


@dataclass(frozen=True)
class Cost:
    """The cost of one cell.

    ``tokens`` are still to be generated, ``seconds`` is device time (wall time x devices).
    """

    missing: int
    tokens: int
    tokens_are: Literal["expected", "at most"]
    seconds: float | None
    tokens_per_s: float | None
    measured_on: str | None


class MeasuredCell(NamedTuple):
    """A finished cell that was drawn here, with its samples and generated tokens counted."""

    manifest: CellManifest
    samples: int
    tokens: int


class Speed(NamedTuple):
    """Generated tokens a second and device, and where that was measured."""

    tokens_per_s: float
    measured_on: str


@dataclass(frozen=True)
class Measurements:
    """The finished cells of a run, as a basis for estimating the others."""

    cells: Sequence[MeasuredCell]

    def tokens_per_sample(self, planned: PlannedCell) -> float | None:
        """Return the mean over cells of the same task and base, else of the same task; None without."""
        same_task = [c for c in self.cells if c.manifest.cell.task == planned.cell.task]
        same_base = [c for c in same_task if c.manifest.base == planned.model.base]
        cells = same_base or same_task
        if not cells:
            return None
        return sum(c.tokens for c in cells) / sum(c.samples for c in cells)

    @cached_property
    def _totals(self) -> dict[tuple[str, str], tuple[int, float]]:
        """(base, engine) -> tokens and seconds."""
        totals: dict[tuple[str, str], tuple[int, float]] = {}
        for c in self.cells:
            key = (c.manifest.base, c.manifest.cell.engine)
            tokens, seconds = totals.get(key, (0, 0.0))
            totals[key] = (tokens + c.tokens, seconds + (c.manifest.wall_s or 0))
        return totals

    def tokens_per_s(self, planned: PlannedCell) -> float | None:
        """Return the speed of the same base with the same engine."""
        tokens, seconds = self._totals.get((planned.model.base, planned.cell.engine), (0, 0.0))
        return tokens / seconds if tokens and seconds else None


def measurements(store: RunStore, engines: Iterable[str]) -> Measurements:
    """Measure the finished cells of ``store`` that one of ``engines`` drew."""
    engines = set(engines)
    cells = []
    for stored in store.finished():
        manifest = stored.manifest
        # Imported answers say nothing about the speed here, and often nothing about tokens.
        if manifest is None or manifest.source is not None or manifest.cell.engine not in engines:
            continue
        samples = stored.samples().values()
        cells.append(MeasuredCell(manifest, len(samples), sum(s.n_tokens or 0 for s in samples)))
    return Measurements(cells)


def cost(store: RunStore, planned: PlannedCell, measured: Measurements, registry: Registry) -> Cost:
    """Estimate what remains to be done for one cell."""
    missing = _missing(store, planned)
    mean = measured.tokens_per_sample(planned)
    # Without a finished cell of the task, every answer may be as long as allowed.
    tokens = round(missing * (planned.task.decoding.max_new_tokens if mean is None else mean))
    speed = _speed(planned, measured, registry)
    return Cost(
        missing=missing,
        tokens=tokens,
        tokens_are="at most" if mean is None else "expected",
        seconds=tokens / speed.tokens_per_s if speed else None,
        tokens_per_s=speed.tokens_per_s if speed else None,
        measured_on=speed.measured_on if speed else None,
    )


def _missing(store: RunStore, planned: PlannedCell) -> int:
    """Count the samples that are still to be drawn."""
    if is_finished(store, planned):
        return 0
    items = {item.id for item in planned.task.items}
    stored = store.cell(planned.cell).samples()
    usable = [key for key in stored if key[0] in items and key[1] < planned.task.k]
    return planned.n_samples - len(usable)


def _speed(planned: PlannedCell, measured: Measurements, registry: Registry) -> Speed | None:
    """Return the measured speed, else the stated one."""
    tokens_per_s = measured.tokens_per_s(planned)
    if tokens_per_s is not None:
        # What was measured is the speed of all devices of the model together.
        return Speed(tokens_per_s / planned.model.settings.tensor_parallel, "this run's finished cells")
    stated = registry.throughput(planned.model.id) or registry.throughput(planned.model.base)
    return Speed(stated.tokens_per_s, stated.measured_on) if stated else None
