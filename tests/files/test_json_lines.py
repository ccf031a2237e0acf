"""JSON lines: every line that is no row is reported with its place, and only a newline ends a line."""

from pathlib import Path

import pytest

from suite.errors import SuiteError
from suite.files.json_lines import content, rows
from suite.schema import Strict

PATH = Path("a.jsonl")


class Row(Strict):
    n: int
    text: str = ""


def read(data: bytes) -> list[tuple[str, Row]]:
    return list(rows(data, Row, PATH, "n and text", "Name another file"))


def test_rows_keep_their_line_numbers_over_blank_lines_a_byte_order_mark_and_other_line_ends() -> None:
    data = b"\xef\xbb\xbf" + '{"n": 1}\n\n \r\n{"n": 2, "text": "a\u2028b"}\r\n{"n": 3}'.encode()
    assert read(data) == [
        ("a.jsonl:1", Row(n=1)),
        ("a.jsonl:4", Row(n=2, text="a\u2028b")),
        ("a.jsonl:5", Row(n=3)),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b'{"n": 1}\n{"n": "2"}',
            "a.jsonl:2: Input should be a valid integer at 'n'; expected n and text. Name another file.",
        ),
        (b"{}", "a.jsonl:1: Field required at 'n'; expected n and text. Name another file."),
        (
            b'{"n": 1, "m": 2}',
            "a.jsonl:1: Extra inputs are not permitted at 'm'; expected n and text. Remove 'm'.",
        ),
        (b"[]", "a.jsonl:1: Input should be an object; expected n and text. Name another file."),
        (b'{"n": 1}\n\xff', "a.jsonl: not UTF-8 (byte 9). Save the file as UTF-8."),
    ],
)
def test_the_first_fault_is_told_with_its_line(data: bytes, said: str) -> None:
    with pytest.raises(SuiteError) as caught:
        read(data)
    assert str(caught.value) == said


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(
            SuiteError, match=r"cannot be read \((Is a directory|No such file or directory)\)"
        ):
            content(path)
