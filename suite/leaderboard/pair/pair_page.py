"""One delta arranged as its own page shows it: the number and its tests, both arms, where it comes from, how to measure it again.

Arranges rows of the summary and computes no statistic.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from suite.leaderboard.answers import PackedCell
from suite.leaderboard.links import board_view, pair_page
from suite.leaderboard.pair.arms import Arm, Line, behaviour_lines, must_match, recorded
from suite.leaderboard.pair.reproduce import Recipe, reproduce
from suite.leaderboard.pair.waterfall import Waterfall, waterfalls
from suite.leaderboard.wording.rows import doubts, finding_word
from suite.schema import CleanContrast, ControlDelta, DeltaRow, ScoreRow, Summary, TaskRow

Cells = Mapping[str, PackedCell]


@dataclass(frozen=True)
class Seed:
    """One of several checkpoints that differ in their training seed."""

    number: int | None
    checkpoint: str
    delta: float


@dataclass(frozen=True)
class Beyond:
    """The delta beyond one control, with the control's page where it is on the board."""

    control: ControlDelta
    page: str | None


@dataclass(frozen=True)
class Neighbour:
    """Another delta to look at: ``label`` says in what it differs from this one."""

    label: str
    row: DeltaRow
    page: str


@dataclass(frozen=True)
class PairView:
    """All that the page of a delta shows; addresses are from the board's folder."""

    page: str
    board: str
    row: DeltaRow
    family: str
    task: TaskRow
    arms: tuple[Arm, ...]
    behaviour: tuple[Line, ...]
    must_match: tuple[Line, ...]
    recorded: tuple[Line, ...]
    waterfalls: tuple[Waterfall, ...]
    seeds: tuple[Seed, ...]
    beyond: tuple[Beyond, ...]
    contrasts: tuple[CleanContrast, ...]
    same_task: tuple[Neighbour, ...]
    same_pair: tuple[Neighbour, ...]
    prompts: tuple[ScoreRow, ...]
    """The base's scores on the task under every prompt, where there are several."""
    again: Recipe
    answers: dict[str, object] | None
    """What the script needs to find the answers of both arms; ``None`` where the board has none of them."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why a gain is not to be taken for what it looks like: each a sentence; none beside a row that is no gain."""
        return doubts(self.row, self.contaminated) if finding_word(self.row) == "gain" else ()

    @property
    def contaminated(self) -> bool:
        """Whether the family's training data is known to hold the items."""
        return self.row.family in self.task.contaminated


class PairViews:
    """Makes the page of each delta of a summary, with the answers and settings that ``cells`` brings, by id."""

    def __init__(self, summary: Summary, cells: Cells) -> None:
        self.summary, self.cells = summary, cells
        self.tasks = {task.task: task for task in summary.tasks}
        self.scores = {score.cell: score for score in summary.scores}

    def view(self, row: DeltaRow) -> PairView:
        """The view of one row."""
        arms = self._arms(row)
        task = self.tasks.get(row.task) or TaskRow(
            task=row.task, title=row.task, version="unknown", n_items=row.n_items
        )
        manifests = [arm.manifest for arm in arms]
        return PairView(
            page=pair_page(row),
            board=board_view(task=row.task),
            row=row,
            family=self._family(row),
            task=task,
            arms=arms,
            behaviour=behaviour_lines(arms) if any(arm.score for arm in arms) else (),
            must_match=must_match(arms),
            recorded=recorded(arms),
            waterfalls=waterfalls(row),
            seeds=_seeds(row),
            beyond=tuple(
                Beyond(control, self._control_page(row, control)) for control in row.against_controls or ()
            ),
            contrasts=tuple(
                c
                for c in self.summary.contrasts
                if _of_pair(c, row) and row.task in (c.contaminated, c.clean)
            ),
            same_task=self._same_task(row),
            same_pair=self._same_pair(row),
            prompts=self._prompts(row),
            again=reproduce(row, manifests[0], manifests[1]),
            answers=self._answers(row),
        )

    def _family(self, row: DeltaRow) -> str:
        return self.summary.families.get(row.family, row.family)

    def _arms(self, row: DeltaRow) -> tuple[Arm, ...]:
        """The base, then each checkpoint."""
        checkpoints = row.checkpoints or (row.checkpoint,)
        cells = row.checkpoint_cells or ("",) * len(checkpoints)
        titles = (
            ("After",)
            if len(checkpoints) == 1
            else tuple(f"After, {_seed_words(n)}" for n in _seed_numbers(row))
        )
        before = self._arm(row.base, "Before", row.base_cell or "")
        return (before, *(self._arm(*one) for one in zip(checkpoints, titles, cells, strict=True)))

    def _arm(self, model: str, title: str, cell: str) -> Arm:
        packed = self.cells.get(cell)
        return Arm(model, title, self.scores.get(cell), packed.manifest if packed else None)

    def _control_page(self, row: DeltaRow, control: ControlDelta) -> str | None:
        found = (
            other
            for other in self.summary.deltas
            if other.checkpoint in control.checkpoints and other.key.budget == row.key.budget
        )
        return next((pair_page(other) for other in found), None)

    def _same_task(self, row: DeltaRow) -> tuple[Neighbour, ...]:
        """On the same task: the same reward on other bases, and other rewards, steps and prompts on this base."""
        others = (o for o in self.summary.deltas if o.task == row.task and o is not row)
        return tuple(
            Neighbour(self._difference(row, other), other, pair_page(other))
            for other in others
            if other.reward == row.reward or other.base == row.base
        )

    def _difference(self, row: DeltaRow, other: DeltaRow) -> str:
        """In what the other row differs, in words."""
        base = self._family(other) if other.family != row.family else other.base
        told = {"base": base, "reward": f"reward {other.reward}", "protocol": f"prompt {other.protocol}"}
        told |= {"recipe": f"recipe {other.recipe}", "step": f"step {other.step}", "k": f"k {other.k}"}
        differing = [words for field, words in told.items() if getattr(other, field) != getattr(row, field)]
        return ", ".join(differing) or f"{other.checkpoint} {other.measured_in[:8]}".strip()

    def _same_pair(self, row: DeltaRow) -> tuple[Neighbour, ...]:
        """The same checkpoint on other tasks, and under other prompts."""
        others = (o for o in self.summary.deltas if _of_pair(o, row, "protocol") and o is not row)
        return tuple(Neighbour(self._place(row, other), other, pair_page(other)) for other in others)

    def _place(self, row: DeltaRow, other: DeltaRow) -> str:
        task = self.tasks[other.task].title if other.task in self.tasks else other.task
        return task if other.protocol == row.protocol else f"{task}, prompt {other.protocol}"

    def _prompts(self, row: DeltaRow) -> tuple[ScoreRow, ...]:
        rows = tuple(s for s in self.summary.scores if s.model == row.base and s.task == row.task)
        return rows if len({s.protocol for s in rows}) > 1 else ()

    def _answers(self, row: DeltaRow) -> dict[str, object] | None:
        before, after = row.base_cell or "", row.checkpoint_cells or ()
        if not all(cell in self.cells for cell in (before, *after)):
            return None
        named = zip(row.checkpoints or (row.checkpoint,), after, strict=True)
        arms = [{"name": name, "cell": cell, "items": self.cells[cell].items} for name, cell in named]
        base = {"name": row.base, "cell": before, "items": self.cells[before].items}
        return {"folder": "../answers/", "before": base, "after": arms}


def _seeds(row: DeltaRow) -> tuple[Seed, ...]:
    """Each seed's delta, where there are several."""
    if not row.seed_deltas or not row.checkpoints or len(row.seed_deltas) != len(row.checkpoints):
        return ()
    return tuple(Seed(*one) for one in zip(_seed_numbers(row), row.checkpoints, row.seed_deltas, strict=True))


def _seed_numbers(row: DeltaRow) -> tuple[int | None, ...]:
    """The seed of each checkpoint, where the row says as many."""
    several = row.checkpoints or (row.checkpoint,)
    return row.seeds if len(row.seeds) == len(several) else (None,) * len(several)


def _seed_words(number: int | None) -> str:
    return "seed not stated" if number is None else f"seed {number}"


def _of_pair(other: DeltaRow | CleanContrast, row: DeltaRow, *apart: str) -> bool:
    """Whether two rows are of one method, but for the fields ``apart``."""
    fields = {"family", "base", "checkpoint", "reward", "recipe", "step", "protocol"} - set(apart)
    return all(getattr(other, field) == getattr(row, field) for field in fields)
