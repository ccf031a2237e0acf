"""Items from the Hub: the real loading code on a local dataset folder, and what happens without a network."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_set import HUB_SETS, hub_task, write_jsonl

from suite.benchmarks import hub
from suite.benchmarks.hub import resolved_commit
from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_set
from suite.benchmarks.items import Item, ItemSet, items_hash
from suite.benchmarks.tasks import Columns, ItemSource, task
from suite.errors import SuiteError

COMMIT = "0" * 40


LOCAL_COLUMNS = Columns(problem="question", answer="label")


LOCAL_ROWS = [
    {"question": "three", "label": 25.0},
    {"question": "one", "label": 1.0},
    {"question": "two", "label": 2.0},
]


def from_hub(tmp_path: Path, rows: Sequence[dict[str, Any]], columns: Columns = LOCAL_COLUMNS) -> ItemSet:
    write_jsonl(tmp_path / "hub" / "train.jsonl", rows)
    return load_set(
        hub_task(ItemSource(hub=str(tmp_path / "hub"), split="train", revision=COMMIT, columns=columns))
    )


def test_hub_rows_take_shipped_ids_and_order_whatever_their_own(small: list[Item], tmp_path: Path) -> None:
    loaded = from_hub(tmp_path, LOCAL_ROWS)
    assert [(i.id, i.problem, i.answer) for i in loaded.items] == [
        ("a", "one", "1.0"),
        ("b", "two", "2.0"),
        ("c", "three", "25.0"),
    ]
    assert items_hash(loaded.items) == items_hash(small)
    assert (loaded.dataset, loaded.revision) == (str(tmp_path / "hub"), COMMIT)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_hub_configurations_are_read_one_after_another(small: list[Item], tmp_path: Path, form: str) -> None:
    folder = tmp_path / "hub"
    for name, rows in (("first", LOCAL_ROWS[:1]), ("second", LOCAL_ROWS[1:])):
        if form == "jsonl":
            write_jsonl(folder / f"{name}.jsonl", rows)
        else:
            pandas = pytest.importorskip("pandas")
            folder.mkdir(exist_ok=True)
            pandas.DataFrame(rows).to_parquet(folder / f"{name}.parquet")
    configs = "".join(
        f"- config_name: {name}\n  data_files:\n  - split: test\n    path: {name}.{form}\n"
        for name in ("first", "second")
    )
    (folder / "README.md").write_text(f"---\nconfigs:\n{configs}---\n")
    source = ItemSource(hub=str(folder), configs=("first", "second"), revision=COMMIT, columns=LOCAL_COLUMNS)
    assert [i.id for i in load_set(hub_task(source)).items] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([*LOCAL_ROWS[:2], {"question": "two", "label": 3.0}], "missing: 1 (b); not in the set: 1 (2)"),
        ([{"question": "four", "label": 4.0}, *LOCAL_ROWS], "not in the set: 1 (0)"),
        ([*LOCAL_ROWS, LOCAL_ROWS[1]], "not in the set: 1 (3)"),
        (LOCAL_ROWS[:2], "missing: 1 (b)"),
    ],
)
def test_a_changed_hub_dataset_is_an_error(
    small: list[Item], tmp_path: Path, rows: list[dict[str, Any]], fault: str
) -> None:
    with pytest.raises(SuiteError) as caught:
        from_hub(tmp_path, rows)
    assert fault in caught.value.what
    assert COMMIT in caught.value.where


def test_a_changed_row_under_its_own_id_is_told_as_changed(small: list[Item], tmp_path: Path) -> None:
    rows = [{"key": "b", "question": "two", "label": "3"}, {"key": "a", "question": "one", "label": "1"}]
    rows += [{"key": "c", "question": "three", "label": "25"}]
    with pytest.raises(SuiteError, match=r"Ids changed: 1 \(b\)"):
        from_hub(tmp_path, rows, LOCAL_COLUMNS.model_copy(update={"id": "key"}))


def test_a_row_too_many_does_not_hide_behind_the_id_of_an_item_that_ships(
    small: list[Item], tmp_path: Path
) -> None:
    rows = [{"key": "a", "question": "four", "label": "4"}]
    rows += [
        {"key": key, "question": i.problem, "label": i.answer} for key, i in zip("xyz", small, strict=True)
    ]
    with pytest.raises(SuiteError, match=r"Ids not in the set: 1 \(row 0\)"):
        from_hub(tmp_path, rows, LOCAL_COLUMNS.model_copy(update={"id": "key"}))


def test_a_dataset_with_other_columns_is_told_what_it_has(small: list[Item], tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"no column answer, problem. It has: question, label"):
        from_hub(tmp_path, LOCAL_ROWS, Columns())


def test_a_dataset_that_cannot_be_had_names_the_other_way(small: list[Item], tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=f"^task small: .*{DATA_VARIABLE}"):
        load_set(hub_task(ItemSource(hub=str(tmp_path / "nowhere"), revision=COMMIT)))


def test_an_unreachable_hub_is_asked_once_and_then_the_cache_alone(
    small: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    flags: list[bool] = []

    def load(*_: object, **__: object) -> object:
        flags.append(datasets.config.HF_HUB_OFFLINE)
        raise ConnectionError

    monkeypatch.setattr(hub, "_is_hub_reachable", lambda: False)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(
        SuiteError, match=r"^task small: the items of 'some/where' are not in the cache, .*small\.jsonl"
    ):
        load_set(hub_task(ItemSource(hub="some/where", revision=COMMIT)))
    assert flags == [True] and not datasets.config.HF_HUB_OFFLINE


def test_items_in_the_cache_are_had_without_the_hub(
    small: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    monkeypatch.setattr(hub, "_is_hub_reachable", lambda: False)
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: LOCAL_ROWS)
    assert (
        len(load_set(hub_task(ItemSource(hub="some/where", revision=COMMIT, columns=LOCAL_COLUMNS))).items)
        == 3
    )


def test_a_branch_is_resolved_to_a_commit_and_loaded_at_it(
    small: list[Item], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets
    import huggingface_hub

    asked: list[object] = []

    class Api:
        def dataset_info(self, repo_id: str, revision: str | None) -> SimpleNamespace:
            asked.append((repo_id, revision))
            return SimpleNamespace(sha=COMMIT)

    def load(path: str, name: str | None, split: str, revision: str | None) -> object:
        asked.append(revision)
        return LOCAL_ROWS

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(datasets, "load_dataset", load)
    source = ItemSource(hub="some/where", split="train", revision="main", columns=LOCAL_COLUMNS)
    loaded = load_set(hub_task(source))
    assert asked == [("some/where", "main"), COMMIT]
    assert loaded.revision == COMMIT


@pytest.mark.parametrize("name", HUB_SETS)
def test_every_hub_task_pins_a_commit(name: str) -> None:
    source = task(name).metadata.source
    assert resolved_commit(source) == source.revision
