"""Other tools' names for the suite's tasks, and --task."""

from pathlib import Path

import pytest
from plain_rows import MODEL, Refusal

from suite.benchmarks.tasks import all_tasks
from suite.interchange.task_names import SUITE_TASKS


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ([*MODEL, "--task", "micro_arithmetic_clean"], "these are answers to 'micro_bench'"),
        ([*MODEL, "--task", "nope"], "unknown task 'nope'"),
    ],
)
def test_a_task_that_cannot_be_meant_is_an_error(
    flags: list[str], named: str, answers: Path, refuse: Refusal
) -> None:
    assert named in refuse(["jsonl", str(answers), *flags])


def test_every_name_that_is_known_leads_to_a_task_that_ships() -> None:
    assert set(SUITE_TASKS.values()) <= all_tasks().keys()
    assert not SUITE_TASKS.keys() & all_tasks().keys()
