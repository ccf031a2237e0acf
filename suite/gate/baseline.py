"""Baselines: the deltas of an earlier summary, in a file that people review and commit.

``rlvr-suite gate RUN --policy regression --update-baseline`` writes one, a row a line, numbers rounded to six
places::

    made: {"suite_version": "0.9", "git": "3f2c...", "samples_hash": "9d41...", "generated": "2026-11-20"}
    rows:
      - {"family": "llama3", "base": "llama3.1-8b", ..., "n_items": 500, "before": 0.41, "delta": 3.2, ...}
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from suite.errors import SuiteError, printable
from suite.files.yaml import load_yaml
from suite.schema import DeltaRow, Interval, KeyField, PartOfKey, RowKey, Strict, Summary
from suite.schema.numbers import points
from suite.stats import LEVEL, Estimate, estimates_difference

PLACES = 6
Text = Annotated[str, Field(min_length=1)]
Delta = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class BaselineRow(Strict):
    """A delta as it was, in points, with what must be the same for another delta to be compared with it.

    ``checkpoint`` distinguishes rows that are otherwise alike, and may differ. ``version`` is the task's,
    ``before`` the base's accuracy (a share in 0..1); ``spurious`` marks a control. Without ``interval`` the
    delta counts as exact.
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

    @property
    def key(self) -> RowKey:
        """The key of the row that was stored, without its cell."""
        return RowKey(
            family=self.family,
            base=self.base,
            checkpoint=self.checkpoint,
            reward=self.reward,
            recipe=self.recipe,
            step=self.step,
            task=self.task,
            protocol=self.protocol,
            k=self.k,
            n_items=self.n_items,
            cell="",
        )

    def __str__(self) -> str:
        names = self.key.only("family", "base", "reward", "recipe", "step", "task", "protocol")
        return f"{' '.join(map(str, names))} ({self.checkpoint}, {self.n_items} items x {self.k})"


class Made(Strict):
    """The summary that a baseline was made from: the suite's version and git state, samples hash, day."""

    suite_version: Text
    git: Text
    samples_hash: Text
    generated: Text


class Baseline(Strict):
    """What a baseline file holds: where it was ``made`` from, and its ``rows``."""

    made: Made
    rows: tuple[BaselineRow, ...] = Field(min_length=1)


Versions = Mapping[str, str]
"""Version of each task."""
AnyRow = TypeVar("AnyRow", bound=DeltaRow | BaselineRow)
Likeness = tuple[PartOfKey, str]
"""What two rows must share to be paired: some fields of their keys, and the task version (or nothing)."""


def versions_of(summary: Summary) -> Versions:
    """Return the version of each task of the summary; ``unknown`` for a task that it does not describe."""
    return defaultdict(lambda: "unknown", {task.task: task.version for task in summary.tasks})


def _version(row: DeltaRow | BaselineRow, versions: Versions) -> str:
    return row.version if isinstance(row, BaselineRow) else versions[row.task]


# How alike a row and a stored one can be, closest first: comparable and of the same checkpoint; comparable;
# and the same method on the same task, but measured on other items, with another k or in another version of
# the task.
_IGNORED: tuple[tuple[KeyField, ...], ...] = (
    ("cell",),
    ("cell", "checkpoint"),
    ("cell", "checkpoint", "k", "n_items"),
)


def _likeness(row: DeltaRow | BaselineRow, ignored: Sequence[KeyField], versions: Versions) -> Likeness:
    version = "" if "n_items" in ignored else _version(row, versions)
    return row.key.without(*ignored), version


def paired(
    rows: Sequence[AnyRow], stored: Iterable[BaselineRow], versions: Versions
) -> tuple[list[tuple[AnyRow, BaselineRow | None]], list[BaselineRow]]:
    """Return each row with the stored row that is most like it, and the stored rows that are left over.

    Each stored row is paired once. ``versions`` are those of the tasks of ``rows``, if these are a summary's.
    """
    # In each round the rows that are still free find each other, less and less alike. A row that changed its
    # checkpoint's name still finds its stored self; one measured on other items is paired last, so that the
    # verdict can say what differs in place of two pairs that are missing.
    partner: dict[int, BaselineRow] = {}
    unpaired = list(stored)
    for ignored in _IGNORED:
        free: dict[Likeness, list[BaselineRow]] = defaultdict(list)
        for then in unpaired:
            free[_likeness(then, ignored, versions)].append(then)
        for n, row in enumerate(rows):
            if n in partner:
                continue
            alike = free[_likeness(row, ignored, versions)]
            if alike:
                partner[n] = alike.pop(0)
        unpaired = list(chain.from_iterable(free.values()))
    return [(row, partner.get(n)) for n, row in enumerate(rows)], unpaired


def load_baseline(path: Path) -> Baseline:
    """Return the baseline at ``path``; ``SuiteError`` if it is missing, invalid, or has a row twice."""
    if not path.exists():
        fix = "Write it: the same command with --update-baseline, then review it"
        raise SuiteError("no such baseline", str(path), fix)
    file = load_yaml(path, Baseline)
    # Two rows that only their order distinguishes would be paired by chance when the next summary is judged.
    seen: set[Likeness] = set()
    for n, row in enumerate(file.rows):
        identity = _likeness(row, _IGNORED[0], {})
        if identity in seen:
            raise SuiteError(f"two rows of {row}", f"{path}: rows.{n}", "Keep one of the two")
        if row.interval and not row.interval[0] <= row.delta <= row.interval[1]:
            low, high = row.interval
            what = f"delta {row.delta:g} lies outside its interval {low:g} to {high:g}"
            raise SuiteError(what, f"{path}: rows.{n}", "Rewrite the baseline with --update-baseline")
        seen.add(identity)
    return file


def check_level(summary: Summary) -> None:
    """Raise ``SuiteError`` if the summary's intervals have another level than the gate's."""
    if summary.level != LEVEL:
        what = f"the summary's intervals are of level {summary.level:g}; the gate's are of {LEVEL:g}"
        raise SuiteError(what, "summary: level", "Run `rlvr-suite summarize RUN` again")


def baseline_of(summary: Summary, rows: Iterable[DeltaRow]) -> Baseline:
    """Return a baseline of these rows of the summary; rows without a delta are left out."""
    check_level(summary)
    provenance = summary.provenance
    versions = versions_of(summary)
    made = Made(
        suite_version=provenance.suite_version,
        git=provenance.git,
        samples_hash=summary.samples_hash,
        generated=provenance.generated,
    )
    return Baseline(made=made, rows=tuple(_stored(row, versions) for row in rows if row.delta is not None))


def _stored(row: DeltaRow, versions: Versions) -> BaselineRow:
    before, delta, interval = _rounded_numbers(row)
    return BaselineRow(
        family=row.family,
        base=row.base,
        checkpoint=row.checkpoint,
        reward=row.reward,
        recipe=row.recipe,
        step=row.step,
        task=row.task,
        protocol=row.protocol,
        spurious=row.spurious,
        version=_version(row, versions),
        k=row.k,
        n_items=row.n_items,
        before=before,
        delta=delta or 0.0,
        interval=interval,
    )


def _rounded_numbers(row: DeltaRow | BaselineRow) -> tuple[float | None, float | None, Interval | None]:
    """Return accuracy before, delta and interval as they are stored."""
    interval = None
    if row.interval:
        interval = (_rounded(row.interval[0]), _rounded(row.interval[1]))
    before = None if row.before is None else _rounded(row.before)
    delta = None if row.delta is None else _rounded(row.delta)
    return before, delta, interval


def _rounded(value: float) -> float:
    return round(value, PLACES) + 0.0  # the sum makes -0.0 a 0.0


def same(row: DeltaRow, stored: BaselineRow) -> bool:
    """Return whether nothing has moved: the numbers are equal as far as they are stored."""
    return _rounded_numbers(row) == _rounded_numbers(stored)


def differing(row: DeltaRow, stored: BaselineRow, versions: Versions) -> tuple[str, ...]:
    """Return the names of the fields that make the two rows different measurements."""
    differs = {
        "task version": versions[row.task] != stored.version,
        "k": row.k != stored.k,
        "n_items": row.n_items != stored.n_items,
    }
    return tuple(name for name, different in differs.items() if different)


def change(delta: Estimate, stored: BaselineRow) -> Estimate:
    """Return delta minus the stored delta, in points, as if the two were measured independently.

    Items that both share make the true interval narrower, so this errs towards inconclusive.
    """
    then = Estimate(stored.delta, stored.interval or (stored.delta, stored.delta))
    return estimates_difference(delta, then)


def baseline_text(baseline: Baseline, command: str) -> str:
    """Return the file's text, a row a line, so that a review sees which numbers moved."""
    made = json.dumps(baseline.made.model_dump(mode="json"), ensure_ascii=False)
    lines = [
        f"# Written by `{printable(command)}`. Review what changed before you commit it.",
        f"made: {made}",
        "rows:",
    ]
    for row in baseline.rows:
        fields = row.model_dump(mode="json", exclude_none=True)
        lines.append(f"  - {json.dumps(fields, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def moved(old: Baseline | None, new: Baseline) -> list[str]:
    """Return one line for every row that is new, gone or different, for the review."""
    pairs, gone = paired(new.rows, old.rows if old else (), {})
    lines = [f"gone  {then}: was {points(then.delta)}" for then in gone]
    for now, then in pairs:
        if then is None:
            lines.append(f"new   {now}: {points(now.delta)}")
        elif now != then:
            lines.append(f"moved {now}: {points(then.delta)} to {points(now.delta)}")
    return lines
