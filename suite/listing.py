"""The rows behind ``list``, ``plan`` and ``regrade``, and the selection that a run file and flags add up to."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from suite.errors import SuiteError
from suite.grading import regrade
from suite.grpo.rewards import REWARDS
from suite.protocols import PROTOCOLS
from suite.registry import load_registry
from suite.run import is_finished
from suite.selection import Selection, known_pairs, planned_cells
from suite.store import RunStore
from suite.strict_yaml import load_yaml, validate
from suite.tasks import all_tasks

Row = Mapping[str, object]


class PlanRow(TypedDict):
    """One planned cell."""

    model: str
    task: str
    protocol: str
    items: int
    k: int
    samples: int
    status: str
    cell: str


def _families(overlays: Sequence[Path], _run: Path) -> list[Row]:
    registry = load_registry(overlays)
    return [{"family": f, "name": family.name} for f, family in registry.families.items()]


def _models(overlays: Sequence[Path], _run: Path) -> list[Row]:
    models = load_registry(overlays).models.items()
    rows: list[Row] = []
    for model_id, m in models:
        source = m.hub or m.path or f"builtin {m.builtin}"
        rows.append({"model": model_id, "family": m.family, "base": m.base or "", "source": source, "protocol": m.protocol})
    return rows


def _pairs(overlays: Sequence[Path], run: Path) -> list[Row]:
    registry, store = load_registry(overlays), RunStore(run)
    evaluated = {m.cell.model for c in store.finished() if (m := c.manifest)}
    rows: list[Row] = []
    for pair in known_pairs(registry, store):
        both = {pair.base, pair.checkpoint} <= evaluated
        rows.append({**pair.model_dump(exclude={"base_weights", "weights"}), "status": "evaluated" if both else "known"})
    return rows


def _tasks(_overlays: Sequence[Path], _run: Path) -> list[Row]:
    rows: list[Row] = []
    for spec in all_tasks().values():
        m = spec.metadata
        row = {"task": spec.task, "title": m.title, "items": m.n_items, "k": spec.k, "version": m.version}
        rows.append({**row, "groups": ", ".join(spec.tag)})
    return rows


def _rewards(_overlays: Sequence[Path], _run: Path) -> list[Row]:
    return [{"reward": name, "pays": (function.__doc__ or "").strip()} for name, function in REWARDS.items()]


def _protocols(_overlays: Sequence[Path], _run: Path) -> list[Row]:
    return [{"protocol": p.id, "description": p.description, "prompt": repr(p.template)} for p in PROTOCOLS.values()]


LISTINGS: dict[str, Callable[[Sequence[Path], Path], list[Row]]] = {
    "families": _families,
    "models": _models,
    "pairs": _pairs,
    "tasks": _tasks,
    "rewards": _rewards,
    "protocols": _protocols,
}
"""What ``rlvr-suite list`` takes -> its rows, given overlays and a run folder."""


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
    """The run file's selection with the flags in place of its keys; what neither gives is an error that names the flag."""
    if runfile is not None:
        return validate({**load_yaml(runfile, Selection).model_dump(), **flags}, Selection, str(runfile))
    for name in ("families", "tasks"):
        if not flags.get(name):
            raise SuiteError(f"nothing selected; see `rlvr-suite list {name}`", f"--{name}", f"Give --{name} or a run file")
    return validate(dict(flags), Selection, "command line")


def plan_rows(selection: Selection, overlays: Sequence[Path], run: Path) -> tuple[list[PlanRow], list[SuiteError]]:
    """One row a cell, in the order in which they run, and what is wrong with models that cannot be had."""
    store = RunStore(run)
    rows: list[PlanRow] = []
    planned, failures = planned_cells(selection, load_registry(overlays), store)
    for p in planned:
        rows.append(
            PlanRow(
                model=p.cell.model,
                task=p.cell.task,
                protocol=p.cell.protocol,
                items=len(p.task.items),
                k=p.task.k,
                samples=p.n_samples,
                status="done" if is_finished(store, p) else "to run",
                cell=p.cell.id,
            )
        )
    return rows, failures
