"""Baselines: deltas of an earlier summary, in a file that people review and commit.

``rlvr-suite gate RUN --policy regression --update-baseline`` writes one. Numbers are rounded to six places.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from suite.errors import SuiteError
from suite.schema import DeltaRow, Strict, Summary
from suite.stats import Estimate, estimates_difference
from suite.strict_yaml import load_yaml

PLACES = 6
Text = Annotated[str, Field(min_length=1)]
Delta = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class Key(NamedTuple):
    """What makes two deltas the same measurement of the same method."""

    family: str
    base: str
    reward: str
    recipe: str
    step: int
    task: str
    protocol: str


class BaselineRow(Strict):
    """A delta as it was, in points, with what must be the same for another to be compared with it.

    ``version`` is the task's, ``before`` the base's accuracy (a share in 0..1); ``spurious`` marks a control. Without
    ``interval`` the delta counts as exact.
    """

    family: Text
    base: Text
    reward: Text
    recipe: Text
    step: Annotated[int, Field(ge=0)]
    task: Text
    protocol: Text
    spurious: Literal[True] | None = None
    version: Text
    k: Count
    n_items: Count
    before: Annotated[float, Field(ge=0, le=1)]
    delta: Delta
    interval: tuple[Delta, Delta] | None = None

    @property
    def key(self) -> Key:
        return Key(self.family, self.base, self.reward, self.recipe, self.step, self.task, self.protocol)


class Made(Strict):
    """Which summary a baseline was made from: version and git state of the suite, hash of the samples, day."""

    suite_version: Text
    git: Text
    samples_hash: Text
    generated: Text


class Baseline(Strict):
    """What a baseline file holds: where it was ``made`` from, and its ``rows``."""

    made: Made
    rows: tuple[BaselineRow, ...] = Field(min_length=1)


def key_of(row: DeltaRow) -> Key:
    """The key by which a row is found in a baseline."""
    return Key(row.family, row.base, row.reward, row.recipe, row.step, row.task, row.protocol)


def load_baseline(path: Path) -> Baseline:
    """The baseline at ``path``; ``SuiteError`` where it is missing, does not fit, or holds a row twice."""
    if not path.exists():
        raise SuiteError("no such baseline", str(path), "Write it: the same command with --update-baseline, then review it")
    file = load_yaml(path, Baseline)
    seen: set[Key] = set()
    for n, row in enumerate(file.rows):
        if row.key in seen:
            raise SuiteError(f"two rows of {' '.join(map(str, row.key))}", f"{path}: rows.{n}", "Keep one of the two")
        if row.interval and not row.interval[0] <= row.delta <= row.interval[1]:
            what = f"delta {row.delta:g} lies outside its interval {row.interval[0]:g} to {row.interval[1]:g}"
            raise SuiteError(what, f"{path}: rows.{n}", "Write the baseline anew with --update-baseline")
        seen.add(row.key)
    return file


def baseline_of(summary: Summary, rows: Iterable[DeltaRow]) -> Baseline:
    """A baseline of these rows of the summary; those without a delta are left out."""
    versions = {task.task: task.version for task in summary.tasks}
    made = summary.provenance
    return Baseline(
        made=Made(suite_version=made.suite_version, git=made.git, samples_hash=summary.samples_hash, generated=made.generated),
        rows=tuple(_row(row, versions[row.task]) for row in rows if row.delta is not None),
    )


def _row(row: DeltaRow, version: str) -> BaselineRow:
    return BaselineRow(
        **key_of(row)._asdict(),
        spurious=row.spurious,
        version=version,
        k=row.k,
        n_items=row.n_items,
        before=round(row.before or 0.0, PLACES),
        delta=_points(row.delta or 0.0),
        interval=row.interval and (_points(row.interval[0]), _points(row.interval[1])),
    )


def _points(value: float) -> float:
    return round(value, PLACES) + 0.0  # no -0.0


def same(row: DeltaRow, stored: BaselineRow) -> bool:
    """Whether nothing has moved: the very numbers, as far as they are stored."""
    now = _row(row, stored.version)
    return (now.before, now.delta, now.interval) == (stored.before, stored.delta, stored.interval)


def differing(row: DeltaRow, stored: BaselineRow, version: str) -> tuple[str, ...]:
    """Fields that make the two another measurement."""
    pairs = {"task version": (version, stored.version), "k": (row.k, stored.k), "n_items": (row.n_items, stored.n_items)}
    return tuple(name for name, (now, then) in pairs.items() if now != then)


def change(row: DeltaRow, stored: BaselineRow) -> Estimate:
    """Delta minus the stored one, in points, as of two independent measurements.

    Items that both share make the true interval narrower, so this errs towards undecided.
    """
    then = Estimate(stored.delta, stored.interval or (stored.delta, stored.delta))
    return estimates_difference(Estimate(row.delta or 0.0, row.interval), then)


def baseline_text(baseline: Baseline, command: str) -> str:
    """The file's text: a row a line, so that a review sees which numbers moved."""
    lines = (json.dumps(row.model_dump(mode="json", exclude_none=True), ensure_ascii=False) for row in baseline.rows)
    made = json.dumps(baseline.made.model_dump(mode="json"), ensure_ascii=False)
    head = f"# Written by `{command}`. Review what changed before you commit it."
    return "\n".join([head, f"made: {made}", "rows:", *(f"  - {line}" for line in lines)]) + "\n"


def moved(old: Baseline | None, new: Baseline) -> list[str]:
    """One line for every row that is new, gone or different, for the review."""
    before: Sequence[BaselineRow] = old.rows if old else ()
    then, now = {row.key: row for row in before}, {row.key: row for row in new.rows}
    lines = []
    for key in dict.fromkeys([*then, *now]):
        name, a, b = " ".join(map(str, key)), then.get(key), now.get(key)
        if a is None and b is not None:
            lines.append(f"new   {name}: {b.delta:+.1f}")
        elif b is None and a is not None:
            lines.append(f"gone  {name}: was {a.delta:+.1f}")
        elif a is not None and b is not None and a != b:
            lines.append(f"moved {name}: {a.delta:+.1f} to {b.delta:+.1f}")
    return lines
