"""Models x tasks -> ordered cells; pure. ``rlvr-suite plan --families micro-llama3 --tasks micro_bench`` prints it.

The base of several pairs is one model here, so it is planned, and run, once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from suite.benchmarks.items import Item, items_hash
from suite.benchmarks.tasks import TaskFile
from suite.registry import EngineSettings
from suite.registry.protocols import PLAIN, Prompt
from suite.schema import Cell, Decoding


@dataclass(frozen=True)
class ModelToRun:
    """A model with everything that is known before it is loaded: its files, and the ``prompts`` that it is asked under.

    ``adapter`` is a LoRA folder to put onto ``folder``, ``revision`` the Hub's commit of its files.
    """

    id: str
    family: str
    base: str
    folder: Path
    weights_hash: str
    prompts: tuple[Prompt, ...]
    dtype: str
    settings: EngineSettings = field(default_factory=EngineSettings)
    adapter: Path | None = None
    revision: str | None = None


@dataclass(frozen=True)
class TaskToRun:
    """A task with its items; ``k`` samples an item, drawn with ``decoding``. ``dataset`` says where the items came from."""

    spec: TaskFile
    items: Sequence[Item]
    decoding: Decoding
    k: int
    dataset: str | None = None
    dataset_revision: str | None = None


@dataclass(frozen=True)
class PlannedCell:
    """A cell and what is asked of it."""

    cell: Cell
    model: ModelToRun
    task: TaskToRun
    prompt: Prompt

    @property
    def n_samples(self) -> int:
        return len(self.task.items) * self.task.k


@dataclass(frozen=True)
class EngineIdentity:
    """The engine's must-match fields: name with minor version, and kind of device."""

    name: str
    device: str

    def on(self, settings: EngineSettings) -> str:
        """The engine's name for one model; split over several devices it is another engine: sums are taken in another order."""
        return self.name if settings.tensor_parallel == 1 else f"{self.name}-tp{settings.tensor_parallel}"


@dataclass(frozen=True)
class Wishes:
    """What a selection may ask for in place of a task's own decoding; None leaves the task's. Temperature 0 is greedy."""

    limit: int | None = None
    temperature: float | None = None
    k: int | None = None
    max_new_tokens: int | None = None


def task_to_run(spec: TaskFile, items: Sequence[Item], wishes: Wishes = Wishes()) -> TaskToRun:
    """``spec`` with its items, as far as ``wishes`` allows; a greedy task draws one sample an item."""
    asked = {"temperature": wishes.temperature, "max_new_tokens": wishes.max_new_tokens}
    decoding = spec.decoding.model_copy(
        update={key: value for key, value in asked.items() if value is not None}
    )
    k = 1 if decoding.temperature == 0 else (wishes.k or spec.k)
    return TaskToRun(spec, items[: wishes.limit], decoding, k)


def plan(
    models: Iterable[ModelToRun], tasks: Sequence[TaskToRun], engine: EngineIdentity
) -> list[PlannedCell]:
    """Cells in the order in which they run: model by model, each with all its tasks, each of these under all its prompts."""
    return [
        PlannedCell(_cell(model, task, prompt, engine), model, task, prompt)
        for model in models
        for task in tasks
        for prompt in ((PLAIN,) if task.spec.is_probe else model.prompts)
    ]


def _cell(model: ModelToRun, task: TaskToRun, prompt: Prompt, engine: EngineIdentity) -> Cell:
    return Cell(
        model=model.id,
        weights_hash=model.weights_hash,
        task=task.spec.task,
        task_version=task.spec.metadata.version,
        items_hash=items_hash(task.items),
        protocol=prompt.id,
        protocol_hash=prompt.text_hash,
        decoding=task.decoding,
        engine=engine.on(model.settings),
        dtype=model.dtype,
        device=engine.device,
    )
