"""Answers of other tools -> finished cells of a run: all of them, or an error and nothing written.

``rlvr-suite import jsonl answers.jsonl --model micro-llama3 --out runs/mine``.
"""

import hashlib
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from suite import __version__
from suite.benchmarks.items import Item, ItemSet, items_hash, load_set
from suite.benchmarks.tasks import TaskFile, all_tasks, task
from suite.errors import SuiteError
from suite.interchange import jsonl, lighteval, lm_eval, spurious_rewards
from suite.interchange.answers import Answer, AnswerSet
from suite.interchange.matching import ItemIndex
from suite.interchange.statement import Statement, agreed_decoding, agreed_protocol
from suite.registry import Registry, id_part
from suite.schema import IMPORTED, UNSTATED, Cell, Pair, Sample
from suite.store import provenance
from suite.store.cells import CellManifest, CellStore, ImportSource, SampleKey
from suite.store.run_folder import RunStore

READERS: Mapping[str, Callable[[Path], list[AnswerSet]]] = {
    "jsonl": jsonl.read,
    "lm-eval": lm_eval.read,
    "spurious-rewards": spurious_rewards.read,
    "lighteval": lighteval.read,
}
"""Format on the command line -> its reader."""
OURS = {
    "aime24": "aime2024",
    "aime25": "aime2025",
    "hendrycks_math500": "math500",
    "minerva_math500": "math500",
    "math_500": "math500",
    "aime24_avg": "aime2024",
    "aime24_gpassk": "aime2024",
    "aime25_avg": "aime2025",
    "aime25_gpassk": "aime2025",
    "MATH-500": "math500",
    "MATH-TTT": "math500",
    "AMC": "amc83",
    "AMC-TTT": "amc83",
    "AIME-2024": "aime2024",
    "AIME-TTT": "aime2024",
    "AIME-2025": "aime2025",
    "AIME2025-TTT": "aime2025",
}
"""What lm-eval, lighteval and Spurious Rewards call a set of items -> our task of the same items."""
_LISTED = 5


@dataclass(frozen=True)
class Subject:
    """Whose answers they are; ``pair`` is the one to register for a checkpoint that only these answers know."""

    model: str
    family: str
    base: str
    pair: Pair | None = None


@dataclass(frozen=True)
class Import:
    """One ``import`` command."""

    format: str
    path: Path
    statement: Statement
    task: str | None = None
    data_dir: Path | None = None
    item_seed: int | None = None
    subset: bool = False
    replace: bool = False


@dataclass(frozen=True)
class _Draft:
    """A cell that is complete and not written yet."""

    manifest: CellManifest
    items: tuple[Item, ...]
    samples: tuple[Sample, ...]


def known_model(model: str, registry: Registry, store: RunStore) -> Subject:
    """The registry's model, or a checkpoint of this run, as the subject of an import."""
    own = {pair.checkpoint: pair for pair in store.pairs()}
    if model in own:
        return Subject(model, own[model].family, own[model].base)
    entry = registry.model(model, "--model")
    return Subject(model, entry.family, entry.base or model)


def new_checkpoint(base: str, reward: str, seed: int | None, step: int, registry: Registry) -> Subject:
    """A checkpoint that has no weights here: its id says base, reward, step and seed, its recipe is "imported"."""
    entry = registry.model(base, "--base")
    if entry.base is not None:
        raise SuiteError(
            f"'{base}' is a checkpoint; a pair starts from a base", "--base", f"Name its base, {entry.base}"
        )
    id_part(reward)
    for flag, number, meaning in (
        ("--step", step, "the number of rollouts"),
        ("--seed", seed or 0, "the training seed"),
    ):
        if number < 0:
            raise SuiteError(f"{number} is below 0", flag, f"Give {meaning}, or leave it out")
    parts = [
        base,
        reward,
        IMPORTED,
        *([f"step{step}"] if step else []),
        *([f"s{seed}"] if seed is not None else []),
    ]
    checkpoint = "-".join(parts)
    if checkpoint in registry.models:
        raise SuiteError(
            f"'{checkpoint}' is a model of the registry", "--base", f"Import it with --model {checkpoint}"
        )
    pair = Pair(
        family=entry.family,
        base=base,
        checkpoint=checkpoint,
        reward=reward,
        recipe=IMPORTED,
        seed=seed,
        step=step,
    )
    return Subject(checkpoint, entry.family, base, pair)


def import_answers(job: Import, subject: Subject, store: RunStore) -> list[CellManifest]:
    """Read, check and store; the manifests of the new cells. A SuiteError leaves the run folder as it was."""
    _refuse_wrong_places(job)
    drafts = [
        _draft(answers, spec, job, subject) for spec, answers in _by_task(READERS[job.format](job.path), job)
    ]
    with store.lock():
        _refuse_other_pair(subject, store)
        with store.staged(replaced=_giving_way(drafts, store, job)) as staged:
            for draft in drafts:
                cell = staged.cell(draft.manifest.cell)
                cell.write_items(draft.items)
                cell.write_batch("imported", draft.samples)
                cell.finish(draft.manifest)
            if subject.pair is not None:
                staged.add_pair(subject.pair)
    return [draft.manifest for draft in drafts]


def _refuse_wrong_places(job: Import) -> None:
    try:
        is_folder = stat.S_ISDIR(job.path.stat().st_mode)
    except OSError as error:
        raise SuiteError(
            f"cannot be read ({error.strerror})", str(job.path), "Name the file to import"
        ) from error
    if is_folder and job.format != "lm-eval":
        raise SuiteError("a folder", str(job.path), "Name one file of it")
    if job.data_dir and not job.data_dir.is_dir():
        raise SuiteError(
            "no such folder", f"--data-dir {job.data_dir}", "Name a folder of <task>.jsonl files"
        )


def _refuse_other_pair(subject: Subject, store: RunStore) -> None:
    """An id means one checkpoint: one that this run has trained may not become an imported one."""
    if subject.pair is not None and any(
        p.checkpoint == subject.model and p != subject.pair for p in store.pairs()
    ):
        what = f"'{subject.model}' is another checkpoint in this run"
        raise SuiteError(what, str(store.checkpoint(subject.model)), "Import into another folder with --out")


def _giving_way(drafts: Sequence[_Draft], store: RunStore, job: Import) -> list[str]:
    """Ids of the cells imported before of these models and tasks, which --replace takes away; without it they are an error.

    Cells of two protocols may stand side by side.
    """
    out = []
    for draft in drafts:
        for earlier in _imported_before(draft, store):
            if not job.replace and not _is_other_protocol(draft, earlier):
                what = f"{draft.manifest.cell.model} on {draft.manifest.cell.task} was imported already"
                raise SuiteError(
                    what, str(earlier.path), "Give --replace to put these answers in the place of those"
                )
            out.append(earlier.path.name)
    return out if job.replace else []


def _imported_before(draft: _Draft, store: RunStore) -> list[CellStore]:
    new = draft.manifest.cell
    return [
        cell
        for cell in store.finished()
        if (m := cell.manifest) and m.source and (m.cell.model, m.cell.task) == (new.model, new.task)
    ]


def _is_other_protocol(draft: _Draft, earlier: CellStore) -> bool:
    """Whether one model was asked in two ways on purpose: both say how, and the answers are not the same ones restated."""
    before = earlier.manifest
    hashes = {draft.manifest.cell.protocol_hash, before.cell.protocol_hash if before else UNSTATED}
    texts = {key: sample.text for key, sample in earlier.samples().items()}
    shared = [sample for sample in draft.samples if (sample.item_id, sample.sample) in texts]
    restated = shared and all(texts[sample.item_id, sample.sample] == sample.text for sample in shared)
    return len(hashes) == 2 and UNSTATED not in hashes and not restated


def _by_task(sets: Sequence[AnswerSet], job: Import) -> list[tuple[TaskFile, AnswerSet]]:
    """Each set with our task; no answers at all, a task of no known name and two files of one task are errors."""
    out: dict[str, tuple[TaskFile, AnswerSet]] = {}
    for answers in sets:
        spec = _our_task(answers, job.task)
        if spec.task in out:
            what = f"a second file of task '{spec.task}', beside {out[spec.task][1].path}"
            raise SuiteError(what, str(answers.path), "Import one of them")
        if not answers.answers:
            raise SuiteError(
                "no answers here", str(answers.path), f"Name a file of format {job.format} that has some"
            )
        out[spec.task] = (spec, answers)
    if not out:
        raise SuiteError(
            "no answers here", str(job.path), f"Name a file of format {job.format} that has some"
        )
    if job.item_seed is not None and not any(spec.metadata.seed is not None for spec, _ in out.values()):
        raise SuiteError(f"no seed changes the items of {', '.join(out)}", "--item-seed", "Leave it out")
    return list(out.values())


def _our_task(answers: AnswerSet, flag: str | None) -> TaskFile:
    known, said = all_tasks(), answers.task or ""
    ours = said if said in known else OURS.get(said)
    where = answers.answers[0].where if answers.answers else str(answers.path)
    if flag is not None:
        task(flag, "--task")  # refuses an unknown id
    if flag is not None and ours is not None and ours != flag:
        raise SuiteError(f"these are answers to '{said}', not to '{flag}'", where, "Leave --task out")
    name = flag or ours
    if name not in known:
        what = (
            f"unknown task '{said}'. Known: {', '.join(known)}"
            if said
            else "the file does not say of which task it is"
        )
        raise SuiteError(what, where, "Name the task of the same items with --task")
    return known[name]


def _draft(answers: AnswerSet, spec: TaskFile, job: Import, subject: Subject) -> _Draft:
    loaded = load_set(spec, job.data_dir, job.item_seed)
    items = loaded.items
    answered = ItemIndex(spec.task, items).match(answers.answers)
    keyed = _keyed(answered)
    k = 1 + max(sample for _, sample in keyed)
    named = {item_id for item_id, _ in keyed}
    present = tuple(item for item in items if item.id in named)
    _refuse_holes(present, keyed, k, answers.path)
    if len(present) < len(items) and not job.subset:
        missing = [item.id for item in items if item.id not in named]
        what = f"no answer to {len(missing)} of the {len(items)} items of '{spec.task}' ({_some(missing)})"
        raise SuiteError(
            what, str(answers.path), "Import all, or give --subset to make a cell of these items only"
        )
    cell = _cell(answers, answered, present, spec, job, subject)
    samples = tuple(_sample(keyed[item.id, s], item) for item in present for s in range(k))
    return _Draft(
        _manifest(cell, answers, loaded._replace(items=list(present)), k, job, subject), present, samples
    )


def _keyed(answered: Sequence[tuple[Answer, Item]]) -> dict[SampleKey, Answer]:
    """Answers by item and sample; a second answer in one place is an error that names both."""
    out: dict[SampleKey, Answer] = {}
    for answer, item in answered:
        first = out.setdefault((item.id, answer.sample), answer)
        if first is not answer:
            what = f"sample {answer.sample} of item '{item.id}' is there twice, first at {first.where}"
            raise SuiteError(what, answer.where, "Remove one of the two")
    return out


def _refuse_holes(present: Sequence[Item], keyed: Mapping[SampleKey, Answer], k: int, path: Path) -> None:
    """Every item that has an answer needs all ``k`` samples."""
    missing = len(present) * k - len(keyed)
    if missing:
        holes = (
            f"item '{item.id}' sample {s}" for item in present for s in range(k) if (item.id, s) not in keyed
        )
        some = ", ".join(islice(holes, _LISTED))
        what = f"{missing} of {len(present) * k} samples are missing, such as {some}; the highest sample of an item is {k - 1}"
        raise SuiteError(what, str(path), f"Give every item samples 0 to {k - 1}")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _cell(
    answers: AnswerSet,
    answered: Sequence[tuple[Answer, Item]],
    items: Sequence[Item],
    spec: TaskFile,
    job: Import,
    subject: Subject,
) -> Cell:
    said = job.statement
    protocol, protocol_hash = agreed_protocol(said.prompt, answered, answers)
    return Cell(
        model=subject.model,
        weights_hash=UNSTATED,
        task=spec.task,
        task_version=spec.metadata.version,
        items_hash=items_hash(items),
        protocol=protocol,
        protocol_hash=protocol_hash,
        decoding=agreed_decoding(answers.decoding, said.decoding, answers.path),
        engine=said.engine_of(job.format),
        dtype=said.dtype,
        device=said.device,
    )


def _sample(answer: Answer, item: Item) -> Sample:
    return Sample(
        item_id=item.id,
        sample=answer.sample,
        text=answer.text,
        n_tokens=answer.n_tokens,
        finish_reason=answer.finish_reason,
    )


def _manifest(
    cell: Cell, answers: AnswerSet, asked: ItemSet, k: int, job: Import, subject: Subject
) -> CellManifest:
    digest = hashlib.sha256(answers.path.read_bytes()).hexdigest()
    fields = ("finish_reason", "n_tokens")
    unstated = tuple(f for f in fields if any(getattr(answer, f) is None for answer in answers.answers))
    return CellManifest(
        cell=cell,
        family=subject.family,
        base=subject.base,
        dataset=asked.dataset,
        dataset_revision=asked.revision,
        n_items=len(asked.items),
        k=k,
        packages={},
        suite_version=__version__,
        git=provenance.git_state(),
        finished=provenance.today(),
        device_name=job.statement.device,
        source=ImportSource(format=job.format, files={answers.path.name: digest}, unstated=unstated),
    )
