"""The rows behind ``list``, ``plan`` and ``regrade``, and the selection that a run file and flags add up to."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from suite.benchmarks.tasks import all_tasks
from suite.engine.planned import Planned, planned_cells
from suite.errors import SuiteError
from suite.files.yaml import flag, flags_only, read_document
from suite.grade.stored_grades import regrade
from suite.grpo.job import TrainingRun
from suite.grpo.recipe import load_recipe
from suite.grpo.rewards import REWARDS
from suite.plan.estimate import cost, experience
from suite.plan.selection import Selection
from suite.plan.unfinished import is_finished
from suite.registry import Registry, load_registry
from suite.schema import UNSTATED, Pair, Summary
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore

Row = Mapping[str, object]


class PlanRow(TypedDict):
    """One planned cell; ``tokens`` are still to be generated ("expected" or "at most"), ``seconds`` is device time."""

    model: str
    task: str
    protocol: str
    items: int
    k: int
    samples: int
    missing: int
    tokens: int
    tokens_are: str
    seconds: float | None
    tokens_per_s: float | None
    measured_on: str | None
    status: str
    cell: str


def _families(overlays: Sequence[Path], _run: Path) -> list[Row]:
    registry = load_registry(overlays)
    return [{"family": f, "name": family.name} for f, family in registry.families.items()]


def _models(overlays: Sequence[Path], run: Path) -> list[Row]:
    models = load_registry(overlays).with_models(RunStore(run).models()).models
    rows: list[Row] = []
    for model_id, m in models.items():
        source = m.hub or m.path or f"builtin {m.builtin}"
        rows.append(
            {
                "model": model_id,
                "family": m.family,
                "base": m.base or "",
                "source": source,
                "gated": "gated" if m.gated else "",
                "protocol": m.protocol,
                "context": m.context or "",
                "dtype": m.dtype,
                "released": m.released or "",
            }
        )
    return rows


HAS_RESULTS, EXISTS, TRAINABLE = "has results", "exists", "can be trained"
"""Of a pair: both arms are evaluated in the run, its checkpoint is known, or a recipe can make it."""


def _pairs(overlays: Sequence[Path], run: Path) -> list[Row]:
    registry, store = load_registry(overlays), RunStore(run)
    evaluated = {m.cell.model for c in store.finished() if (m := c.manifest)}
    known = known_pairs(registry, store)
    statuses = {p.checkpoint: HAS_RESULTS if {p.base, p.checkpoint} <= evaluated else EXISTS for p in known}
    made = {(p.base, p.reward, p.recipe) for p in known}
    slots = [p for p in _slots(registry) if (p.base, p.reward, p.recipe) not in made]
    order = list(registry.families)
    pairs = sorted(
        [*known, *slots], key=lambda p: (order.index(p.family) if p.family in order else len(order), p.base)
    )
    return [
        {**p.model_dump(exclude={"base_weights", "weights"}), "status": statuses.get(p.checkpoint, TRAINABLE)}
        for p in pairs
    ]


def _slots(registry: Registry) -> list[Pair]:
    """Every pair that a recipe of the registry can make, with the first training seed."""
    return [
        Pair(
            family=family,
            base=base,
            checkpoint=TrainingRun(base, reward, slot.recipe).checkpoint,
            reward=reward,
            recipe=slot.recipe,
            seed=0,
            step=load_recipe(slot.recipe).steps,
        )
        for slot in registry.slots
        for family in slot.families
        for base in registry.bases(family)
        for reward in slot.rewards
    ]


def pair_grid(rows: Sequence[Row], overlays: Sequence[Path]) -> list[Row]:
    """Base x reward: how many pairs have results, exist or can be trained; rows are ``LISTINGS["pairs"]``'s."""
    registry = load_registry(overlays)
    rewards = list(dict.fromkeys([*registry.rewards, *(str(row["reward"]) for row in rows)]))
    bases = list(dict.fromkeys([*registry.bases(), *(str(row["base"]) for row in rows)]))
    return [{"base": base, **{reward: _standing(rows, base, reward) for reward in rewards}} for base in bases]


def _standing(rows: Sequence[Row], base: str, reward: str) -> str:
    of_cell = [row["status"] for row in rows if (row["base"], row["reward"]) == (base, reward)]
    counts = {
        word: of_cell.count(status)
        for word, status in (("results", HAS_RESULTS), ("exists", EXISTS), ("recipe", TRAINABLE))
    }
    return ", ".join(f"{word} {n}" if n > 1 else word for word, n in counts.items() if n) or "-"


def _tasks(_overlays: Sequence[Path], _run: Path) -> list[Row]:
    rows: list[Row] = []
    for spec in all_tasks().values():
        m = spec.metadata
        row = {"task": spec.task, "title": m.title, "items": m.n_items, "k": spec.k, "version": m.version}
        rows.append({**row, "groups": ", ".join(spec.tag)})
    return rows


def _rewards(overlays: Sequence[Path], _run: Path) -> list[Row]:
    """Those that can be trained here say what they pay; the others are known from the literature or from an overlay."""
    known = load_registry(overlays).rewards
    return [
        {
            "reward": name,
            "pays": known[name].description,
            "control": "spurious" if known[name].spurious else "",
            "train": "yes" if name in REWARDS else "not here yet",
        }
        for name in dict.fromkeys([*REWARDS, *known])
    ]


def _protocols(overlays: Sequence[Path], _run: Path) -> list[Row]:
    return [
        {
            "protocol": name,
            "description": p.description + (" (reconstruction)" if p.reconstruction else ""),
            "prompt": ("chat template of " if p.chat else "") + json.dumps(p.template, ensure_ascii=False),
            "stops": " ".join(map(repr, p.stops)),
            "source": p.source or "",
        }
        for name, p in load_registry(overlays).protocols.items()
    ]


LISTINGS: dict[str, Callable[[Sequence[Path], Path], list[Row]]] = {
    "families": _families,
    "models": _models,
    "pairs": _pairs,
    "tasks": _tasks,
    "rewards": _rewards,
    "protocols": _protocols,
}
"""What ``rlvr-suite list`` takes -> its rows, given overlays and a run folder."""


def unpaired_lines(summary: Summary) -> list[str]:
    """Checkpoints whose answers are here and of which no pair is known: without the overlay that says so they have no delta."""
    paired = {name for row in summary.deltas for name in (row.checkpoint, *(row.checkpoints or ()))}
    lost = dict.fromkeys(
        row.model for row in summary.scores if row.model != row.base and row.model not in paired
    )
    return [
        f"{model}: no delta; give the overlay that names its pair with --registry, or evaluate its base"
        for model in lost
    ]


def audit_lines(summary: Summary) -> list[str]:
    """What the baseline audit has to tell: each base that is off a published score by more than its interval."""
    return [
        f"baseline audit: {row.model} on {row.task} under {row.protocol}: {100 * row.accuracy:.1f} here, "
        f"{100 * reference.accuracy:g} published ({reference.source}; {reference.setting})"
        for row in summary.scores
        for reference in row.published or ()
        if reference.off
    ]


class RegradeRow(TypedDict):
    """One cell graded again: how many outcomes changed, in words, and whose (item id, sample index)."""

    model: str
    task: str
    grader_before: str
    changed: int
    changes: str
    samples: list[tuple[str, int]]


def regrade_rows(store: RunStore) -> list[RegradeRow]:
    """Grade every finished cell's stored texts again: one row a cell."""
    rows: list[RegradeRow] = []
    for done in filter(None, map(regrade, store.finished())):
        changes = [f"{n} {before} -> {now}" for (before, now), n in sorted(done.changes.items())]
        rows.append(
            RegradeRow(
                model=done.manifest.cell.model,
                task=done.manifest.cell.task,
                grader_before=done.version_before or "none",
                changed=len(done.changed),
                changes=", ".join(changes),
                samples=list(done.changed),
            )
        )
    return rows


def merged_selection(runfile: Path | None, flags: Mapping[str, object]) -> Selection:
    """The run file's keys with the flags in their place, checked as one; relative paths are from where the command runs."""
    for name, value in flags.items():
        if value == ():
            raise SuiteError("names nothing", flag(name), f"Name one or more, or leave {flag(name)} out")
    if runfile is not None:
        return Selection.of(read_document(runfile).with_flags(flags))
    for name in ("families", "tasks"):
        if not flags.get(name) and not (name == "families" and "before" in flags):
            what = f"nothing selected; see `rlvr-suite list {name}`"
            raise SuiteError(what, flag(name), f"Give {flag(name)} or a run file")
    return Selection.of(flags_only(flags))


def plan_rows(selection: Selection, overlays: Sequence[Path], run: Path) -> tuple[list[PlanRow], Planned]:
    """One row a cell, in the order in which they run, and the plan itself."""
    store, registry = RunStore(run), load_registry(overlays)
    planned = planned_cells(selection, registry, store, fetch=False)
    known = experience(store, {p.cell.engine for p in planned.cells})
    rows: list[PlanRow] = []
    for p in planned.cells:
        needed = cost(store, p, known, registry)
        rows.append(
            PlanRow(
                model=p.cell.model,
                task=p.cell.task,
                protocol=p.cell.protocol,
                items=len(p.task.items),
                k=p.task.k,
                samples=p.n_samples,
                missing=needed.missing,
                tokens=needed.tokens,
                tokens_are=needed.tokens_are,
                seconds=needed.seconds,
                tokens_per_s=needed.tokens_per_s,
                measured_on=needed.measured_on,
                status="done" if is_finished(store, p) else "to run",
                cell="" if p.cell.weights_hash == UNSTATED else p.cell.id,
            )
        )
    return rows, planned


def plan_total(rows: Sequence[PlanRow]) -> list[str]:
    """The plan in words: what is there, what is missing, and what that costs as far as speeds are known."""
    todo = [row for row in rows if row["status"] == "to run"]
    bound = "at most " if any(row["tokens_are"] == "at most" for row in todo) else ""
    lines = [
        f"{len(rows)} cells: {len(rows) - len(todo)} done, {len(todo)} to run",
        f"{sum(row['missing'] for row in todo)} samples to draw, {bound}{sum(row['tokens'] for row in todo):,} tokens",
    ]
    for model in dict.fromkeys(row["model"] for row in todo):
        of_model = [row for row in todo if row["model"] == model]
        first, seconds = of_model[0], [row["seconds"] for row in of_model if row["seconds"] is not None]
        if len(seconds) < len(of_model):
            lines.append(f"{model}: no throughput known; state one under `throughputs` in a registry overlay")
        else:
            speed = f"{first['tokens_per_s']:,.0f} tokens/s ({first['measured_on']})"
            lines.append(f"{model}: {bound}{_duration(sum(seconds))} at {speed}")
    known = [row["seconds"] for row in todo if row["seconds"] is not None]
    if known:
        lines.append(
            f"device time: {bound}{_duration(sum(known))}{'' if len(known) == len(todo) else ', without the models above'}"
        )
    return lines


def _duration(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )
