"""The replay engine: no model at all. Stored samples go through lm-eval again, for tests and for people without a GPU."""

from collections.abc import Sequence
from pathlib import Path

from suite.engine.contract import CellWork, Drawn, Failures, Settings
from suite.errors import SuiteError


class ReplayEngine:
    """Serves what is stored and draws nothing; a cell that lacks a sample fails."""

    device_name = "none"

    @property
    def settings(self) -> Settings:
        return {}

    def draw(self, works: Sequence[CellWork], drawn: Drawn) -> Failures:
        """Refuse the cells that lack something."""
        failures: Failures = {}
        for work in works:
            if work.n_missing:
                what = f"{work.n_missing} of its samples are not stored"
                failures[work.planned.cell.id] = SuiteError(
                    what, work.planned.cell.name, "Draw them with --engine hf or vllm"
                )
        return failures

    def swap(self, folder: Path) -> None:
        """Nothing to swap: the samples are those of any model."""

    def canary(self) -> list[float]:
        return []

    def close(self) -> None:
        """Nothing to give back."""
