"""Table + statistics -> ``Summary``: the one place where numbers are computed. ``rlvr-suite summarize runs/demo`` writes it."""

import datetime
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from suite import __version__, provenance, stats
from suite.grading import StoredCell
from suite.registry import Registry
from suite.schema import (
    MUST_MATCH,
    OUTCOMES,
    UNSTATED,
    Behaviour,
    DeltaRow,
    Pair,
    Provenance,
    ScoreRow,
    Summary,
    TaskRow,
    content_hash,
)
from suite.stats import Floats
from suite.table import BEHAVIOURS, METRICS, sample_table
from suite.tasks import all_tasks

Tables = Mapping[str, pd.DataFrame]
"""Cell id -> its rows of the sample table."""


def item_scores(rows: pd.DataFrame) -> Floats:
    """avg@k of each item of one cell, in item order."""
    return rows.groupby("item", sort=False)["correct"].mean().to_numpy(dtype=np.float64)


def _behaviour(rows: pd.DataFrame) -> Behaviour:
    columns = {**{name: name for name in BEHAVIOURS}, "truncated": "truncated", "mean_tokens": "n_tokens"}
    stated = {name: column for name, column in columns.items() if rows[column].notna().all()}
    return Behaviour.model_validate({name: float(rows[column].astype(float).mean()) for name, column in stated.items()})


def _levels(rows: pd.DataFrame) -> dict[str, float] | None:
    """Accuracy by number of steps, where the items have any."""
    if not rows["steps"].all():
        return None
    return {str(steps): float(share) for steps, share in rows.groupby("steps")["correct"].mean().items()}


def _score_row(cell: StoredCell, rows: pd.DataFrame) -> ScoreRow:
    manifest = cell.manifest
    right_IS = rows["correct"].to_numpy(dtype=np.bool_).reshape(manifest.n_items, manifest.k)
    estimate = stats.accuracy(item_scores(rows))
    metrics = {name: float(rows[name].mean()) for name in METRICS if rows[name].notna().all()}
    return ScoreRow(
        cell=cell.id,
        dataset=manifest.dataset,
        dataset_revision=manifest.dataset_revision,
        family=manifest.family,
        model=manifest.cell.model,
        base=manifest.base,
        task=manifest.cell.task,
        protocol=manifest.cell.protocol,
        k=manifest.k,
        n_items=manifest.n_items,
        accuracy=estimate.mean,
        interval=estimate.interval,
        pass_at_k=stats.pass_at_k(right_IS, manifest.k),
        outcomes={o: int((rows["outcome"] == o).sum()) for o in OUTCOMES},
        answer_present=float(rows["answer_present"].mean()),
        behaviour=_behaviour(rows),
        metrics=metrics or None,
        levels=_levels(rows),
    )


def _differing(before: StoredCell, after: StoredCell) -> tuple[str, ...]:
    """Must-match fields in which the arms differ; ``k`` counts as one, since a mean over more samples is another measurement."""
    fields = tuple(f for f in MUST_MATCH if getattr(before.manifest.cell, f) != getattr(after.manifest.cell, f))
    return fields if before.manifest.k == after.manifest.k else (*fields, "k")


def _by_item(cell: StoredCell, tables: Tables) -> Floats:
    """Item scores in the order of the items' hashes: the arms may store the same items in another order, under other ids."""
    hashes = [item.hash for item in cell.items]
    return item_scores(tables[cell.id])[sorted(range(len(hashes)), key=hashes.__getitem__)]


def _delta_row(pair: Pair, before: StoredCell, after: StoredCell, tables: Tables) -> DeltaRow:
    cell = after.manifest.cell
    base = DeltaRow(
        family=pair.family,
        base=pair.base,
        checkpoint=pair.checkpoint,
        reward=pair.reward,
        recipe=pair.recipe,
        step=pair.step,
        seeds=() if pair.seed is None else (pair.seed,),
        task=cell.task,
        protocol=cell.protocol,
        k=after.manifest.k,
        n_items=after.manifest.n_items,
        comparable=True,
    )
    differs = _differing(before, after)
    if differs:
        return base.model_copy(update={"comparable": False, "differs": differs})
    if before.manifest.cell.unstated or after.manifest.cell.unstated:
        base = base.model_copy(update={"arms": "unverified"})
    before_I, after_I = _by_item(before, tables), _by_item(after, tables)
    delta = stats.paired_delta(before_I, after_I)
    numbers = {
        "before": float(before_I.mean()),
        "after": float(after_I.mean()),
        "delta": delta.mean,
        "interval": delta.interval,
        "interval_covers": "items only",
        "finding": stats.finding(delta),
    }
    return base.model_copy(update=numbers)


def _delta_rows(pairs: Iterable[Pair], cells: Sequence[StoredCell], tables: Tables) -> list[DeltaRow]:
    """One row for each pair and task where both arms are there; an arm with an error among its samples stays off the board."""
    sound = [c for c in cells if not (tables[c.id]["outcome"] == "error").any()]
    rows = []
    for pair in pairs:
        for after in (c for c in sound if c.manifest.cell.model == pair.checkpoint):
            arms = [c for c in sound if c.manifest.cell.model == pair.base and c.manifest.cell.task == after.manifest.cell.task]
            if arms:
                before = min(arms, key=lambda c: len(_differing(c, after)))
                rows.append(_delta_row(pair, before, after, tables))
    return rows


def _task_rows(cells: Sequence[StoredCell]) -> tuple[TaskRow, ...]:
    known = all_tasks()
    n_items = {c.manifest.cell.task: c.manifest.n_items for c in cells}
    out = []
    for task_id, n in sorted(n_items.items()):
        metadata, kind = known[task_id].metadata, known[task_id].grader
        about = {"title": metadata.title, "version": metadata.version, "contaminated": metadata.contaminated}
        out.append(TaskRow.model_validate({"task": task_id, "n_items": n, "kind": kind, **about}))
    return tuple(out)


def samples_hash(cells: Iterable[StoredCell]) -> str:
    """Hash of every stored text with its place: what a summary was computed from."""
    by_id = sorted(cells, key=lambda c: c.id)
    return content_hash([(c.id, key, s.text, s.finish_reason) for c in by_id for key, s in sorted(c.samples.items())])


def _provenance(cells: Sequence[StoredCell]) -> Provenance:
    return Provenance(
        suite_version=__version__,
        git=provenance.git_state(),
        packages=provenance.packages(),
        python=provenance.python_version(),
        device=", ".join(sorted({c.manifest.device_name for c in cells})),
        engines=tuple(sorted({c.manifest.cell.engine for c in cells})),
        generated=datetime.datetime.now(datetime.UTC).date().isoformat(),
        cells={c.id: f"{c.manifest.cell.model}/{c.manifest.cell.task}@{c.manifest.cell.protocol}" for c in cells},
    )


def _current(cells: Iterable[StoredCell], pairs: Iterable[Pair]) -> list[StoredCell]:
    """Cells without those of a model that was trained again since, or whose base was; imported ones state no weights and stay."""
    known = {model: h for p in pairs for model, h in ((p.base, p.base_weights), (p.checkpoint, p.weights)) if h is not None}
    identities = [(c, c.manifest.cell.model, c.manifest.cell.weights_hash) for c in cells]
    return [c for c, model, h in identities if h in (UNSTATED, known.get(model, h))]


def _in_order(cells: Iterable[StoredCell], families: list[str]) -> list[StoredCell]:
    """Cells as people read them: by family, the base before its checkpoints, by task."""

    def place(c: StoredCell) -> tuple[int, bool, str, str, str]:
        cell = c.manifest.cell
        return families.index(c.manifest.family), cell.model != c.manifest.base, cell.model, cell.task, c.id

    return sorted(cells, key=place)


def summarize(cells: Sequence[StoredCell], pairs: Sequence[Pair], registry: Registry) -> Summary:
    """All scores and paired deltas of the finished cells; cells of other weights than the pairs' are left out."""
    cells = _current(cells, pairs)
    tables: Tables = {str(key): rows for key, rows in sample_table(cells).groupby("cell", sort=False)}
    names = {c.manifest.family: registry.family(c.manifest.family).name for c in cells}
    cells = _in_order(cells, list(registry.families))
    families = sorted(names, key=list(registry.families).index)
    return Summary(
        provenance=_provenance(cells),
        samples_hash=samples_hash(cells),
        families={f: names[f] for f in families},
        tasks=_task_rows(cells),
        scores=tuple(_score_row(c, tables[c.id]) for c in cells),
        deltas=tuple(_delta_rows(pairs, cells, tables)),
    )
