"""Finished cells and what their samples earned: stored grades where they are today's grader's, else graded now and stored.

``rlvr-suite regrade RUN`` says which outcomes a newer grader changes. Texts are stored before they are graded, so no model is
needed.
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
from suite.grade.grader import GRADER_VERSION, Grade
from suite.grade.task_graders import Response, grade_responses
from suite.schema import Grades, Outcome, Sample, SampleGrade, content_hash
from suite.store.cells import CellManifest, CellStore, SampleKey

T = TypeVar("T")
PARALLEL_FROM, MOST_WORKERS = 200, 8
"""Cells from which several processes read them, and how many at most."""
AHEAD = 4
"""Cells a worker that may be done before they are asked for."""


@dataclass(frozen=True)
class StoredCell:
    """A finished cell as it was read back: the samples that were asked for, their hash, and their grades."""

    manifest: CellManifest
    items: tuple[Item, ...]
    samples: Mapping[SampleKey, Sample]
    samples_hash: str
    grades: Mapping[SampleKey, SampleGrade]

    @property
    def id(self) -> str:
        return self.manifest.cell.id


def samples_hash(samples: Mapping[SampleKey, Sample]) -> str:
    """Hash of a cell's texts, each with its place, its end and its error."""
    return content_hash([(key, s.text, s.finish_reason, s.error) for key, s in sorted(samples.items())])


def _grade(sample: Sample, scored: Grade) -> SampleGrade:
    """A sample that the engine failed on is an error, whatever text it left."""
    return SampleGrade(
        item_id=sample.item_id,
        sample=sample.sample,
        outcome="error" if sample.error else scored.outcome,
        extracted=scored.extracted,
        answer_present=scored.answer_present,
        metrics=scored.metrics,
        **behaviours(sample.text)._asdict(),
    )


def _graded(manifest: CellManifest, items: Iterable[Item], samples: Mapping[SampleKey, Sample]) -> Grades:
    keyed = [(item, samples[item.id, index]) for item in items for index in range(manifest.k)]
    grader = task(manifest.cell.task).grader
    scored = grade_responses([Response(item, s.text, s.finish_reason or "stop") for item, s in keyed], grader)
    rows = tuple(_grade(sample, one) for (_, sample), one in zip(keyed, scored, strict=True))
    return Grades(grader_version=GRADER_VERSION, samples_hash=samples_hash(samples), rows=rows)


def _samples(store: CellStore, manifest: CellManifest) -> dict[SampleKey, Sample]:
    return {key: sample for key, sample in store.samples().items() if key[1] < manifest.k}


def _read_cell(store: CellStore, manifest: CellManifest) -> StoredCell:
    items, samples = tuple(store.items()), _samples(store, manifest)
    if len(samples) < len(items) * manifest.k:
        what = f"{manifest.cell.name} holds {len(samples)} samples of {len(items) * manifest.k}"
        raise SuiteError(
            what, str(store.path), "Restore it from a copy, or delete the folder and draw its samples again"
        )
    digest, grades = samples_hash(samples), store.grades(GRADER_VERSION)
    if grades is None or grades.samples_hash != digest:
        grades = _graded(manifest, items, samples)
        store.write_grades(grades)
    return StoredCell(manifest, items, samples, digest, {(g.item_id, g.sample): g for g in grades.rows})


def read_cells(stores: Iterable[CellStore]) -> Iterator[StoredCell]:
    """Every finished cell with its items, samples and grades, one at a time: their texts together may not fit into memory.

    Grades that are missing or out of date are made and stored. What is not finished is left out.
    """
    for store in stores:
        if (manifest := store.manifest) is not None:
            yield _read_cell(store, manifest)


def over_cells(stores: Iterable[CellStore], work: Callable[[StoredCell], T]) -> Iterator[T]:
    """``work`` of every finished cell, in the order of ``stores``; grades that are missing or out of date are made and stored.

    Many cells are read by several processes, and only as fast as the results are taken, since those may be many megabytes each:
    most of the time goes into reading answers and their grades. ``work`` is a function of a module, so that they can be sent it.
    """
    paths, workers = [store.path for store in stores], min(os.cpu_count() or 1, MOST_WORKERS)
    if len(paths) < PARALLEL_FROM or workers == 1:
        yield from (done for path in paths for done in _work_at(path, work))
        return
    waiting: deque[Future[list[T]]] = deque()
    # Looking for cycles among a cell's thousands of samples, of which there are none, would take half of the time.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=gc.disable) as pool:
        for path in paths:
            waiting.append(pool.submit(_work_at, path, work))
            if len(waiting) >= workers * AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _work_at(path: Path, work: Callable[[StoredCell], T]) -> list[T]:
    """Of the cell in a folder, if it is finished."""
    return [work(cell) for cell in read_cells([CellStore(path)])]


@dataclass(frozen=True)
class Regraded:
    """One cell graded again; ``changes`` counts samples by (outcome before, outcome now) where the two differ."""

    manifest: CellManifest
    version_before: str | None
    changes: Mapping[tuple[Outcome, Outcome], int]
    changed: tuple[SampleKey, ...]


def regrade(store: CellStore) -> Regraded | None:
    """Grade a finished cell's stored texts with today's grader and store that; None if the cell is not finished.

    Compared with the grader before this one that graded last, if there was one, else with what this one said before.
    """
    manifest = store.manifest
    if manifest is None:
        return None
    before = store.grades(
        next((v for v in reversed(store.grade_versions()) if v != GRADER_VERSION), GRADER_VERSION)
    )
    now = _graded(manifest, store.items(), _samples(store, manifest))
    store.write_grades(now)
    old = {(g.item_id, g.sample): g.outcome for g in before.rows} if before else {}
    changed = [g for g in now.rows if old.get((g.item_id, g.sample), g.outcome) != g.outcome]
    counts = Counter((old[g.item_id, g.sample], g.outcome) for g in changed)
    return Regraded(
        manifest,
        before.grader_version if before else None,
        counts,
        tuple((g.item_id, g.sample) for g in changed),
    )
