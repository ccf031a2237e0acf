"""The replay engine: no model at all.

Stored samples go through lm-eval again, for tests and for people without a GPU.
"""

from collections.abc import Sequence
from pathlib import Path

from suite.engine.contract import CellWork, Drawn, Failures, Settings
from suite.errors import SuiteError
from suite.plan.cells import ModelToRun


class ReplayEngine:
    """Serves stored samples and draws none; a cell that lacks a sample fails."""

    device_name = "none"

    @property
    def settings(self) -> Settings:
        """Return no settings: nothing is drawn."""
        return {}

    def draw(self, works: Sequence[CellWork], drawn: Drawn) -> Failures:
        """Fail the cells that lack samples."""
        failures: Failures = {}
        for work in works:
            if work.n_missing:
                what = f"{work.n_missing} of its samples are not stored"
                cell = work.planned.cell
                failures[cell.id] = SuiteError(what, cell.name, "Draw them with --engine hf or vllm")
        return failures

    def swap(self, folder: Path) -> None:
        """Do nothing: samples of every model are served alike."""

    def canary(self) -> list[float]:
        """Return no log-probabilities: there is no model."""
        return []

    def close(self) -> None:
        """Do nothing: there is no memory to free."""


def load(model: ModelToRun) -> ReplayEngine:
    """Return the engine; it needs nothing of ``model``."""
    return ReplayEngine()
