"""What is stated about how imported answers were drawn: by the file and by flags.

The flags are ``--protocol``, ``--decoding`` and ``--engine``.

A setting that neither states is "unstated" in the cell; one that file and flag state differently is an error.
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
"""Placeholder for the text of a chat template, which a flag alone does not state."""
DECODING_KEYS = ("temperature", "top_p", "max_new_tokens")
_RANGES = "temperature at least 0, top_p above 0 and at most 1, max_new_tokens at least 1"


@dataclass(frozen=True)
class Statement:
    """What the flags state: the prompt, decoding, and the engine with dtype and kind of device."""

    prompt: Prompt | None = None
    decoding: StatedDecoding = NOTHING_STATED
    engine: str = UNSTATED
    dtype: str = UNSTATED
    device: str = UNSTATED

    def engine_of(self, format_name: str) -> str:
        """Return the engine of an imported cell.

        No engine of the suite has such a name, so generated arms never match it.
        """
        return f"{IMPORTED} {format_name}, {self.engine}"


def statement(
    protocol: str | None, decoding: str | None, engine: str | None, known: Mapping[str, Protocol]
) -> Statement:
    """Return what the flags state; raise ``SuiteError`` that names a flag that cannot be read.

    ``protocol`` must be one of ``known``.
    """
    prompt = None
    if protocol is not None:
        if protocol not in known:
            what = f"unknown protocol {protocol!r}. Known: {', '.join(known)}"
            fix = f"{did_you_mean(protocol, known)}Name a known one, or leave it unstated"
            raise SuiteError(what, "--protocol", fix)
        prompt = _stated_prompt(protocol, known[protocol])
    parts = [part.strip() for part in (engine or UNSTATED).split(",")]
    if len(parts) > 3 or not all(parts):
        raise SuiteError(f"cannot read {engine!r}", "--engine", "Write NAME, NAME,DTYPE or NAME,DTYPE,DEVICE")
    name, dtype, device = [*parts, UNSTATED, UNSTATED][:3]
    stated = NOTHING_STATED if decoding is None else _stated_decoding(decoding)
    return Statement(prompt, stated, name, dtype, device)


def _stated_prompt(protocol_id: str, protocol: Protocol) -> Prompt:
    """Return the prompt of a protocol.

    Of a chat protocol, only the tokenizer knows the text of the template.
    """
    if not protocol.chat:
        return prompt_of(protocol_id, protocol)
    return Prompt(
        id=protocol_id,
        template=f"{CHAT}{protocol.template}",
        stops=protocol.stops,
        keep_stop=protocol.keep_stop,
    )


def _stated_decoding(text: str) -> StatedDecoding:
    """Read ``temperature=0.6,top_p=1,max_new_tokens=96``, or some of it."""
    # Read as pairs first, so that a key given twice is an error and not the last one wins.
    settings = [[side.strip() for side in part.split("=", 1)] for part in text.split(",")]
    keys = [setting[0] for setting in settings]
    for key in keys:
        if keys.count(key) > 1:
            raise SuiteError(f"{key} is there twice in {text!r}", "--decoding", "Give it once")
    try:
        numbers = {key: int(value) if key == "max_new_tokens" else float(value) for key, value in settings}
        return StatedDecoding.model_validate(numbers)
    except ValueError as error:  # pydantic's errors, too
        examples = ", ".join(f"{key}=.." for key in DECODING_KEYS)
        fix = f"Write some of {examples}, separated by commas: {_RANGES}"
        raise SuiteError(f"cannot read {text!r}", "--decoding", fix) from error


def agreed_decoding(file: StatedDecoding, flag: StatedDecoding, path: Path) -> StatedDecoding:
    """Return what file or flag states of each setting; raise ``SuiteError`` if they contradict."""
    agreed: dict[str, object] = {}
    for key in DECODING_KEYS:
        in_file = getattr(file, key)
        in_flag = getattr(flag, key)
        if UNSTATED not in (in_file, in_flag) and in_file != in_flag:
            what = f"the file says {key} {in_file:g}, --decoding says {in_flag:g}"
            raise SuiteError(what, str(path), f"Leave {key} out of --decoding, or import the right file")
        agreed[key] = in_flag if in_file == UNSTATED else in_file
    return StatedDecoding.model_validate(agreed)


def agreed_protocol(
    flag: Prompt | None, answered: Sequence[tuple[Answer, Item]], answers: AnswerSet
) -> tuple[str, str]:
    """Return protocol id and text hash of a cell: the flag's, or else those of the file's prompts.

    Without a flag the id is "imported" if the file states prompts and stops, and "unstated" otherwise; what
    the file does state is in the hash all the same, so that arms with other prompts never compare.
    """
    # One template for the whole file is a protocol; several, or none, are not.
    place_of = {_template(answer, item): answer.where for answer, item in answered}
    template = next(iter(place_of)) if len(place_of) == 1 else None
    if flag is not None:
        _require_protocol(flag, place_of, answers)
        if template is not None and flag.template.startswith(CHAT):
            # The flag named the chat template, the file shows its text.
            flag = flag.model_copy(update={"template": template})
        return flag.id, flag.text_hash
    if template is None:
        return UNSTATED, UNSTATED
    if answers.stops is None:
        return UNSTATED, content_hash({"template": template, "stops": UNSTATED})
    return IMPORTED, content_hash({"template": template, "stops": answers.stops})


def _require_protocol(prompt: Prompt, place_of: Mapping[str | None, str], answers: AnswerSet) -> None:
    """Raise ``SuiteError`` if a template of the file, or its stops, are not the protocol's.

    ``place_of`` has one row for each template.
    """
    fix = "Leave --protocol out: the file states its own prompt"
    for template, where in place_of.items():
        if template not in (None, prompt.template) and not prompt.template.startswith(CHAT):
            what = f"the file's prompts are not of protocol '{prompt.id}': they read {str(template)[:120]!r}"
            raise SuiteError(what, where, fix)
    if answers.stops is not None and set(answers.stops) != set(prompt.stops):
        what = (
            f"the file's stops are {_listed(answers.stops)}, "
            f"those of protocol '{prompt.id}' are {_listed(prompt.stops)}"
        )
        raise SuiteError(what, str(answers.path), fix)


def _listed(stops: Sequence[str]) -> str:
    return ", ".join(map(repr, stops)) or "none"


def _template(answer: Answer, item: Item) -> str | None:
    """Return the prompt with a slot in place of the question.

    None if the file has no prompt, or the prompt spells the question differently.
    """
    for question in (answer.question, item.problem):
        if answer.prompt is not None and question and question in answer.prompt:
            # The last place: a few-shot prompt may quote the question earlier.
            before, _, after = answer.prompt.rpartition(question)
            return before + SLOT + after
    return None
