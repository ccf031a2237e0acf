"""The lm-eval ``LM`` in front of every engine: it draws missing samples, then serves lm-eval from the store.

All tasks of a checkpoint reach ``generate_until`` in one call, so a model is loaded once.
"""

from collections import Counter
from collections.abc import Sequence

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from suite.engine.contract import CellWork, Engine, Failures
from suite.plan.cells import PlannedCell
from suite.progress import Progress, Report


def lm_eval_name(planned: PlannedCell) -> str:
    """Return the name of the cell's task inside lm-eval: task and protocol."""
    return f"{planned.cell.task}@{planned.cell.protocol}"


class SuiteLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Serves the requests of one model's cells.

    ``failures`` has the error of each cell that was not finished; lm-eval's mean of such a cell is void.
    """

    def __init__(self, engine: Engine, works: Sequence[CellWork], progress: Progress) -> None:
        super().__init__()
        self.engine = engine
        self.progress = progress
        self.works = {lm_eval_name(work.planned): work for work in works}
        self.failures: Failures = {}

    def draw_missing(self) -> None:
        """Draw every missing sample, and report how many of all are there."""
        works = list(self.works.values())
        model = works[0].planned.model.id
        total = sum(work.planned.n_samples for work in works)
        done = total - sum(work.n_missing for work in works)
        self.progress(Report(model, "drawing", done, total, "samples"))

        def drawn(n: int) -> None:
            nonlocal done
            done += n
            self.progress(Report(model, "drawing", done, total, "samples"))

        self.failures |= self.engine.draw(works, drawn)

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Answer lm-eval's requests, in which each item appears once for every sample.

        A sample that could not be drawn is an empty text here; its cell is in ``failures``, so its mean is
        not used.
        """
        self.draw_missing()
        # lm-eval's requests carry no sample index, so the n-th request for an item gets its n-th sample.
        served: Counter[tuple[str, str]] = Counter()
        texts = []
        for request in requests:
            task = str(request.task_name)
            item_id = str(request.doc["id"])
            sample = self.works[task].samples.get((item_id, served[task, item_id]))
            texts.append(sample.text if sample else "")
            served[task, item_id] += 1
        return texts

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Raise: the suite's tasks generate text."""
        raise NotImplementedError("the suite's tasks are generative")

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Raise: the suite's tasks generate text."""
        raise NotImplementedError("the suite's tasks are generative")
