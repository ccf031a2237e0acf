"""The JSON that "Spurious Rewards" (arXiv 2506.10947) writes: ``code/scripts/eval_checkpoint.py`` of ruixin31/Rethink_RLVR.

One file a dataset: ``dataset, temperature, rollouts`` and, for each item, ``metadata: [{prompt, label, index, outputs}]``. The
prompt is the rendered chat (or the R1-style conversation of a base model), so the question is looked for inside it. A later fork
(alphaXiv/paper-implementations) also writes ``stop_string``.
"""

from pathlib import Path

from pydantic import Field

from suite.errors import SuiteError
from suite.files import json_lines
from suite.interchange.answers import FIX, Answer, AnswerSet, Foreign
from suite.schema import StatedDecoding

SHAPE = "eval_checkpoint.py's JSON: dataset, temperature, rollouts, metadata of prompt, label, index, outputs"


class _Entry(Foreign):
    prompt: str
    label: str | int | float
    index: int
    outputs: tuple[str, ...]


class _File(Foreign):
    dataset: str
    temperature: float = Field(ge=0, allow_inf_nan=False)
    rollouts: int = Field(ge=1)
    stop_string: str | None = None
    metadata: tuple[_Entry, ...]


def read(path: Path) -> list[AnswerSet]:
    """The file's answers as one set; its token limit is a constant of the script, not in the file, so it stays unstated."""
    file = json_lines.parsed(json_lines.content(path), _File, str(path), SHAPE, FIX)
    answers = []
    for n, entry in enumerate(file.metadata):
        where = f"{path}: metadata[{n}]"
        if len(entry.outputs) != file.rollouts:
            what = f"{len(entry.outputs)} outputs where the file says rollouts {file.rollouts}"
            raise SuiteError(what, where, "Evaluate the item again")
        for index, text in enumerate(entry.outputs):
            answers.append(
                Answer(where, index, text, around=entry.prompt, gold=str(entry.label), prompt=entry.prompt)
            )
    stops = (
        (file.stop_string,) if file.stop_string else () if "stop_string" in file.model_fields_set else None
    )
    return [
        AnswerSet(path, file.dataset, tuple(answers), StatedDecoding(temperature=file.temperature), stops)
    ]
