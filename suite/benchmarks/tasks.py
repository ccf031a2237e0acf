"""The suite's tasks: ordinary lm-eval YAML files under ``tasks/``, checked as a whole.

lm-eval itself skips a broken file silently. A minimal one is
``tasks/arithmetic_clean/arithmetic_clean.yaml``. ``lm_eval run --include_path tasks --tasks math500`` works
without the suite's command line: the YAML names functions of ``suite.lm_eval_api``. ``rlvr-suite list tasks``
prints what there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from suite.errors import SuiteError
from suite.files import shipped
from suite.files.text import correct_name, did_you_mean, shown
from suite.files.yaml import Document, Where, flag, read_document
from suite.schema import Decoding, Grader, Strict

GRADER_OF_FILTER: dict[str, Grader] = {
    f"suite.lm_eval_api.grade_{grader}s": grader for grader in get_args(Grader)
}
"""What a task's ``filter_fn`` may name -> the grader that it is."""

Group = Literal["rlvr_core", "rlvr_clean", "rlvr_contamination"]
"""One word for several tasks. To lm-eval it is a ``tag``, because two of its groups may not share a task."""
GROUPS: tuple[Group, ...] = get_args(Group)


class Columns(Strict):
    """What a Hub dataset calls the fields of an item; without ``id`` the row number is the id."""

    id: str | None = None
    problem: str = "problem"
    answer: str = "answer"


class ItemSource(Strict):
    """Where a task's items come from: exactly one of ``generator``, ``hub`` (a dataset id) and ``of``.

    ``revision`` is a commit of the dataset, or a branch or tag that loading resolves to one. ``configs`` are
    the dataset's configurations, read one after another. ``of`` names another task whose questions a
    contamination probe cuts: it shows the first ``fraction`` of each.
    """

    generator: Literal["micro_world", "micro_bench", "random_calculation"] | None = None
    hub: str | None = None
    configs: tuple[str, ...] = ()
    split: str = "test"
    revision: str | None = None
    columns: Columns = Columns()
    of: str | None = None
    fraction: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.generator, self.hub, self.of)) != 1:
            raise ValueError("give one of 'generator', 'hub' and 'of'")
        if (self.of is None) != (self.fraction is None):
            raise ValueError("'of' and 'fraction' go together")
        return self


class Metadata(Strict):
    """The ``metadata`` block of a task's YAML: what the suite needs beyond lm-eval's own keys.

    ``contaminated`` names the families whose training data is known to hold the items, ``published`` is the
    year of the items.
    """

    version: str
    title: str
    source: ItemSource
    default_protocol: str
    n_items: int = Field(ge=1)
    seed: int | None = Field(default=None, ge=0)
    steps: tuple[int, ...] | None = None
    contaminated: tuple[str, ...] = ()
    published: int | None = Field(default=None, ge=1900)
    data_dir: str | None = None


class GenerationKwargs(Strict):
    """lm-eval's ``generation_kwargs``, the keys that the suite's tasks may use."""

    until: tuple[str, ...]
    do_sample: bool
    temperature: float = Field(ge=0, allow_inf_nan=False)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_gen_toks: int = Field(ge=1)


class _Metric(Strict):
    metric: str
    aggregation: str
    higher_is_better: bool


class _Function(Strict):
    function: Literal["custom"]
    filter_fn: Literal[
        "suite.lm_eval_api.grade_answers",
        "suite.lm_eval_api.grade_numbers",
        "suite.lm_eval_api.grade_continuations",
    ]


class _Filter(Strict):
    name: str
    filter: tuple[_Function]


class _DatasetArguments(Strict):
    task_id: str


class TaskFile(Strict):
    """A whole task YAML; a key that is not listed here is an error."""

    task: str
    tag: tuple[Group, ...] = ()
    custom_dataset: Literal["suite.lm_eval_api.dataset"]
    dataset_kwargs: _DatasetArguments
    output_type: Literal["generate_until"]
    test_split: Literal["test"]
    doc_to_text: str
    doc_to_target: str
    process_results: str
    generation_kwargs: GenerationKwargs
    repeats: int = Field(ge=1)
    filter_list: tuple[_Filter]
    metric_list: tuple[_Metric, ...]
    metadata: Metadata

    @property
    def k(self) -> int:
        """Samples an item."""
        return self.repeats

    @property
    def is_probe(self) -> bool:
        """Whether it is a contamination probe, which shows a part of the question, without a protocol."""
        return self.grader == "continuation"

    def is_clean_for(self, released: str | None) -> bool:
        """Whether no model ``released`` that day can have seen the items.

        They are made from a seed, or were published in a later year.
        """
        if self.metadata.source.generator in ("random_calculation", "micro_world"):
            return True
        # Years are all that is known of a contest's day, so the year of release does not count as later.
        return bool(released and self.metadata.published and self.metadata.published > int(released[:4]))

    @property
    def grader(self) -> Grader:
        """How a sample of the task is scored."""
        return GRADER_OF_FILTER[self.filter_list[0].filter[0].filter_fn]

    @property
    def decoding(self) -> Decoding:
        """The task's own decoding; greedy unless it samples."""
        kwargs = self.generation_kwargs
        temperature = kwargs.temperature if kwargs.do_sample else 0.0
        return Decoding(temperature=temperature, top_p=kwargs.top_p, max_new_tokens=kwargs.max_gen_toks)


@cache
def _all(folder: Path) -> dict[str, TaskFile]:
    documents: dict[str, Document] = {}
    for path in sorted(folder.glob("*/*.yaml")):
        if path.stem in documents:
            what = f"a second task '{path.stem}', the first is {documents[path.stem].path}"
            raise SuiteError(what, str(path), "Rename one of the two")
        documents[path.stem] = read_document(path, lm_eval=True)
    # All files are read before one is checked: a probe names a task of another file.
    specs = {name: document.parse(TaskFile) for name, document in documents.items()}
    for name, spec in specs.items():
        _check_id(spec.task, name, documents[name].where("task"))
        _check_id(spec.dataset_kwargs.task_id, name, documents[name].where("dataset_kwargs", "task_id"))
        _check_probe(spec, specs, documents[name])
    return specs


def _check_id(task_id: str, name: str, where: str) -> None:
    """Refuse an id that is not the file's name: no two files may give one id."""
    if task_id != name:
        raise SuiteError(f"task id {shown(task_id)} is not the file's own name", where, f"Call it '{name}'")


def _check_probe(spec: TaskFile, known: Mapping[str, TaskFile], document: Document) -> None:
    of = spec.metadata.source.of
    if of is not None and (of not in known or known[of].metadata.source.of is not None):
        what = f"a probe of {shown(of)}, which is not a task with its own items"
        fix = f"{did_you_mean(of, known)}Correct 'of'"
        raise SuiteError(what, document.where("metadata", "source", "of"), fix)


def all_tasks() -> dict[str, TaskFile]:
    """Return every task that ships, by id, without the groups; raise ``SuiteError`` for a broken file."""
    return _all(shipped.tasks_dir())


def task(task_id: str, where: str = "--task") -> TaskFile:
    """Return the task; raise ``SuiteError`` that lists the known ones if none has this id.

    ``where`` is the flag, or the file, line and key, that names the id.
    """
    return _named(task_id, (), where)[0]


def expand(names: Iterable[str], where: Where = flag) -> list[TaskFile]:
    """Return the tasks of these ids and groups, each once, in the order named.

    Raises ``SuiteError`` as ``task`` does. ``where("tasks", n)`` is the place of the n-th name.
    """
    specs: dict[str, TaskFile] = {}
    for number, name in enumerate(names):
        for spec in _named(name, GROUPS, where("tasks", number)):
            specs.setdefault(spec.task, spec)
    return list(specs.values())


def _named(name: str, groups: Sequence[str], where: str) -> list[TaskFile]:
    """Return the task of that id, or the tasks of the group."""
    known = all_tasks()
    if name in known:
        return [known[name]]
    if name in groups:
        return [spec for spec in known.values() if name in spec.tag]
    what = f"unknown task {shown(name)}. Known: {', '.join(known)}"
    if groups:
        what += f". Groups: {', '.join(groups)}"
    fix = f"{did_you_mean(name, [*known, *groups])}{correct_name(where)}; see `rlvr-suite list tasks`"
    raise SuiteError(what, where, fix)
