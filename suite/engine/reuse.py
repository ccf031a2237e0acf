"""One running engine for all checkpoints of an architecture: weights are swapped once that is proved to work.

The proof, at the first swap of an architecture: the log-probabilities of a canary text under the swapped
weights equal those of a fresh engine with the same weights, which is started for the comparison and then
used. If they differ, every checkpoint of that architecture gets a fresh engine, and the log says so. To
swap back and compare with the first weights is not enough: vLLM 0.32 on CPU keeps packed copies of its
linear layers, so it computes B wrongly and A correctly again. See also vllm#32718.
"""

import logging
from collections.abc import Callable

from suite.engine.contract import Engine
from suite.engine.hf import architecture
from suite.plan.cells import ModelToRun

log = logging.getLogger(__name__)
TOLERANCE = 1e-4
"""Largest difference of a log-probability that counts as none (fp32 on one machine gives 0)."""

Start = Callable[[ModelToRun], Engine]


class EngineRoom:
    """Holds at most one engine; ``engine_for`` swaps weights where it can, else starts a fresh engine."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.engine: Engine | None = None
        self.model: ModelToRun | None = None
        self.proved: dict[str, bool] = {}

    def engine_for(self, model: ModelToRun) -> Engine:
        """Return an engine that holds the weights of ``model``; errors of loading are those of the engine."""
        canary = self._swapped(model)
        kind = _kind(model)
        # Without a proof, even a swap that went well is followed by a fresh engine, which is the proof.
        if canary is None or not self.proved.get(kind, False):
            self.close()
            self.engine = self.start(model)
            if canary is not None:
                self._prove(kind, model, canary)
        self.model = model
        assert self.engine is not None
        return self.engine

    def _swapped(self, model: ModelToRun) -> list[float] | None:
        """Swap ``model`` into the running engine and return the canary; None where that is not possible."""
        if self.engine is None or self.model is None or model.adapter or self.model.adapter:
            return None
        kind = _kind(model)
        if kind != _kind(self.model) or not self.proved.get(kind, True):
            return None
        try:
            self.engine.swap(model.folder)
            return self.engine.canary()
        except Exception as error:  # a fresh engine is started instead; its loading says what the fault is
            cause = type(error).__name__
            log.warning(
                "weights cannot be swapped (%s: %s): fresh engines for this architecture", cause, error
            )
            self.proved[kind] = False
            return None

    def _prove(self, kind: str, model: ModelToRun, canary: list[float]) -> None:
        """Compare the swapped weights' canary with that of the fresh engine that runs now."""
        assert self.engine is not None
        self.proved[kind] = not _differ(canary, self.engine.canary())
        if not self.proved[kind]:
            log.warning(
                "weights of %s swapped in gave other log-probabilities: fresh engines for this architecture",
                model.id,
            )

    def close(self) -> None:
        """Close the running engine, if any."""
        if self.engine is not None:
            self.engine.close()
        self.engine = None
        self.model = None


def _kind(model: ModelToRun) -> str:
    """Return what models must have in common to share an engine."""
    return f"{architecture(model.folder)} {model.dtype} {model.settings.model_dump_json()}"


def _differ(left: list[float], right: list[float]) -> bool:
    if len(left) != len(right):
        return True
    return any(abs(a - b) > TOLERANCE for a, b in zip(left, right, strict=True))
