"""What is said of how imported answers were drawn: by the file itself and by ``--protocol``, ``--decoding``, ``--engine``.

What nobody says stays the word "unstated" in the cell; what file and flag say differently is an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from suite.errors import SuiteError
from suite.interchange.answers import NOTHING_STATED, Answer, AnswerSet
from suite.items import Item
from suite.protocols import PROTOCOLS
from suite.schema import IMPORTED, UNSTATED, StatedDecoding, content_hash
from suite.strict_yaml import did_you_mean

DECODING_KEYS = ("temperature", "top_p", "max_new_tokens")
_SLOT = "{problem}"


@dataclass(frozen=True)
class Statement:
    """The user's word: protocol id, decoding, and engine with dtype and kind of device."""

    protocol: str | None = None
    decoding: StatedDecoding = NOTHING_STATED
    engine: str = UNSTATED
    dtype: str = UNSTATED
    device: str = UNSTATED

    def engine_of(self, format_name: str) -> str:
        """Engine of an imported cell; no engine of ours has such a name, so generated arms never match it."""
        return f"{IMPORTED} {format_name}" + (f", {self.engine}" if self.engine != UNSTATED else "")


def statement(protocol: str | None, decoding: str | None, engine: str | None) -> Statement:
    """The flags as a Statement; a SuiteError names the flag that cannot be read."""
    if protocol is not None and protocol not in PROTOCOLS:
        what = f"unknown protocol {protocol!r}. Known: {', '.join(PROTOCOLS)}"
        raise SuiteError(what, "--protocol", f"{did_you_mean(protocol, PROTOCOLS)}Name a known one, or leave it unstated")
    parts = [part.strip() for part in (engine or UNSTATED).split(",")]
    if len(parts) > 3 or not all(parts):
        raise SuiteError(f"cannot read {engine!r}", "--engine", "Write NAME, NAME,DTYPE or NAME,DTYPE,DEVICE")
    name, dtype, device = [*parts, UNSTATED, UNSTATED][:3]
    return Statement(protocol, _decoding(decoding), name, dtype, device)


def _decoding(text: str | None) -> StatedDecoding:
    fix = f"Write some of {', '.join(f'{key}=..' for key in DECODING_KEYS)}, separated by commas"
    pairs = [part.partition("=") for part in (text or "").split(",") if part.strip()]
    given = {key.strip(): value.strip() for key, _, value in pairs}
    try:
        numbers = {key: int(value) if key == "max_new_tokens" else float(value) for key, value in given.items()}
        stated = StatedDecoding.model_validate(numbers)
    except (ValueError, ValidationError) as error:
        raise SuiteError(f"cannot read {text!r}", "--decoding", fix) from error
    if set(given) - set(DECODING_KEYS) or any(value < 0 for value in numbers.values()):
        raise SuiteError(f"cannot read {text!r}", "--decoding", fix)
    return stated


def agreed_decoding(file: StatedDecoding, flag: StatedDecoding, path: Path) -> StatedDecoding:
    """What the file or the flag says of each setting; a SuiteError where both do and differ."""
    out: dict[str, object] = {}
    for key in DECODING_KEYS:
        theirs, said = getattr(file, key), getattr(flag, key)
        if UNSTATED not in (theirs, said) and theirs != said:
            what = f"the file says {key} {theirs:g}, --decoding says {said:g}"
            raise SuiteError(what, str(path), f"Leave {key} out of --decoding, or import the right file")
        out[key] = said if theirs == UNSTATED else theirs
    return StatedDecoding.model_validate(out)


def agreed_protocol(flag: str | None, answered: Sequence[tuple[Answer, Item]], answers: AnswerSet) -> tuple[str, str]:
    """Protocol id and text hash of a cell: the flag's, checked against the file's prompts, or the prompts' own text.

    Without a flag the id is "imported" where the file says prompts and stops, else "unstated"; what it does say is in the hash.
    """
    templates = {_template(answer, item) for answer, item in answered}
    template = next(iter(templates)) if len(templates) == 1 else None
    if flag is not None:
        if template is not None and template != PROTOCOLS[flag].template:
            what = f"the file's prompts are not of protocol '{flag}': they read {template[:120]!r}"
            raise SuiteError(what, str(answers.path), "Leave --protocol out: the prompts speak for themselves")
        return flag, PROTOCOLS[flag].text_hash
    if template is None:
        return UNSTATED, UNSTATED
    stated = {"template": template, "stops": UNSTATED if answers.stops is None else answers.stops}
    return UNSTATED if answers.stops is None else IMPORTED, content_hash(stated)


def _template(answer: Answer, item: Item) -> str | None:
    """The prompt with a slot where the question stands; None where the file has no prompt or the question reads otherwise."""
    if answer.prompt is None or item.problem not in answer.prompt:
        return None
    before, _, after = answer.prompt.rpartition(item.problem)
    return before + _SLOT + after
