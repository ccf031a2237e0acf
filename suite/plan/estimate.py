"""What a plan costs: samples to draw, tokens, and an estimate of the time on the device. ``rlvr-suite plan`` prints it.

Tokens of an answer are the mean of the finished cells of the same task and base in this run, else of the same task, else at most
the task's limit. Tokens a second are those of the finished cells of the same base, else what the registry states; where
neither is there, there is no estimate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from suite.plan.cells import PlannedCell
from suite.plan.unfinished import is_finished
from suite.registry import Registry
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore


@dataclass(frozen=True)
class Cost:
    """Of one cell. ``tokens`` are those still to be generated, ``seconds`` is device time (wall time x devices)."""

    missing: int
    tokens: int
    tokens_are: Literal["expected", "at most"]
    seconds: float | None
    tokens_per_s: float | None
    measured_on: str | None


@dataclass(frozen=True)
class _Finished:
    """A finished cell that was drawn here."""

    manifest: CellManifest
    samples: int
    tokens: int


@dataclass(frozen=True)
class Experience:
    """What the finished cells of a run tell of the others."""

    cells: Sequence[_Finished]

    def tokens_a_sample(self, planned: PlannedCell) -> float | None:
        """Mean of the same task and base, else of the same task; None without either."""
        of_task = [c for c in self.cells if c.manifest.cell.task == planned.cell.task]
        of_base = [c for c in of_task if c.manifest.base == planned.model.base]
        known = of_base or of_task
        return sum(c.tokens for c in known) / sum(c.samples for c in known) if known else None

    @cached_property
    def _speeds(self) -> dict[tuple[str, str], tuple[int, float]]:
        """(base, engine) -> tokens and seconds."""
        out: dict[tuple[str, str], tuple[int, float]] = {}
        for c in self.cells:
            key = (c.manifest.base, c.manifest.cell.engine)
            tokens, seconds = out.get(key, (0, 0.0))
            out[key] = (tokens + c.tokens, seconds + (c.manifest.wall_s or 0))
        return out

    def tokens_per_s(self, planned: PlannedCell) -> float | None:
        """Of the same base with the same engine."""
        tokens, seconds = self._speeds.get((planned.model.base, planned.cell.engine), (0, 0.0))
        return tokens / seconds if tokens and seconds else None


def experience(store: RunStore, engines: Iterable[str]) -> Experience:
    """The finished cells of ``store`` that one of ``engines`` drew."""
    cells, wanted = [], set(engines)
    for cell in store.finished():
        manifest = cell.manifest
        if manifest is not None and manifest.source is None and manifest.cell.engine in wanted:
            samples = cell.samples().values()
            cells.append(_Finished(manifest, len(samples), sum(s.n_tokens or 0 for s in samples)))
    return Experience(cells)


def _missing(store: RunStore, planned: PlannedCell) -> int:
    """Samples that are still to be drawn."""
    if is_finished(store, planned):
        return 0
    items = {item.id for item in planned.task.items}
    stored = store.cell(planned.cell).samples()
    return planned.n_samples - sum(item in items and index < planned.task.k for item, index in stored)


def cost(store: RunStore, planned: PlannedCell, known: Experience, registry: Registry) -> Cost:
    """What one cell still costs."""
    missing = _missing(store, planned)
    mean = known.tokens_a_sample(planned)
    limit = planned.task.decoding.max_new_tokens
    tokens = round(missing * (limit if mean is None else mean))
    speed, measured_on = _speed(planned, known, registry)
    return Cost(
        missing=missing,
        tokens=tokens,
        tokens_are="at most" if mean is None else "expected",
        seconds=None if speed is None else tokens / speed,
        tokens_per_s=speed,
        measured_on=measured_on,
    )


def _speed(
    planned: PlannedCell, known: Experience, registry: Registry
) -> tuple[float, str] | tuple[None, None]:
    """Tokens a second and device, and where that was measured."""
    measured = known.tokens_per_s(planned)
    if measured is not None:
        return measured / planned.model.settings.tensor_parallel, "this run's finished cells"
    stated = registry.throughput(planned.model.id) or registry.throughput(planned.model.base)
    return (stated.tokens_per_s, stated.measured_on) if stated else (None, None)
