"""Label a training set with the majority answers of the untrained base.

``rlvr-suite label micro --model ID --out FILE``. A label is the most common answer of 64 samples at
temperature 1 (Spurious Rewards, arXiv 2506.10947, section 2.2, and the authors' relabel script, which drops
empty predictions). ``suite.grpo.vote`` counts, ``suite.grpo.strong_check`` says whether a label is wrong,
``suite.grpo.labels`` is the file's format.

Samples are stored next to the file, in ``FILE.samples``, as they are drawn: a killed run resumes, and more
samples or items cost only the new ones.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from suite import __version__
from suite.benchmarks.item_files import check_data_dir
from suite.benchmarks.items import Item, ItemSet, items_hash
from suite.benchmarks.tasks import TaskFile, task
from suite.engine.contract import CellWork
from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.grade import GRADER_VERSION, extract
from suite.grpo.data import DataChoice
from suite.grpo.labels import LabelRow, Labels, LabelSettings, read_labels
from suite.grpo.recipe import Recipe
from suite.grpo.rows import fitting_data, prompted_base
from suite.grpo.strong_check import Labelled, check
from suite.grpo.vote import majority
from suite.plan.cells import PlannedCell, TaskToRun, plan
from suite.plan.resolve import base_to_run
from suite.progress import Progress, Report
from suite.registry import Registry
from suite.schema import Decoding
from suite.store.run_folder import RunStore

if TYPE_CHECKING:
    from suite.engine.contract import Engine

CHUNK = 512
"""Number of items whose samples are drawn, and held in memory, at a time."""


@dataclass(frozen=True)
class LabelJob:
    """What to label, with which base and how; ``protocol`` defaults to the base's own."""

    model: str
    data: ItemSet
    samples: int = 64
    seed: int = 0
    temperature: float = 1.0
    max_new_tokens: int = 3072
    engine: str = "hf"
    protocol: str | None = None


def label_job(
    recipe: Recipe,
    model: str,
    registry: Registry,
    choice: DataChoice,
    *,
    n_items: int | None = None,
    samples: int = 64,
    seed: int = 0,
    engine: str = "hf",
) -> LabelJob:
    """Return the job that labels the chosen data, prepared as in training; the first ``n_items``, or all."""
    if n_items is not None and n_items < 1:
        raise SuiteError(f"{n_items} is not allowed. Allowed: 1 or more", "--items", "Leave it out for all")
    check_data_dir(choice.data_dir)
    base = prompted_base(recipe, model, registry)
    data = fitting_data(choice, base, recipe.max_prompt_tokens).data
    return LabelJob(
        model=model,
        data=ItemSet(list(data.items[:n_items]), data.source, data.revision),
        samples=samples,
        seed=seed,
        temperature=recipe.temperature,
        max_new_tokens=recipe.max_new_tokens,
        engine=engine,
        protocol=base.prompt.id,
    )


def samples_folder(out: Path) -> Path:
    """Return where the samples behind the label file ``out`` are stored."""
    return out.with_name(f"{out.name}.samples")


def check_job(job: LabelJob, registry: Registry, out: Path) -> None:
    """Raise ``SuiteError`` for everything that can be wrong before weights are read."""
    model = registry.model(job.model, "--model")
    if model.base is not None:
        what = f"'{job.model}' is a checkpoint; labels are the majority of an untrained base"
        raise SuiteError(what, "--model", f"Name its base '{model.base}'")
    registry.protocol(job.protocol or model.protocol)
    if job.samples < 1:
        what = f"{job.samples} is not allowed. Allowed: 1 or more"
        raise SuiteError(what, "--samples", "The paper draws 64")
    if job.max_new_tokens < 1:
        what = f"{job.max_new_tokens} is not allowed. Allowed: 1 or more"
        raise SuiteError(what, "max_new_tokens", "The paper allows 3072")
    is_one_greedy = job.temperature == 0 and job.samples == 1
    if not (0 < job.temperature < float("inf") or is_one_greedy):
        what = f"{job.temperature:g} is not allowed with {job.samples} samples"
        raise SuiteError(
            f"{what}. Allowed: more than 0, or 0 with one sample", "temperature", "The paper uses 1"
        )
    if not job.data.items:
        fix = "Name another recipe, or more items with --items"
        raise SuiteError("no items to label", job.data.dataset, fix)
    for item_id, count in Counter(item.id for item in job.data.items).items():
        if count > 1:
            raise SuiteError(
                f"item id '{item_id}' appears twice", job.data.dataset, "Give each item its own id"
            )
    if out.is_dir():
        raise SuiteError("a folder", f"--out {out}", "Name a file for the labels")


def run_labelling(job: LabelJob, registry: Registry, out: Path, progress: Progress) -> Labels:
    """Label the items with the base's majority answers, write ``out`` and return the labels.

    Labels that ``out`` holds already are not drawn again. The same job gives the same bytes, whether in one
    go or after kills (on a GPU as far as the engine is deterministic).
    """
    check_job(job, registry, out)
    # Labels are drawn like an evaluation: cells, an engine, stored samples. Only their task is made up here.
    cells = _planned(job, registry)
    settings = _settings(job, cells[0])
    # The settings are known before the first sample: a finished file is recognized, no other overwritten.
    existing = _existing(out, settings)
    if existing is not None:
        return existing
    store = RunStore(samples_folder(out))
    rows: list[LabelRow] = []
    with store.lock(), closing(_Drawing(job, store, progress)) as drawing:
        for cell in cells:
            rows += _label_rows(cell.task.items, drawing.answers(cell))
        # The file comes last and whole: while it is missing, a rerun resumes from the stored samples.
        labels = Labels(settings, tuple(rows))
        try:
            write_atomic(out, labels.to_bytes())
        except OSError as error:
            what = f"cannot be written ({error.strerror})"
            raise SuiteError(what, f"--out {out}", "Name another file") from error
    return labels


def _planned(job: LabelJob, registry: Registry) -> list[PlannedCell]:
    """Return the items in cells of ``CHUNK``; hash the base's weights."""
    from suite.engine.start import identity

    model = base_to_run(registry, job.model, [job.protocol] if job.protocol else ())
    decoding = Decoding(temperature=job.temperature, max_new_tokens=job.max_new_tokens, seed=job.seed)
    spec = _task()
    tasks: list[TaskToRun] = []
    for at in range(0, len(job.data.items), CHUNK):
        items = job.data.items[at : at + CHUNK]
        tasks.append(TaskToRun(spec, items, decoding, job.samples, job.data.dataset, job.data.revision))
    return plan([model], tasks, identity(job.engine))


def _task() -> TaskFile:
    """Return a task of ordinary answers; its name ``label`` is part of every sample's seed."""
    shipped = task("math500")
    metadata = shipped.metadata.model_copy(update={"version": "1"})
    return shipped.model_copy(update={"task": "label", "metadata": metadata})


def _settings(job: LabelJob, planned: PlannedCell) -> LabelSettings:
    cell = planned.cell
    decoding = planned.task.decoding
    return LabelSettings(
        base=job.model,
        base_weights=cell.weights_hash,
        protocol=cell.protocol,
        protocol_hash=cell.protocol_hash,
        dataset=job.data.dataset,
        dataset_revision=job.data.revision,
        items_hash=items_hash(job.data.items),
        n_items=len(job.data.items),
        samples=job.samples,
        seed=job.seed,
        temperature=decoding.temperature,
        top_p=decoding.top_p,
        max_new_tokens=decoding.max_new_tokens,
        engine=cell.engine,
        dtype=cell.dtype,
        device=cell.device,
        grader_version=GRADER_VERSION,
        suite_version=__version__,
    )


def _existing(out: Path, settings: LabelSettings) -> Labels | None:
    """Return the labels in ``out`` if they have these settings; never overwrite others, or any other file."""
    if not out.is_file():
        return None
    labels = read_labels(out)
    if labels.settings != settings:
        differing = [key for key, value in settings if getattr(labels.settings, key) != value]
        what = f"holds labels that differ in {', '.join(differing)}"
        fix = "Name another file, or delete this one (its samples are kept in their own folder)"
        raise SuiteError(what, f"--out {out}", fix)
    return labels


class _Drawing:
    """Draws the missing samples of cells with one engine, which starts when the first sample is missing."""

    def __init__(self, job: LabelJob, store: RunStore, progress: Progress) -> None:
        self.job = job
        self.store = store
        self.progress = progress
        self.engine: Engine | None = None
        self.done = 0
        self.total = job.samples * len(job.data.items)

    def answers(self, planned: PlannedCell) -> list[list[str | None]]:
        """Return the answers extracted from each item's samples, in the order of the samples."""
        store = self.store.cell(planned.cell)
        store.write_items(planned.task.items)
        work = CellWork(planned, store)
        self._count(planned.n_samples - work.n_missing)
        if work.n_missing:
            self._draw(planned, work)
        answers: list[list[str | None]] = []
        for item in planned.task.items:
            answers.append([extract(work.samples[item.id, i].text) for i in range(self.job.samples)])
        return answers

    def _draw(self, planned: PlannedCell, work: CellWork) -> None:
        if self.engine is None:  # loading takes long, and a finished cell needs no engine
            from suite.engine.start import start

            self.engine = start(self.job.engine, planned.model)
        for error in self.engine.draw([work], self._count).values():
            again = "Fix the cause and run the command again; it resumes here"
            fix = f"{again}. If a prompt is too long: lower max_new_tokens"
            raise SuiteError(error.what, f"labels by {self.job.model}", fix) from error

    def _count(self, n: int) -> None:
        self.done += n
        self.progress(Report(self.job.model, "drawing labels", self.done, self.total, "samples"))

    def close(self) -> None:
        """Close the engine, if one was started."""
        if self.engine is not None:
            self.engine.close()


def _label_rows(items: Sequence[Item], answers: Sequence[Sequence[str | None]]) -> Iterator[LabelRow]:
    """Yield each item's vote and what the strong check says of it; check all items of a cell together."""
    votes = [majority(given) for given in answers]
    # An item whose samples hold no answer has no label to check.
    labelled: list[Labelled] = []
    for item, vote in zip(items, votes, strict=True):
        if vote.label:
            labelled.append(Labelled(item.problem, vote.label, item.answer))
    checks = iter(check(labelled))
    for item, vote in zip(items, votes, strict=True):
        checked = next(checks) if vote.label else None
        yield LabelRow(
            id=item.id,
            item=item.hash,
            gold=item.answer,
            label=vote.label,
            votes=vote.votes,
            n_extracted=vote.n_extracted,
            share=round(vote.votes / vote.n_extracted, 6) if vote.n_extracted else None,
            right=checked.right if checked else None,
            equal_by=checked.equal_by if checked else None,
        )
