"""What ``summary.json`` holds: a score row per cell, a delta row per method and task, and their contrasts.

Accuracies are shares in 0..1, deltas are percentage points. A key that does not apply is absent. Delta rows
are ``suite.schema.delta``; the bounds of all numbers are ``suite.schema.bounds``.
"""

import json

from suite.schema.bounds import (
    Amount,
    Count,
    Covers,
    Finite,
    Gap,
    GapInterval,
    Level,
    Natural,
    Points,
    Share,
    ShareInterval,
    Text,
)
from suite.schema.delta import DeltaRow
from suite.schema.keys import PairKey
from suite.schema.metrics import Grader
from suite.schema.records import Outcome, Strict

SCHEMA_VERSION = 4


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
