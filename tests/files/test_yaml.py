"""YAML that people write: whatever is wrong, the message is one line with file, line, key and what is
allowed.
"""

from pathlib import Path
from typing import Literal

import pytest

from suite.errors import SuiteError
from suite.files.yaml import MAX_BYTES, flags_only, load_yaml, read_document, validate
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


def test_a_flag_takes_the_place_of_a_key_and_is_named_by_the_message(tmp_path: Path) -> None:
    file = tmp_path / "part.yaml"
    file.write_text("kind: smal\ncount: 2\n")
    given = read_document(file).with_flags({"kind": "large"})
    assert given.parse(Part) == Part(kind="large", count=2)
    with pytest.raises(
        SuiteError, match=r"^--kind: unknown value \"larg\".*Did you mean 'large'\? Correct --kind\.$"
    ):
        read_document(file).with_flags({"kind": "larg"}).parse(Part)
    with pytest.raises(SuiteError, match=r"part\.yaml:1: kind: .*Correct 'kind'\.$"):
        read_document(file).with_flags({"count": 1}).parse(Part)
    with pytest.raises(SuiteError, match=r"^--kind: key --kind is missing.*Add --kind"):
        flags_only({"count": 1}).parse(Part)


# What lm-eval would let pass in a task file, or read as another value than it looks like; ``{line}`` is the
# line at fault.
SURPRISES = [
    ("duplicate key", "repeats: 1\nrepeats: 7\n", 2, "repeats", "first given in line 1"),
    ("nested duplicate", "metadata:\n  seed: 1\n  seed: 2\n", 3, "metadata.seed", "first given in line 2"),
    ("octal", "repeats: 012\n", 1, "repeats", "'012' is text here and a number to lm-eval (YAML 1.1). Quote"),
    ("sexagesimal", "repeats: 1:30\n", 1, "repeats", "'1:30' is text here and a number to lm-eval"),
    ("underscore", "repeats: 1_000\n", 1, "repeats", "'1_000' is text here and a number to lm-eval"),
    ("hexadecimal", "repeats: 0x10\n", 1, "repeats", "'0x10' is text here and a number to lm-eval"),
    ("binary", "repeats: 0b1\n", 1, "repeats", "'0b1' is text here and a number to lm-eval"),
    ("exponent", "temperature: 1e-1\n", 1, "temperature", "'1e-1' is a number here and text to lm-eval"),
    ("date", "title: 2024-11-26\n", 1, "title", "'2024-11-26' is text here and a date to lm-eval"),
    ("equals sign", "title: =\n", 1, "title", "'=' is text here and value to lm-eval"),
    ("octal key", "metadata:\n  012: x\n", 2, "metadata.012", "'012' is text here and a number to lm-eval"),
    ("yes as a key", "no: x\n", 1, "", "key 'no' is not text. Quote the key"),
    ("tab", "metadata:\n\tseed: 1\n", 2, "", "Indent with spaces, not tabs"),
    ("anchor", "metadata: &m {seed: 1}\n", 1, "", "anchors and aliases are not allowed ('m')"),
    ("merge key", "metadata:\n  <<: {seed: 1}\n", 2, "metadata", "merge keys are not allowed"),
    ("two documents", "repeats: 1\n---\nrepeats: 2\n", 2, "", "more than one document"),
    ("another tag", "a: !include x.yaml\n", 1, "", "tags are not allowed ('!include')"),
    ("function with keys", "a: !function {b: 1}\n", 1, "", "tags are not allowed ('!function')"),
    ("long number", f"seed: {'9' * 50}\n", 1, "seed", "a number of 50 digits"),
    ("included file", "include: shared\n", 2, "b", "duplicate key 'b', first given in line 1"),
    ("included twice", "include: whole.yaml\n", 1, "include", "includes itself"),
    ("nothing to include", "a: 1\ninclude: nowhere\n", 2, "include", "no such file"),
    ("several to include", "include: [shared]\n", 1, "include", "must be the path of one file"),
    ("included list", "include: list\n", 1, "", "must be a mapping of keys to values"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "line", "key", "what"), [row[1:] for row in SURPRISES], ids=[row[0] for row in SURPRISES]
)
def test_a_surprise_in_a_task_file_is_one_line_with_file_and_line(
    tmp_path: Path, content: str, line: int, key: str, what: str
) -> None:
    file = tmp_path / "whole.yaml"
    file.write_text(content)
    (tmp_path / "shared").write_text("b: 1\nb: 2\n")
    (tmp_path / "list").write_text("- 1\n")
    with pytest.raises(SuiteError) as caught:
        read_document(file, lm_eval=True)
    at_fault = {"include: shared\n": "shared", "include: list\n": "list"}.get(content, "whole.yaml")
    assert caught.value.where == f"{tmp_path / at_fault}:{line}" + (f": {key}" if key else "")
    assert what in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_only_a_task_file_may_name_functions_and_include(tmp_path: Path) -> None:
    file = tmp_path / "whole.yaml"
    file.write_text("parts: {}\nfirst: !function os.system\n")
    with pytest.raises(SuiteError, match=r"tags are not allowed \('!function'\)"):
        load_yaml(file, Whole)
    assert read_document(file, lm_eval=True).data == {"parts": {}, "first": "os.system"}
    file.write_text("include: other.yaml\nparts: {}\n")
    with pytest.raises(SuiteError, match="unknown key 'include'"):
        load_yaml(file, Whole)


def test_a_files_own_keys_hide_included_ones_whole_and_each_key_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "shared").write_text("parts:\n  a: {kind: small}\nsizes:\n- 1\n- big\n")
    file = tmp_path / "whole.yaml"
    file.write_text("include: shared\nparts:\n  b: {kind: large}\n")
    document = read_document(file, lm_eval=True)
    assert document.data == {"parts": {"b": {"kind": "large"}}, "sizes": [1, "big"]}
    assert document.where("parts", "b", "kind") == f"{file}:3: parts.b.kind"
    assert document.where("parts", "a") == f"{file}:2: parts.a"  # hidden, so the line of its parent
    with pytest.raises(SuiteError) as caught:
        document.parse(Whole)
    assert caught.value.where == f"{tmp_path / 'shared'}:5: sizes.1"
