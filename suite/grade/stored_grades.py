"""Finished cells and what their samples earned, graded by today's grader.

Grades are stored. Those of an older grader, or of texts that were replaced since, are made again.

``rlvr-suite regrade RUN`` reports which outcomes a newer grader changes. Texts are stored before they are
graded, so grading again needs no model.
"""

import gc
import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.errors import SuiteError
from suite.grade.behaviour import behaviours
from suite.grade.grader import GRADER_VERSION
from suite.grade.task_graders import Response, grade_responses
from suite.schema import Grades, Outcome, Sample, SampleGrade, content_hash
from suite.store.cells import CellManifest, CellStore, SampleKey

T = TypeVar("T")
PARALLEL_FROM = 200
"""Number of cells from which several processes read them."""
MOST_WORKERS = 8
AHEAD = 4
"""Cells for each worker that may be done before the caller takes them."""


@dataclass(frozen=True)
class StoredCell:
    """A finished cell as it was read back.

    It has the manifest's ``k`` samples of each item, the hash of all, and their grades.
    """

    manifest: CellManifest
    items: tuple[Item, ...]
    samples: Mapping[SampleKey, Sample]
    samples_hash: str
    grades: Mapping[SampleKey, SampleGrade]

    @property
    def id(self) -> str:
        return self.manifest.cell.id


def samples_hash(samples: Mapping[SampleKey, Sample]) -> str:
    """Return the hash of a cell's texts, each with its place, its finish reason and its error."""
    return content_hash([(key, s.text, s.finish_reason, s.error) for key, s in sorted(samples.items())])


def read_cells(stores: Iterable[CellStore]) -> Iterator[StoredCell]:
    """Yield every finished cell with its items, samples and grades.

    One at a time, as the texts of all may not fit into memory.

    Grades that are missing or out of date are made and stored. Unfinished cells are skipped.
    """
    for store in stores:
        manifest = store.manifest
        if manifest is not None:
            yield _read_cell(store, manifest)


def _read_cell(store: CellStore, manifest: CellManifest) -> StoredCell:
    items = tuple(store.items())
    samples = _samples(store, manifest)
    if len(samples) < len(items) * manifest.k:
        what = f"{manifest.cell.name} holds {len(samples)} samples of {len(items) * manifest.k}"
        fix = "Restore it from a copy, or delete the folder and draw its samples again"
        raise SuiteError(what, str(store.path), fix)
    digest = samples_hash(samples)
    grades = store.grades(GRADER_VERSION)
    # Grades hold for the texts that they were made of: one that was replaced since is graded again.
    if grades is None or grades.samples_hash != digest:
        grades = _graded(manifest, items, samples)
        store.write_grades(grades)
    return StoredCell(manifest, items, samples, digest, {(g.item_id, g.sample): g for g in grades.rows})


def _samples(store: CellStore, manifest: CellManifest) -> dict[SampleKey, Sample]:
    """Return the samples that the manifest counts.

    There may be more: an evaluation with a larger ``k`` may have been interrupted.
    """
    return {key: sample for key, sample in store.samples().items() if key[1] < manifest.k}


def _graded(manifest: CellManifest, items: Iterable[Item], samples: Mapping[SampleKey, Sample]) -> Grades:
    """Grade all samples of a cell with its task's grader."""
    in_order = []
    responses = []
    for item in items:
        for index in range(manifest.k):
            sample = samples[item.id, index]
            in_order.append(sample)
            responses.append(Response(item, sample.text, sample.finish_reason or "stop"))
    rows = []
    grades = grade_responses(responses, task(manifest.cell.task).grader)
    for sample, grade in zip(in_order, grades, strict=True):
        row = SampleGrade(
            item_id=sample.item_id,
            sample=sample.sample,
            # A sample that the engine failed on is an error, whatever text it left.
            outcome="error" if sample.error else grade.outcome,
            extracted=grade.extracted,
            answer_present=grade.answer_present,
            metrics=grade.metrics,
            **behaviours(sample.text)._asdict(),
        )
        rows.append(row)
    return Grades(grader_version=GRADER_VERSION, samples_hash=samples_hash(samples), rows=tuple(rows))


def over_cells(stores: Iterable[CellStore], work: Callable[[StoredCell], T]) -> Iterator[T]:
    """Yield ``work`` of every finished cell, in the order of ``stores``, grading first what needs it.

    ``work`` must be a function of a module: for many cells it is sent to several processes, since most of the
    time goes into reading answers and their grades.
    """
    paths = [store.path for store in stores]
    n_workers = min(os.cpu_count() or 1, MOST_WORKERS)
    if len(paths) < PARALLEL_FROM or n_workers == 1:
        for path in paths:
            yield from _work_at(path, work)
        return
    waiting: deque[Future[list[T]]] = deque()
    # The workers run without the garbage collector: to look for cycles among thousands of samples, which have
    # none, would take half of their time.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(n_workers, spawn, initializer=gc.disable) as pool:
        for path in paths:
            waiting.append(pool.submit(_work_at, path, work))
            # Results may be many megabytes each, so the workers get only a little ahead of the caller.
            if len(waiting) >= n_workers * AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _work_at(path: Path, work: Callable[[StoredCell], T]) -> list[T]:
    """Return ``work`` of the cell in a folder, as a list of one, or an empty one if it is not finished."""
    return [work(cell) for cell in read_cells([CellStore(path)])]


@dataclass(frozen=True)
class Regraded:
    """One cell graded again.

    ``changes`` counts samples by (outcome before, outcome now) where the two differ; ``changed`` names these
    samples.
    """

    manifest: CellManifest
    version_before: str | None
    changes: Mapping[tuple[Outcome, Outcome], int]
    changed: tuple[SampleKey, ...]


def regrade(store: CellStore) -> Regraded | None:
    """Grade a finished cell's stored texts with today's grader, and store the grades.

    Returns None if the cell is not finished.

    The outcomes are compared with those of the last grader before this one, or, if there was none, with this
    one's earlier outcomes.
    """
    manifest = store.manifest
    if manifest is None:
        return None
    # Versions are listed by when they last graded, so the last other one is the grader before this.
    others = [version for version in store.grade_versions() if version != GRADER_VERSION]
    before = store.grades(others[-1] if others else GRADER_VERSION)
    now = _graded(manifest, store.items(), _samples(store, manifest))
    store.write_grades(now)
    old = {(g.item_id, g.sample): g.outcome for g in before.rows} if before else {}
    changes: Counter[tuple[Outcome, Outcome]] = Counter()
    changed = []
    for grade in now.rows:
        key = (grade.item_id, grade.sample)
        if key in old and old[key] != grade.outcome:
            changes[old[key], grade.outcome] += 1
            changed.append(key)
    return Regraded(manifest, before.grader_version if before else None, changes, tuple(changed))
