"""Run folders -> the summary and cells of one board; the summary of several runs is computed anew over all of their cells.

Deltas are compared, controlled and adjusted over the whole board, so rows of several summaries cannot just be put together.
``rlvr-suite leaderboard RUN... --out DIR``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from suite.errors import SuiteError
from suite.registry import Registry
from suite.schema import Pair, Summary
from suite.store.cells import CellStore
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore, read_summary
from suite.summary.summarize import MARGIN, summarize
from suite.summary.table import scored_cells

T = TypeVar("T")


class Source(NamedTuple):
    """What a board is made of: its summary, and the folders of the cells that its deltas compare, as far as they are here."""

    summary: Summary
    cells: tuple[CellStore, ...]
    notes: tuple[str, ...] = ()
    """What a reader of the command's output should know."""


def source_of(runs: Sequence[Path], registry: Registry) -> Source:
    """One run folder or board as it was summarized, or several run folders as one.

    Raises SuiteError where a run has no summary, or where several cannot be one: other margins, other weights under one id, one
    cell with other numbers of samples.
    """
    if len(runs) == 1:
        return _source(
            read_summary(runs[0]), {store.path.name: store for store in RunStore(runs[0]).finished()}
        )
    cells, notes = _cells(runs)
    margin, pairs, weights = _margin(runs), _pairs(runs, registry), _weights(runs)
    summary = summarize(scored_cells(cells.values()), pairs, registry, margin, weights)
    return _source(summary, cells, notes)


def check_out(runs: Sequence[Path], out: Path) -> None:
    """A board may not be written over what it is made from, nor into a run folder, whose ``summary.json`` is another's."""
    if out.resolve() in {run.resolve() for run in runs} or (out / "cells").is_dir():
        what = "a board here would replace files of what it is made from"
        raise SuiteError(what, f"--out {out}", f"Name a folder of its own, such as {out / 'board'}")


def _source(summary: Summary, found: Mapping[str, CellStore], notes: Iterable[str] = ()) -> Source:
    compared = summary.compared_cells
    return Source(summary, tuple(store for cell, store in found.items() if cell in compared), tuple(notes))


def _margin(runs: Sequence[Path]) -> float:
    """What the runs count as no change; a run that was never summarized has no say."""
    said = {run: read_summary(run).margin for run in runs if (run / "summary.json").is_file()}
    if len(set(said.values())) > 1:
        told = ", ".join(f"{run}: {margin:g}" for run, margin in said.items())
        raise SuiteError(
            f"summarized with different margins ({told})",
            "leaderboard",
            "Summarize them with the same --margin",
        )
    return next(iter(said.values()), MARGIN)


def _cells(runs: Sequence[Path]) -> tuple[dict[str, CellStore], list[str]]:
    """Every finished cell once, by id, of the first run that has it; and what is to be told of the others.

    A GPU draws other samples for the same cell when it is asked again. Either run's will do, as all that must match does.
    """
    found: dict[str, CellStore] = {}
    notes = []
    for run in runs:
        stores = list(RunStore(run).finished())
        if not stores:
            what = "no finished cells here, and several runs are put together from their cells"
            raise SuiteError(what, str(run), "Name run folders; a board alone cannot be merged")
        for store in stores:
            known = found.setdefault(store.path.name, store)
            if known is not store and not _same_samples(known, store):
                notes.append(f"{store.path}: left out, {known.path} holds other samples of the same cell")
    return found, notes


def _same_samples(known: CellStore, other: CellStore) -> bool:
    """Whether two folders of one cell hold the same texts; other numbers of samples an item cannot be one cell."""
    counts = {store.path: store.manifest.k for store in (known, other) if store.manifest}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{path}: {k}" for path, k in counts.items())
        what = f"the same cell with other numbers of samples an item ({told})"
        raise SuiteError(what, "leaderboard", "Evaluate them with the same k, or leave one of the runs out")
    texts = [{key: sample.text for key, sample in store.samples().items()} for store in (known, other)]
    return texts[0] == texts[1]


def _agreed(said: Iterable[tuple[Path, str, T]], what: str, told: Callable[[T], object]) -> dict[str, T]:
    """Id -> what all runs say of it; ``told`` picks what may not differ, and ``what`` names it."""
    out: dict[str, tuple[Path, T]] = {}
    for run, name, value in said:
        first, known = out.setdefault(name, (run, value))
        if told(known) != told(value):
            fix = "Leave one of the runs out, or train under another recipe name"
            raise SuiteError(f"'{name}' has {what} than in {first}", str(run), fix)
    return {name: value for name, (_, value) in out.items()}


def _pairs(runs: Sequence[Path], registry: Registry) -> list[Pair]:
    """All pairs, each once; a run that has not seen a model's weights does not know them, which is no disagreement."""
    said = [(run, pair.checkpoint, pair) for run in runs for pair in known_pairs(registry, RunStore(run))]
    _agreed(
        said,
        "another base or training",
        lambda pair: pair.model_copy(update={"base_weights": None, "weights": None}),
    )
    known = [one for one in said if one[2].weights is not None]
    _agreed(known, "other weights", lambda pair: pair.weights)
    # By id in the order of the runs, each as the run knows it that has seen most of its weights.
    informed = sorted(said, key=lambda one: (one[2].weights is not None) + (one[2].base_weights is not None))
    best = {name: pair for _, name, pair in informed}
    return [best[name] for name in dict.fromkeys(name for _, name, _ in said)]


def _weights(runs: Sequence[Path]) -> dict[str, str]:
    said = ((run, model, digest) for run in runs for model, digest in RunStore(run).weights().items())
    return _agreed(said, "other weights", lambda digest: digest)
