"""lm-eval's log of samples, ``samples_<task>_<date>.jsonl``: a file, or a folder of them.

``lm_eval run --log_samples --output_path DIR`` writes it (checked with lm-eval 0.4.13). Each line holds a
document, all its responses and the arguments of the request::

    {"doc_id": 0, "doc": {"problem": "Find x ...", "answer": "3"}, "filter": "none",
     "arguments": {"gen_args_0": {"arg_0": "Question: Find x ...",
                                  "arg_1": {"temperature": 0.6, "until": ["\\n"]}}},
     "resps": [["x is 3", "so x is 4"]]}

A task with several filters logs every document once for each; the responses are the same, so the lines of the
first filter are read.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, JsonValue

from suite.errors import SuiteError
from suite.files import json_lines
from suite.grade.extraction import last_boxed
from suite.interchange.answers import FIX, NOTHING_STATED, Answer, AnswerSet, ToolRecord
from suite.schema import UNSTATED, StatedDecoding

SHAPE = "a line of lm-eval's --log_samples with doc, arguments, resps (texts: a generative task) and filter"
_FILE_NAME = re.compile(r"samples_(.+)_\d{4}-\d{2}-\d{2}T[\d.-]+\.jsonl")
_QUESTION_KEYS = ("problem", "Problem", "question", "Question")
_GOLD_KEYS = ("answer", "Answer")


class _GenerationArguments(ToolRecord):
    do_sample: bool | None = None
    temperature: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_gen_toks: int | None = Field(default=None, ge=1)
    until: tuple[str, ...] | str | None = None


class _Request(ToolRecord):
    """What was asked of the model: the prompt and the settings."""

    arg_0: JsonValue = None
    arg_1: _GenerationArguments | None = None


class _SamplesLine(ToolRecord):
    doc: dict[str, JsonValue]
    arguments: dict[str, _Request]
    resps: tuple[tuple[str, ...], ...]
    filter: str = ""

    @property
    def request(self) -> _Request:
        return next(iter(self.arguments.values()), _Request())


def read(path: Path) -> list[AnswerSet]:
    """Return a set for each samples file: ``path`` itself, or all below it."""
    if path.match("results_*.json"):
        what = "lm-eval's results, which hold no answers"
        fix = (
            "Name the samples_<task>_<date>.jsonl beside it, or the folder; "
            "lm_eval writes them with --log_samples"
        )
        raise SuiteError(what, str(path), fix)
    if not path.is_dir():
        return [_read_file(path)]
    files = sorted(path.rglob("samples_*.jsonl"))
    if not files:
        fix = "Run lm_eval with --log_samples --output_path"
        raise SuiteError("no samples_<task>_<date>.jsonl here", str(path), fix)
    return [_read_file(file) for file in files]


def _read_file(path: Path) -> AnswerSet:
    lines = list(json_lines.rows(json_lines.content(path), _SamplesLine, path, SHAPE, FIX))
    answers: list[Answer] = []
    place_of: dict[tuple[StatedDecoding, tuple[str, ...] | None], str] = {}
    for where, line in lines:
        if line.filter == lines[0][1].filter:
            answers += _answers(where, line)
            place_of[_settings(line)] = where
    if len(place_of) > 1:
        what = "the samples were drawn with different settings"
        raise SuiteError(what, [*place_of.values()][1], "Import one run at a time")
    decoding, stops = next(iter(place_of), (NOTHING_STATED, None))
    name = _FILE_NAME.fullmatch(path.name)
    return AnswerSet(path, name[1] if name else None, tuple(answers), decoding, stops)


def _answers(where: str, line: _SamplesLine) -> list[Answer]:
    if len(line.resps) != 1:
        what = f"{len(line.resps)} requests for one document; expected one"
        raise SuiteError(what, where, "Only generative tasks can be imported")
    question = _first_text(line.doc, _QUESTION_KEYS)
    if question is None:
        what = f"the document has no question (none of {', '.join(_QUESTION_KEYS)})"
        raise SuiteError(what, f"{where}: doc", "Import it as jsonl")
    # The suite's own tasks log the item's id. In another tool's document "id" means something else, so there
    # the question finds the item; "continuation" is a key that only the suite's items have.
    item_id = _first_text(line.doc, ("id",)) if "continuation" in line.doc else None
    # MATH's "answer" may be a cleaned one, so a solution that ends in a box is the better gold.
    gold = _first_text(line.doc, ("solution",))
    if gold is None or not last_boxed(gold):
        gold = _first_text(line.doc, _GOLD_KEYS)
    prompt = line.request.arg_0
    answers = []
    for sample, text in enumerate(line.resps[0]):
        answer = Answer(
            where,
            sample,
            text,
            item_id=item_id,
            question=question,
            gold=gold,
            prompt=prompt if isinstance(prompt, str) else None,
        )
        answers.append(answer)
    return answers


def _first_text(doc: dict[str, JsonValue], keys: Sequence[str]) -> str | None:
    """Return the value of the first key that the document has, if it is a text or a number."""
    for key in keys:
        if key in doc:
            value = doc[key]
            return str(value) if isinstance(value, str | int | float) else None
    return None


def _settings(line: _SamplesLine) -> tuple[StatedDecoding, tuple[str, ...] | None]:
    """Return decoding and stops of the line's request."""
    arguments = line.request.arg_1
    if arguments is None:
        return NOTHING_STATED, None
    temperature = (
        0.0 if arguments.do_sample is False else arguments.temperature
    )  # greedy, whatever else it says
    decoding = StatedDecoding(
        temperature=UNSTATED if temperature is None else temperature,
        top_p=UNSTATED if arguments.top_p is None else arguments.top_p,
        max_new_tokens=UNSTATED if arguments.max_gen_toks is None else arguments.max_gen_toks,
    )
    stops = (arguments.until,) if isinstance(arguments.until, str) else arguments.until
    return decoding, stops
