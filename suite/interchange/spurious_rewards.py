"""The JSON that the scripts of "Spurious Rewards" (arXiv 2506.10947) write.

The writer is ``code/scripts/eval_checkpoint.py`` of ruixin31/Rethink_RLVR, one file for each dataset. The
prompt is the rendered chat (or the R1-style conversation of a base model), so the question is looked for
inside it. A later fork (alphaXiv/paper-implementations) also writes ``stop_string``. A file::

    {"dataset": "MATH-500", "temperature": 0.6, "rollouts": 2, "metadata": [
        {"prompt": "<|im_start|>user\\nFind x ...", "label": "3", "index": 0,
         "outputs": ["x is 3", "so \\\\boxed{4}"]}]}
"""

from pathlib import Path

from pydantic import Field

from suite.errors import SuiteError
from suite.files import json_lines
from suite.interchange.answers import FIX, Answer, AnswerSet, ToolRecord
from suite.schema import StatedDecoding

SHAPE = "eval_checkpoint.py's JSON: dataset, temperature, rollouts, metadata of prompt, label, index, outputs"


class _ItemEntry(ToolRecord):
    prompt: str
    label: str | int | float
    index: int
    outputs: tuple[str, ...]


class _EvaluatedDataset(ToolRecord):
    dataset: str
    temperature: float = Field(ge=0, allow_inf_nan=False)
    rollouts: int = Field(ge=1)
    stop_string: str | None = None
    metadata: tuple[_ItemEntry, ...]


def read(path: Path) -> list[AnswerSet]:
    """Return the file's answers as one set.

    The token limit is a constant of the script, so it stays unstated.
    """
    evaluated = json_lines.parsed(json_lines.content(path), _EvaluatedDataset, str(path), SHAPE, FIX)
    answers = []
    for number, entry in enumerate(evaluated.metadata):
        where = f"{path}: metadata[{number}]"
        if len(entry.outputs) != evaluated.rollouts:
            what = f"{len(entry.outputs)} outputs where the file says rollouts {evaluated.rollouts}"
            raise SuiteError(what, where, "Evaluate the item again")
        for sample, text in enumerate(entry.outputs):
            answer = Answer(
                where,
                sample,
                text,
                text_with_question=entry.prompt,
                gold=str(entry.label),
                prompt=entry.prompt,
            )
            answers.append(answer)
    # The fork states the stops, even none; the first script's files lack the key and so do not.
    stops: tuple[str, ...] | None = None
    if "stop_string" in evaluated.model_fields_set:
        stops = (evaluated.stop_string,) if evaluated.stop_string else ()
    decoding = StatedDecoding(temperature=evaluated.temperature)
    return [AnswerSet(path, evaluated.dataset, tuple(answers), decoding, stops)]
