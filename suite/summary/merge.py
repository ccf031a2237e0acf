"""Run folders -> the summary and cells of one board: ``rlvr-suite leaderboard RUN... --out DIR``.

The summary of several runs is computed over all of their cells. Deltas are compared, controlled and
adjusted over the whole board, so the rows of several summaries cannot simply be joined.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from suite.errors import SuiteError
from suite.registry import Registry
from suite.schema import Pair, Summary
from suite.store.cells import CellStore
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore, read_summary
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import MARGIN, summarize

Statement = TypeVar("Statement")


class BoardSource(NamedTuple):
    """What a board is made from: its summary, and the folders of the compared cells, as far as they are here.

    ``notes`` are for the reader of the command's output.
    """

    summary: Summary
    cells: tuple[CellStore, ...]
    notes: tuple[str, ...] = ()


def board_source(runs: Sequence[Path], registry: Registry) -> BoardSource:
    """Return one run folder or board as it was summarized, or several run folders summarized as one.

    Raises ``SuiteError`` if a run has no summary, or if several disagree: in their margins, in the weights
    under one id, in a pair's training, or in the number of samples of one cell.
    """
    if len(runs) == 1:
        summary = read_summary(runs[0])
        stores = {store.path.name: store for store in RunStore(runs[0]).finished()}
        return BoardSource(summary, _compared(stores, summary))

    # The cells of all runs are summarized as if one run had evaluated them, so the runs must agree on all
    # that a summary takes from its run.
    stores, notes = _merged_cells(runs)
    margin = _common_margin(runs)
    pairs = _merged_pairs(runs, registry)
    weights = _merged_weights(runs)
    summary = summarize(scored_cells(stores.values()), pairs, registry, margin, weights)
    return BoardSource(summary, _compared(stores, summary), tuple(notes))


def check_out_folder(runs: Sequence[Path], out: Path) -> None:
    """Raise ``SuiteError`` if ``out`` is a run folder or a board that the new board is made from.

    Its ``summary.json`` would be replaced.
    """
    if out.resolve() in {run.resolve() for run in runs} or (out / "cells").is_dir():
        what = "a board here would replace files of what it is made from"
        raise SuiteError(what, f"--out {out}", f"Name a folder of its own, such as {out / 'board'}")


def _compared(stores: dict[str, CellStore], summary: Summary) -> tuple[CellStore, ...]:
    compared = summary.compared_cells
    return tuple(store for cell, store in stores.items() if cell in compared)


def _common_margin(runs: Sequence[Path]) -> float:
    """Return what the runs count as no change; runs that were never summarized do not count."""
    margins = {run: read_summary(run).margin for run in runs if (run / "summary.json").is_file()}
    if len(set(margins.values())) > 1:
        listed = ", ".join(f"{run}: {margin:g}" for run, margin in margins.items())
        what = f"summarized with different margins ({listed})"
        raise SuiteError(what, "leaderboard", "Summarize them with the same --margin")
    return next(iter(margins.values()), MARGIN)


def _merged_cells(runs: Sequence[Path]) -> tuple[dict[str, CellStore], list[str]]:
    """Return every finished cell once, by id, from the first run that has it; and notes on those left out.

    Evaluating a cell again may give other samples on a GPU. Either run's will do, as all that must match
    does; the note says which were taken.
    """
    merged: dict[str, CellStore] = {}
    notes = []
    for run in runs:
        stores = list(RunStore(run).finished())
        if not stores:
            what = "no finished cells here, and several runs are merged by their cells"
            raise SuiteError(what, str(run), "Name run folders; a board alone cannot be merged")
        for store in stores:
            first = merged.setdefault(store.path.name, store)
            if first is not store and not _same_samples(first, store):
                notes.append(f"{store.path}: left out, {first.path} holds other samples of the same cell")
    return merged, notes


def _same_samples(first: CellStore, other: CellStore) -> bool:
    """Whether two folders of one cell hold the same texts; raise if they differ in the samples per item."""
    counts = {store.path: store.manifest.k for store in (first, other) if store.manifest}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{path}: {k}" for path, k in counts.items())
        what = f"the same cell with different numbers of samples per item ({listed})"
        raise SuiteError(what, "leaderboard", "Evaluate them with the same k, or leave one of the runs out")
    return _texts(first) == _texts(other)


def _texts(store: CellStore) -> dict[tuple[str, int], str]:
    return {key: sample.text for key, sample in store.samples().items()}


def _merged_pairs(runs: Sequence[Path], registry: Registry) -> list[Pair]:
    """Return all pairs, each once, in the order of the runs.

    A run that has never seen a model's weights does not state them; that is no disagreement. Of a pair's
    versions the one that states most of its weights is kept.
    """
    stated: list[tuple[Path, Pair]] = []
    for run in runs:
        stated += [(run, pair) for pair in known_pairs(registry, RunStore(run))]

    def without_weights(pair: Pair) -> Pair:
        return pair.model_copy(update={"base_weights": None, "weights": None})

    trainings = [(run, pair.checkpoint, without_weights(pair)) for run, pair in stated]
    _check_agreement(trainings, "another base or training")
    weights = [(run, pair.checkpoint, pair.weights) for run, pair in stated if pair.weights is not None]
    _check_agreement(weights, "other weights")

    # Versions of a pair now differ in nothing but the weights that they do not state.
    best: dict[str, Pair] = {}
    for _, pair in stated:
        known = best.setdefault(pair.checkpoint, pair)
        if _stated_weights(pair) >= _stated_weights(known):
            best[pair.checkpoint] = pair
    return list(best.values())


def _stated_weights(pair: Pair) -> int:
    return (pair.weights is not None) + (pair.base_weights is not None)


def _merged_weights(runs: Sequence[Path]) -> dict[str, str]:
    """Return the weights hash of each model that any run has loaded."""
    stated: list[tuple[Path, str, str]] = []
    for run in runs:
        stated += [(run, model, weights) for model, weights in RunStore(run).weights().items()]
    _check_agreement(stated, "other weights")
    return {model: weights for _, model, weights in stated}


def _check_agreement(stated: Iterable[tuple[Path, str, Statement]], difference: str) -> None:
    """Raise ``SuiteError`` if two runs state different things about one id.

    ``difference`` names what differs.
    """
    first: dict[str, tuple[Path, Statement]] = {}
    for run, name, statement in stated:
        first_run, known = first.setdefault(name, (run, statement))
        if known != statement:
            fix = "Leave one of the runs out, or train under another recipe name"
            raise SuiteError(f"'{name}' has {difference} than in {first_run}", str(run), fix)
