"""The one reader for YAML that people write: registries, run files, recipes, policies, lm-eval's task files.

``load_yaml(Path("policy.yaml"), PolicyFile)`` returns the typed value or raises one ``SuiteError`` whose
``where`` is ``path:line: key.path``. Only the safe loader reads. Anchors, aliases, merge keys, tags,
duplicate keys, second documents, and files over the limits below are refused. Numbers are decimal: ``010``
and ``1:30``, which YAML 1.1 reads as 8 and 90, are text here, and so are dates.

A task file (``read_document(path, lm_eval=True)``) may use two things of lm-eval's: ``!function
module.name``, which is read as the text ``module.name``, and ``include: FILE``, whose keys stay below the
file's own. lm-eval itself reads YAML 1.1, so a value on which the two readings differ is refused there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import yaml
from pydantic import ValidationError

from suite.errors import SuiteError
from suite.files.misfit import Key, Where, dotted, misfit, short
from suite.files.text import shown
from suite.schema import Strict

__all__ = ["Document", "Line", "Where", "flag", "flags_only", "load_yaml", "read_document", "validate"]

T = TypeVar("T", bound=Strict)

COMMAND_LINE = "command line"
"""The place of a mistake that is no single flag's."""
MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_EVENTS = 100_000
"""Of the parser: about one a key or value. 1 MB can hold six times as many, which take 15 seconds to read."""
MAX_DIGITS = 40

_TAG = "tag:yaml.org,2002:"
_FUNCTION = "!function"
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
_FLOAT = re.compile(
    r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"  # 1.5, .5 and 1.5e-3
    r"|[0-9]+[eE][-+]?[0-9]+"  # 1e-3
    r"|\.(?:inf|Inf|INF))$|\.(?:nan|NaN|NAN)$"
)
_KINDS = {"str": "text", "int": "a number", "float": "a number", "timestamp": "a date"}


class _Loader(yaml.SafeLoader):
    """The safe loader with decimal numbers and without dates: ``2024-11-26`` is text."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag.removeprefix(_TAG) in ("bool", "null", "merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_TAG}int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver(f"{_TAG}float", _FLOAT, list("-+.0123456789"))
_Loader.add_constructor(_FUNCTION, lambda loader, node: str(node.value))
_yaml_1_1 = yaml.SafeLoader("")


def flag(*key: int | str) -> str:
    """Return the flag that gives the key: ``--data-dir`` for ``data_dir``."""
    return f"--{str(key[0]).replace('_', '-')}" if key else COMMAND_LINE


class Line(NamedTuple):
    """Where a key is written; ``number`` counts from 1."""

    path: Path
    number: int

    def __str__(self) -> str:
        return f"{self.path}:{self.number}"


@dataclass(frozen=True)
class Document:
    """One YAML file as plain data, with the line of every key and list entry.

    ``flags`` are the top-level keys that the command line gave, in place of the file's or without a file.
    """

    path: Path
    data: object
    lines: Mapping[Key, Line]
    flags: frozenset[str] = frozenset()

    def where(self, *key: int | str) -> str:
        """Return ``path:line: key.path``, or the flag; a key that the file lacks gets its parent's line."""
        if self._is_flag(key):
            return flag(*key)
        parents = (key[:n] for n in range(len(key), -1, -1))
        place = str(next((self.lines[parent] for parent in parents if parent in self.lines), self.path))
        if key:
            return f"{place}: {dotted(key)}"
        # A fault of the whole may be the file's or that of the flags in place of its keys.
        flags = ", ".join(flag(name) for name in sorted(self.flags))
        return f"{place} with {flags}" if flags and self.lines else place

    def parse(self, type_: type[T]) -> T:
        """Return the document as ``type_``; raise ``SuiteError`` for the first thing that does not fit."""
        try:
            # Strict, by way of JSON: no text for a number, no ``yes`` for 1, but a list for a tuple.
            return type_.model_validate_json(json.dumps(self.data), strict=True)
        except ValidationError as error:
            raise misfit(error, type_, self.where, self._name) from None
        except (TypeError, ValueError) as error:
            what = f"a value cannot be used: {short(str(error))}"
            fix = "Use text, numbers, true or false, lists and mappings only"
            raise SuiteError(what, self.where(), fix) from None

    def _is_flag(self, key: Key) -> bool:
        """Whether a flag gives the key, or could give it and no file does."""
        without_file = bool(self.flags) and not self.lines
        return bool(key) and (key[0] in self.flags or without_file)

    def _name(self, key: Key) -> str:
        """Return what a fix calls the thing at ``key``."""
        if self._is_flag(key):
            return flag(*key)
        if not key and self.lines:
            return "the file or the flags" if self.flags else "the file"
        if not key:
            return "the flags" if self.flags else "the values"
        return "this entry" if isinstance(key[-1], int) else shown(str(key[-1]))

    def with_flags(self, given: Mapping[str, object]) -> "Document":
        """Return the document with flags in place of its keys."""
        if not isinstance(self.data, dict):
            return self  # ``parse`` reports that it is no mapping
        return replace(self, data={**self.data, **given}, flags=self.flags | given.keys())


def flags_only(given: Mapping[str, object]) -> Document:
    """Return the keys that flags gave, where there is no file."""
    return Document(Path(COMMAND_LINE), dict(given), {}, frozenset(given))


def validate(data: object, type_: type[T], where: str) -> T:
    """Return JSON-like ``data`` as ``type_``; raise ``SuiteError`` that names ``where`` and the key path."""
    return Document(Path(where), data, {}).parse(type_)


def load_yaml(path: Path, type_: type[T]) -> T:
    """Return the file as ``type_``; raise ``SuiteError`` if it is missing, not YAML or does not fit."""
    return read_document(path).parse(type_)


def read_document(path: Path, *, lm_eval: bool = False) -> Document:
    """Return the file as data with lines, not yet checked against a type; raise ``SuiteError`` as above.

    ``lm_eval`` allows ``!function`` and ``include``.
    """
    document = _one_file(path, lm_eval)
    return _with_included(document, (path,)) if lm_eval else document


def _with_included(document: Document, files: tuple[Path, ...]) -> Document:
    """Return the document with the keys of the file that it includes below its own, as lm-eval merges them.

    ``files`` are this file and those that lead to it; raises ``SuiteError`` if one of them is included again.
    """
    if not isinstance(document.data, dict) or "include" not in document.data:
        return document
    own = {key: value for key, value in document.data.items() if key != "include"}
    where = document.where("include")
    name = document.data["include"]
    if not isinstance(name, str):
        raise SuiteError(f"must be the path of one file; got {short(str(name))}", where, "Correct 'include'")
    path = document.path.parent / name
    if not path.is_file():
        raise SuiteError(f"no such file: {path}", where, "Correct 'include'")
    if any(path.samefile(file) for file in files):
        raise SuiteError(f"{path} includes itself", where, "Remove one 'include'")
    included = _with_included(_one_file(path, lm_eval=True), (*files, path))
    if not isinstance(included.data, dict):
        raise SuiteError("must be a mapping of keys to values", included.where(), "Write 'key: value' lines")
    # A key that the file itself gives hides the included one whole, with the lines of everything under it.
    lines = {key: line for key, line in included.lines.items() if key and key[0] not in own}
    return Document(document.path, {**included.data, **own}, {**lines, **document.lines})


def _one_file(path: Path, lm_eval: bool) -> Document:
    text = _read(path)
    try:
        # Events come first: they show anchors, tags and sheer mass before anything is built from the text.
        _check_events(path, text, lm_eval)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise SuiteError("the file is empty", str(path), "Write a mapping of keys to values")
        walk = _Walk(path, lm_eval)
        walk.visit(node, (), node.start_mark.line + 1)
        data = _Loader("").construct_document(node)
    except yaml.YAMLError as error:
        raise _not_yaml(path, text, error) from None
    return Document(path, data, walk.lines)


def _read(path: Path) -> str:
    """Return the file's text; refuse what is too large before reading it."""
    try:
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "no such file"
            raise SuiteError(what, str(path), "Give the path of a YAML file that exists")
        size = path.stat().st_size
        if size > MAX_BYTES:
            what = f"{size} bytes; at most {MAX_BYTES} are allowed"
            raise SuiteError(what, str(path), "Split the file, or check that it is the right one")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"not UTF-8 text (byte {error.start})"
        raise SuiteError(what, f"{path}:{line}", "Save the file as UTF-8") from None
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise SuiteError(what, str(path), "Check the path and its permissions") from None


def _check_events(path: Path, text: str, lm_eval: bool) -> None:
    """Refuse anchors, aliases, tags, deep nesting, second documents and masses."""
    depth = 0
    documents = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        where = f"{path}:{event.start_mark.line + 1}" if event.start_mark else str(path)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            what = f"anchors and aliases are not allowed ({shown(anchor)})"
            raise SuiteError(what, where, "Write the value out in full")
        tag = getattr(event, "tag", None)
        if tag is not None and not (lm_eval and tag == _FUNCTION and isinstance(event, yaml.ScalarEvent)):
            what = f"tags are not allowed ({shown(tag.replace(_TAG, '!!'))})"
            raise SuiteError(what, where, "Write the plain value, text in quotes if need be")
        if number > MAX_EVENTS:
            raise SuiteError(f"more than about {MAX_EVENTS} keys and values", where, "Split the file")
        if depth > MAX_DEPTH:
            raise SuiteError(f"nested deeper than {MAX_DEPTH} levels", where, "Flatten the file")
        if documents > 1:
            what = "more than one document; one is allowed"
            raise SuiteError(what, where, "Remove the '---' and what follows, or use two files")


def _not_yaml(path: Path, text: str, error: yaml.YAMLError) -> SuiteError:
    """Return the loader's complaint in one line, with its place."""
    line = None
    problem = str(error)
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        line = error.problem_mark.line + 1
        problem = error.problem or problem
        if error.context and error.context_mark and error.context_mark.line + 1 < line:
            problem += f" {error.context} from line {error.context_mark.line + 1}"
    elif isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        problem = f"the character {text[error.position]!a} is not allowed"
    fix = "Correct the syntax there or in the line above"
    if "\\t" in problem:
        fix = "Indent with spaces, not tabs"
    return SuiteError(f"not valid YAML: {short(problem, 120)}", f"{path}:{line}" if line else str(path), fix)


class _Walk:
    """A walk over a file's nodes that notes every key's line and refuses what the loader would accept."""

    def __init__(self, path: Path, lm_eval: bool) -> None:
        self.path = path
        self.lm_eval = lm_eval
        self.lines: dict[Key, Line] = {}

    def visit(self, node: yaml.Node, key: Key, line: int) -> None:
        """Note ``line`` for ``key`` and go on into what is under it."""
        self.lines[key] = Line(self.path, line)
        if isinstance(node, yaml.ScalarNode):
            self._check_scalar(node, key, line)
        elif isinstance(node, yaml.SequenceNode):
            for index, child in enumerate(node.value):
                self.visit(child, (*key, index), child.start_mark.line + 1)
        elif isinstance(node, yaml.MappingNode):
            for name, child in node.value:
                at = self._checked_key(name, key)
                self.visit(child, at, name.start_mark.line + 1)

    def _checked_key(self, name: yaml.Node, parent: Key) -> Key:
        """Return the key path of ``name``; refuse duplicate keys, merge keys and keys that are not text."""
        line = name.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode):
            raise self._error("a list or mapping is no key", parent, line, "Quote the key")
        if name.tag == f"{_TAG}merge":
            fix = "Write the keys out; merge keys are not allowed"
            raise self._error(f"key {shown(name.value)} is not text", parent, line, fix)
        if name.tag != f"{_TAG}str":
            raise self._error(f"key {shown(name.value)} is not text", parent, line, "Quote the key")
        key = (*parent, name.value)
        self._check_scalar(name, key, line)
        if key in self.lines:
            what = f"duplicate key {shown(name.value)}, first given in line {self.lines[key].number}"
            raise self._error(what, key, line, "Keep one of the two")
        return key

    def _check_scalar(self, node: yaml.ScalarNode, key: Key, line: int) -> None:
        """Refuse endless numbers, the merge sign, half characters, and what lm-eval reads differently."""
        if node.tag in (f"{_TAG}int", f"{_TAG}float") and len(node.value) > MAX_DIGITS:
            what = f"a number of {len(node.value)} digits; at most {MAX_DIGITS} are allowed"
            raise self._error(what, key, line, "Write a smaller number, or quote it")
        if node.tag == f"{_TAG}merge":
            raise self._error("'<<' is not allowed", key, line, "Write the value out in full, or quote it")
        if any("\ud800" <= c <= "\udfff" for c in node.value):  # such a text cannot be written anywhere
            what = f"half of a character in {shown(node.value)}"
            raise self._error(what, key, line, "Write the character itself")
        if self.lm_eval and node.style is None and node.tag != _FUNCTION:
            theirs = _yaml_1_1_tag(node.value)
            if theirs != node.tag:
                readings = f"{_kind(node.tag)} here and {_kind(theirs)} to lm-eval (YAML 1.1)"
                what = f"{shown(node.value)} is {readings}"
                raise self._error(what, key, line, "Quote a text; write a number as plain decimals")

    def _error(self, what: str, key: Key, line: int, fix: str) -> SuiteError:
        where = f"{self.path}:{line}"
        return SuiteError(what, f"{where}: {dotted(key)}" if key else where, fix)


def _yaml_1_1_tag(text: str) -> str:
    """Return the tag that a reader of YAML 1.1, such as lm-eval's, gives to an unquoted text."""
    tag: str = _yaml_1_1.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag


def _kind(tag: str) -> str:
    """Return in words what a tag makes of a value."""
    return _KINDS.get(tag.removeprefix(_TAG), tag.removeprefix(_TAG))
