"""lighteval's details, ``details_<task>_<date>.parquet`` (``--save-details``), with the columns ``doc, metric, model_response``.

``doc.query`` holds the question inside the task's own words, ``doc.choices[gold_index]`` the gold answer (for MATH-500 the whole
solution), ``model_response.text`` the samples. Files of versions before that, with a column ``full_prompt``, are refused by name.
"""

from pathlib import Path

from pydantic import ValidationError

from suite.errors import SuiteError
from suite.files import json_lines
from suite.interchange.answers import FIX, Answer, AnswerSet, Foreign
from suite.schema import UNSTATED, StatedDecoding

SHAPE = "a row with doc (query, choices, gold_index) and model_response (text)"
NEEDED = ("doc", "model_response")
BEFORE = ("full_prompt", "predictions")
"""Columns of lighteval before ``doc`` and ``model_response`` took their place."""


class _Doc(Foreign):
    query: str
    choices: tuple[str, ...]
    gold_index: int | tuple[int, ...]
    task_name: str = ""
    generation_size: int | None = None
    stop_sequences: tuple[str, ...] | None = None


class _Response(Foreign):
    text: tuple[str, ...]
    input: object = None
    output_tokens: tuple[tuple[int, ...], ...] | None = None


class _Row(Foreign):
    doc: _Doc
    model_response: _Response


def read(path: Path) -> list[AnswerSet]:
    """The file's answers as one set. Generated tokens are counted where the file has them; no finish reason is stated."""
    rows = [(f"{path}: row {n}", row) for n, row in enumerate(_rows(path))]
    names = {row.doc.task_name: where for where, row in rows}
    if len(names) > 1:
        raise SuiteError(
            f"rows of several tasks ({', '.join(names)})", [*names.values()][1], "Import one task at a time"
        )
    answers = [answer for where, row in rows for answer in _answers(where, row)]
    sizes = {row.doc.generation_size for _, row in rows}
    limit = next(iter(sizes)) if len(sizes) == 1 else None
    decoding = StatedDecoding(
        max_new_tokens=limit if limit is not None and limit > 0 else UNSTATED
    )  # -1: no limit of the task
    stops = {row.doc.stop_sequences for _, row in rows}
    stated = next(iter(stops)) if len(stops) == 1 else None
    return [AnswerSet(path, _bare(next(iter(names), "")) or _task_of(path), tuple(answers), decoding, stated)]


def _rows(path: Path) -> list[_Row]:
    import pyarrow
    from pyarrow import parquet

    data = json_lines.content(path)
    try:
        table = parquet.read_table(pyarrow.BufferReader(data))
    except (pyarrow.ArrowException, OSError) as error:
        raise SuiteError(
            f"not a parquet file ({' '.join(str(error).split())[:100]})", str(path), "Name a details file"
        ) from error
    columns = set(table.column_names)
    if not columns >= set(NEEDED):
        older = (
            "an older lighteval wrote this file"
            if columns & set(BEFORE)
            else "these are not lighteval's details"
        )
        what = f"{older}: columns {', '.join(sorted(columns))}; expected {', '.join(NEEDED)}"
        raise SuiteError(
            what, str(path), "Run a recent lighteval with --save-details, or import the answers as jsonl"
        )
    return [_row(row, f"{path}: row {n}") for n, row in enumerate(table.select(list(NEEDED)).to_pylist())]


def _row(row: dict[str, object], where: str) -> _Row:
    try:
        return _Row.model_validate(row)
    except ValidationError as error:
        raise json_lines.misfit(error, where, SHAPE, FIX) from error


def _answers(where: str, row: _Row) -> list[Answer]:
    doc, response = row.doc, row.model_response
    places = (doc.gold_index,) if isinstance(doc.gold_index, int) else doc.gold_index
    if len(places) != 1 or not 0 <= places[0] < len(doc.choices):
        raise SuiteError(
            f"gold_index {doc.gold_index} is not one of the choices", where, "Import the answers as jsonl"
        )
    tokens = response.output_tokens or ()
    counted = len(tokens) == len(response.text)
    return [
        Answer(
            where,
            index,
            text,
            around=doc.query,
            gold=doc.choices[places[0]],
            prompt=response.input if isinstance(response.input, str) else None,
            n_tokens=len(tokens[index]) if counted and tokens[index] else None,
        )
        for index, text in enumerate(response.text)
    ]


def _bare(name: str) -> str | None:
    """``lighteval|math_500|0`` or ``math_500|0`` -> ``math_500``."""
    parts = [part for part in name.split("|") if part and not part.isdigit()]
    return parts[-1] if parts else None


def _task_of(path: Path) -> str | None:
    """The task in the name of a file whose rows do not say it."""
    stem: str = path.stem.removeprefix("details_")
    return _bare(stem.rsplit("_", 1)[0])
