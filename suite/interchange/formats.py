"""The formats of ``rlvr-suite import FORMAT PATH``.

A new format is a module of this package with ``read(path: Path) -> list[AnswerSet]`` and an entry here. If
its files use other names for the suite's tasks, these go into ``task_names``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # the command line lists the formats, and starts fast
    from suite.interchange.answers import AnswerSet


@dataclass(frozen=True)
class Format:
    """One format: the module of this package that reads it, and what a file of it is."""

    module: str
    description: str
    reads_folders: bool = False

    def read(self, path: Path) -> "list[AnswerSet]":
        """Return the answers in ``path``, one set for each task; raise ``SuiteError`` at the first misfit."""
        module = import_module(f"suite.interchange.{self.module}")
        return cast("Callable[[Path], list[AnswerSet]]", module.read)(path)


FORMATS: Mapping[str, Format] = {
    "jsonl": Format("jsonl", "JSON lines with task, item_id, sample, text"),
    "lm-eval": Format(
        "lm_eval", "samples_<task>_<date>.jsonl of --log_samples, or a folder of them", reads_folders=True
    ),
    "spurious-rewards": Format("spurious_rewards", "the JSON that its eval_checkpoint.py writes"),
    "lighteval": Format("lighteval", "details_<task>_<date>.parquet of --save-details"),
}
"""Name on the command line -> format."""
