"""YAML from people: read by the safe loader only, checked against a frozen type, every mistake told in one line.

``load_yaml(Path("policy.yaml"), PolicyFile)`` gives the typed value or raises one ``SuiteError`` whose ``where`` is
``path:line: key.path``. Anchors, aliases, tags, merge keys, duplicate keys, second documents and files over 1 MB are refused.
Numbers are decimal: what YAML 1.1 would read from ``010`` or ``1:30`` is text here, as are dates.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Annotated, Protocol, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from suite.errors import SuiteError
from suite.files.text import did_you_mean, shown
from suite.schema import Strict

T = TypeVar("T", bound=Strict)
Key = tuple[int | str, ...]

COMMAND_LINE = "command line"
"""The place of a mistake that is no single flag's."""
MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_EVENTS = 100_000
"""Of the parser: about as many as keys and values. Within 1 MB there could be six times as many, and 15 seconds of reading."""
MAX_DIGITS = 40

_YAML_TAG = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
_FLOAT = re.compile(
    r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.(?:inf|Inf|INF))$|\.(?:nan|NaN|NAN)$"
)


class _Loader(yaml.SafeLoader):
    """The safe loader with plain numbers and without dates: ``released: 2024-11-26`` is the text that it looks like."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.removeprefix(_YAML_TAG) in ("bool", "null", "merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_YAML_TAG}int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver(f"{_YAML_TAG}float", _FLOAT, list("-+.0123456789"))


class Where(Protocol):
    """A key path -> the place that a message names: ``run.yaml:3: families.0``, or the flag ``--families``."""

    def __call__(self, *key: int | str) -> str: ...


def flag(*key: int | str) -> str:
    """Return the flag that gives the key: ``--data-dir`` for ``data_dir``."""
    return f"--{str(key[0]).replace('_', '-')}" if key else COMMAND_LINE


@dataclass(frozen=True)
class Document:
    """One YAML file as plain data, with the line (from 1) of every key and list entry.

    ``flags`` are the top-level keys that the command line gave, in place of the file's or without a file.
    """

    path: Path
    data: object
    lines: Mapping[Key, int]
    flags: frozenset[str] = frozenset()

    def where(self, *key: int | str) -> str:
        """Return ``path:line: key.path``, or the flag; a key that the file lacks gets its parent's line."""
        if key and key[0] in self.flags:
            return flag(*key)
        return _where(str(self.path), self.lines, key)

    def parse(self, type_: type[T]) -> T:
        """Return the document as ``type_``; raise ``SuiteError`` for the first thing that does not fit."""
        return _validate(self.data, type_, self)

    def with_flags(self, given: Mapping[str, object]) -> "Document":
        """Return the document with flags in place of its keys."""
        if not isinstance(self.data, dict):
            return self  # ``parse`` reports that it is no mapping
        return replace(self, data={**self.data, **given}, flags=self.flags | given.keys())


def flags_only(given: Mapping[str, object]) -> Document:
    """Return the keys that flags gave, where there is no file."""
    return Document(Path(COMMAND_LINE), dict(given), {}, frozenset(given))


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
        data = _Loader("").construct_document(
            node
        )  # the node was built above; the loader's own text is not used
    except yaml.YAMLError as error:
        raise _not_yaml(path, text, error) from None
    return Document(path, data, lines)


def validate(data: object, type_: type[T], where: str) -> T:
    """Return ``data`` (JSON-like) as ``type_``; ``SuiteError`` names ``where`` and the key path."""
    return _validate(data, type_, Document(Path(where), data, {}))


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
        where = f"{path}:{error.object.count(10, 0, error.start) + 1}"  # 10: the byte that ends a line
        raise SuiteError(f"not UTF-8 text (byte {error.start})", where, "Save the file as UTF-8") from None
    except OSError as error:
        raise SuiteError(
            f"cannot be read: {error.strerror}", str(path), "Check the path and its permissions"
        ) from None


def _check_events(path: Path, text: str) -> None:
    """Refuse anchors, aliases, tags, deep nesting, second documents and masses before anything is built from the text."""
    depth = documents = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        where = f"{path}:{event.start_mark.line + 1}" if event.start_mark else str(path)
        if (anchor := getattr(event, "anchor", None)) is not None:
            what = f"anchors and aliases are not allowed ({shown(anchor)})"
            raise SuiteError(what, where, "Write the value out in full")
        if (tag := getattr(event, "tag", None)) is not None:
            what = f"tags are not allowed ({shown(tag.replace(_YAML_TAG, '!!'))})"
            raise SuiteError(what, where, "Write the plain value; text may stand in quotes")
        if number > MAX_EVENTS:
            raise SuiteError(f"more than about {MAX_EVENTS} keys and values", where, "Split the file")
        if depth > MAX_DEPTH:
            raise SuiteError(f"nested deeper than {MAX_DEPTH} levels", where, "Flatten the file")
        if documents > 1:
            what = "more than one document; one is allowed"
            raise SuiteError(what, where, "Remove the '---' and what follows, or use two files")


def _not_yaml(path: Path, text: str, error: yaml.YAMLError) -> SuiteError:
    """The loader's complaint in one line, with its place."""
    line, problem = None, str(error)
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        line, problem = error.problem_mark.line + 1, error.problem or problem
        if error.context and error.context_mark and error.context_mark.line + 1 < line:
            problem += f" {error.context} from line {error.context_mark.line + 1}"
    elif isinstance(error, yaml.reader.ReaderError):
        line, problem = (
            text.count("\n", 0, error.position) + 1,
            f"the character {text[error.position]!a} is not allowed",
        )
    fix = (
        "Indent with spaces, not tabs"
        if "\\t" in problem
        else "Correct the syntax there or in the line above"
    )
    return SuiteError(f"not valid YAML: {_short(problem, 120)}", f"{path}:{line}" if line else str(path), fix)


def _lines(path: Path, node: yaml.Node, key: Key) -> Iterator[tuple[Key, int]]:
    """(key path, line from 1) of every entry under ``node``; refuses what stands for no value, and keys as ``_checked_key``."""
    yield key, node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        _check_scalar(node, _where(str(path), {key: node.start_mark.line + 1}, key))
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _lines(path, child, (*key, index))
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for name, child in node.value:
            at = _checked_key(path, name, key, seen)
            yield from _lines(path, child, at)
            yield at, name.start_mark.line + 1  # later entries win in dict(): a value may start below its key


def _check_scalar(node: yaml.ScalarNode, where: str) -> None:
    """Refuse endless numbers, the merge sign, and halves of characters, which cannot be written anywhere."""
    if node.tag in (f"{_YAML_TAG}int", f"{_YAML_TAG}float") and len(node.value) > MAX_DIGITS:
        what = f"a number of {len(node.value)} digits; at most {MAX_DIGITS} are allowed"
        raise SuiteError(what, where, "Write a smaller number, or quote it")
    if node.tag == f"{_YAML_TAG}merge":
        raise SuiteError("'<<' is not allowed", where, "Write the value out in full, or quote it")
    if any("\ud800" <= c <= "\udfff" for c in node.value):
        raise SuiteError(f"half of a character in {shown(node.value)}", where, "Write the character itself")


def _checked_key(path: Path, name: yaml.Node, parent: Key, seen: dict[str, int]) -> Key:
    """The key path of ``name``, which is added to ``seen`` (key -> line); refuses duplicate, merge and non-text keys."""
    line = name.start_mark.line + 1
    if name.tag != "tag:yaml.org,2002:str" or not isinstance(name, yaml.ScalarNode):
        where = _where(str(path), {parent: line}, parent)
        what = (
            f"key {shown(name.value)} is not text"
            if isinstance(name, yaml.ScalarNode)
            else "a list or mapping is no key"
        )
        merge = name.tag == f"{_YAML_TAG}merge"
        raise SuiteError(
            what, where, "Write the keys out; merge keys are not allowed" if merge else "Quote the key"
        )
    key = (*parent, name.value)
    _check_scalar(name, _where(str(path), {key: line}, key))
    if name.value in seen:
        where = _where(str(path), {key: line}, key)
        what = f"duplicate key {shown(name.value)}, first given in line {seen[name.value]}"
        raise SuiteError(what, where, "Keep one of the two")
    seen[name.value] = line
    return key


def _where(source: str, lines: Mapping[Key, int], key: Key) -> str:
    """``source:line: key.path``, without the parts that are not known."""
    known = next((key[:n] for n in range(len(key), -1, -1) if key[:n] in lines), None)
    place = source if known is None else f"{source}:{lines[known]}"
    return f"{place}: {'.'.join(_short(str(part)) for part in key)}" if key else place


def _short(text: str, length: int = 60) -> str:
    """``text`` on one line, printable, of at most ``length`` characters: file contents are not trusted with the terminal."""
    plain = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: length + 1])
    return plain if len(plain) <= length else plain[: length - 3] + "..."


def _validate(data: object, type_: type[T], document: Document) -> T:
    """Strict validation by way of JSON: no text for numbers, no ``yes`` for 1, but a list where a tuple is meant."""
    try:
        return type_.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        # A misspelt key is reported as missing and as unknown; the unknown one shows what the person wrote.
        found = sorted(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
        raise _explained(found[0], len(found) - 1, type_, document) from None
    except (TypeError, ValueError) as error:
        what = f"a value cannot be used: {_short(str(error))}"
        raise SuiteError(
            what, document.where(), "Use text, numbers, true or false, lists and mappings only"
        ) from None


def _explained(error: ErrorDetails, others: int, type_: type[Strict], document: Document) -> SuiteError:
    """One pydantic error as a ``SuiteError``, with what was allowed and the closest match."""
    key = tuple(part for part in error["loc"] if part != "[key]")
    name = str(key[-1]) if key else ""
    quoted = _quoted(key, document)
    given = _short(json.dumps(error["input"], default=repr))
    what, fix = f"{_in_yaml_words(error['msg'])}; got {given}", _mend(error, quoted)
    known = _known_keys(type_, key[:-1])
    if error["type"] == "extra_forbidden":
        what = f"unknown key {quoted}. Allowed: {', '.join(known)}"
        fix = f"{did_you_mean(name, known)}Rename or remove {quoted}"
    elif error["type"] == "missing":
        what, fix = f"key {quoted} is missing. Allowed: {', '.join(known)}", f"Add {quoted}"
    elif error["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        what = f"unknown value {given}. Allowed: {', '.join(allowed)}"
        fix = f"{did_you_mean(str(error['input']), allowed)}Correct {quoted}"
    elif error["type"] == "model_type":
        what = f"must be a mapping of keys to values; got {given}. Allowed keys: {', '.join(_known_keys(type_, key))}"
    elif error["type"] == "value_error":  # our own validators say in full what is wrong and what is allowed
        what = error["msg"].removeprefix("Value error, ")
    return SuiteError(f"{what}{f' ({others} more after this)' if others else ''}", document.where(*key), fix)


def _quoted(key: Key, document: Document) -> str:
    """What a fix calls the thing at ``key``: a flag, the key in quotes, an entry of a list, or the whole."""
    if key and key[0] in document.flags:
        return flag(*key)
    if not key:
        return "the file" if document.lines else "the flags" if document.flags else "the values"
    return "this entry" if isinstance(key[-1], int) else shown(str(key[-1]))


def _mend(error: ErrorDetails, quoted: str) -> str:
    """What to do about a value of the wrong kind or size."""
    if error["input"] is None and quoted != "the file":
        return f"Give {quoted} a value, or leave it out"
    if error["type"] == "string_type" and not isinstance(error["input"], list):
        return f"Put the value of {quoted} in quotes"
    if error["type"] in ("tuple_type", "list_type"):
        return f"Write every entry of {quoted} behind '- ', or all of them as [one, two]"
    return f"Correct {quoted}"


def _in_yaml_words(message: str) -> str:
    """pydantic's message in the words of a YAML file: "must be a valid list" for "Input should be a valid array"."""
    message = re.sub(r"^(?:Input|String|List|Tuple|Dictionary) should ", "must ", message)
    for pydantic, ours in (
        ("a valid array", "a valid list"),
        ("a valid boolean", "true or false"),
        ("be an object", "be a mapping of keys to values"),
        (" after validation", ""),
    ):
        message = message.replace(pydantic, ours)
    return message


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
