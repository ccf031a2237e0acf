"""Models x tasks -> ordered cells; pure.

``rlvr-suite plan --families micro-llama3 --tasks micro_bench`` prints them.

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
    """A model with everything that is known before it is loaded.

    ``folder`` has its files, ``prompts`` are those under which it runs, ``adapter`` is a LoRA folder to put
    onto ``folder``, ``revision`` the Hub's commit of its files.
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
    """A task with its items; ``k`` samples an item, drawn with ``decoding``.

    ``dataset`` says where the items came from.
    """

    spec: TaskFile
    items: Sequence[Item]
    decoding: Decoding
    k: int
    dataset: str | None = None
    dataset_revision: str | None = None


@dataclass(frozen=True)
class PlannedCell:
    """A cell with the model, the task and the prompt that it consists of."""

    cell: Cell
    model: ModelToRun
    task: TaskToRun
    prompt: Prompt

    @property
    def n_samples(self) -> int:
        """Samples that the finished cell has."""
        return len(self.task.items) * self.task.k


@dataclass(frozen=True)
class EngineIdentity:
    """The engine's must-match fields: name with minor version, and kind of device."""

    name: str
    device: str

    def on(self, settings: EngineSettings) -> str:
        """Return the engine's name for one model.

        Split over several devices it counts as another engine, because sums are taken in another order.
        """
        if settings.tensor_parallel == 1:
            return self.name
        return f"{self.name}-tp{settings.tensor_parallel}"


@dataclass(frozen=True)
class Overrides:
    """What a selection changes in every task; None keeps the task's own value. Temperature 0 is greedy."""

    limit: int | None = None
    temperature: float | None = None
    k: int | None = None
    max_new_tokens: int | None = None


def task_to_run(spec: TaskFile, items: Sequence[Item], overrides: Overrides = Overrides()) -> TaskToRun:
    """Return ``spec`` with its first ``overrides.limit`` items.

    A greedy task draws one sample an item, whatever ``k``.
    """
    update: dict[str, float] = {}
    if overrides.temperature is not None:
        update["temperature"] = overrides.temperature
    if overrides.max_new_tokens is not None:
        update["max_new_tokens"] = overrides.max_new_tokens
    decoding = spec.decoding.model_copy(update=update)
    # Further greedy samples would repeat the first.
    k = 1 if decoding.temperature == 0 else (overrides.k or spec.k)
    return TaskToRun(spec, items[: overrides.limit], decoding, k)


def plan(
    models: Iterable[ModelToRun], tasks: Sequence[TaskToRun], engine: EngineIdentity
) -> list[PlannedCell]:
    """Return the cells in the order in which they run: by model, then task, then prompt."""
    cells = []
    for model in models:
        for task in tasks:
            # A contamination probe shows the bare question: a prompt around it would hide what was memorised.
            prompts = (PLAIN,) if task.spec.is_probe else model.prompts
            for prompt in prompts:
                cells.append(PlannedCell(_cell(model, task, prompt, engine), model, task, prompt))
    return cells


def _cell(model: ModelToRun, task: TaskToRun, prompt: Prompt, engine: EngineIdentity) -> Cell:
    """Name everything that decides a sample; ``suite.schema.cell`` hashes these fields into the cell's id."""
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
