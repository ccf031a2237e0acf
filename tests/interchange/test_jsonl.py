"""Plain JSON lines: what does not fit is named by its line, and nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from plain_rows import MODEL, TASK, Refusal, Row, manifests, rows, write_lines

from suite.benchmarks.items import Item
from suite.commands.main import main
from suite.store.run_folder import RunStore


def put(place: int, **values: object) -> Callable[[list[Row]], object]:
    return lambda made: made[place].update(values)


SPOILED = [
    (put(4, task="nope"), ":5: unknown task 'nope'"),
    (put(4, item_id="nope"), ":5: an answer to an unknown item of 'micro_bench' (item_id 'nope')"),
    (put(4, item_id=2), ":5: Input should be a valid string at 'item_id'"),
    (put(4, sample=-1), ":5: Input should be greater than or equal to 0 at 'sample'"),
    (put(4, sample="0"), ":5: Input should be a valid integer at 'sample'"),
    (put(4, text=None), ":5: Input should be a valid string at 'text'"),
    (put(4, finish_reason="eos"), ":5: Input should be 'stop' or 'length' at 'finish_reason'"),
    (put(4, n_tokens=-3), ":5: Input should be greater than or equal to 0 at 'n_tokens'"),
    (
        put(4, answer="7"),
        ":5: Extra inputs are not permitted at 'answer'; expected task, item_id, sample, text and "
        "perhaps finish_reason (stop or length), n_tokens. Remove 'answer'.",
    ),
    (put(4, sample=1), ":6: sample 1 of item '2' is there twice, first at"),
    (lambda made: made.append(dict(made[7])), ":201: sample 1 of item '3' is there twice, first at"),
    (
        lambda made: made.pop(5),
        "1 of 200 samples are missing, such as item '2' sample 1; the highest sample of an item is 1",
    ),
    (put(0, sample=2), "100 of 300 samples are missing"),
    (put(0, sample=10**9), "99999999900 of 100000000100 samples are missing"),
    (
        lambda made: made.__delitem__(slice(0, 14)),
        "no answer to 7 of the 100 items of 'micro_bench' (0, 1, 2, 3, 4 and 2 more)",
    ),
    (lambda made: made.clear(), "no answers here"),
]


@pytest.mark.parametrize(("spoil", "named"), SPOILED, ids=[named[:40] for _, named in SPOILED])
def test_a_row_that_does_not_fit_is_named_and_nothing_is_written(
    spoil: Callable[[list[Row]], object], named: str, items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    made = rows(items, {})
    spoil(made)
    path = write_lines(tmp_path / "answers.jsonl", made)
    said = refuse(["jsonl", str(path), *MODEL])
    assert str(path) in said and named in said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"{\n", ":1: Invalid JSON"),
        (b"\n[1]\n", ":2: Input should be an object"),
        (b"\xff\n", "not UTF-8 (byte 0)"),
    ],
)
def test_a_line_that_is_no_row_is_named(text: bytes, named: str, tmp_path: Path, refuse: Refusal) -> None:
    (tmp_path / "answers.jsonl").write_bytes(text)
    assert named in refuse(["jsonl", str(tmp_path / "answers.jsonl"), *MODEL])


def test_one_file_may_hold_several_tasks(items: list[Item], tmp_path: Path, run: Path) -> None:
    probe = [{**row, "task": "micro_bench_partial"} for row in rows(items, {}, k=1)]
    path = write_lines(tmp_path / "answers.jsonl", [*rows(items, {}), *probe])
    assert main(["import", "jsonl", str(path), *MODEL, "--out", str(run)]) == 0
    assert sorted(m.cell.task for m in manifests(run)) == [TASK, "micro_bench_partial"]


def test_text_comes_through_to_the_letter(items: list[Item], tmp_path: Path, run: Path) -> None:
    text = "\u2028 line\r\n\x00 \N{SNOWMAN} \\boxed{" + "x" * 10_000
    path = write_lines(tmp_path / "answers.jsonl", [{**rows(items[:1], {}, k=1)[0], "text": text}])
    assert main(["import", "jsonl", str(path), *MODEL, "--subset", "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert [sample.text for sample in store.samples().values()] == [text]
