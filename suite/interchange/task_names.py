"""Which task of the suite a set of answers belongs to: by the file's name for it, or by ``--task``."""

from collections.abc import Sequence
from pathlib import Path

from suite.benchmarks.tasks import TaskFile, all_tasks, task
from suite.errors import SuiteError
from suite.interchange.answers import AnswerSet
from suite.interchange.formats import FORMATS

SUITE_TASKS = {
    # lm-eval
    "aime24": "aime2024",
    "aime25": "aime2025",
    "hendrycks_math500": "math500",
    "minerva_math500": "math500",
    # lighteval
    "math_500": "math500",
    "aime24_avg": "aime2024",
    "aime24_gpassk": "aime2024",
    "aime25_avg": "aime2025",
    "aime25_gpassk": "aime2025",
    # Spurious Rewards
    "MATH-500": "math500",
    "MATH-TTT": "math500",
    "AMC": "amc83",
    "AMC-TTT": "amc83",
    "AIME-2024": "aime2024",
    "AIME-TTT": "aime2024",
    "AIME-2025": "aime2025",
    "AIME2025-TTT": "aime2025",
}
"""Another tool's name for a set of items -> the suite's task of the same items."""


def with_suite_tasks(
    sets: Sequence[AnswerSet], path: Path, format_name: str, task_flag: str | None
) -> list[tuple[TaskFile, AnswerSet]]:
    """Return each set with the suite's task.

    Raises ``SuiteError`` if a set has no known task or no answers, or if two sets have one task.

    ``path`` is the file or folder that was given, ``task_flag`` the value of ``--task``.
    """
    fix = f"Name a file of format {format_name} ({FORMATS[format_name].description}) with answers in it"
    set_of: dict[str, tuple[TaskFile, AnswerSet]] = {}
    for answers in sets:
        spec = _suite_task(answers, task_flag)
        if spec.task in set_of:
            what = f"a second file of task '{spec.task}', beside {set_of[spec.task][1].path}"
            raise SuiteError(what, str(answers.path), "Import one of them")
        if not answers.answers:
            raise SuiteError("no answers here", str(answers.path), fix)
        set_of[spec.task] = (spec, answers)
    if not set_of:
        raise SuiteError("no answers here", str(path), fix)
    return list(set_of.values())


def _suite_task(answers: AnswerSet, task_flag: str | None) -> TaskFile:
    """Return the task that ``--task`` or the file names; raise ``SuiteError`` if they contradict."""
    known = all_tasks()
    file_name = answers.task or ""
    meant = file_name if file_name in known else SUITE_TASKS.get(file_name)
    where = answers.answers[0].where if answers.answers else str(answers.path)
    # The flag may name a task that the file does not name, but not overrule it.
    if task_flag is not None:
        task(task_flag, "--task")  # an unknown id is an error
    if task_flag is not None and meant is not None and meant != task_flag:
        what = f"these are answers to '{file_name}', not to '{task_flag}'"
        raise SuiteError(what, where, "Leave --task out")
    name = task_flag or meant
    if name is not None:
        return known[name]
    what = "the file does not say of which task it is"
    if file_name:
        what = f"unknown task '{file_name}'. Known: {', '.join(known)}"
    raise SuiteError(what, where, "Name the task of the same items with --task")
