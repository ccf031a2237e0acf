"""What every engine does: draw the samples that cells lack, and store each as soon as it is finished."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from suite.benchmarks.items import Item
from suite.engine.seeds import sample_seed
from suite.errors import SuiteError, in_one_line
from suite.plan.cells import PlannedCell
from suite.schema import Cell, FinishReason, Sample
from suite.store.cells import CellStore, SampleKey

CANARY = "What is 2 + 3? The answer is 5, and the answer to 17 * 4 is 68."
"""Text whose log-probabilities show whether an engine holds the weights that it should."""

Failures = dict[str, SuiteError]
"""Cell id -> why the cell could not be finished."""
Drawn = Callable[[int], None]
"""Called with the number of samples that were just stored."""
Settings = dict[str, str | int | float | bool]
"""How an engine was set up, as it is recorded with every cell."""


class Generated(NamedTuple):
    """What an engine returns for one request; ``n_tokens`` counts tokens before the end-of-text token."""

    text: str
    n_tokens: int
    finish_reason: FinishReason


class Request(NamedTuple):
    """One sample to draw: its prompt in tokens and its own seed (64 bits)."""

    tokens: list[int]
    seed: int


class CellWork:
    """A cell that is being drawn: the samples stored so far, and the place for the others.

    A stored sample counts only if its item is in the cell and its seed is the one that it would be drawn
    with now.
    """

    def __init__(self, planned: PlannedCell, store: CellStore) -> None:
        self.planned = planned
        self.store = store
        self.samples: dict[SampleKey, Sample] = {}
        items = {item.id: item for item in planned.task.items}
        for (item_id, index), sample in store.samples().items():
            if item_id in items and sample.seed == self.seed(items[item_id], index):
                self.samples[item_id, index] = sample

    @property
    def n_missing(self) -> int:
        """Samples that are still to be drawn."""
        missing = 0
        for index in range(self.planned.task.k):
            missing += sum(not self.has(item, index) for item in self.planned.task.items)
        return missing

    def has(self, item: Item, index: int) -> bool:
        """Whether sample ``index`` of ``item`` is stored."""
        return (item.id, index) in self.samples

    def prompts(self) -> list[str]:
        """Return the prompt of each item."""
        return [self.planned.prompt.render(item.problem) for item in self.planned.task.items]

    def seed(self, item: Item, index: int) -> int:
        """Return the seed of sample ``index`` of ``item``."""
        return sample_seed(self.planned.task.decoding.seed, self.planned.cell.task, item, index)

    def record(self, name: str, drawn: Iterable[tuple[Item, int, Generated]]) -> None:
        """Store finished samples as the batch ``name``; they are on disk when this returns."""
        samples = []
        for item, index, generated in drawn:
            sample = Sample(
                item_id=item.id,
                sample=index,
                seed=self.seed(item, index),
                text=generated.text,
                n_tokens=generated.n_tokens,
                finish_reason=generated.finish_reason,
            )
            samples.append(sample)
        self.store.write_batch(name, samples)
        self.samples.update({(sample.item_id, sample.sample): sample for sample in samples})


class Engine(Protocol):
    """A loaded model."""

    @property
    def device_name(self) -> str:
        """Name of the device, as it is recorded with a cell."""

    @property
    def settings(self) -> Settings:
        """How the engine is set up."""

    def draw(self, works: Sequence[CellWork], drawn: Drawn) -> Failures:
        """Draw and record what the cells lack; a cell that fails is returned, and the others go on."""

    def swap(self, folder: Path) -> None:
        """Load the weights of another checkpoint of the same architecture into the running engine."""

    def canary(self) -> list[float]:
        """Return the log-probabilities of the tokens of ``CANARY``."""

    def close(self) -> None:
        """Free the device's memory."""


def encode(tokenizer: Any, prompts: Sequence[str]) -> list[list[int]]:
    """Return the prompts in tokens, the same for every engine.

    A prompt that spells out the beginning-of-text token gets no second one.
    """
    bos = tokenizer.bos_token
    encoded = []
    for prompt in prompts:
        starts_itself = bool(bos) and prompt.startswith(bos)
        encoded.append(tokenizer(prompt, add_special_tokens=not starts_itself)["input_ids"])
    return encoded


def check_lengths(work: CellWork, prompts: Sequence[Sequence[int]], limit: int | None) -> None:
    """Raise ``SuiteError`` if the longest prompt and its answer exceed a context of ``limit`` tokens."""
    budget = work.planned.cell.decoding.max_new_tokens
    longest = max(range(len(prompts)), key=lambda i: len(prompts[i]))
    length = len(prompts[longest])
    if limit is not None and length + int(budget) > limit:
        item = work.planned.task.items[longest]
        what = f"item '{item.id}' needs {length} + {budget} tokens; the model's context is {limit}"
        fix = "Ask for fewer with max_new_tokens in a run file, or leave the task out"
        raise SuiteError(what, work.planned.cell.name, fix)


def failure(cell: Cell, error: Exception) -> SuiteError:
    """Return the error to report for a cell that failed with ``error``."""
    if not isinstance(error, SuiteError):
        what = f"could not be finished ({in_one_line(error)})"
        return SuiteError(what, cell.name, "Fix the cause and rerun the command; it resumes from here")
    if cell.name in error.where:
        return error
    return SuiteError(error.what, f"{cell.name}: {error.where}", error.fix)
