"""The lm-eval ``LM`` through which every engine runs: stored samples are served, missing ones drawn batch by batch and stored.

All tasks of a checkpoint reach ``generate_until`` in one call, so a model is loaded once.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from suite.engine.hf import HFEngine, Request
from suite.items import Item
from suite.plan import PlannedCell
from suite.protocols import render
from suite.schema import Sample
from suite.store import CellStore, SampleKey

Progress = Callable[[int, int], None]
"""Called with samples done and samples in all."""


def sample_seed(run_seed: int, task: str, item: Item, index: int) -> int:
    """Seed of one sample: hash64(run seed, task, item hash) + index, modulo 2**64. Both arms of a pair share it."""
    digest = hashlib.sha256(f"{run_seed}\0{task}\0{item.hash}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + index) % (1 << 64)


def lm_eval_name(planned: PlannedCell) -> str:
    """Name of the cell's task inside lm-eval: task and protocol."""
    return f"{planned.cell.task}@{planned.cell.protocol}"


@dataclass(frozen=True)
class Batch:
    """One unit of work and of resume: sample ``index`` of ``items``. ``name`` is its place in the plan."""

    planned: PlannedCell
    index: int
    items: tuple[Item, ...]
    name: str


class SuiteLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Serves the planned cells' requests from their stores, and draws what is missing with ``engine``."""

    def __init__(self, engine: HFEngine, planned: list[PlannedCell], stores: dict[str, CellStore], progress: Progress) -> None:
        super().__init__()
        self.engine, self.progress = engine, progress
        self.planned = {lm_eval_name(p): p for p in planned}
        self.stores = stores
        self.samples: dict[str, dict[SampleKey, Sample]] = {name: stores[p.cell.id].samples() for name, p in self.planned.items()}

    def batches(self, planned: PlannedCell) -> list[Batch]:
        """The cell's batches: for each sample index all items, by prompt length; the same whatever is stored already."""
        items = list(planned.task.items)
        lengths = self.engine.prompt_lengths([render(planned.protocol, item.problem) for item in items])
        by_length = [item for _, _, item in sorted(zip(lengths, range(len(items)), items, strict=True))]
        size = self.engine.batch_size
        return [
            Batch(planned, index, tuple(by_length[at : at + size]), f"{index:03d}-{at:06d}-{len(items)}")
            for index in range(planned.task.k)
            for at in range(0, len(items), size)
        ]

    def _draw(self, batch: Batch) -> None:
        planned = batch.planned
        decoding = planned.task.decoding
        requests = [
            Request(render(planned.protocol, item.problem), sample_seed(decoding.seed, planned.cell.task, item, batch.index))
            for item in batch.items
        ]
        drawn = self.engine.generate(requests, decoding, planned.protocol.stops)
        samples = [
            Sample(
                item_id=item.id,
                sample=batch.index,
                seed=request.seed,
                text=g.text,
                n_tokens=g.n_tokens,
                finish_reason=g.finish_reason,
            )
            for item, request, g in zip(batch.items, requests, drawn, strict=True)
        ]
        self.stores[planned.cell.id].write_batch(batch.name, samples)
        self.samples[lm_eval_name(planned)].update({(s.item_id, s.sample): s for s in samples})

    def draw_missing(self) -> None:
        """Draw every batch of which a sample is missing."""
        batches = [batch for planned in self.planned.values() for batch in self.batches(planned)]
        total, done = sum(len(b.items) for b in batches), 0
        for batch in batches:
            stored = self.samples[lm_eval_name(batch.planned)]
            if any((item.id, batch.index) not in stored for item in batch.items):
                self._draw(batch)
            done += len(batch.items)
            self.progress(done, total)

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """lm-eval's entry: each request appears once for every sample of its item."""
        self.draw_missing()
        seen: Counter[tuple[str, str]] = Counter()
        out = []
        for request in requests:
            key = (str(request.task_name), str(request.doc["id"]))
            out.append(self.samples[key[0]][key[1], seen[key]].text)
            seen[key] += 1
        return out

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise NotImplementedError("the suite's tasks are generative")

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        raise NotImplementedError("the suite's tasks are generative")
