"""Baselines: deltas of an earlier summary, in a file that people review and commit.

``rlvr-suite gate RUN --policy regression --update-baseline`` writes one. Numbers are rounded to six places.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field

from suite.errors import SuiteError, printable
from suite.files.yaml import load_yaml
from suite.schema import DeltaRow, Interval, Strict, Summary
from suite.stats import LEVEL, Estimate, estimates_difference

PLACES = 6
Text = Annotated[str, Field(min_length=1)]
Delta = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class BaselineRow(Strict):
    """A delta as it was, in points, with what must be the same for another to be compared with it.

    ``checkpoint`` tells apart what is otherwise alike, and need not be the same. ``version`` is the task's, ``before`` the base's
    accuracy (a share in 0..1); ``spurious`` marks a control. Without ``interval`` the delta counts as exact.
    """

    family: Text
    base: Text
    checkpoint: Text
    reward: Text
    recipe: Text
    step: Annotated[int, Field(ge=0)]
    task: Text
    protocol: Text
    spurious: Literal[True] | None = None
    version: Text
    k: Count
    n_items: Count
    before: Annotated[float, Field(ge=0, le=1)] | None = None
    delta: Delta
    interval: tuple[Delta, Delta] | None = None


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


class Mark(NamedTuple):
    """What tells a row of a summary or a baseline from all others.

    Up to ``protocol`` it is what two rows must share to be the same measurement of the same method, up to ``n_items`` to be
    comparable.
    """

    family: str
    base: str
    reward: str
    recipe: str
    step: int
    task: str
    protocol: str
    version: str
    k: int
    n_items: int
    checkpoint: str

    def __str__(self) -> str:
        return f"{' '.join(map(str, self[:7]))} ({self.checkpoint}, {self.n_items} items x {self.k})"


Versions = Mapping[str, str]
"""Task -> its version."""
AnyRow = TypeVar("AnyRow", bound=DeltaRow | BaselineRow)


def versions_of(summary: Summary) -> Versions:
    return defaultdict(lambda: "unknown", {task.task: task.version for task in summary.tasks})


def mark_of(row: DeltaRow | BaselineRow, versions: Versions) -> Mark:
    version = row.version if isinstance(row, BaselineRow) else versions[row.task]
    return Mark(
        row.family, row.base, row.reward, row.recipe, row.step, row.task, row.protocol,
        version, row.k, row.n_items, row.checkpoint,
    )  # fmt: skip


def paired(
    rows: Sequence[AnyRow], stored: Iterable[BaselineRow], versions: Versions
) -> tuple[list[tuple[AnyRow, BaselineRow | None]], list[BaselineRow]]:
    """Each row with the stored one that is most like it, and the stored ones that are left.

    First all that is comparable and of one checkpoint find each other, then all that is comparable, then the same measurements.
    """
    partner: dict[int, BaselineRow] = {}
    spare = list(stored)
    for shared in (len(Mark._fields), len(Mark._fields) - 1, Mark._fields.index("protocol") + 1):
        free: dict[tuple[object, ...], list[BaselineRow]] = defaultdict(list)
        for then in spare:
            free[mark_of(then, versions)[:shared]].append(then)
        for n, row in enumerate(rows):
            if n not in partner and (alike := free[mark_of(row, versions)[:shared]]):
                partner[n] = alike.pop(0)
        spare = [then for alike in free.values() for then in alike]
    return [(row, partner.get(n)) for n, row in enumerate(rows)], spare


def load_baseline(path: Path) -> Baseline:
    """The baseline at ``path``; ``SuiteError`` where it is missing, does not fit, or holds a row twice."""
    if not path.exists():
        raise SuiteError(
            "no such baseline", str(path), "Write it: the same command with --update-baseline, then review it"
        )
    file = load_yaml(path, Baseline)
    seen: set[Mark] = set()
    for n, row in enumerate(file.rows):
        if (mark := mark_of(row, {})) in seen:
            raise SuiteError(f"two rows of {mark}", f"{path}: rows.{n}", "Keep one of the two")
        if row.interval and not row.interval[0] <= row.delta <= row.interval[1]:
            what = f"delta {row.delta:g} lies outside its interval {row.interval[0]:g} to {row.interval[1]:g}"
            raise SuiteError(what, f"{path}: rows.{n}", "Write the baseline anew with --update-baseline")
        seen.add(mark)
    return file


def check_level(summary: Summary) -> None:
    """``SuiteError`` where a summary's intervals are of another level than those that a policy speaks of."""
    if summary.level != LEVEL:
        what = f"the summary's intervals are of level {summary.level:g}; the gate's are of {LEVEL:g}"
        raise SuiteError(what, "summary: level", "Run `rlvr-suite summarize RUN` again")


def baseline_of(summary: Summary, rows: Iterable[DeltaRow]) -> Baseline:
    """A baseline of these rows of the summary; those without a delta are left out."""
    check_level(summary)
    made, versions = summary.provenance, versions_of(summary)
    return Baseline(
        made=Made(
            suite_version=made.suite_version,
            git=made.git,
            samples_hash=summary.samples_hash,
            generated=made.generated,
        ),
        rows=tuple(_stored(row, versions) for row in rows if row.delta is not None),
    )


def _stored(row: DeltaRow, versions: Versions) -> BaselineRow:
    before, delta, interval = _numbers(row)
    fields = mark_of(row, versions)._asdict()
    return BaselineRow(**fields, spurious=row.spurious, before=before, delta=delta or 0.0, interval=interval)


def _numbers(row: DeltaRow | BaselineRow) -> tuple[float | None, float | None, Interval | None]:
    """Accuracy before, delta and interval as they are stored."""
    before, delta = (
        None if value is None else round(value, PLACES) + 0.0 for value in (row.before, row.delta)
    )  # no -0.0
    return (
        before,
        delta,
        row.interval and (round(row.interval[0], PLACES) + 0.0, round(row.interval[1], PLACES) + 0.0),
    )


def same(row: DeltaRow, stored: BaselineRow) -> bool:
    """Whether nothing has moved: the very numbers, as far as they are stored."""
    return _numbers(row) == _numbers(stored)


def differing(row: DeltaRow, stored: BaselineRow, versions: Versions) -> tuple[str, ...]:
    """Fields that make the two another measurement."""
    now, then = mark_of(row, versions), mark_of(stored, versions)
    names = {"version": "task version", "k": "k", "n_items": "n_items"}
    return tuple(name for field, name in names.items() if getattr(now, field) != getattr(then, field))


def change(delta: Estimate, stored: BaselineRow) -> Estimate:
    """Delta minus the stored one, in points, as of two independent measurements.

    Items that both share make the true interval narrower, so this errs towards undecided.
    """
    return estimates_difference(
        delta, Estimate(stored.delta, stored.interval or (stored.delta, stored.delta))
    )


def baseline_text(baseline: Baseline, command: str) -> str:
    """The file's text: a row a line, so that a review sees which numbers moved."""
    lines = (
        json.dumps(row.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
        for row in baseline.rows
    )
    made = json.dumps(baseline.made.model_dump(mode="json"), ensure_ascii=False)
    head = f"# Written by `{printable(command)}`. Review what changed before you commit it."
    return "\n".join([head, f"made: {made}", "rows:", *(f"  - {line}" for line in lines)]) + "\n"


def moved(old: Baseline | None, new: Baseline) -> list[str]:
    """One line for every row that is new, gone or different, for the review."""
    pairs, gone = paired(new.rows, old.rows if old else (), {})
    lines = [f"gone  {mark_of(then, {})}: was {then.delta:+.1f}" for then in gone]
    for now, then in pairs:
        if then is None:
            lines.append(f"new   {mark_of(now, {})}: {now.delta:+.1f}")
        elif now != then:
            lines.append(f"moved {mark_of(now, {})}: {then.delta:+.1f} to {now.delta:+.1f}")
    return lines
