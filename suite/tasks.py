"""The suite's tasks: ordinary lm-eval YAML under ``tasks/``, their items, and what lm-eval calls back for them.

``lm_eval run --include_path tasks --tasks math500`` works without the suite's command line: the YAML names the functions below.
Items come from a generator (micro tasks), from ``<data dir>/<task>.jsonl`` (fields id, problem, answer) or from the Hub.
"""

import difflib
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from suite import grade, resources
from suite.errors import SuiteError
from suite.schema import Decoding, FinishReason, Outcome, Strict, content_hash

DATA_VARIABLE = "RLVR_SUITE_DATA"


@dataclass(frozen=True)
class Item:
    """One question. ``problem`` is what the model is shown; ``continuation`` the hidden rest of it, for a contamination probe."""

    id: str
    problem: str
    answer: str
    continuation: str = ""

    @property
    def hash(self) -> str:
        """Content hash of the normalised question and the canonical answer."""
        question = " ".join((self.problem + " " + self.continuation).split())
        return hashlib.sha256(f"{question}\0{grade.canonical(self.answer)}".encode()).hexdigest()


def items_hash(items: Sequence[Item]) -> str:
    """Hash of an item set: order and ids do not count."""
    return content_hash(sorted(item.hash for item in items))


class Source(Strict):
    """Where a task's items come from. ``generator`` is a name of ``GENERATORS``; ``hub`` a dataset id with its split."""

    generator: Literal["micro_world", "micro_bench"] | None = None
    hub: str | None = None
    split: str = "test"
    fraction: float | None = Field(default=None, gt=0, lt=1)


class Metadata(Strict):
    """The ``metadata`` block of a task's YAML: what the suite needs beyond lm-eval's own keys."""

    version: str
    title: str
    grader: Literal["answer", "continuation"]
    source: Source
    default_protocol: str
    n_items: int = Field(ge=1)
    seed: int | None = None
    steps: tuple[int, ...] | None = None
    contaminated: tuple[str, ...] = ()
    data_dir: str | None = None


class GenerationKwargs(Strict):
    """lm-eval's ``generation_kwargs``, the keys that the suite's tasks may use."""

    until: tuple[str, ...]
    do_sample: bool
    temperature: float = Field(ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_gen_toks: int = Field(ge=1)


class _Metric(Strict):
    metric: str
    aggregation: str
    higher_is_better: bool


class _Function(Strict):
    function: Literal["custom"]
    filter_fn: str


class _Filter(Strict):
    name: str
    filter: tuple[_Function, ...]


class TaskFile(Strict):
    """A whole task YAML; a key that is not listed here is an error (lm-eval itself would skip a broken file silently)."""

    task: str
    custom_dataset: str
    output_type: Literal["generate_until"]
    test_split: Literal["test"]
    doc_to_text: str
    doc_to_target: str
    process_results: str
    generation_kwargs: GenerationKwargs
    repeats: int = Field(ge=1)
    filter_list: tuple[_Filter, ...]
    metric_list: tuple[_Metric, ...]
    metadata: Metadata

    @property
    def k(self) -> int:
        return self.repeats

    @property
    def is_probe(self) -> bool:
        """Contamination probes show a part of the question and are always run without a protocol."""
        return self.metadata.grader == "continuation"

    @property
    def decoding(self) -> Decoding:
        """The task's own decoding; greedy where it does not sample."""
        g = self.generation_kwargs
        temperature = g.temperature if g.do_sample else 0.0
        return Decoding(temperature=temperature, top_p=g.top_p, max_new_tokens=g.max_gen_toks)


class _TaskLoader(yaml.SafeLoader):
    """Safe loader that keeps lm-eval's ``!function`` tags as their text."""


_TaskLoader.add_constructor("!function", lambda loader, node: str(node.value))


def _read(path: Path) -> TaskFile:
    from suite.strict_yaml import validate

    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _TaskLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SuiteError(f"not valid YAML ({' '.join(str(error).split())})", str(path), "Mend the syntax") from error
    return validate(data, TaskFile, str(path))


@cache
def _all(folder: Path) -> dict[str, TaskFile]:
    out: dict[str, TaskFile] = {}
    for path in sorted(folder.glob("*/*.yaml")):
        spec = _read(path)
        if spec.task in out or spec.task != path.stem:
            raise SuiteError(f"task id '{spec.task}' is not the file's own name", f"{path}: task", f"Call it '{path.stem}'")
        out[spec.task] = spec
    return out


def all_tasks() -> dict[str, TaskFile]:
    """Every task that ships, by id; a broken file is an error that names it."""
    return _all(resources.tasks_dir())


def task(task_id: str) -> TaskFile:
    """The task of that id; an unknown id is an error that lists the known ones."""
    known = all_tasks()
    if task_id not in known:
        near = difflib.get_close_matches(task_id, known, 1)
        raise SuiteError(
            f"unknown task '{task_id}'. Known: {', '.join(known)}", "--tasks", f"Use '{near[0] if near else next(iter(known))}'"
        )
    return known[task_id]


def _cut(item: Item, fraction: float) -> Item:
    """``item`` as a probe: the first ``fraction`` of the question's characters, back to the last whole word."""
    shown = item.problem[: int(len(item.problem) * fraction)]
    if not item.problem[len(shown)].isspace():
        shown = re.sub(r"\S+$", "", shown) or shown  # a question of one word is cut inside it
    head = shown.rstrip()
    return replace(item, problem=head, continuation=item.problem[len(head) :])


def _generated(metadata: Metadata) -> list[Item]:
    from suite.micro import corpus, world

    if metadata.source.generator == "micro_bench":
        problems = corpus.bench_problems()
    else:
        steps = metadata.steps or corpus.EVAL_STEPS
        held_out = frozenset(p.text for p in corpus.bench_problems())
        problems = world.word_problems(metadata.seed or 0, metadata.n_items, steps, held_out)
    return [Item(str(i), p.text, str(p.answer)) for i, p in enumerate(problems)]


class _Row(Strict):
    id: str
    problem: str
    answer: str
    difficulty: int | None = None


def _local(path: Path) -> list[Item]:
    out: dict[str, Item] = {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SuiteError(f"not UTF-8 (byte {error.start})", str(path), "Save the file as UTF-8") from error
    for n, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = _Row.model_validate_json(line)
        except ValidationError as error:
            fault = error.errors()[0]
            what = f"{fault['msg']} at '{'.'.join(map(str, fault['loc']))}'; a row has id, problem, answer (all text)"
            raise SuiteError(what, f"{path}:{n}", "Mend the row") from error
        if row.id in out:
            raise SuiteError(f"item id '{row.id}' appears twice", f"{path}:{n}", "Give each item its own id")
        out[row.id] = Item(row.id, row.problem, row.answer)
    if not out:
        raise SuiteError("no items", str(path), "Put one JSON object a line (id, problem, answer)")
    return list(out.values())


def _from_hub(source: Source) -> list[Item]:
    from datasets import load_dataset

    try:
        rows = load_dataset(source.hub, split=source.split)
    except Exception as error:  # the Hub client raises many kinds: offline, gated, gone
        what = f"items of '{source.hub}' cannot be loaded from the Hub ({type(error).__name__})"
        raise SuiteError(
            what, "items", f"Go online, or give --data-dir or {DATA_VARIABLE} with a folder of <task>.jsonl"
        ) from error
    return [Item(str(row.get("unique_id", i)), row["problem"], str(row["answer"])) for i, row in enumerate(rows)]


def load_items(spec: TaskFile, data_dir: Path | None = None) -> list[Item]:
    """All items of a task; ``data_dir`` (or the environment's ``RLVR_SUITE_DATA``) takes the place of the Hub."""
    source = spec.metadata.source
    if source.generator:
        items = _generated(spec.metadata)
    else:
        folder = data_dir or (Path(os.environ[DATA_VARIABLE]) if os.environ.get(DATA_VARIABLE) else None)
        path = folder / f"{spec.task}.jsonl" if folder else None
        if path and not path.is_file():
            raise SuiteError(
                f"no items of '{spec.task}' here", str(path), "Put the file there, or name another folder with --data-dir"
            )
        items = _local(path) if path else _from_hub(source)
    return [_cut(item, source.fraction) for item in items] if source.fraction else items


@dataclass(frozen=True)
class Score:
    """What one sample earned: its outcome and, for a probe, the task's further metrics (shares)."""

    outcome: Outcome
    extracted: str | None
    metrics: dict[str, float]

    @property
    def correct(self) -> bool:
        return self.outcome == "correct"


@cache
def _rouge() -> "RougeScorer":  # type: ignore[name-defined]  # noqa: F821 (imported late: it brings in nltk)
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], use_stemmer=True)


def _grade_continuation(item: Item, text: str, finish_reason: FinishReason) -> Score:
    """A probe's sample: the first words of ``text``, as many as the hidden rest has, against that rest."""
    wanted = item.continuation.split()
    got = re.split(r"\s+", text.strip())[: len(wanted)]
    exact = got == wanted
    rouge = _rouge().score(" ".join(wanted), " ".join(got))["rougeL"].fmeasure
    answered = grade.grade(text, item.answer, finish_reason)
    metrics = {"exact_match": float(exact), "rouge_l": float(rouge), "answer_found": float(answered.outcome == "correct")}
    outcome: Outcome = "correct" if exact else "truncated" if finish_reason == "length" else "wrong"
    return Score(outcome, answered.extracted, metrics)


def score(item: Item, text: str, finish_reason: FinishReason = "stop") -> Score:
    """Grade one sample of one item: a probe's against the hidden rest of the question, any other against the gold answer."""
    if item.continuation:
        return _grade_continuation(item, text, finish_reason)
    graded = grade.grade(text, item.answer, finish_reason)
    return Score(graded.outcome, graded.extracted, {})


# What the YAML files name, for lm-eval to call.


def dataset(task_id: str, **metadata: object) -> "dict[str, Dataset]":  # type: ignore[name-defined]  # noqa: F821 (heavy import)
    """lm-eval's ``custom_dataset``: the task's items as a ``test`` split; ``--metadata`` may set seed, steps, n_items."""
    spec = task(task_id)
    given = {key: value for key, value in metadata.items() if key in Metadata.model_fields}
    spec = spec.model_copy(update={"metadata": Metadata.model_validate({**spec.metadata.model_dump(), **given})})
    data_dir = spec.metadata.data_dir
    return as_dataset(load_items(spec, Path(data_dir) if data_dir else None))


def as_dataset(items: Sequence[Item]) -> "dict[str, Dataset]":  # type: ignore[name-defined]  # noqa: F821 (heavy import)
    """Items as the ``test`` split that lm-eval reads."""
    from datasets import Dataset

    return {"test": Dataset.from_list([asdict(item) for item in items])}


def grade_batch(resps: Sequence[Sequence[str]], docs: Sequence[dict[str, str]]) -> list[list[Score]]:
    """lm-eval's ``custom`` filter: all samples of all items, so that every one of ``repeats`` counts."""
    return [[score(Item(**doc), text) for text in texts] for doc, texts in zip(docs, resps, strict=True)]


def item_metrics(_doc: dict[str, str], results: Sequence[Sequence[Score]]) -> dict[str, float]:
    """lm-eval's ``process_results``: ``avg`` over an item's samples, and a probe's further metrics."""
    scores = results[0]
    extra = {name: sum(s.metrics[name] for s in scores) / len(scores) for name in scores[0].metrics}
    return {"avg": sum(s.correct for s in scores) / len(scores), **extra}
