"""lighteval's details, ``details_<task>_<date>.parquet``, written with ``--save-details``.

Files of older versions, with a column ``full_prompt``, are refused by name. A row::

    doc: {query: "Solve the problem ... Find x", choices: ["... so $\\boxed{3}$."], gold_index: 0,
          task_name: "lighteval|math_500|0", generation_size: 256, stop_sequences: ["</s>"]}
    model_response: {input: "<user>Solve ...", text: ["x is 3", "x is 4"], output_tokens: [[5, 6, 7], [5, 6]]}

``doc.query`` holds the question inside the task's own words, ``doc.choices[gold_index]`` the gold answer (for
MATH-500 the whole solution), ``model_response.text`` the samples.
"""

from pathlib import Path

from pydantic import ValidationError

from suite.errors import SuiteError
from suite.files import json_lines
from suite.interchange.answers import FIX, Answer, AnswerSet, ToolRecord
from suite.schema import UNSTATED, StatedDecoding

SHAPE = "a row with doc (query, choices, gold_index) and model_response (text)"
COLUMNS = ("doc", "model_response")
OLDER_COLUMNS = ("full_prompt", "predictions")
"""Columns that lighteval wrote before it had ``doc`` and ``model_response``."""


class _Doc(ToolRecord):
    query: str
    choices: tuple[str, ...]
    gold_index: int | tuple[int, ...]
    task_name: str = ""
    generation_size: int | None = None
    stop_sequences: tuple[str, ...] | None = None


class _ModelResponse(ToolRecord):
    text: tuple[str, ...]
    input: object = None
    output_tokens: tuple[tuple[int, ...], ...] | None = None


class _DetailsRow(ToolRecord):
    doc: _Doc
    model_response: _ModelResponse


def read(path: Path) -> list[AnswerSet]:
    """Return the file's answers as one set.

    Tokens are counted if the file has them; no finish reason is stated.
    """
    rows = _rows(path)
    names = {row.doc.task_name: where for where, row in rows}
    if len(names) > 1:
        what = f"rows of several tasks ({', '.join(names)})"
        raise SuiteError(what, [*names.values()][1], "Import one task at a time")
    answers = []
    for where, row in rows:
        answers += _answers(where, row)
    task = _bare_name(next(iter(names), ""))
    if task is None:  # the rows do not name it, the file may
        task = _bare_name(path.stem.removeprefix("details_").rsplit("_", 1)[0])
    decoding, stops = _settings([row for _, row in rows])
    return [AnswerSet(path, task, tuple(answers), decoding, stops)]


def _rows(path: Path) -> list[tuple[str, _DetailsRow]]:
    """Return each row with its place; a file that is not parquet, or not lighteval's, is an error."""
    import pyarrow
    from pyarrow import parquet

    content = json_lines.content(path)
    try:
        table = parquet.read_table(pyarrow.BufferReader(content))
    except (pyarrow.ArrowException, OSError) as error:
        what = f"not a parquet file ({' '.join(str(error).split())[:100]})"
        raise SuiteError(what, str(path), "Name a details file") from error
    columns = set(table.column_names)
    if not columns >= set(COLUMNS):
        is_older = columns & set(OLDER_COLUMNS)
        whose = "an older lighteval wrote this file" if is_older else "these are not lighteval's details"
        what = f"{whose}: columns {', '.join(sorted(columns))}; expected {', '.join(COLUMNS)}"
        fix = "Run a recent lighteval with --save-details, or import the answers as jsonl"
        raise SuiteError(what, str(path), fix)
    rows = []
    for number, row in enumerate(table.select(list(COLUMNS)).to_pylist()):
        where = f"{path}: row {number}"
        try:
            rows.append((where, _DetailsRow.model_validate(row)))
        except ValidationError as error:
            raise json_lines.misfit(error, where, SHAPE, FIX) from error
    return rows


def _answers(where: str, row: _DetailsRow) -> list[Answer]:
    doc = row.doc
    response = row.model_response
    # Several gold answers would need a rule for which of them count, and there is none.
    gold_places = (doc.gold_index,) if isinstance(doc.gold_index, int) else doc.gold_index
    if len(gold_places) != 1 or not 0 <= gold_places[0] < len(doc.choices):
        what = f"gold_index {doc.gold_index} is not one of the choices"
        raise SuiteError(what, where, "Import the answers as jsonl")
    # Tokens are counted only if there is a list for each sample; an empty list is not a count of zero.
    tokens = response.output_tokens or ()
    is_counted = len(tokens) == len(response.text)
    answers = []
    for sample, text in enumerate(response.text):
        answer = Answer(
            where,
            sample,
            text,
            text_with_question=doc.query,
            gold=doc.choices[gold_places[0]],
            prompt=response.input if isinstance(response.input, str) else None,
            n_tokens=len(tokens[sample]) if is_counted and tokens[sample] else None,
        )
        answers.append(answer)
    return answers


def _settings(rows: list[_DetailsRow]) -> tuple[StatedDecoding, tuple[str, ...] | None]:
    """Return the token limit and the stops that all rows agree on; what differs between rows is unstated."""
    limits = {row.doc.generation_size for row in rows}
    limit = limits.pop() if len(limits) == 1 else None
    if limit is None or limit <= 0:  # -1: the task has no limit of its own
        decoding = StatedDecoding(max_new_tokens=UNSTATED)
    else:
        decoding = StatedDecoding(max_new_tokens=limit)
    stops = {row.doc.stop_sequences for row in rows}
    return decoding, stops.pop() if len(stops) == 1 else None


def _bare_name(name: str) -> str | None:
    """Return ``math_500`` of ``lighteval|math_500|0`` or ``math_500|0``; None if no name is left."""
    parts = [part for part in name.split("|") if part and not part.isdigit()]
    return parts[-1] if parts else None
