"""Data that does not fit its type: pydantic's first complaint in the words of a person who writes YAML.

``run.yaml:3: tsks: unknown key 'tsks'. Allowed: families, tasks. Did you mean 'tasks'? Rename or remove
'tsks'.``
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from types import UnionType
from typing import Annotated, Protocol, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from suite.errors import SuiteError
from suite.files.text import did_you_mean

Key = tuple[int | str, ...]
_IN_YAML_WORDS = {
    "a valid array": "a valid list",
    "a valid boolean": "true or false",
    "be an object": "be a mapping of keys to values",
    " after validation": "",
}


class Where(Protocol):
    """A key path -> the place that a message names: ``run.yaml:3: families.0`` or ``--families``."""

    def __call__(self, *key: int | str) -> str: ...


def misfit(
    error: ValidationError, type_: type[BaseModel], where: Where, name: Callable[[Key], str]
) -> SuiteError:
    """Return the first fault as the error to raise, with what is allowed and the closest match.

    ``name`` is what a fix calls the thing at a key: the key in quotes, or its flag.
    """
    # A misspelt key is reported as missing and as unknown; the unknown one shows what the person wrote.
    faults = sorted(error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    key = tuple(part for part in fault["loc"] if part != "[key]")
    what, fix = _what_and_fix(fault, key, type_, name(key))
    if len(faults) > 1:
        what += f" ({len(faults) - 1} more after this)"
    return SuiteError(what, where(*key), fix)


def _what_and_fix(fault: ErrorDetails, key: Key, type_: type[BaseModel], name: str) -> tuple[str, str]:
    kind = fault["type"]
    given = short(json.dumps(fault["input"], default=repr))
    if kind == "extra_forbidden":
        known = _known_keys(type_, key[:-1])
        guess = did_you_mean(str(key[-1]), known)
        return f"unknown key {name}. Allowed: {', '.join(known)}", f"{guess}Rename or remove {name}"
    if kind == "missing":
        return f"key {name} is missing. Allowed: {', '.join(_known_keys(type_, key[:-1]))}", f"Add {name}"
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
        guess = did_you_mean(str(fault["input"]), allowed)
        return f"unknown value {given}. Allowed: {', '.join(allowed)}", f"{guess}Correct {name}"
    fix = _fix(fault, key, name)
    if kind == "model_type":
        allowed = _known_keys(type_, key)
        return f"must be a mapping of keys to values; got {given}. Allowed keys: {', '.join(allowed)}", fix
    if kind == "value_error":  # our own validators say in full what is wrong and what is allowed
        return fault["msg"].removeprefix("Value error, "), fix
    return f"{_in_yaml_words(fault['msg'])}; got {given}", fix


def _fix(fault: ErrorDetails, key: Key, name: str) -> str:
    """Return what to do about a value of the wrong kind or size."""
    if fault["input"] is None and key:
        return f"Give {name} a value, or leave it out"
    if fault["type"] == "string_type" and not isinstance(fault["input"], list):
        return f"Put the value of {name} in quotes"
    if fault["type"] in ("tuple_type", "list_type"):
        return f"Write every entry of {name} behind '- ', or all of them as [one, two]"
    return f"Correct {name}"


def _in_yaml_words(message: str) -> str:
    """Return pydantic's message with, say, "must be a valid list" for "Input should be a valid array"."""
    message = re.sub(r"^(?:Input|String|List|Tuple|Dictionary) should ", "must ", message)
    for theirs, ours in _IN_YAML_WORDS.items():
        message = message.replace(theirs, ours)
    return message


def dotted(key: Sequence[int | str]) -> str:
    """Return a key path as messages show it: ``models.micro-llama3.path``."""
    return ".".join(short(str(part)) for part in key)


def short(text: str, length: int = 60) -> str:
    """Return ``text`` as one printable line of at most ``length`` characters, control characters escaped."""
    plain = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: length + 1])
    return plain if len(plain) <= length else plain[: length - 3] + "..."


def _known_keys(type_: object, key: Key) -> list[str]:
    """Return the keys that are allowed at ``key`` inside ``type_``; none if anything is."""
    for model in _models_at(type_, key):
        return list(model.model_fields)
    return []


def _models_at(type_: object, key: Key) -> Iterator[type[BaseModel]]:
    """Yield the pydantic types that ``type_`` allows at ``key``."""
    origin = get_origin(type_)
    args = get_args(type_)
    if origin is Annotated:
        yield from _models_at(args[0], key)
    elif origin in (Union, UnionType):
        for arg in args:
            yield from _models_at(arg, key)
    elif isinstance(type_, type) and issubclass(type_, BaseModel):
        if not key:
            yield type_
        elif key[0] in type_.model_fields:
            yield from _models_at(type_.model_fields[str(key[0])].annotation, key[1:])
    elif key and origin in (dict, list, tuple):
        yield from _models_at(args[1] if origin is dict else args[0], key[1:])
