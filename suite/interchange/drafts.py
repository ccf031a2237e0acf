"""A set of answers -> a complete cell that is not written yet.

Every item of it has all its samples, and it says what is stated about how they were drawn.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from suite import __version__
from suite.benchmarks.item_sets import load_set
from suite.benchmarks.items import Item, ItemSet, items_hash
from suite.benchmarks.tasks import TaskFile
from suite.errors import SuiteError
from suite.interchange.answers import Answer, AnswerSet
from suite.interchange.imported_model import ImportedModel
from suite.interchange.matching import ItemIndex
from suite.interchange.statement import Statement, agreed_decoding, agreed_protocol
from suite.schema import UNSTATED, Cell, Sample
from suite.store import provenance
from suite.store.cells import CellManifest, ImportSource, SampleKey

_LISTED = 5
"""How many missing items or samples an error lists."""


@dataclass(frozen=True)
class ImportJob:
    """One ``import`` command: the file and the flags that describe it."""

    format: str
    path: Path
    statement: Statement
    task: str | None = None
    data_dir: Path | None = None
    item_seed: int | None = None
    subset: bool = False
    replace: bool = False


@dataclass(frozen=True)
class Draft:
    """A complete cell that is not written yet."""

    manifest: CellManifest
    items: tuple[Item, ...]
    samples: tuple[Sample, ...]


def draft_of(answers: AnswerSet, spec: TaskFile, job: ImportJob, model: ImportedModel) -> Draft:
    """Return the cell of one task's answers; raise ``SuiteError`` if it has gaps or contradictions."""
    loaded = load_set(spec, job.data_dir, job.item_seed)
    answered = ItemIndex(spec.task, loaded.items).match(answers.answers)
    answer_of = _by_sample(answered)
    # A cell has the same number of samples for each of its items; the highest sample index sets it.
    k = 1 + max(sample for _, sample in answer_of)
    answered_ids = {item_id for item_id, _ in answer_of}
    items = tuple(item for item in loaded.items if item.id in answered_ids)
    _require_all_samples(items, answer_of, k, answers.path)
    if not job.subset:
        missing = [item.id for item in loaded.items if item.id not in answered_ids]
        _require_all_items(missing, len(loaded.items), spec.task, answers.path)
    samples = []
    for item in items:
        samples += [_sample(answer_of[item.id, index], item) for index in range(k)]
    cell = _cell(answers, answered, items, spec, job, model)
    manifest = _manifest(cell, answers, loaded._replace(items=list(items)), k, job, model)
    return Draft(manifest, items, tuple(samples))


def _by_sample(answered: Sequence[tuple[Answer, Item]]) -> dict[SampleKey, Answer]:
    """Return the answers by item and sample; two in one place are an error that names both."""
    answer_of: dict[SampleKey, Answer] = {}
    for answer, item in answered:
        first = answer_of.setdefault((item.id, answer.sample), answer)
        if first is not answer:
            what = f"sample {answer.sample} of item '{item.id}' is there twice, first at {first.where}"
            raise SuiteError(what, answer.where, "Remove one of the two")
    return answer_of


def _require_all_samples(
    items: Sequence[Item], answer_of: Mapping[SampleKey, Answer], k: int, path: Path
) -> None:
    """Raise ``SuiteError`` if an item that has an answer lacks one of its ``k`` samples."""
    n_missing = len(items) * k - len(answer_of)
    if not n_missing:
        return
    # One wrong index can make k, and so the gaps, a billion: all are counted, and only the first are listed.
    listed = ", ".join(islice(_gaps(items, answer_of, k), _LISTED))
    what = (
        f"{n_missing} of {len(items) * k} samples are missing, such as {listed}; "
        f"the highest sample of an item is {k - 1}"
    )
    raise SuiteError(what, str(path), f"Give every item samples 0 to {k - 1}")


def _gaps(items: Sequence[Item], answer_of: Mapping[SampleKey, Answer], k: int) -> Iterator[str]:
    for item in items:
        for index in range(k):
            if (item.id, index) not in answer_of:
                yield f"item '{item.id}' sample {index}"


def _require_all_items(missing: Sequence[str], n_items: int, task_id: str, path: Path) -> None:
    if not missing:
        return
    listed = ", ".join(missing[:_LISTED])
    if len(missing) > _LISTED:
        listed += f" and {len(missing) - _LISTED} more"
    what = f"no answer to {len(missing)} of the {n_items} items of '{task_id}' ({listed})"
    raise SuiteError(
        what, str(path), "Import all, or give --subset to make a cell of the answered items only"
    )


def _sample(answer: Answer, item: Item) -> Sample:
    return Sample(
        item_id=item.id,
        sample=answer.sample,
        text=answer.text,
        n_tokens=answer.n_tokens,
        finish_reason=answer.finish_reason,
    )


def _cell(
    answers: AnswerSet,
    answered: Sequence[tuple[Answer, Item]],
    items: Sequence[Item],
    spec: TaskFile,
    job: ImportJob,
    model: ImportedModel,
) -> Cell:
    """Return the cell's identity.

    What neither file nor flags state is "unstated" in it, and so compares as unverified.
    """
    stated = job.statement
    protocol, protocol_hash = agreed_protocol(stated.prompt, answered, answers)
    return Cell(
        model=model.model,
        weights_hash=UNSTATED,
        task=spec.task,
        task_version=spec.metadata.version,
        items_hash=items_hash(items),
        protocol=protocol,
        protocol_hash=protocol_hash,
        decoding=agreed_decoding(answers.decoding, stated.decoding, answers.path),
        engine=stated.engine_of(job.format),
        dtype=stated.dtype,
        device=stated.device,
    )


def _manifest(
    cell: Cell, answers: AnswerSet, items: ItemSet, k: int, job: ImportJob, model: ImportedModel
) -> CellManifest:
    digest = hashlib.sha256(answers.path.read_bytes()).hexdigest()
    unstated = []
    for name in ("finish_reason", "n_tokens"):
        if any(getattr(answer, name) is None for answer in answers.answers):
            unstated.append(name)
    return CellManifest(
        cell=cell,
        family=model.family,
        base=model.base,
        dataset=items.dataset,
        dataset_revision=items.revision,
        n_items=len(items.items),
        k=k,
        packages={},
        suite_version=__version__,
        git=provenance.git_state(),
        finished=provenance.today(),
        device_name=job.statement.device,
        source=ImportSource(format=job.format, files={answers.path.name: digest}, unstated=tuple(unstated)),
    )
