"""The lm-eval ``LM`` through which every engine runs: what is missing is drawn and stored, then lm-eval is served from the store.

All tasks of a checkpoint reach ``generate_until`` in one call, so a model is loaded once.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from suite.engine.contract import CellWork, Engine, Failures
from suite.plan.cells import PlannedCell

Progress = Callable[[int, int], None]
"""Called with samples done and samples in all."""


def lm_eval_name(planned: PlannedCell) -> str:
    """Name of the cell's task inside lm-eval: task and protocol."""
    return f"{planned.cell.task}@{planned.cell.protocol}"


class SuiteLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Serves the planned cells' requests. ``failures`` says which cells were not finished; lm-eval's word on these is void."""

    def __init__(self, engine: Engine, works: Sequence[CellWork], progress: Progress) -> None:
        super().__init__()
        self.engine, self.progress = engine, progress
        self.works = {lm_eval_name(work.planned): work for work in works}
        self.failures: Failures = {}

    def draw_missing(self) -> None:
        """Draw every sample that is missing."""
        works = list(self.works.values())
        total = sum(work.planned.n_samples for work in works)
        done = total - sum(work.n_missing for work in works)
        self.progress(done, total)

        def drawn(n: int) -> None:
            nonlocal done
            done += n
            self.progress(done, total)

        self.failures |= self.engine.draw(works, drawn)

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """lm-eval's entry: each request appears once for every sample of its item."""
        self.draw_missing()
        seen: Counter[tuple[str, str]] = Counter()
        out = []
        for request in requests:
            key = (str(request.task_name), str(request.doc["id"]))
            sample = self.works[key[0]].samples.get((key[1], seen[key]))
            out.append(sample.text if sample else "")
            seen[key] += 1
        return out

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise NotImplementedError("the suite's tasks are generative")

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        raise NotImplementedError("the suite's tasks are generative")
