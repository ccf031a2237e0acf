"""lm-eval's log of samples: ``samples_<task>_<date>.jsonl`` of ``lm_eval run --log_samples --output_path DIR``, one or a folder.

Each line holds a document (``doc``), all its responses (``resps``) and the arguments of the request. Checked with lm-eval 0.4.13.
A task with several filters has every document once a filter; the responses are the same, and the first filter's lines are read.
"""

import re
from pathlib import Path

from pydantic import Field, JsonValue

from suite.errors import SuiteError
from suite.files import json_lines
from suite.grade.extraction import last_boxed
from suite.interchange.answers import FIX, NOTHING_STATED, Answer, AnswerSet, Foreign
from suite.schema import UNSTATED, StatedDecoding

SHAPE = "a line of lm-eval's --log_samples with doc, arguments, resps (texts: a generative task) and filter"
_NAME = re.compile(r"samples_(.+)_\d{4}-\d{2}-\d{2}T[\d.-]+\.jsonl")
_QUESTION = ("problem", "Problem", "question", "Question")
_GOLD = ("answer", "Answer")


class _Settings(Foreign):
    do_sample: bool | None = None
    temperature: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_gen_toks: int | None = Field(default=None, ge=1)
    until: tuple[str, ...] | str | None = None


class _Request(Foreign):
    arg_0: JsonValue = None
    arg_1: _Settings | None = None


class _Row(Foreign):
    doc: dict[str, JsonValue]
    arguments: dict[str, _Request]
    resps: tuple[tuple[str, ...], ...]
    filter: str = ""


def read(path: Path) -> list[AnswerSet]:
    """A set for each samples file: ``path`` itself, or all below it. Two files of one task are an error."""
    if path.match("results_*.json"):
        fix = "Name the samples_<task>_<date>.jsonl beside it, or the folder; lm_eval writes them with --log_samples"
        raise SuiteError("lm-eval's results, which hold no answers", str(path), fix)
    if not path.is_dir():
        return [_read_file(path)]
    files = sorted(path.rglob("samples_*.jsonl"))
    if not files:
        raise SuiteError(
            "no samples_<task>_<date>.jsonl here", str(path), "Run lm_eval with --log_samples --output_path"
        )
    return [_read_file(file) for file in files]


def _read_file(path: Path) -> AnswerSet:
    name = _NAME.fullmatch(path.name)
    rows = list(json_lines.rows(json_lines.content(path), _Row, path, SHAPE, FIX))
    rows = [(where, row) for where, row in rows if row.filter == rows[0][1].filter]
    answers = [answer for where, row in rows for answer in _answers(where, row)]
    stated = {_settings(row): where for where, row in rows}
    if len(stated) > 1:
        raise SuiteError(
            "the samples were drawn with different settings",
            [*stated.values()][1],
            "Import one run at a time",
        )
    decoding, stops = next(iter(stated), (NOTHING_STATED, None))
    return AnswerSet(path, name[1] if name else None, tuple(answers), decoding, stops)


def _answers(where: str, row: _Row) -> list[Answer]:
    if len(row.resps) != 1:
        raise SuiteError(
            f"{len(row.resps)} requests for one document; expected one",
            where,
            "Only generative tasks can be imported",
        )
    prompt = _request(row).arg_0
    question, item_id = _text(row.doc, _QUESTION), _text(row.doc, ("id",))
    if question is None:
        raise SuiteError(
            f"the document has no question (none of {', '.join(_QUESTION)})",
            f"{where}: doc",
            "Import it as jsonl",
        )
    return [
        Answer(
            where,
            index,
            text,
            # the suite's own tasks carry the item's id; another's id means something else, and the question says which it is
            item_id=item_id if "continuation" in row.doc else None,
            question=question,
            gold=_gold(row.doc),
            prompt=prompt if isinstance(prompt, str) else None,
        )
        for index, text in enumerate(row.resps[0])
    ]


def _text(doc: dict[str, JsonValue], names: tuple[str, ...]) -> str | None:
    found = [doc[name] for name in names if name in doc]
    return str(found[0]) if found and isinstance(found[0], str | int | float) else None


def _gold(doc: dict[str, JsonValue]) -> str | None:
    """MATH's solution where it ends in a boxed answer (lm-eval's ``answer`` may be a cleaned one), else the answer."""
    solution = _text(doc, ("solution",))
    return solution if solution is not None and last_boxed(solution) else _text(doc, _GOLD)


def _request(row: _Row) -> _Request:
    return next(iter(row.arguments.values()), _Request())


def _settings(row: _Row) -> tuple[StatedDecoding, tuple[str, ...] | None]:
    """Decoding and stops of a request."""
    settings = _request(row).arg_1
    if settings is None:
        return NOTHING_STATED, None
    greedy = settings.do_sample is False
    stated = {
        "temperature": 0.0 if greedy else settings.temperature,
        "top_p": settings.top_p,
        "max_new_tokens": settings.max_gen_toks,
    }
    decoding = StatedDecoding.model_validate(
        {key: UNSTATED if value is None else value for key, value in stated.items()}
    )
    return decoding, (settings.until,) if isinstance(settings.until, str) else settings.until
