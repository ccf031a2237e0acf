"""What every engine does: it draws the samples that cells lack and hands each over to be stored as soon as it is finished."""

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
"""Text whose log-probabilities tell whether an engine holds the weights that it should."""


class Generated(NamedTuple):
    """What an engine returns for one request; ``n_tokens`` counts generated tokens before the end-of-text token."""

    text: str
    n_tokens: int
    finish_reason: FinishReason


class Request(NamedTuple):
    """One sample to draw: its prompt in tokens and its own seed (64 bits)."""

    tokens: list[int]
    seed: int


def encode(tokenizer: Any, prompts: Sequence[str]) -> list[list[int]]:
    """Prompts in tokens, the same for every engine. A prompt that spells out the beginning-of-text token gets no second."""
    bos = tokenizer.bos_token
    return [tokenizer(p, add_special_tokens=not (bos and p.startswith(bos)))["input_ids"] for p in prompts]


class CellWork:
    """One cell on its way: what is stored, what is missing, and the place where samples go.

    A stored sample counts only if it is of an item of the cell and was drawn with the seed that it would be drawn with now.
    """

    def __init__(self, planned: PlannedCell, store: CellStore) -> None:
        self.planned, self.store = planned, store
        items = {item.id: item for item in planned.task.items}
        stored = store.samples().items()
        self.samples: dict[SampleKey, Sample] = {
            k: s for k, s in stored if k[0] in items and s.seed == self.seed(items[k[0]], k[1])
        }

    @property
    def n_missing(self) -> int:
        return sum(
            not self.has(item, index)
            for item in self.planned.task.items
            for index in range(self.planned.task.k)
        )

    def has(self, item: Item, index: int) -> bool:
        """Whether sample ``index`` of ``item`` is stored."""
        return (item.id, index) in self.samples

    def prompts(self) -> list[str]:
        """The prompt of each item."""
        return [self.planned.prompt.render(item.problem) for item in self.planned.task.items]

    def seed(self, item: Item, index: int) -> int:
        cell = self.planned.cell
        return sample_seed(self.planned.task.decoding.seed, cell.task, item, index)

    def record(self, name: str, drawn: Iterable[tuple[Item, int, Generated]]) -> None:
        """Store finished samples as the batch ``name``; they are on disk when this returns."""
        samples = [
            Sample(
                item_id=item.id,
                sample=index,
                seed=self.seed(item, index),
                text=generated.text,
                n_tokens=generated.n_tokens,
                finish_reason=generated.finish_reason,
            )
            for item, index, generated in drawn
        ]
        self.store.write_batch(name, samples)
        self.samples.update({(s.item_id, s.sample): s for s in samples})


Failures = dict[str, SuiteError]
"""Cell id -> why it could not be finished."""
Drawn = Callable[[int], None]
"""Called with the number of samples that were just stored."""


Settings = dict[str, str | int | float | bool]
"""How an engine was set up, as it is recorded with every cell."""


class Engine(Protocol):
    """A loaded model."""

    @property
    def device_name(self) -> str: ...

    @property
    def settings(self) -> Settings: ...

    def draw(self, works: Sequence[CellWork], drawn: Drawn) -> Failures:
        """Draw and record what the cells lack; a cell that fails is told and the others go on."""

    def swap(self, folder: Path) -> None:
        """Take the weights of another checkpoint of the same architecture into the running engine."""

    def canary(self) -> list[float]:
        """Log-probabilities of the tokens of ``CANARY``."""

    def close(self) -> None:
        """Give back the device's memory."""


def check_lengths(work: CellWork, prompts: Sequence[Sequence[int]], limit: int | None) -> None:
    """Refuse a cell whose longest prompt and answer do not fit into the model's context of ``limit`` tokens."""
    budget = work.planned.cell.decoding.max_new_tokens
    longest = max(range(len(prompts)), key=lambda i: len(prompts[i]))
    needed = len(prompts[longest]) + int(budget)
    if limit is not None and needed > limit:
        item = work.planned.task.items[longest]
        what = f"item '{item.id}' needs {len(prompts[longest])} + {budget} tokens; the model's context is {limit}"
        raise SuiteError(
            what,
            work.planned.cell.name,
            "Ask for fewer with max_new_tokens in a run file, or leave the task out",
        )


def failure(cell: Cell, error: Exception) -> SuiteError:
    """What is told of a cell that failed with ``error``."""
    if isinstance(error, SuiteError):
        return (
            error
            if cell.name in error.where
            else SuiteError(error.what, f"{cell.name}: {error.where}", error.fix)
        )
    return SuiteError(
        f"could not be finished ({in_one_line(error)})",
        cell.name,
        "Mend the cause and run the command again; it goes on from here",
    )
