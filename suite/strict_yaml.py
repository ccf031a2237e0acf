"""YAML from people: read by the safe loader only, checked against a frozen type, every mistake told in one line.

``load_yaml(Path("policy.yaml"), PolicyFile)`` gives the typed value or raises one ``SuiteError`` whose ``where`` is
``path:line: key.path``. Anchors, aliases, merge keys, duplicate keys, second documents and files over 1 MB are refused.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from suite.errors import SuiteError
from suite.schema import Strict

T = TypeVar("T", bound=Strict)
Key = tuple[int | str, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_SHOWN = 60


class _Loader(yaml.SafeLoader):
    """The safe loader without dates: ``released: 2024-11-26`` is the text that it looks like."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Document:
    """One YAML file as plain data, with the line (from 1) of every key and list entry."""

    path: Path
    data: object
    lines: Mapping[Key, int]

    def where(self, *key: int | str) -> str:
        """``path:line: key.path``; a key that the file lacks gets the line of its nearest parent."""
        return _where(str(self.path), self.lines, key)

    def parse(self, type_: type[T]) -> T:
        """The document as ``type_``; ``SuiteError`` for the first thing that does not fit."""
        return _validate(self.data, type_, str(self.path), self.lines)


def load_yaml(path: Path, type_: type[T]) -> T:
    """The file at ``path`` as ``type_``; ``SuiteError`` when it is missing, unreadable, not YAML or does not fit."""
    return read_document(path).parse(type_)


def read_document(path: Path) -> Document:
    """The file at ``path`` as data with lines, not yet checked against a type; ``SuiteError`` as ``load_yaml``."""
    text = _read(path)
    try:
        _check_events(path, text)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise SuiteError("the file is empty", str(path), "Write a mapping of keys to values")
        lines = dict(_lines(path, node, ()))
        data = _Loader("").construct_document(node)  # the node was built above; the loader's own text is not used
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from None
    except ValueError as error:  # numbers that Python refuses to convert, such as one of 5,000 digits
        what = f"a value cannot be read: {_short(str(error))}"
        raise SuiteError(what, str(path), "Write a smaller number, or quote it") from None
    return Document(path, data, lines)


def validate(data: object, type_: type[T], where: str) -> T:
    """``data`` (JSON-like) as ``type_``; ``SuiteError`` names ``where`` and the key path."""
    return _validate(data, type_, where, {})


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"Did you mean 'x'? "`` for the closest of ``known``, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}? " if close else ""


def _read(path: Path) -> str:
    """The file's text; refuses what is too large before reading it."""
    try:
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "no such file"
            raise SuiteError(what, str(path), "Give the path of a YAML file that exists")
        if (size := path.stat().st_size) > MAX_BYTES:
            what = f"{size} bytes; at most {MAX_BYTES} are allowed"
            raise SuiteError(what, str(path), "Split the file, or check that it is the right one")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SuiteError(f"not UTF-8 text (byte {error.start})", str(path), "Save the file as UTF-8") from None
    except OSError as error:
        raise SuiteError(f"cannot be read: {error.strerror}", str(path), "Check the path and its permissions") from None


def _check_events(path: Path, text: str) -> None:
    """Refuse anchors, aliases, deep nesting and second documents before anything is built from the text."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        where = f"{path}:{event.start_mark.line + 1}" if event.start_mark else str(path)
        if (anchor := getattr(event, "anchor", None)) is not None:
            what = f"anchors and aliases are not allowed ({_short(anchor)!r})"
            raise SuiteError(what, where, "Write the value out in full")
        if depth > MAX_DEPTH:
            raise SuiteError(f"nested deeper than {MAX_DEPTH} levels", where, "Flatten the file")
        if documents > 1:
            what = "more than one document; one is allowed"
            raise SuiteError(what, where, "Remove the '---' and what follows, or use two files")


def _not_yaml(path: Path, error: yaml.YAMLError) -> SuiteError:
    """The loader's complaint in one line, with its place."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    where = f"{path}:{mark.line + 1}" if mark else str(path)
    fix = "Correct the syntax there or in the line above; tags such as !!python are not allowed"
    return SuiteError(f"not valid YAML: {_short(problem)}", where, fix)


def _lines(path: Path, node: yaml.Node, key: Key) -> Iterator[tuple[Key, int]]:
    """(key path, line from 1) of every entry under ``node``; refuses duplicate, merge and non-text keys."""
    yield key, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _lines(path, child, (*key, index))
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for name, child in node.value:
            at = _checked_key(path, name, key, seen)
            yield from _lines(path, child, at)
            yield at, name.start_mark.line + 1  # later entries win in dict(): a value may start below its key


def _checked_key(path: Path, name: yaml.Node, parent: Key, seen: dict[str, int]) -> Key:
    """The key path of ``name``, which is added to ``seen`` (key -> line)."""
    line = name.start_mark.line + 1
    if name.tag != "tag:yaml.org,2002:str" or not isinstance(name, yaml.ScalarNode):
        where = _where(str(path), {parent: line}, parent)
        shown = name.value if isinstance(name, yaml.ScalarNode) else "a list or mapping"
        what = f"key {_short(repr(shown))} is not text"
        raise SuiteError(what, where, "Quote the key; merge keys ('<<') are not allowed")
    key = (*parent, name.value)
    if name.value in seen:
        where = _where(str(path), {key: line}, key)
        what = f"duplicate key {_short(name.value)!r}, first given in line {seen[name.value]}"
        raise SuiteError(what, where, "Keep one of the two")
    seen[name.value] = line
    return key


def _where(source: str, lines: Mapping[Key, int], key: Key) -> str:
    """``source:line: key.path``, without the parts that are not known."""
    known = next((key[:n] for n in range(len(key), -1, -1) if key[:n] in lines), None)
    place = source if known is None else f"{source}:{lines[known]}"
    return f"{place}: {'.'.join(_short(str(part)) for part in key)}" if key else place


def _short(text: str) -> str:
    """``text`` on one line, printable, at most 60 characters: file contents are not trusted with the terminal."""
    plain = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 3] + "..."


def _validate(data: object, type_: type[T], source: str, lines: Mapping[Key, int]) -> T:
    """Strict validation by way of JSON: no text for numbers, no ``yes`` for 1, but a list where a tuple is meant."""
    try:
        return type_.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        # A misspelt key is reported as missing and as unknown; the unknown one shows what the person wrote.
        found = sorted(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
        raise _explained(found[0], len(found) - 1, type_, source, lines) from None
    except (TypeError, ValueError) as error:
        what = f"a value cannot be used: {_short(str(error))}"
        raise SuiteError(what, source, "Use text, numbers, true or false, lists and mappings only") from None


def _explained(error: ErrorDetails, others: int, type_: type[Strict], source: str, lines: Mapping[Key, int]) -> SuiteError:
    """One pydantic error as a ``SuiteError``, with what was allowed and the closest match."""
    key = tuple(part for part in error["loc"] if part != "[key]")
    name = str(key[-1]) if key else "the file"
    given = _short(json.dumps(error["input"], default=repr))
    message = error["msg"].replace("Input should be", "must be").replace("valid array", "valid list")  # YAML's words
    what, fix = f"{message}; got {given}", f"Correct {_short(name)!r}"
    known = _known_keys(type_, key[:-1])
    if error["type"] == "extra_forbidden":
        what = f"unknown key {_short(name)!r}. Allowed: {', '.join(known)}"
        fix = f"{did_you_mean(name, known)}Rename or remove {_short(name)!r}"
    elif error["type"] == "missing":
        what, fix = f"key {name!r} is missing. Allowed: {', '.join(known)}", f"Add {name!r}"
    elif error["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        what = f"unknown value {given}. Allowed: {', '.join(allowed)}"
        fix = f"{did_you_mean(str(error['input']), allowed)}Correct {name!r}"
    elif error["type"] == "model_type":
        what = f"must be a mapping of keys to values; got {given}. Allowed keys: {', '.join(_known_keys(type_, key))}"
    elif error["type"] == "value_error":  # our own validators say in full what is wrong and what is allowed
        what = error["msg"].removeprefix("Value error, ")
    return SuiteError(f"{what}{f' ({others} more after this)' if others else ''}", _where(source, lines, key), fix)


def _known_keys(type_: object, key: Key) -> list[str]:
    """The keys allowed at ``key`` inside ``type_``; empty where anything goes."""
    for candidate in _models_at(type_, key):
        return list(candidate.model_fields)
    return []


def _models_at(type_: object, key: Key) -> Iterator[type[BaseModel]]:
    """The pydantic types that may stand at ``key`` inside ``type_``."""
    origin, args = get_origin(type_), get_args(type_)
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
