"""Draw the samples that label a training set, from the untrained base: ``rlvr-suite label micro --model ID --out FILE``.

Definition: the most common answer of 64 samples at temperature 1 (Spurious Rewards, arXiv 2506.10947, section 2.2 and the
authors' relabel script, which drops empty predictions). Samples are stored beside the file, in ``FILE.samples``, as they are
drawn, so that a killed run goes on, and more samples or items cost only those that are new.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from suite import __version__
from suite.benchmarks.items import Item, ItemSet, items_hash
from suite.benchmarks.tasks import TaskFile, task
from suite.engine.contract import CellWork
from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.grade import GRADER_VERSION, extract
from suite.grpo.labels import LabelRow, Labels, LabelSettings, read_labels
from suite.grpo.recipe import Recipe
from suite.grpo.rows import asked, items_of
from suite.grpo.strong_check import Labelled, check
from suite.grpo.vote import majority
from suite.plan.cells import ModelToRun, PlannedCell, TaskToRun, plan
from suite.progress import Progress, Report
from suite.registry import Registry
from suite.registry.protocols import prompt_of
from suite.registry.weights import locate, weights_hash
from suite.schema import Decoding
from suite.store.run_folder import RunStore

if TYPE_CHECKING:
    from suite.engine.contract import Engine

CHUNK = 512
"""Items whose samples are drawn, and held in memory, at a time."""


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


def labelling(
    recipe: Recipe,
    model: str,
    registry: Registry,
    *,
    n: int | None = None,
    samples: int = 64,
    seed: int = 0,
    engine: str = "hf",
    data_dir: Path | None = None,
    allow_unchecked: bool = False,
) -> LabelJob:
    """The job that labels what ``recipe`` trains on, asked and cut as in training; the first ``n`` items, or all."""
    if n is not None and n < 1:
        raise SuiteError(f"{n} is not allowed. Allowed: 1 or more", "--items", "Leave it out for all")
    folder, prompt = asked(recipe, model, registry)
    data, _ = items_of(
        recipe, recipe.data, n or recipe.steps * recipe.prompts, prompt, folder, data_dir, allow_unchecked
    )
    items = ItemSet(list(data.items[:n]), data.source, data.revision)
    return LabelJob(model, items, samples, seed, recipe.temperature, recipe.max_new_tokens, engine, prompt.id)


def samples_folder(out: Path) -> Path:
    """Where the samples behind the label file ``out`` are stored."""
    return out.with_name(f"{out.name}.samples")


def check_job(job: LabelJob, registry: Registry, out: Path) -> None:
    """Everything that can be wrong before a weight is read."""
    model = registry.model(job.model, "--model")
    if model.base is not None:
        what = f"'{job.model}' is a checkpoint; labels are the majority of an untrained base"
        raise SuiteError(what, "--model", f"Name its base '{model.base}'")
    registry.protocol(job.protocol or model.protocol)
    if job.samples < 1:
        raise SuiteError(
            f"{job.samples} is not allowed. Allowed: 1 or more", "--samples", "64 is the paper's"
        )
    if job.max_new_tokens < 1:
        raise SuiteError(
            f"{job.max_new_tokens} is not allowed. Allowed: 1 or more",
            "max_new_tokens",
            "3072 is the paper's",
        )
    if not 0 <= job.temperature < float("inf") or (job.temperature == 0 and job.samples > 1):
        what = f"{job.temperature:g} is not allowed with {job.samples} samples. Allowed: more than 0, or 0 with one sample"
        raise SuiteError(what, "temperature", "1 is the paper's")
    _check_items(job.data)
    if out.is_dir():
        raise SuiteError("a folder", f"--out {out}", "Name a file for the labels")


def _check_items(data: ItemSet) -> None:
    if not data.items:
        raise SuiteError("no items to label", data.dataset, "Name another recipe, or more items with --items")
    if repeated := [i for i, n in Counter(item.id for item in data.items).items() if n > 1]:
        raise SuiteError(f"item id '{repeated[0]}' appears twice", data.dataset, "Give each item its own id")


def _model(job: LabelJob, registry: Registry) -> ModelToRun:
    model = registry.model(job.model)
    folder = locate(job.model, model)
    protocol = job.protocol or model.protocol
    return ModelToRun(
        id=job.model,
        family=model.family,
        base=job.model,
        folder=folder,
        weights_hash=weights_hash(folder),
        prompts=(prompt_of(protocol, registry.protocol(protocol), folder),),
        dtype=model.dtype,
        settings=model.engine,
    )


def _spec() -> TaskFile:
    """A task of ordinary answers; its name is part of every sample's seed."""
    shipped = task("math500")
    return shipped.model_copy(
        update={"task": "label", "metadata": shipped.metadata.model_copy(update={"version": "1"})}
    )


def _planned(job: LabelJob, model: ModelToRun) -> list[PlannedCell]:
    """The items in cells of ``CHUNK``."""
    from suite.engine.start import identity

    decoding = Decoding(temperature=job.temperature, max_new_tokens=job.max_new_tokens, seed=job.seed)
    parts = [job.data.items[at : at + CHUNK] for at in range(0, len(job.data.items), CHUNK)]
    tasks = [
        TaskToRun(_spec(), part, decoding, job.samples, job.data.dataset, job.data.revision) for part in parts
    ]
    return plan([model], tasks, identity(job.engine))


def _settings(job: LabelJob, planned: PlannedCell) -> LabelSettings:
    cell, decoding = planned.cell, planned.task.decoding
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


class _Drawing:
    """Draws what the cells lack, with one engine that is started when it is first needed."""

    def __init__(self, job: LabelJob, store: RunStore, progress: Progress) -> None:
        self.job, self.store, self.progress = job, store, progress
        self.engine: Engine | None = None
        self.done, self.total = 0, job.samples * len(job.data.items)

    def answers(self, planned: PlannedCell) -> list[list[str | None]]:
        """What is extracted from the samples of each item, in the order of the samples."""
        store = self.store.cell(planned.cell)
        store.write_items(planned.task.items)
        work = CellWork(planned, store)
        self._count(planned.n_samples - work.n_missing)
        if work.n_missing:
            self._draw(planned, work)
        return [
            [extract(work.samples[item.id, i].text) for i in range(self.job.samples)]
            for item in planned.task.items
        ]

    def _draw(self, planned: PlannedCell, work: CellWork) -> None:
        if self.engine is None:
            from suite.engine.start import start

            self.engine = start(self.job.engine, planned.model)
        for error in self.engine.draw([work], self._count).values():
            fix = "Mend the cause and run the command again; it goes on from here. If a prompt is too long: lower max_new_tokens"
            raise SuiteError(error.what, f"labels by {self.job.model}", fix) from error

    def _count(self, n: int) -> None:
        self.done += n
        self.progress(Report(self.job.model, "drawing labels", self.done, self.total, "samples"))

    def close(self) -> None:
        """End the engine, if one was started."""
        if self.engine is not None:
            self.engine.close()


def _rows(items: Sequence[Item], answers: Sequence[Sequence[str | None]]) -> Iterator[LabelRow]:
    """Votes and what the checks say of them, all items of a cell together."""
    votes = [majority(given) for given in answers]
    labelled = [
        Labelled(item.problem, vote.label, item.answer)
        for item, vote in zip(items, votes, strict=True)
        if vote.label
    ]
    checked = iter(check(labelled))
    for item, vote in zip(items, votes, strict=True):
        found = next(checked) if vote.label else None
        yield LabelRow(
            id=item.id,
            item=item.hash,
            gold=item.answer,
            label=vote.label,
            votes=vote.votes,
            n_extracted=vote.n_extracted,
            share=round(vote.votes / vote.n_extracted, 6) if vote.n_extracted else None,
            right=found.right if found else None,
            equal_by=found.equal_by if found else None,
        )


def _existing(out: Path, settings: LabelSettings) -> Labels | None:
    """The labels that ``out`` holds already; other ones, and any other file, are not written over."""
    if not out.is_file():
        return None
    labels = read_labels(out)
    if labels.settings != settings:
        differing = [key for key, value in settings if getattr(labels.settings, key) != value]
        what = f"holds labels that differ in {', '.join(differing)}"
        raise SuiteError(
            what, f"--out {out}", "Name another file, or delete this one (its samples are kept beside it)"
        )
    return labels


def run_labelling(job: LabelJob, registry: Registry, out: Path, progress: Progress) -> Labels:
    """Label the items with the base's majority answers and write ``out``; what is there already is not done again.

    The same job gives the same bytes, whether in one go or after kills (on a GPU as far as the engine repeats itself).
    """
    check_job(job, registry, out)
    cells = _planned(job, _model(job, registry))
    settings = _settings(job, cells[0])
    existing = _existing(out, settings)
    if existing is not None:
        return existing
    store = RunStore(samples_folder(out))
    with store.lock(), closing(_Drawing(job, store, progress)) as drawing:
        rows = tuple(row for cell in cells for row in _rows(cell.task.items, drawing.answers(cell)))
        labels = Labels(settings, rows)
        _write(out, labels)
    return labels


def _write(out: Path, labels: Labels) -> None:
    try:
        write_atomic(out, labels.to_bytes())
    except OSError as error:
        raise SuiteError(
            f"cannot be written ({error.strerror})", f"--out {out}", "Name another file"
        ) from error
