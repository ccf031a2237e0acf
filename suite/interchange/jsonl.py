"""Plain JSON lines: ``task, item_id, sample, text`` and, where known, ``finish_reason`` and ``n_tokens``.

``rlvr-suite import jsonl answers.jsonl --model micro-llama3 --out runs/mine``; ``item_id`` as in the task's own data.
"""

from collections import defaultdict
from pathlib import Path

from pydantic import Field

from suite.files import json_lines
from suite.interchange.answers import FIX, Answer, AnswerSet
from suite.schema import FinishReason, Strict

SHAPE = "task, item_id, sample, text and perhaps finish_reason (stop or length), n_tokens"


class _Row(Strict):
    task: str
    item_id: str
    sample: int = Field(ge=0)
    text: str
    finish_reason: FinishReason | None = None
    n_tokens: int | None = Field(default=None, ge=0)


def read(path: Path) -> list[AnswerSet]:
    """The file's answers, a set a task; the first line that does not fit is an error."""
    by_task: dict[str, list[Answer]] = defaultdict(list)
    for where, row in json_lines.rows(json_lines.content(path), _Row, path, SHAPE, FIX):
        answer = Answer(
            where,
            row.sample,
            row.text,
            item_id=row.item_id,
            finish_reason=row.finish_reason,
            n_tokens=row.n_tokens,
        )
        by_task[row.task].append(answer)
    return [AnswerSet(path, task, tuple(answers)) for task, answers in by_task.items()]
