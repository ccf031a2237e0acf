"""Plain JSON lines, one answer a line: ``rlvr-suite import jsonl FILE --model ID --out RUN``.

``item_id`` is the id in the task's own data; ``finish_reason`` and ``n_tokens`` may be missing. One line::

    {"task": "math500", "item_id": "17", "sample": 0, "text": "so \\\\boxed{3}",
     "finish_reason": "stop", "n_tokens": 42}
"""

from collections import defaultdict
from pathlib import Path

from pydantic import Field

from suite.files import json_lines
from suite.interchange.answers import FIX, Answer, AnswerSet
from suite.schema import FinishReason, Strict

SHAPE = "task, item_id, sample, text and perhaps finish_reason (stop or length), n_tokens"


class _AnswerLine(Strict):
    task: str
    item_id: str
    sample: int = Field(ge=0)
    text: str
    finish_reason: FinishReason | None = None
    n_tokens: int | None = Field(default=None, ge=0)


def read(path: Path) -> list[AnswerSet]:
    """Return the file's answers, a set for each task; raise ``SuiteError`` at the first misfit."""
    answers_of: dict[str, list[Answer]] = defaultdict(list)
    for where, line in json_lines.rows(json_lines.content(path), _AnswerLine, path, SHAPE, FIX):
        answer = Answer(
            where,
            line.sample,
            line.text,
            item_id=line.item_id,
            finish_reason=line.finish_reason,
            n_tokens=line.n_tokens,
        )
        answers_of[line.task].append(answer)
    return [AnswerSet(path, task, tuple(answers)) for task, answers in answers_of.items()]
