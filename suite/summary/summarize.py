"""Table + statistics -> ``Summary``: the one place where numbers are computed.

``rlvr-suite summarize RUN`` writes it. ``summarize`` is the whole story: the cells that count, in the order
in which people read them; a score of each; a delta of each method against its base; what the deltas say
against each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from suite import __version__, stats
from suite.benchmarks.tasks import all_tasks
from suite.errors import SuiteError
from suite.registry import Registry, published
from suite.registry.published import PublishedScore
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
from suite.summary.scored_cells import BEHAVIOURS, METRICS, ScoredCell

MARGIN = 5.0
"""Points within which a delta counts as no change, by default."""


def summary_of(
    store: RunStore, cells: Iterable[ScoredCell], registry: Registry, margin: float = MARGIN
) -> Summary:
    """Return the summary of a run's ``cells`` for the pairs that registry and run know.

    Raises ``SuiteError`` if the run has no finished cells.
    """
    if not any(store.finished()):
        fix = "Run `rlvr-suite eval --out` with this folder first"
        raise SuiteError("no finished cells here", str(store.root), fix)
    return summarize(cells, known_pairs(registry, store), registry, margin, store.weights())


def summarize(
    cells: Iterable[ScoredCell],
    pairs: Sequence[Pair],
    registry: Registry,
    margin: float = MARGIN,
    weights: Mapping[str, str] = MappingProxyType({}),
) -> Summary:
    """Return all scores and paired deltas of the finished cells.

    ``margin`` is what counts as no change, in points. ``weights`` maps a model's id to the weights that it
    has now, and takes precedence over the pairs'; cells of other weights are left out.
    """
    current = list(_current_cells(cells, pairs, weights))
    # Asked of all cells before anything is computed: a family that the registry lacks is an error.
    families = {cell.manifest.family: registry.family(cell.manifest.family).name for cell in current}
    ordered = _reading_order(current, registry)
    # A cell with an error among its samples has a score that shows the error, but is no arm of a delta.
    sound = [cell for cell in ordered if cell.is_sound]
    # One delta row for each method (a pair, or its training seeds together) on each task. What compares
    # rows with each other comes after all of them: leaks, contrasts, interactions, and p adjusted for their
    # number.
    comparisons = compare(methods(pairs, sound), sound, registry, margin)
    known_probes = probes(sound)
    deltas = [with_leak(comparison, known_probes) for comparison in comparisons]
    return Summary(
        level=stats.LEVEL,
        margin=margin,
        provenance=_provenance(ordered),
        samples_hash=content_hash(sorted((cell.id, cell.samples_hash) for cell in ordered)),
        families={cell.manifest.family: families[cell.manifest.family] for cell in ordered},
        tasks=_task_rows(ordered),
        scores=tuple(_score_row(cell, registry) for cell in ordered),
        deltas=_with_adjusted_p(deltas),
        contrasts=tuple(clean_contrasts(comparisons, registry)),
        interactions=tuple(interactions(comparisons)),
    )


def _current_cells(
    cells: Iterable[ScoredCell], pairs: Iterable[Pair], weights: Mapping[str, str]
) -> Iterator[ScoredCell]:
    """Yield the cells of the weights that each model has now.

    A model that was trained again since, or whose base was, has cells of its old weights, too. Imported
    cells state no weights and stay.
    """
    current: dict[str, str] = {}
    for pair in pairs:
        if pair.base_weights is not None:
            current[pair.base] = pair.base_weights
        if pair.weights is not None:
            current[pair.checkpoint] = pair.weights
    current |= weights
    for cell in cells:
        if cell.has_weights(current.get(cell.manifest.cell.model)):
            yield cell


def _reading_order(cells: Iterable[ScoredCell], registry: Registry) -> list[ScoredCell]:
    """Return the cells by family, the base before its checkpoints, by task, by protocol."""
    families = list(registry.families)
    protocols = list(registry.protocols)

    def place(scored: ScoredCell) -> tuple[int, bool, str, str, int, str]:
        cell = scored.manifest.cell
        is_checkpoint = cell.model != scored.manifest.base
        protocol = protocols.index(cell.protocol) if cell.protocol in protocols else len(protocols)
        family = families.index(scored.manifest.family)
        return (family, is_checkpoint, cell.model, cell.task, protocol, scored.id)

    return sorted(cells, key=place)


def _score_row(cell: ScoredCell, registry: Registry) -> ScoreRow:
    manifest = cell.manifest
    rows = cell.rows
    accuracy = stats.accuracy(cell.score_I)
    # A metric that one sample lacks (its grader failed) would be the mean of another set of samples.
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
        accuracy=accuracy.mean,
        interval=accuracy.interval,
        pass_at_k=stats.pass_at_k(cell.flags_IS("correct"), manifest.k),
        outcomes={outcome: int(cell.outcome_IS(outcome).sum()) for outcome in OUTCOMES},
        answer_present=float(rows["answer_present"].mean()),
        behaviour=_behaviour(rows),
        metrics=metrics or None,
        levels=_levels(rows),
        published=_published_scores(cell, accuracy.interval, registry) or None,
    )


def _behaviour(rows: pd.DataFrame) -> Behaviour:
    """Return the means of what each sample states; imported answers may not state all of it."""
    columns = {name: name for name in (*BEHAVIOURS, "truncated")} | {"mean_tokens": "n_tokens"}
    means: dict[str, float] = {}
    for name, column in columns.items():
        if rows[column].notna().all():
            means[name] = float(rows[column].astype(float).mean())
    return Behaviour.model_validate(means)


def _levels(rows: pd.DataFrame) -> dict[str, float] | None:
    """Return the accuracy by number of steps, if the items have any."""
    if not rows["steps"].all():
        return None
    return {str(steps): float(share) for steps, share in rows.groupby("steps")["correct"].mean().items()}


def _published_scores(
    cell: ScoredCell, interval: Interval | None, registry: Registry
) -> tuple[ScoreReference, ...]:
    """Return the published accuracies of a base on the task under the same prompt and kind of decoding."""
    low, high = interval or (0.0, 1.0)  # nothing is off without an interval
    references = []
    for source, row in published.scores(cell.manifest.cell.model, cell.manifest.cell.task):
        if row.percent is not None and _is_same_setting(cell, row, registry):
            accuracy = row.percent / 100
            spread = "" if row.sd is None else f", sd {row.sd:g}"
            references.append(
                ScoreReference(
                    accuracy=accuracy,
                    source=f"{source.id}, {row.where}",
                    setting=row.setting + spread,
                    off=not low <= accuracy <= high,
                )
            )
    return tuple(references)


def _is_same_setting(cell: ScoredCell, row: PublishedScore, registry: Registry) -> bool:
    """Whether a published score was measured under the cell's prompt, and greedily or not as the cell was.

    A decoding that the source does not state counts as the same.
    """
    prompt = cell.manifest.prompt
    protocol = registry.protocols.get(row.protocol or "")
    is_same_text = False
    if protocol is not None and prompt is not None and not protocol.chat:
        is_same_text = prompt.template == protocol.template
    if not is_same_text and row.protocol != cell.manifest.cell.protocol:
        return False
    is_greedy = cell.manifest.cell.decoding.temperature == 0
    return row.temperature is None or (row.temperature == 0) == is_greedy


def _task_rows(cells: Sequence[ScoredCell]) -> tuple[TaskRow, ...]:
    known = all_tasks()
    n_items = {cell.manifest.cell.task: cell.manifest.n_items for cell in cells}
    return tuple(
        TaskRow(
            task=task,
            title=known[task].metadata.title,
            version=known[task].metadata.version,
            n_items=n_items[task],
            kind=known[task].grader,
            contaminated=tuple(known[task].metadata.contaminated),
        )
        for task in sorted(n_items)
    )


def _provenance(cells: Sequence[ScoredCell]) -> Provenance:
    finished = [cell.manifest.finished for cell in cells if cell.manifest.finished]
    names = {}
    for scored in cells:
        cell = scored.manifest.cell
        names[scored.id] = f"{cell.model}/{cell.task}@{cell.protocol}"
    return Provenance(
        suite_version=__version__,
        git=provenance.git_state(),
        packages=provenance.packages(),
        python=provenance.python_version(),
        device=", ".join(sorted({cell.manifest.device_name for cell in cells})),
        engines=tuple(sorted({cell.manifest.cell.engine for cell in cells})),
        generated=max(finished, default=provenance.today()),
        cells=names,
    )


def _with_adjusted_p(rows: Sequence[DeltaRow]) -> tuple[DeltaRow, ...]:
    """Return the rows with p adjusted over all rows that were tested, except leak probes."""
    known = all_tasks()
    # The more rows were looked at, the more of them look like a gain by chance. A probe is no benchmark
    # result.
    tested = {n: row.p for n, row in enumerate(rows) if row.p is not None and not known[row.task].is_probe}
    p_values = list(tested.values())
    adjusted = list(rows)
    for n, p_holm, p_bh in zip(tested, stats.holm(p_values), stats.benjamini_hochberg(p_values), strict=True):
        adjusted[n] = rows[n].model_copy(update={"p_holm": p_holm, "p_bh": p_bh})
    return tuple(adjusted)
