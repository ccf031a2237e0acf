"""Table + statistics -> ``Summary``: the one place where numbers are computed. ``rlvr-suite summarize runs/demo`` writes it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from suite import __version__, stats
from suite.benchmarks.tasks import all_tasks
from suite.errors import SuiteError
from suite.registry import Registry, published
from suite.schema import (
    OUTCOMES,
    Behaviour,
    DeltaRow,
    Interval,
    Pair,
    Provenance,
    ScoreReference,
    ScoreRow,
    Summary,
    TaskRow,
    content_hash,
)
from suite.store import provenance
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore
from suite.summary.comparison import compare
from suite.summary.contrasts import clean_contrasts, interactions, probes, with_leak
from suite.summary.methods import methods
from suite.summary.table import BEHAVIOURS, METRICS, ScoredCell

MARGIN = 5.0
"""Points within which a delta counts as no change, unless another margin is asked for."""


def _behaviour(rows: pd.DataFrame) -> Behaviour:
    columns = {**{name: name for name in BEHAVIOURS}, "truncated": "truncated", "mean_tokens": "n_tokens"}
    stated = {name: column for name, column in columns.items() if rows[column].notna().all()}
    return Behaviour.model_validate(
        {name: float(rows[column].astype(float).mean()) for name, column in stated.items()}
    )


def _levels(rows: pd.DataFrame) -> dict[str, float] | None:
    """Accuracy by number of steps, where the items have any."""
    if not rows["steps"].all():
        return None
    return {str(steps): float(share) for steps, share in rows.groupby("steps")["correct"].mean().items()}


def _references(
    cell: ScoredCell, interval: Interval | None, registry: Registry
) -> tuple[ScoreReference, ...]:
    """Published accuracies of a base on the task under the same prompt, with the same kind of decoding where it is stated."""
    manifest = cell.manifest
    greedy, prompt = manifest.cell.decoding.temperature == 0, manifest.prompt
    low, high = interval or (0.0, 1.0)
    out = []
    for source, row in published.scores(manifest.cell.model, manifest.cell.task):
        theirs = registry.protocols.get(row.protocol or "")
        same_text = (
            theirs is not None
            and not theirs.chat
            and prompt is not None
            and prompt.template == theirs.template
        )
        if row.percent is None or not (same_text or row.protocol == manifest.cell.protocol):
            continue
        if row.temperature is None or (row.temperature == 0) == greedy:
            share, spread = row.percent / 100, "" if row.sd is None else f", sd {row.sd:g}"
            where = f"{source.id}, {row.where}"
            off = not low <= share <= high
            out.append(ScoreReference(accuracy=share, source=where, setting=row.setting + spread, off=off))
    return tuple(out)


def _score_row(cell: ScoredCell, registry: Registry) -> ScoreRow:
    manifest, rows = cell.manifest, cell.rows
    estimate = stats.accuracy(cell.score_I)
    metrics = {name: float(rows[name].mean()) for name in METRICS if rows[name].notna().all()}
    return ScoreRow(
        cell=cell.id,
        dataset=manifest.dataset,
        dataset_revision=manifest.dataset_revision,
        model_revision=manifest.model_revision,
        family=manifest.family,
        model=manifest.cell.model,
        base=manifest.base,
        task=manifest.cell.task,
        protocol=manifest.cell.protocol,
        k=manifest.k,
        n_items=manifest.n_items,
        accuracy=estimate.mean,
        interval=estimate.interval,
        pass_at_k=stats.pass_at_k(cell.flags_IS("correct"), manifest.k),
        outcomes={o: int(cell.outcome_IS(o).sum()) for o in OUTCOMES},
        answer_present=float(rows["answer_present"].mean()),
        behaviour=_behaviour(rows),
        metrics=metrics or None,
        levels=_levels(rows),
        published=_references(cell, estimate.interval, registry) or None,
    )


def _task_rows(cells: Sequence[ScoredCell]) -> tuple[TaskRow, ...]:
    known = all_tasks()
    n_items = {c.manifest.cell.task: c.manifest.n_items for c in cells}
    out = []
    for task_id, n in sorted(n_items.items()):
        metadata, kind = known[task_id].metadata, known[task_id].grader
        about = {"title": metadata.title, "version": metadata.version, "contaminated": metadata.contaminated}
        out.append(TaskRow.model_validate({"task": task_id, "n_items": n, "kind": kind, **about}))
    return tuple(out)


def samples_hash(cells: Iterable[ScoredCell]) -> str:
    """Hash of every stored text with its place: what a summary was computed from."""
    return content_hash(sorted((c.id, c.samples_hash) for c in cells))


def _provenance(cells: Sequence[ScoredCell]) -> Provenance:
    return Provenance(
        suite_version=__version__,
        git=provenance.git_state(),
        packages=provenance.packages(),
        python=provenance.python_version(),
        device=", ".join(sorted({c.manifest.device_name for c in cells})),
        engines=tuple(sorted({c.manifest.cell.engine for c in cells})),
        generated=max(
            (c.manifest.finished for c in cells if c.manifest.finished), default=provenance.today()
        ),
        cells={
            c.id: f"{c.manifest.cell.model}/{c.manifest.cell.task}@{c.manifest.cell.protocol}" for c in cells
        },
    )


def _current(
    cells: Iterable[ScoredCell], pairs: Iterable[Pair], weights: Mapping[str, str]
) -> Iterator[ScoredCell]:
    """Cells without those of a model that was trained again since, or whose base was; imported ones state no weights and stay."""
    stated = {
        model: h
        for p in pairs
        for model, h in ((p.base, p.base_weights), (p.checkpoint, p.weights))
        if h is not None
    }
    known = {**stated, **weights}
    for c in cells:
        if c.has_weights(known.get(c.manifest.cell.model)):
            yield c


def _in_order(cells: Iterable[ScoredCell], registry: Registry) -> list[ScoredCell]:
    """Cells as people read them: by family, the base before its checkpoints, by task, by protocol."""
    families, protocols = list(registry.families), list(registry.protocols)

    def place(c: ScoredCell) -> tuple[int, bool, str, str, int, str]:
        cell = c.manifest.cell
        protocol = protocols.index(cell.protocol) if cell.protocol in protocols else len(protocols)
        return (
            families.index(c.manifest.family),
            cell.model != c.manifest.base,
            cell.model,
            cell.task,
            protocol,
            c.id,
        )

    return sorted(cells, key=place)


def _with_adjusted_p(rows: Sequence[DeltaRow]) -> tuple[DeltaRow, ...]:
    """The rows with p adjusted for the whole board: every row that was tested, leak probes apart."""
    known = all_tasks()
    tested = {n: row.p for n, row in enumerate(rows) if row.p is not None and not known[row.task].is_probe}
    p_values, out = list(tested.values()), list(rows)
    for n, p_holm, p_bh in zip(tested, stats.holm(p_values), stats.benjamini_hochberg(p_values), strict=True):
        out[n] = rows[n].model_copy(update={"p_holm": p_holm, "p_bh": p_bh})
    return tuple(out)


def summarize(
    cells: Iterable[ScoredCell],
    pairs: Sequence[Pair],
    registry: Registry,
    margin: float = MARGIN,
    weights: Mapping[str, str] = MappingProxyType({}),
) -> Summary:
    """All scores and paired deltas of the finished cells; cells of other weights than the pairs' are left out.

    A cell with an error among its samples is scored, and is no arm of a delta.
    ``margin`` is what counts as no change, in points; ``weights`` says which weights models have now, by id, before the pairs do.
    """
    current = list(_current(cells, pairs, weights))
    names = {c.manifest.family: registry.family(c.manifest.family).name for c in current}
    order = _in_order(current, registry)
    sound = [c for c in order if c.is_sound]
    compared, known_probes = compare(methods(pairs, sound), sound, registry, margin), probes(sound)
    return Summary(
        level=stats.LEVEL,
        margin=margin,
        provenance=_provenance(order),
        samples_hash=samples_hash(order),
        families={c.manifest.family: names[c.manifest.family] for c in order},
        tasks=_task_rows(order),
        scores=tuple(_score_row(c, registry) for c in order),
        deltas=_with_adjusted_p([with_leak(one, known_probes) for one in compared]),
        contrasts=tuple(clean_contrasts(compared, registry)),
        interactions=tuple(interactions(compared)),
    )


def summary_of(
    store: RunStore, cells: Iterable[ScoredCell], registry: Registry, margin: float = MARGIN
) -> Summary:
    """The summary of a run's ``cells`` for the pairs that registry and run know; a run without finished cells is an error."""
    if not any(store.finished()):
        raise SuiteError(
            "no finished cells here", str(store.root), "Run `rlvr-suite eval --out` with this folder first"
        )
    return summarize(cells, known_pairs(registry, store), registry, margin, store.weights())
