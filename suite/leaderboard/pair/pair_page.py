"""One delta arranged for its own page: its tests, both arms, its sources, how to measure it again.

Arranges rows of the summary and computes no statistic.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from suite.leaderboard.answers import PackedCell
from suite.leaderboard.board.task_view import unlisted_task
from suite.leaderboard.links import board_view, pair_page
from suite.leaderboard.pair.arms import Arm, ArmLine, behaviour_lines, must_match, recorded
from suite.leaderboard.pair.reproduce import Reproduction, reproduce
from suite.leaderboard.pair.waterfall import Waterfall, waterfalls
from suite.leaderboard.wording.rows import doubts, finding_word
from suite.schema import CleanContrast, ControlDelta, DeltaRow, ScoreRow, Summary, TaskRow

Cells = Mapping[str, PackedCell]


@dataclass(frozen=True)
class SeedDelta:
    """The delta of one of several checkpoints that differ in their training seed."""

    number: int | None
    checkpoint: str
    delta: float


@dataclass(frozen=True)
class Beyond:
    """The delta beyond one control, with the control's page if it is on the board."""

    control: ControlDelta
    page: str | None


@dataclass(frozen=True)
class Neighbour:
    """Another delta to look at; ``label`` names its differences from this one."""

    label: str
    row: DeltaRow
    page: str


@dataclass(frozen=True)
class PairView:
    """All that the page of a delta shows; addresses are relative to the board's folder.

    ``prompts`` are the base's scores on the task under every prompt, if there are several. ``answers`` is
    what the script needs to load the answers of both arms, ``None`` if the board has none of them.
    """

    page: str
    board: str
    row: DeltaRow
    family: str
    task: TaskRow
    arms: tuple[Arm, ...]
    behaviour: tuple[ArmLine, ...]
    must_match: tuple[ArmLine, ...]
    recorded: tuple[ArmLine, ...]
    waterfalls: tuple[Waterfall, ...]
    seeds: tuple[SeedDelta, ...]
    beyond: tuple[Beyond, ...]
    contrasts: tuple[CleanContrast, ...]
    same_task: tuple[Neighbour, ...]
    same_pair: tuple[Neighbour, ...]
    prompts: tuple[ScoreRow, ...]
    again: Reproduction
    answers: dict[str, object] | None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Sentences against reading a gain as one in reasoning; none for a row that is not a gain."""
        return doubts(self.row, self.contaminated) if finding_word(self.row) == "gain" else ()

    @property
    def contaminated(self) -> bool:
        """Whether the family's training data is known to contain the items."""
        return self.row.family in self.task.contaminated


class PairViews:
    """Makes the view of each delta of a summary; ``cells`` hold answers and settings by cell id."""

    def __init__(self, summary: Summary, cells: Cells) -> None:
        self.summary = summary
        self.cells = cells
        self.tasks = {task.task: task for task in summary.tasks}
        self.scores = {score.cell: score for score in summary.scores}

    def view(self, row: DeltaRow) -> PairView:
        """Return the view of one row."""
        arms = self._arms(row)
        return PairView(
            page=pair_page(row),
            board=board_view(task=row.task),
            row=row,
            family=self._family(row),
            task=self.tasks.get(row.task) or unlisted_task(row),
            arms=arms,
            behaviour=behaviour_lines(arms) if any(arm.score for arm in arms) else (),
            must_match=must_match(arms),
            recorded=recorded(arms),
            waterfalls=waterfalls(row),
            seeds=_seed_deltas(row),
            beyond=self._beyond(row),
            contrasts=self._contrasts(row),
            same_task=self._same_task(row),
            same_pair=self._same_pair(row),
            prompts=self._prompts(row),
            again=reproduce(row, arms[0].manifest, arms[1].manifest),
            answers=self._answers(row),
        )

    def _family(self, row: DeltaRow) -> str:
        return self.summary.families.get(row.family, row.family)

    def _arms(self, row: DeltaRow) -> tuple[Arm, ...]:
        """Return the base, then each checkpoint."""
        checkpoints = row.checkpoints or (row.checkpoint,)
        cells = row.checkpoint_cells or ("",) * len(checkpoints)
        titles = ["After"]
        if len(checkpoints) > 1:
            titles = [f"After, {_seed_words(seed)}" for seed in _seeds(row)]
        arms = [self._arm(row.base, "Before", row.base_cell or "")]
        for model, title, cell in zip(checkpoints, titles, cells, strict=True):
            arms.append(self._arm(model, title, cell))
        return tuple(arms)

    def _arm(self, model: str, title: str, cell: str) -> Arm:
        packed = self.cells.get(cell)
        return Arm(model, title, self.scores.get(cell), packed.manifest if packed else None)

    def _beyond(self, row: DeltaRow) -> tuple[Beyond, ...]:
        """Return the delta beyond each control, linked to the control's own row under the same budget."""
        pages: dict[str, str] = {}
        for other in self.summary.deltas:
            if other.key.budget == row.key.budget:
                pages.setdefault(other.checkpoint, pair_page(other))
        entries: list[Beyond] = []
        for control in row.against_controls or ():
            linked = (page for checkpoint, page in pages.items() if checkpoint in control.checkpoints)
            entries.append(Beyond(control, next(linked, None)))
        return tuple(entries)

    def _contrasts(self, row: DeltaRow) -> tuple[CleanContrast, ...]:
        """Return the pair's contrasts of a contaminated and a clean task, one of them this row's."""
        own = (c for c in self.summary.contrasts if c.pair == row.pair and c.protocol == row.protocol)
        return tuple(contrast for contrast in own if row.task in (contrast.contaminated, contrast.clean))

    def _same_task(self, row: DeltaRow) -> tuple[Neighbour, ...]:
        """Return rows on the same task that share the reward or the base."""
        neighbours: list[Neighbour] = []
        for other in self.summary.deltas:
            is_near = other.reward == row.reward or other.base == row.base
            if other.task == row.task and is_near and other is not row:
                neighbours.append(Neighbour(self._difference(row, other), other, pair_page(other)))
        return tuple(neighbours)

    def _difference(self, row: DeltaRow, other: DeltaRow) -> str:
        """Return how the other row differs, in words."""
        texts = {
            "base": self._family(other) if other.family != row.family else other.base,
            "reward": f"reward {other.reward}",
            "protocol": f"prompt {other.protocol}",
            "recipe": f"recipe {other.recipe}",
            "step": f"step {other.step}",
            "k": f"k {other.k}",
        }
        differing = [text for field, text in texts.items() if getattr(other, field) != getattr(row, field)]
        return ", ".join(differing) or f"{other.checkpoint} {other.measured_in[:8]}".strip()

    def _same_pair(self, row: DeltaRow) -> tuple[Neighbour, ...]:
        """Return rows of the same checkpoint on other tasks and under other prompts."""
        neighbours: list[Neighbour] = []
        for other in self.summary.deltas:
            if other.pair == row.pair and other is not row:
                label = self.tasks[other.task].title if other.task in self.tasks else other.task
                if other.protocol != row.protocol:
                    label += f", prompt {other.protocol}"
                neighbours.append(Neighbour(label, other, pair_page(other)))
        return tuple(neighbours)

    def _prompts(self, row: DeltaRow) -> tuple[ScoreRow, ...]:
        scores = self.summary.scores
        rows = tuple(score for score in scores if score.model == row.base and score.task == row.task)
        return rows if len({score.protocol for score in rows}) > 1 else ()

    def _answers(self, row: DeltaRow) -> dict[str, object] | None:
        # All or none: answers of one arm beside an empty other one would look like answers that were lost.
        before = row.base_cell or ""
        after = row.checkpoint_cells or ()
        if not all(cell in self.cells for cell in (before, *after)):
            return None
        checkpoints = zip(row.checkpoints or (row.checkpoint,), after, strict=True)
        return {
            "folder": "../answers/",
            "before": self._answers_of(row.base, before),
            "after": [self._answers_of(name, cell) for name, cell in checkpoints],
        }

    def _answers_of(self, model: str, cell: str) -> dict[str, str]:
        return {"name": model, "cell": cell, "items": self.cells[cell].items}


def _seed_deltas(row: DeltaRow) -> tuple[SeedDelta, ...]:
    """Return the delta of each training seed, if there are several."""
    if not row.seed_deltas or not row.checkpoints or len(row.seed_deltas) != len(row.checkpoints):
        return ()
    return tuple(map(SeedDelta, _seeds(row), row.checkpoints, row.seed_deltas))


def _seeds(row: DeltaRow) -> tuple[int | None, ...]:
    """Return the seed of each checkpoint; ``None`` for each if the row does not state all of them."""
    checkpoints = row.checkpoints or (row.checkpoint,)
    return row.seeds if len(row.seeds) == len(checkpoints) else (None,) * len(checkpoints)


def _seed_words(seed: int | None) -> str:
    return "seed not stated" if seed is None else f"seed {seed}"
