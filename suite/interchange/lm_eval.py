"""lm-eval's log of samples: ``samples_<task>_<date>.jsonl`` of ``lm_eval run --log_samples --output_path DIR``, one or a folder.

Each line holds a document (``doc``), all its responses (``resps``) and the arguments of the request. Checked with lm-eval 0.4.13.
A task with several filters has every document once a filter; the responses are the same, and the first filter's lines are read.
"""

import re
from pathlib import Path

from pydantic import JsonValue

from suite.errors import SuiteError
from suite.interchange.answers import NOTHING_STATED, Answer, AnswerSet, Foreign, lines, parsed
from suite.schema import UNSTATED, StatedDecoding, Unstated

SHAPE = "a line of lm-eval's --log_samples with doc, arguments, resps (texts: a generative task) and filter"
_NAME = re.compile(r"samples_(.+)_\d{4}-\d{2}-\d{2}T[\d.-]+\.jsonl")
_QUESTION = ("problem", "Problem", "question", "Question")
_GOLD = ("answer", "Answer")


class _Row(Foreign):
    doc: dict[str, JsonValue]
    arguments: dict[str, dict[str, JsonValue]]
    resps: tuple[tuple[str, ...], ...]
    filter: str = ""


def read(path: Path) -> list[AnswerSet]:
    """A set for each samples file: ``path`` itself, or all below it. Two files of one task are an error."""
    if not path.is_dir():
        return [_read_file(path)]
    files = sorted(path.rglob("samples_*.jsonl"))
    if not files:
        raise SuiteError("no samples_<task>_<date>.jsonl here", str(path), "Run lm_eval with --log_samples --output_path")
    return [_read_file(file) for file in files]


def _read_file(path: Path) -> AnswerSet:
    name = _NAME.fullmatch(path.name)
    rows = [(where, parsed(line, _Row, where, SHAPE)) for where, line in lines(path)]
    rows = [(where, row) for where, row in rows if row.filter == rows[0][1].filter]
    answers = [answer for where, row in rows for answer in _answers(where, row)]
    stated = {_settings(row): where for where, row in rows}
    if len(stated) > 1:
        raise SuiteError("the samples were drawn with different settings", [*stated.values()][1], "Import one run at a time")
    decoding, stops = next(iter(stated), (NOTHING_STATED, None))
    return AnswerSet(path, name[1] if name else None, tuple(answers), decoding, stops)


def _answers(where: str, row: _Row) -> list[Answer]:
    if len(row.resps) != 1:
        raise SuiteError(
            f"{len(row.resps)} requests for one document; expected one", where, "Only generative tasks can be imported"
        )
    prompt = next(iter(row.arguments.values()), {}).get("arg_0")
    question, item_id = _text(row.doc, _QUESTION), _text(row.doc, ("id",))
    if question is None:
        raise SuiteError(f"the document has no question (none of {', '.join(_QUESTION)})", f"{where}: doc", "Import it as jsonl")
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
    """MATH's solution, which ends in the answer (lm-eval's ``answer`` may be a cleaned one), else the answer."""
    return _text(doc, ("solution",)) or _text(doc, _GOLD)


def _settings(row: _Row) -> tuple[StatedDecoding, tuple[str, ...] | None]:
    """Decoding and stops of a request."""
    settings = next(iter(row.arguments.values()), {}).get("arg_1")
    if not isinstance(settings, dict):
        return NOTHING_STATED, None
    temperature = 0.0 if settings.get("do_sample") is False else _number(settings.get("temperature"))
    limit = settings.get("max_gen_toks")
    tokens: int | Unstated = limit if isinstance(limit, int) else UNSTATED
    decoding = StatedDecoding(temperature=temperature, top_p=_number(settings.get("top_p")), max_new_tokens=tokens)
    until = settings.get("until")
    return decoding, tuple(map(str, until)) if isinstance(until, list) else None


def _number(value: JsonValue) -> float | Unstated:
    return float(value) if isinstance(value, int | float) else UNSTATED
