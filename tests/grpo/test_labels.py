"""The label file: what it refuses, and which items it makes."""

import json
from pathlib import Path

import pytest

from suite.benchmarks.items import Item, items_hash
from suite.errors import SuiteError
from suite.grpo.labels import (
    LabelRow,
    Labels,
    LabelSettings,
    describe,
    incorrect_items,
    load_labels,
    majority_items,
)

ITEMS = [Item(str(i), f"What is {i} + 1?", str(i + 1)) for i in range(5)]
VOTES: list[tuple[str | None, bool | None, str | None]] = [
    ("1", True, "grader"),
    ("7", False, None),
    (None, None, None),
    ("3.9999", True, "rounded"),
    ("x" * 9, None, None),
]
SETTINGS = LabelSettings(
    base="micro-llama3",
    base_weights="0123",
    protocol="micro_qa",
    protocol_hash="4567",
    dataset="five.jsonl",
    dataset_revision=None,
    items_hash=items_hash(ITEMS),
    n_items=5,
    samples=4,
    seed=0,
    temperature=1.0,
    top_p=1.0,
    max_new_tokens=96,
    engine="hf-5.0",
    dtype="float32",
    device="cpu",
    grader_version="3",
    suite_version="0.1.0",
)


def labels() -> Labels:
    rows = [
        LabelRow(
            id=item.id,
            item=item.hash,
            gold=item.answer,
            label=label,
            votes=3 if label else 0,
            n_extracted=4 if label else 0,
            share=0.75 if label else None,
            right=right,
            equal_by=by,  # type: ignore[arg-type]
        )
        for item, (label, right, by) in zip(ITEMS, VOTES, strict=True)
    ]
    return Labels(SETTINGS, tuple(rows))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(labels().to_bytes())
    return path


def test_a_file_gives_back_the_labels_that_were_written(path: Path) -> None:
    read = load_labels(path, "micro-llama3", "0123")
    assert read == labels() and read.to_bytes() == path.read_bytes() and read.digest == labels().digest


def test_the_header_counts_what_each_check_called_right() -> None:
    counts = labels().counts
    assert (counts.labelled, counts.right, counts.wrong, counts.undecided, counts.unlabelled) == (
        4,
        2,
        1,
        1,
        1,
    )
    assert (counts.refused, counts.missed) == (3, 1)
    assert labels().unlabelled == ["2"]
    assert describe(labels()) == [
        "4 of 5 items labelled, 4 samples each; no answer at all: 1",
        "right 2 of 4 (50.0%) (by grader 1, rounded 1)",
        "wrong by every check 1 of 4 (25.0%): the incorrect subset; undecided 1",
        "of 3 labels that the grader alone does not call right, another check calls right 1 of 3 (33.3%)",
    ]


def test_majority_items_have_their_label_for_an_answer_and_those_without_one_are_left_out() -> None:
    items = majority_items(labels(), ITEMS)
    assert [(i.id, i.problem, i.answer) for i in items] == [
        (item.id, item.problem, label) for item, (label, _, _) in zip(ITEMS, VOTES, strict=True) if label
    ]


def test_the_incorrect_subset_holds_only_what_every_check_calls_wrong() -> None:
    assert [(i.id, i.answer) for i in incorrect_items(labels(), ITEMS)] == [("1", "7")]
    assert [i.id for i in majority_items(labels(), ITEMS[3:])] == ["3", "4"]


def test_an_empty_subset_and_items_that_were_not_labelled_are_errors() -> None:
    with pytest.raises(SuiteError, match="no wrong label among 1 items"):
        incorrect_items(labels(), ITEMS[:1])
    changed = [Item("0", "What is 0 + 2?", "1"), Item("9", "What is 9 + 1?", "10"), ITEMS[1]]
    with pytest.raises(SuiteError, match="2 of 3 items to train on have no label: 0, 9"):
        majority_items(labels(), changed)


def test_labels_of_another_base_or_of_other_weights_are_refused(path: Path) -> None:
    with pytest.raises(
        SuiteError,
        match=r"labels.jsonl: labels of base 'micro-llama3'; 'micro-olmo2' is to be trained\. Draw",
    ):
        load_labels(path, "micro-olmo2", "0123")
    with pytest.raises(
        SuiteError, match=r"labels of other weights of 'micro-llama3' \(0123; it has 89ab now\)"
    ):
        load_labels(path, "micro-llama3", "89ab")


def _edited(path: Path, line: int, **changes: object) -> None:
    lines = path.read_text().splitlines()
    lines[line] = json.dumps(json.loads(lines[line]) | changes)
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("line", "changes", "message"),
    [
        (0, {"format": "other"}, r"labels.jsonl:1: .*expected the header of a label file"),
        (2, {"votes": -1}, r"labels.jsonl:3: .* at 'votes'; expected a row of a label file"),
        (3, {"reward": 1}, r"labels.jsonl:4: .*'reward'"),
        (2, {"right": "no"}, r"labels.jsonl:3: .* at 'right'"),
        (1, {"id": "4"}, "item '4' has more than one row"),
        (2, {"right": True}, "damaged: the rows' counts are not those of the header"),
        (2, {"item": "ab"}, "damaged: the rows' items are not those of the header"),
    ],
)
def test_a_malformed_row_is_named_by_its_line(
    path: Path, line: int, changes: dict[str, object], message: str
) -> None:
    _edited(path, line, **changes)
    with pytest.raises(SuiteError, match=message) as caught:
        load_labels(path, "micro-llama3", "0123")
    assert "\n" not in str(caught.value)


def test_a_file_that_was_cut_off_is_refused(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    with pytest.raises(SuiteError, match="4 rows; the header says 5"):
        load_labels(path, "micro-llama3", "0123")
    path.write_text("")
    with pytest.raises(SuiteError, match="expected the header of a label file"):
        load_labels(path, "micro-llama3", "0123")
    with pytest.raises(SuiteError, match="cannot be read"):
        load_labels(path.with_name("none"), "micro-llama3", "0123")
