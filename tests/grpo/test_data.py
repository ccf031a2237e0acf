"""Training data: what each source gives, what no run may train on, and the order of a run's rows."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from suite.benchmarks import arithmetic
from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_set
from suite.benchmarks.items import Item, items_hash
from suite.benchmarks.tasks import ItemSource, task
from suite.errors import SuiteError
from suite.grpo import data
from suite.grpo.data import (
    ONE_SHOT,
    DataChoice,
    TooLong,
    TrainingData,
    check_source,
    drop_long,
    epoch_rows,
    load_training_data,
)
from suite.grpo.decontaminate import Removed, decontaminate, evaluated_items, generated_items

needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")

COMMIT = "0" * 40
ITEMS = [Item(str(n), f"question {n}", str(n)) for n in range(10)]
ROWS = [
    {"id": "a", "problem": "one", "answer": "1"},
    {"id": "b", "problem": "two", "answer": "2", "difficulty": 3},
]


def write(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def load(source: str, folder: Path | None = None, n_rows: int = 4, seed: int = 0) -> TrainingData:
    return load_training_data(DataChoice(source, seed, n_rows, folder, allow_unchecked=True))


def ids(rows: Sequence[Item]) -> list[str]:
    return [item.id for item in rows]


# The order of a run


def test_each_epoch_has_every_item_once_in_an_order_of_its_own() -> None:
    rows = ids(epoch_rows(ITEMS, 30, seed=0))
    epochs = [rows[:10], rows[10:20], rows[20:]]
    assert all(sorted(epoch) == ids(ITEMS) for epoch in epochs)
    assert len({tuple(epoch) for epoch in [ids(ITEMS), *epochs]}) == 4


def test_a_longer_run_starts_as_a_shorter_one() -> None:
    assert epoch_rows(ITEMS, 30, seed=1)[:13] == epoch_rows(ITEMS, 13, seed=1)
    assert epoch_rows(ITEMS, 30, seed=1) != epoch_rows(ITEMS, 30, seed=2)


def test_other_labels_and_items_that_are_not_there_leave_the_order() -> None:
    labelled = [Item(item.id, item.problem, "other") for item in ITEMS]
    assert ids(epoch_rows(labelled, 10, seed=0)) == ids(epoch_rows(ITEMS, 10, seed=0))
    assert ids(epoch_rows(ITEMS[:5], 5, seed=0)) == [
        i for i in ids(epoch_rows(ITEMS, 10, seed=0)) if int(i) < 5
    ]


def test_the_order_is_the_same_on_every_machine() -> None:
    assert ids(epoch_rows(ITEMS, 10, seed=0)) == ["4", "0", "7", "3", "1", "6", "5", "9", "2", "8"]


def test_nothing_to_train_on_is_an_error() -> None:
    with pytest.raises(SuiteError, match="no items left to train on"):
        epoch_rows([], 1, seed=0)


def test_long_prompts_are_dropped_and_listed() -> None:
    lengths = {"0": 5, "1": 6, "2": 7}
    assert drop_long(ITEMS[:3], lengths, 6) == (ITEMS[:2], [TooLong("2", 7)])
    with pytest.raises(SuiteError, match="each of the 3 prompts has more than 4 tokens; the shortest has 5"):
        drop_long(ITEMS[:3], lengths, 4)


# Sources


def test_the_micro_run_asks_fresh_problems_in_the_order_of_their_seed() -> None:
    made = load("micro_world", n_rows=320, seed=5_000_000)
    evaluated = {each.item.problem for each in generated_items()}
    assert made.rows(320, seed=7) == list(made.items)
    assert len({item.problem for item in made.items} - evaluated) == 320
    # The rows that the micro checkpoints of the demo and of leaderboards/micro were trained on.
    assert made.items_hash == "c3a975c77d0b58d5346f38976f81d63e3be24733460c4a0904d69c74332bfbdc"
    assert (made.source, made.n_before, made.removed) == ("generator micro_world, seed 5000000", 320, ())


def test_a_stream_that_is_too_short_is_an_error() -> None:
    with pytest.raises(SuiteError, match="3 fresh problems for a run of 4 prompts"):
        load("micro_world", n_rows=3).rows(4, seed=0)


@pytest.mark.parametrize("steps", [5, 10])
def test_arithmetic_is_700_expressions_of_so_many_steps_with_exact_labels(steps: int) -> None:
    made = load(f"arithmetic:{steps}").items
    assert len({item.problem for item in made}) == len(made) == data.ARITHMETIC_ITEMS == 700
    assert all(item.steps == steps and item.problem.startswith(arithmetic.PROMPT) for item in made)
    drawn = arithmetic.expressions(-1, steps, 1)[0]
    assert made[0] == Item(
        f"{steps}-0", arithmetic.PROMPT + drawn.latex, arithmetic.label(drawn.value), steps=steps
    )


def test_arithmetic_shares_no_item_with_an_evaluation_of_any_seed() -> None:
    trained: set[str] = set()
    for seed in range(3):
        trained |= {item.problem for item in load("arithmetic:5", seed=seed).items}
    evaluated: set[str] = set()
    for seed in range(20):
        evaluated |= {item.problem for item in load_set(task("arithmetic_clean"), seed=seed).items}
    assert not trained & evaluated
    assert len(trained) == 2100


def test_an_expression_that_a_task_asks_is_not_trained_on() -> None:
    made = load("arithmetic:1")
    evaluated = [each for each in generated_items() if each.item.steps == 1]
    assert decontaminate(made.items, evaluated) == (list(made.items), [])


def test_arithmetic_of_a_seed_below_zero_would_meet_the_evaluations_and_is_an_error() -> None:
    with pytest.raises(SuiteError, match=r"data_seed: seed -1 of arithmetic. Allowed: 0 or more"):
        load("arithmetic:5", seed=-1)


def test_one_shot_is_one_example_asked_over_and_over() -> None:
    made = load("one_shot")
    assert made.rows(128, seed=0) == [ONE_SHOT] * 128
    assert ONE_SHOT.answer == "12.8"


def test_the_label_of_the_one_example_is_its_authors_rounding() -> None:
    constant = 4 / (2 * 8**3)
    assert (32 / (4 * constant)) ** (1 / 3) == pytest.approx(12.699, abs=1e-3)


@needs_data
def test_no_task_asks_the_one_example() -> None:
    assert decontaminate([ONE_SHOT], evaluated_items(Path(os.environ[DATA_VARIABLE])).items) == (
        [ONE_SHOT],
        [],
    )


def test_a_file_gives_its_items_and_the_hash_of_its_bytes(tmp_path: Path) -> None:
    made = load(str(write(tmp_path / "mine.jsonl", ROWS)), tmp_path)
    assert made.items == (Item("a", "one", "1"), Item("b", "two", "2"))
    assert made.source == "mine.jsonl" and made.revision is not None and made.revision.startswith("sha256:")
    assert made.items_hash == items_hash(made.items)
    assert made.unchecked == ("aime2024", "aime2025", "amc83", "math500")


def test_what_a_task_asks_is_taken_out_of_a_file_and_listed(tmp_path: Path) -> None:
    evaluated = next(each for each in generated_items() if each.task == "micro_bench").item
    rows = [*ROWS, {"id": "c", "problem": evaluated.problem.upper(), "answer": evaluated.answer}]
    made = load(str(write(tmp_path / "mine.jsonl", rows)), tmp_path)
    assert (ids(made.items), made.n_before) == (["a", "b"], 3)
    assert made.removed == (Removed("c", "exact", "micro_bench", evaluated.id, 1.0),)


def test_a_file_that_cannot_be_compared_is_an_error_unless_that_is_allowed(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.jsonl", ROWS)
    with pytest.raises(SuiteError, match="cannot be compared with 'aime2024'"):
        load_training_data(DataChoice(str(path), 0, 4, data_dir=tmp_path))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"id": "c", "problem": "three"}', "Field required at 'answer'"),
        ('{"id": "c", "problem": "three", "answer": 3}', "at 'answer'"),
        ('{"id": "c", "problem": "three", "answer": "3", "level": 1}', "at 'level'"),
        ('{"id": "a", "problem": "three", "answer": "3"}', "item id 'a' appears twice"),
        ("three", "Invalid JSON"),
    ],
)
def test_a_wrong_row_is_one_line_with_file_and_line(tmp_path: Path, line: str, fault: str) -> None:
    path = write(tmp_path / "mine.jsonl", ROWS)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(SuiteError) as caught:
        load(str(path), tmp_path)
    assert caught.value.where == f"{path}:3" and fault in caught.value.what
    assert "\n" not in str(caught.value)


@needs_data
def test_real_training_data_is_compared_with_every_task() -> None:
    folder = Path(os.environ[DATA_VARIABLE])
    made = load_training_data(DataChoice(str(folder / "deepscaler_4k.jsonl"), 0, 4, data_dir=folder))
    assert (made.n_before, len(made.items), len(made.removed), made.unchecked) == (4000, 3989, 11, ())


# DeepScaleR: from a folder, and the real loading code of the Hub on a local dataset folder


def test_deepscaler_is_read_from_the_data_folder(tmp_path: Path) -> None:
    write(tmp_path / "deepscaler.jsonl", ROWS)
    assert ids(load("deepscaler", tmp_path).items) == ["a", "b"]


def test_a_data_folder_without_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"deepscaler\.jsonl: no items of 'deepscaler' here"):
        load("deepscaler", tmp_path)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_rows_of_the_hub_are_numbered_and_their_commit_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    hub = tmp_path / "hub"
    hub.mkdir()
    rows = [
        {"problem": "one", "answer": "1", "solution": "so"},
        {"problem": "two", "answer": "", "solution": "so"},
    ]
    if form == "jsonl":
        write(hub / "train.jsonl", rows)
    else:
        pandas = pytest.importorskip("pandas")
        pandas.DataFrame(rows).to_parquet(hub / "train.parquet")
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    monkeypatch.setattr("suite.benchmarks.hub._is_hub_reachable", lambda: False)
    monkeypatch.setattr(data, "DEEPSCALER", ItemSource(hub=str(hub), split="train", revision=COMMIT))
    made = load("deepscaler")
    assert made.items == (Item("0", "one", "1"),)
    assert (made.source, made.revision, made.n_before) == (str(hub), COMMIT, 2)
    assert made.removed == (Removed("1", "blank"),)


def test_without_the_hub_deepscaler_is_one_line_that_names_the_other_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    monkeypatch.setattr("suite.benchmarks.hub._is_hub_reachable", lambda: False)
    with pytest.raises(
        SuiteError, match=r"^data: deepscaler: the items of 'agentica-org/.*holds deepscaler\.jsonl"
    ):
        load("deepscaler")


# What is refused before anything is loaded


@pytest.mark.parametrize("source", ["micro_world", "arithmetic:5", "arithmetic:20", "one_shot", "deepscaler"])
def test_known_sources_pass(source: str) -> None:
    check_source(source)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("deepscaller", "Did you mean 'deepscaler'"),
        ("arithmetic", "Known: micro_world, arithmetic:5, arithmetic:10, one_shot, deepscaler, or a file"),
        ("arithmetic:0", "no expressions of 0 steps. Allowed: 1..20"),
        ("arithmetic:21", "no expressions of 21 steps. Allowed: 1..20"),
        ("nowhere/mine.jsonl", "data: nowhere/mine.jsonl: no such file"),
    ],
)
def test_an_unknown_source_is_one_line_that_lists_the_known_ones(source: str, fault: str) -> None:
    with pytest.raises(SuiteError) as caught:
        check_source(source)
    assert fault in str(caught.value) and "\n" not in str(caught.value)
