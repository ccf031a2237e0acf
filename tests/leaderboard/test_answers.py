"""Answers as files beside the pages: their content, the same bytes each time, and their size."""

import base64
import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from builders.cells import GradedAnswer, graded_cell

from suite.benchmarks.items import Item
from suite.grade import stored_grades
from suite.leaderboard import answers
from suite.leaderboard.answers import PackedCell, pack, packed_cells
from suite.schema import OUTCOMES, Sample
from suite.store.cells import CellStore
from suite.store.run_folder import RunStore

ITEMS = [
    Item("a", "How many?", "1"),
    Item("b", "How\nmuch?", "2", continuation="the rest", steps=3),
    Item("c", "Why?", "3"),
]
RIGHT, WRONG = GradedAnswer("I say 1"), GradedAnswer("I say 9", "wrong", "9")
ANSWERS = [
    [RIGHT, WRONG],
    [GradedAnswer("no idea", "unparsed", None), GradedAnswer("and so on and", "truncated", None, "length")],
    [
        GradedAnswer("", "error", None, None, "CUDA out of memory", None),
        GradedAnswer("half \ud83d a pair, \0, \u202e"),
    ],
]


def content(cell: PackedCell, name: str) -> object:
    """What the browser reads from one of the files."""
    script = cell.files[f"answers/{name}.js"].decode("ascii")
    named, data = re.fullmatch(
        r'rlvrAnswers\.receive\("([0-9a-z-]+)", "([A-Za-z0-9+/=]+)"\);\n', script
    ).groups()
    assert named == name
    return json.loads(gzip.decompress(base64.b64decode(data)))


@pytest.fixture(scope="module")
def cell() -> PackedCell:
    return pack(graded_cell("m", ITEMS, ANSWERS))


def test_the_texts_come_back_as_they_are_half_surrogate_pairs_and_null_bytes_included(
    cell: PackedCell,
) -> None:
    assert content(cell, f"{cell.manifest.cell.id}-0") == [
        [one.text for one in answered] for answered in ANSWERS
    ]


def test_the_index_says_what_every_sample_earned(cell: PackedCell) -> None:
    index = content(cell, cell.manifest.cell.id)
    assert index["k"] == 2 and index["starts"] == [0]
    assert index["hashes"] == [item.hash[:16] for item in ITEMS]
    assert [index["outcomes"][int(n)] for n in index["outcome"]] == [
        one.outcome for row in ANSWERS for one in row
    ]
    assert index["extracted"] == ["1", "9", None, None, None, "1"] and index["present"] == "001000"
    assert index["finish"] == "sssl-s" and index["tokens"] == [7, 7, 7, 7, None, 7]
    assert index["errors"] == {"4": "CUDA out of memory"}
    assert index["outcomes"] == list(OUTCOMES)


def test_the_items_hold_question_answer_hidden_rest_and_level(cell: PackedCell) -> None:
    assert content(cell, cell.items)[1] == {
        "id": "b",
        "problem": "How\nmuch?",
        "answer": "2",
        "continuation": "the rest",
        "steps": 3,
    }


def test_the_same_answers_give_the_same_bytes(cell: PackedCell) -> None:
    assert pack(graded_cell("m", ITEMS, ANSWERS)) == cell


def test_a_base_and_its_checkpoint_share_the_file_of_their_items_and_no_other(cell: PackedCell) -> None:
    other = pack(graded_cell("n", ITEMS, ANSWERS))
    assert cell.items == other.items and set(cell.files) & set(other.files) == {f"answers/{cell.items}.js"}


@pytest.mark.parametrize(
    "items",
    [ITEMS[::-1], [Item("z", "How many?", "1"), *ITEMS[1:]], [Item("a", "How  many?", "1"), *ITEMS[1:]]],
)
def test_items_of_another_order_id_or_spacing_have_a_file_of_their_own(
    cell: PackedCell, items: list[Item]
) -> None:
    assert pack(graded_cell("m", items, ANSWERS)).items != cell.items


def test_a_part_is_as_large_as_allowed_unless_one_item_is_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PART_CHARACTERS", 10)
    sizes = [4, 5, 2, 30, 1, 9, 1]
    items = [Item(str(n), f"q{n}", "1") for n in range(len(sizes))]
    cell = pack(graded_cell("m", items, [[GradedAnswer("x" * size)] for size in sizes]))
    assert content(cell, cell.manifest.cell.id)["starts"] == [0, 2, 3, 4, 6]
    parts = [content(cell, f"{cell.manifest.cell.id}-{n}") for n in range(5)]
    assert [[len(text) for texts in part for text in texts] for part in parts] == [
        [4, 5],
        [2],
        [30],
        [1, 9],
        [1],
    ]


def test_no_name_of_a_user_is_in_a_path() -> None:
    cell = pack(graded_cell("../../<script>", [Item("../x", "q", "1")], [[RIGHT]], task="../t"))
    assert all(re.fullmatch(r"answers/[0-9a-z-]+\.js", path) for path in cell.files)


def test_ten_thousand_like_answers_weigh_a_sixth_of_their_text() -> None:
    items = [Item(str(n), f"How many are {n} apples and {n + 1} more?", str(2 * n + 1)) for n in range(1250)]
    text = "```python\na = {n}\nb = a + {n} + 1\nprint(b)\n```\nThe answer is \\boxed{{{n}}}"
    rows = [[GradedAnswer(text.format(n=n * s)) for s in range(8)] for n in range(len(items))]
    cell = pack(graded_cell("m", items, rows))
    weight = sum(
        len(data)
        for path, data in cell.files.items()
        if re.search(r"-\d+\.js$", path) and "items" not in path
    )
    assert 6 * weight < sum(len(one.text) for row in rows for one in row)


def _written(root: Path, models: tuple[str, ...]) -> list[CellStore]:
    run = RunStore(root)
    for model in models:
        made = graded_cell(model, ITEMS, [[RIGHT, WRONG]] * 3)
        store = run.cell(made.manifest.cell)
        store.write_items(ITEMS)
        store.write_batch("0", made.samples.values())
        store.finish(made.manifest)
    return list(run.finished())


def _all(stores: list[CellStore]) -> Mapping[str, bytes]:
    return {path: data for cell in packed_cells(stores) for path, data in cell.files.items()}


def test_finished_cells_come_in_their_order_and_a_shared_file_once(tmp_path: Path) -> None:
    stores = _written(tmp_path, ("m", "n", "o"))
    (stores[1].path / "cell.json").unlink()
    cells = list(packed_cells(stores))
    assert [one.manifest.cell.id for one in cells] == [stores[0].path.name, stores[2].path.name]
    assert cells[0].items == cells[1].items
    paths = [path for one in cells for path in one.files]
    assert len(paths) == len(set(paths)) and f"answers/{cells[0].items}.js" in cells[0].files


def test_several_processes_pack_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = _written(tmp_path, tuple(f"m{n}" for n in range(20)))
    alone = _all(stores)
    monkeypatch.setattr(stored_grades, "PARALLEL_FROM", 2)
    monkeypatch.setattr(stored_grades.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(stored_grades, "AHEAD", 2)
    assert _all(stores) == alone


def test_a_text_that_the_store_keeps_reaches_the_page_whole(tmp_path: Path) -> None:
    text = "null \0, escape \x1b, override \u202e, emoji \U0001f9ee, broken \ufffd, end </script>"
    made = graded_cell("m", ITEMS[:1], [[GradedAnswer(text)]])
    store = RunStore(tmp_path).cell(made.manifest.cell)
    store.write_items(ITEMS[:1])
    store.write_batch("0", [Sample(item_id="a", sample=0, text=text)])
    store.finish(made.manifest)
    (cell,) = packed_cells([store])
    assert content(cell, f"{store.path.name}-0") == [[text]]
