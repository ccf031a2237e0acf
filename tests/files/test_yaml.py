"""Strict YAML: whatever is wrong with a file, the person gets one line with file, line, key and what was allowed."""

from pathlib import Path
from typing import Literal

import pytest

from suite.errors import SuiteError
from suite.files.yaml import MAX_BYTES, load_yaml, validate
from suite.schema import Strict


class Part(Strict):
    kind: Literal["small", "large"]
    count: int = 1
    released: str | None = None


class Whole(Strict):
    parts: dict[str, Part]
    sizes: tuple[float, ...] = ()
    first: Part | None = None


def failure(tmp_path: Path, content: str | bytes) -> SuiteError:
    """The error that ``content`` gives; its text is one line that begins with the file."""
    file = tmp_path / "whole.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SuiteError) as caught:
        load_yaml(file, Whole)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith(str(file))
    return caught.value


def test_a_good_file_becomes_the_type_and_a_date_stays_text(tmp_path: Path) -> None:
    file = tmp_path / "whole.yaml"
    file.write_text("parts: {a: {kind: small, released: 2024-11-26}}\nsizes: [1, 2.5]\n")
    whole = load_yaml(file, Whole)
    assert whole.parts["a"] == Part(kind="small", released="2024-11-26")
    assert whole.sizes == (1.0, 2.5)


PLACES = [
    (
        "unknown key",
        "parts:\n  a:\n    kind: small\n    cuont: 2\n",
        4,
        "parts.a.cuont",
        "kind, count, released",
        "'count'",
    ),
    (
        "misspelt required key",
        "parts:\n  a:\n    knid: small\n",
        3,
        "parts.a.knid",
        "kind, count, released",
        "'kind'",
    ),
    ("missing key", "parts:\n  a:\n    count: 2\n", 2, "parts.a.kind", "kind, count", "Add 'kind'"),
    ("unknown top-level key", "parts: {}\npart: 1\n", 2, "part", "parts, sizes, first", "'parts'"),
    (
        "key in an optional part",
        "parts: {}\nfirst:\n  kind: small\n  x: 1\n",
        4,
        "first.x",
        "kind, count",
        "remove",
    ),
    ("unknown value", "parts:\n  a:\n    kind: smal\n", 3, "parts.a.kind", "small, large", "'small'"),
    ("text for a number", "parts:\n  a: {kind: small, count: two}\n", 2, "parts.a.count", "integer", '"two"'),
    ("yes for a number", "parts:\n  a: {kind: small, count: yes}\n", 2, "parts.a.count", "integer", "true"),
    (
        "number for text",
        "parts:\n  a: {kind: small, released: 2024}\n",
        2,
        "parts.a.released",
        "string",
        "2024",
    ),
    ("scalar for a mapping", "parts:\n  a: 3\n", 2, "parts.a", "kind, count, released", "mapping"),
    ("list at the top", "- 1\n", 1, "", "parts, sizes, first", "mapping"),
    ("bad list entry", "parts: {}\nsizes:\n  - 1\n  - big\n", 4, "sizes.1", "number", '"big"'),
    (
        "duplicate key",
        "parts:\n  a: {kind: small}\n  a: {kind: large}\n",
        3,
        "parts.a",
        "duplicate",
        "line 2",
    ),
    ("key that is no text", "parts:\n  1: {kind: small}\n", 2, "parts", "'1' is not text", "Quote"),
    ("merge key", "parts:\n  a:\n    <<: {kind: small}\n", 3, "parts.a", "'<<'", "merge"),
    ("list as a key", "parts:\n  [1]: {kind: small}\n", 2, "parts", "list or mapping", "Quote"),
    ("anchor", "parts: {}\nsizes: &x [1]\n", 2, "", "anchors and aliases", "'x'"),
    ("alias", "parts: {}\nfirst: *x\n", 2, "", "anchors and aliases", "in full"),
    ("python tag", "parts: {}\nfirst: !!python/object/apply:os.system [ls]\n", 2, "", "python", "tags"),
    ("broken syntax", "parts: {}\nsizes: [1\nfirst: 2\n", 3, "", "not valid YAML", "syntax"),
    ("tab", "parts:\n\ta: 1\n", 2, "", "not valid YAML", "spaces"),
    ("two documents", "parts: {}\n---\nparts: {}\n", 2, "", "more than one document", "two files"),
    ("deep nesting", "parts: {}\nsizes: " + "[" * 5000, 2, "", "nested deeper", "40"),
]


@pytest.mark.parametrize(
    ("content", "line", "key", "allowed", "fix"), [row[1:] for row in PLACES], ids=[r[0] for r in PLACES]
)
def test_a_mistake_is_told_with_line_key_allowed_and_fix(
    tmp_path: Path, content: str, line: int, key: str, allowed: str, fix: str
) -> None:
    error = failure(tmp_path, content)
    assert error.where == f"{tmp_path / 'whole.yaml'}:{line}" + (f": {key}" if key else "")
    assert allowed in str(error)
    assert fix in str(error)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"parts: \x00", "not valid YAML"),
        ("#" * (MAX_BYTES + 1), "at most 1000000"),
        ("parts: {}\nsizes: [" + "9" * 5000 + "]\n", "5000 digits; at most 40"),
        ("parts: {}\nsizes: [0x" + "f" * 5000 + "]\n", "valid number"),
        ("parts: {}\nsizes: [1" + ":59" * 5000 + "]\n", "valid number"),
        ("parts: {}\nsizes: [" + "[]," * 100_000 + "]\n", "keys and values"),
    ],
    ids=[
        "empty",
        "comment",
        "not utf-8",
        "null byte",
        "too large",
        "decimal",
        "hexadecimal",
        "clock time",
        "masses",
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | bytes, what: str) -> None:
    assert what in failure(tmp_path, content).what


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no such file"):
        load_yaml(tmp_path / "none.yaml", Whole)
    with pytest.raises(SuiteError, match="is a folder"):
        load_yaml(tmp_path, Whole)


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    error = failure(tmp_path, 'parts: {}\n"\\e[31m\\rred": 1\n')
    assert str(error).isprintable()


def test_a_mapping_from_elsewhere_is_checked_the_same_way() -> None:
    assert validate({"kind": "small"}, Part, "here").count == 1
    with pytest.raises(SuiteError, match=r"^here: kind: unknown value .*Allowed: small, large"):
        validate({"kind": "smal"}, Part, "here")
    with pytest.raises(SuiteError, match="cannot be used"):
        validate({"kind": Path()}, Part, "here")


def test_further_errors_are_counted(tmp_path: Path) -> None:
    assert "(1 more after this)" in failure(tmp_path, "parts: {}\nx: 1\ny: 2\n").what
