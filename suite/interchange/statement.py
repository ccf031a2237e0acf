"""What is said of how imported answers were drawn: by the file itself and by ``--protocol``, ``--decoding``, ``--engine``.

What nobody says stays the word "unstated" in the cell; what file and flag say differently is an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.files.text import did_you_mean
from suite.interchange.answers import NOTHING_STATED, Answer, AnswerSet
from suite.registry.protocols import SLOT, Prompt, Protocol, prompt_of
from suite.schema import IMPORTED, UNSTATED, StatedDecoding, content_hash

CHAT = "chat template of the tokenizer: "
"""Stands for the text of a chat template, which a flag alone does not say."""
DECODING_KEYS = ("temperature", "top_p", "max_new_tokens")
_RANGES = "temperature at least 0, top_p above 0 and at most 1, max_new_tokens at least 1"


@dataclass(frozen=True)
class Statement:
    """The user's word: the prompt, decoding, and engine with dtype and kind of device."""

    prompt: Prompt | None = None
    decoding: StatedDecoding = NOTHING_STATED
    engine: str = UNSTATED
    dtype: str = UNSTATED
    device: str = UNSTATED

    def engine_of(self, format_name: str) -> str:
        """Engine of an imported cell; no engine of ours has such a name, so generated arms never match it."""
        return f"{IMPORTED} {format_name}, {self.engine}"


def statement(
    protocol: str | None, decoding: str | None, engine: str | None, known: Mapping[str, Protocol]
) -> Statement:
    """The flags as a Statement, ``protocol`` one of those ``known``; a SuiteError names the flag that cannot be read."""
    if protocol is not None and protocol not in known:
        what = f"unknown protocol {protocol!r}. Known: {', '.join(known)}"
        raise SuiteError(
            what, "--protocol", f"{did_you_mean(protocol, known)}Name a known one, or leave it unstated"
        )
    parts = [part.strip() for part in (engine or UNSTATED).split(",")]
    if len(parts) > 3 or not all(parts):
        raise SuiteError(f"cannot read {engine!r}", "--engine", "Write NAME, NAME,DTYPE or NAME,DTYPE,DEVICE")
    name, dtype, device = [*parts, UNSTATED, UNSTATED][:3]
    prompt = None if protocol is None else _stated_prompt(protocol, known[protocol])
    return Statement(prompt, _decoding(decoding), name, dtype, device)


def _stated_prompt(protocol_id: str, protocol: Protocol) -> Prompt:
    """The prompt that the flag names; of a chat template the text is not stated, only that it was the tokenizer's."""
    if not protocol.chat:
        return prompt_of(protocol_id, protocol)
    return Prompt(
        id=protocol_id,
        template=f"{CHAT}{protocol.template}",
        stops=protocol.stops,
        keep_stop=protocol.keep_stop,
    )


def _decoding(text: str | None) -> StatedDecoding:
    if text is None:
        return NOTHING_STATED
    fix = f"Write some of {', '.join(f'{key}=..' for key in DECODING_KEYS)}, separated by commas: {_RANGES}"
    pairs = [[side.strip() for side in part.split("=", 1)] for part in text.split(",")]
    keys = [pair[0] for pair in pairs]
    if repeated := next((key for key in keys if keys.count(key) > 1), None):
        raise SuiteError(f"{repeated} is there twice in {text!r}", "--decoding", "Say it once")
    try:
        numbers = {key: int(value) if key == "max_new_tokens" else float(value) for key, value in pairs}
        return StatedDecoding.model_validate(numbers)
    except ValueError as error:  # pydantic's is one, too
        raise SuiteError(f"cannot read {text!r}", "--decoding", fix) from error


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


def agreed_protocol(
    flag: Prompt | None, answered: Sequence[tuple[Answer, Item]], answers: AnswerSet
) -> tuple[str, str]:
    """Protocol id and text hash of a cell: the flag's, checked against the file's prompts, or the prompts' own text.

    Without a flag the id is "imported" where the file says prompts and stops, else "unstated"; what it does say is in the hash.
    """
    templates = {_template(answer, item): answer.where for answer, item in answered}
    template = next(iter(templates)) if len(templates) == 1 else None
    if flag is not None:
        _refuse_other_protocol(flag, templates, answers)
        if template is not None and flag.template.startswith(CHAT):
            flag = flag.model_copy(update={"template": template})
        return flag.id, flag.text_hash
    if template is None:
        return UNSTATED, UNSTATED
    stated = {"template": template, "stops": UNSTATED if answers.stops is None else answers.stops}
    return UNSTATED if answers.stops is None else IMPORTED, content_hash(stated)


def _refuse_other_protocol(prompt: Prompt, templates: Mapping[str | None, str], answers: AnswerSet) -> None:
    """Every template that the file shows (with a row that has it), and the stops that it states, must be the protocol's."""
    fix = "Leave --protocol out: the file speaks for itself"
    for template, where in templates.items():
        if template not in (None, prompt.template) and not prompt.template.startswith(CHAT):
            what = f"the file's prompts are not of protocol '{prompt.id}': they read {str(template)[:120]!r}"
            raise SuiteError(what, where, fix)
    if answers.stops is not None and set(answers.stops) != set(prompt.stops):
        what = f"the file's stops are {_listed(answers.stops)}, those of protocol '{prompt.id}' are {_listed(prompt.stops)}"
        raise SuiteError(what, str(answers.path), fix)


def _listed(stops: Sequence[str]) -> str:
    return ", ".join(map(repr, stops)) or "none"


def _template(answer: Answer, item: Item) -> str | None:
    """The prompt with a slot where the question stands; None where the file has no prompt or the question reads otherwise."""
    for question in (answer.question, item.problem):
        if answer.prompt is not None and question and question in answer.prompt:
            before, _, after = answer.prompt.rpartition(question)
            return before + SLOT + after
    return None
