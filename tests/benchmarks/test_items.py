"""Items: the set that ships or an error, from wherever they come; a fresh seed where there is one.

``RLVR_SUITE_DATA=<folder of real items> python tests/benchmarks/test_items.py`` writes every ``tasks/*/items.tsv`` anew.
"""

import ast
import hashlib
import importlib.util
import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suite.benchmarks import arithmetic, items
from suite.benchmarks.items import (
    DATA_VARIABLE,
    SHORT_HASH,
    Item,
    ItemSet,
    items_hash,
    load_items,
    load_set,
    plain_answer,
    shipped_hashes,
)
from suite.benchmarks.tasks import Columns, Source, TaskFile, all_tasks, task
from suite.errors import SuiteError
from suite.files import shipped
from suite.plan.cells import EngineIdentity, ModelToRun, plan
from suite.plan.resolve import tasks_to_run
from suite.plan.selection import Selection
from suite.registry.protocols import PLAIN

SETS = [name for name, spec in all_tasks().items() if spec.metadata.source.of is None]
HUB_SETS = [name for name in SETS if task(name).metadata.source.hub]
GENERATED = [name for name in SETS if task(name).metadata.source.generator]

# Samples are seeded by item hashes and cells named by set hashes: the numbers in leaderboards/micro hang on these.
MICRO_HASHES = {
    "micro_arithmetic_clean": "ec0f0d3d01f181c0471366939d34ab8e46555a90aabe8a6dcbb890d925fbf22c",
    "micro_bench": "6d4d232569f2e4efd2e6f589bbf388c7993ebb4a9f9490763af15718b139de19",
    "micro_bench_partial": "6d4d232569f2e4efd2e6f589bbf388c7993ebb4a9f9490763af15718b139de19",
}

# opencompass/AIME2025 at the commit of the task file: aime2025-I.jsonl and aime2025-II.jsonl, as public repositories pin them;
# the key is the first item of each.
AIME_2025_FILES = {
    0: "b91b3c96f05d9635d2a0692b124ebe023c1ff59cb19c074275e6c4b349d0659e",
    15: "16a2dcfbbf9db1b11f8a69a3ba5e4cac73e3641b19a37e2307e9c12240bbed5e",
}

needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")


def hashes_file(name: str) -> Path:
    return shipped.tasks_dir() / name / "items.tsv"


def hashes_text(loaded: Sequence[Item]) -> str:
    """The content of an ``items.tsv``."""
    rows = "".join(f"{item.id}\t{item.hash[:SHORT_HASH]}\n" for item in loaded)
    return f"# items_hash {items_hash(loaded)}; below: item id, first {SHORT_HASH} hex digits of the item's hash\n{rows}"


def real(name: str) -> list[Item]:
    return load_items(task(name), Path(os.environ[DATA_VARIABLE]))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Item]:
    """Three items that ship as the task ``small``."""
    made = [Item("a", "one", "1"), Item("b", "two", "2"), Item("c", "three", "025")]
    (tmp_path / "tasks" / "small").mkdir(parents=True)
    (tmp_path / "tasks" / "small" / "items.tsv").write_text(hashes_text(made))
    monkeypatch.setattr(shipped, "tasks_dir", lambda: tmp_path / "tasks")
    monkeypatch.setattr(items, "all_tasks", dict)
    monkeypatch.setattr(items, "_is_hub_reachable", lambda: True)
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    return made


def hub_task(source: Source) -> TaskFile:
    """A task ``small`` with that source."""
    spec = task_math500.model_copy(update={"task": "small"})
    return spec.model_copy(update={"metadata": spec.metadata.model_copy(update={"source": source})})


task_math500 = task("math500")


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


# What ships


@pytest.mark.parametrize("name", SETS)
def test_every_set_ships_a_hash_for_each_item_and_no_text(name: str) -> None:
    lines = hashes_file(name).read_text().splitlines()
    assert lines[0].startswith("# items_hash ")
    assert all(len(line.split("\t")) == 2 and len(line.split("\t")[1]) == SHORT_HASH for line in lines[1:])
    shipped = shipped_hashes(name)
    assert len(shipped) == len(set(shipped.values())) == len(lines) - 1 == task(name).metadata.n_items


@pytest.mark.parametrize("name", GENERATED)
def test_generated_items_are_those_that_ship(name: str) -> None:
    assert hashes_file(name).read_text() == hashes_text(load_items(task(name)))


@needs_data
@pytest.mark.parametrize("name", HUB_SETS)
def test_real_items_are_those_that_ship(name: str) -> None:
    assert hashes_file(name).read_text() == hashes_text(real(name))


@pytest.mark.parametrize("name", MICRO_HASHES)
def test_the_micro_items_are_still_those_of_the_leaderboard_that_ships(name: str) -> None:
    assert items_hash(load_items(task(name))) == MICRO_HASHES[name]


@needs_data
@pytest.mark.parametrize("name", HUB_SETS)
def test_a_probe_has_the_ids_answers_and_hash_of_its_set(name: str) -> None:
    whole = real(name)
    for percent in (80, 60, 40):
        probe = real(f"{name}_partial_{percent}")
        assert [(i.id, i.answer) for i in probe] == [(i.id, i.answer) for i in whole]
        assert items_hash(probe) == items_hash(whole)
        assert all(
            len(p.problem) <= percent / 100 * len(w.problem) for p, w in zip(probe, whole, strict=True)
        )


@needs_data
def test_where_real_items_come_from_is_told_without_a_path() -> None:
    loaded = load_set(task("aime2025"), Path(os.environ[DATA_VARIABLE]))
    assert loaded.dataset == "aime2025.jsonl"
    assert loaded.revision is not None and loaded.revision.startswith("sha256:")


@needs_data
@pytest.mark.parametrize(("first", "sha256"), AIME_2025_FILES.items())
def test_the_aime_2025_items_are_those_of_the_pinned_dataset_byte_for_byte(first: int, sha256: str) -> None:
    answers = {"336": "336^\\circ"}  # the one answer that the dataset spells otherwise, but for leading zeros
    rows = [(item.problem, str(int(item.answer))) for item in real("aime2025")[first : first + 15]]
    lines = [
        json.dumps({"question": q, "answer": answers.get(a, a)}, ensure_ascii=False) + "\n" for q, a in rows
    ]
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == sha256


# The identity of an item


@pytest.mark.parametrize(
    ("spellings", "one"),
    [
        (
            ["142", "142.0", "142.", "$142$", " 142 ", "+142", "0142", "142^\\circ", "142^{\\circ}", "142°"],
            "142",
        ),
        (["1,000", "1000", "1000.00"], "1000"),
        (["0", "-0", "0.0", "000"], "0"),
        ([".5", "0.50"], "0.5"),
        (["-7.0", "-7"], "-7"),
        (["p - q", " p  -\nq "], "p - q"),
        (["1e5"], "1e5"),
        (["10,00"], "10,00"),
        (["\\frac12"], "\\frac12"),
    ],
)
def test_plain_answers_have_one_spelling_and_others_keep_theirs(spellings: list[str], one: str) -> None:
    assert {plain_answer(s) for s in spellings} == {one}


def test_a_huge_number_does_not_blow_up() -> None:
    assert plain_answer("9" * 5000) == "9" * 5000


# From a file


def test_a_files_items_come_in_shipped_order(small: list[Item], tmp_path: Path) -> None:
    write_jsonl(
        tmp_path / "small.jsonl",
        [{"id": i.id, "problem": i.problem, "answer": i.answer} for i in reversed(small)],
    )
    assert load_items(hub_task(Source(hub="x")), tmp_path) == small


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([("a", "one", "1"), ("b", "two", "3"), ("c", "three", "25")], ["changed: 1 (b)"]),
        ([("a", "one", "1"), ("b", "2", "2"), ("c", "three ", "26")], ["changed: 2 (b, c)"]),
        ([("a", "one", "1"), ("c", "three", "25")], ["missing: 1 (b)"]),
        (
            [("a", "one", "1"), ("b", "two", "2"), ("c", "three", "25"), ("d", "four", "4")],
            ["not in the set: 1 (d)"],
        ),
        (
            [("a", "one", "1"), ("x", "two", "2"), ("c", "three", "25")],
            ["missing: 1 (b)", "not in the set: 1 (x)"],
        ),
    ],
)
def test_a_changed_set_is_one_line_that_lists_the_ids(
    small: list[Item], tmp_path: Path, rows: list[tuple[str, str, str]], faults: list[str]
) -> None:
    write_jsonl(
        tmp_path / "small.jsonl", [dict(zip(("id", "problem", "answer"), row, strict=True)) for row in rows]
    )
    with pytest.raises(SuiteError) as caught:
        load_items(hub_task(Source(hub="x")), tmp_path)
    assert [fault for fault in faults if fault not in caught.value.what] == []
    assert caught.value.where == str(tmp_path / "small.jsonl")
    assert "without --data-dir" in caught.value.fix and "--limit" not in caught.value.fix
    assert "\n" not in str(caught.value)


@needs_data
def test_of_many_differing_ids_ten_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    rows = [{"id": i.id, "problem": i.problem, "answer": i.answer + "1"} for i in real("amc83")]
    write_jsonl(tmp_path / "amc83.jsonl", rows)
    with pytest.raises(SuiteError, match=r"changed: 83 \(0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 73 more\)"):
        load_items(task("amc83"), tmp_path)


# From the Hub: the real loading code on a local dataset folder

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
        hub_task(Source(hub=str(tmp_path / "hub"), split="train", revision=COMMIT, columns=columns))
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
    source = Source(hub=str(folder), configs=("first", "second"), revision=COMMIT, columns=LOCAL_COLUMNS)
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
        load_set(hub_task(Source(hub=str(tmp_path / "nowhere"), revision=COMMIT)))


def test_an_unreachable_hub_is_asked_once_and_then_the_cache_alone(
    small: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    flags: list[bool] = []

    def load(*_: object, **__: object) -> object:
        flags.append(datasets.config.HF_HUB_OFFLINE)
        raise ConnectionError

    monkeypatch.setattr(items, "_is_hub_reachable", lambda: False)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(
        SuiteError, match=r"^task small: the items of 'some/where' are not in the cache, .*small\.jsonl"
    ):
        load_set(hub_task(Source(hub="some/where", revision=COMMIT)))
    assert flags == [True] and not datasets.config.HF_HUB_OFFLINE


def test_items_in_the_cache_are_had_without_the_hub(
    small: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    monkeypatch.setattr(items, "_is_hub_reachable", lambda: False)
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: LOCAL_ROWS)
    assert (
        len(load_set(hub_task(Source(hub="some/where", revision=COMMIT, columns=LOCAL_COLUMNS))).items) == 3
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
    source = Source(hub="some/where", split="train", revision="main", columns=LOCAL_COLUMNS)
    loaded = load_set(hub_task(source))
    assert asked == [("some/where", "main"), COMMIT]
    assert loaded.revision == COMMIT


@pytest.mark.parametrize("name", HUB_SETS)
def test_every_hub_task_pins_a_commit(name: str) -> None:
    source = task(name).metadata.source
    assert items._commit(source) == source.revision


# From a seed


def test_every_level_of_the_arithmetic_set_has_25_items_with_exact_labels() -> None:
    loaded = load_items(task("arithmetic_clean"))
    assert {level: sum(item.steps == level for item in loaded) for level in range(1, 21)} == dict.fromkeys(
        range(1, 21), 25
    )
    wanted = {
        e.latex: arithmetic.label(e.value)
        for level in range(1, 21)
        for e in arithmetic.expressions(1, level, 25)
    }
    assert {item.problem.removeprefix(arithmetic.PROMPT): item.answer for item in loaded} == wanted
    assert [item.steps for item in loaded[:40]] == [*range(1, 21), *range(1, 21)]


@pytest.mark.parametrize("name", ["arithmetic_clean", "micro_arithmetic_clean"])
def test_a_fresh_seed_gives_other_items_and_the_same_ones_again(name: str) -> None:
    first, again, released = (load_set(task(name), seed=seed) for seed in (7, 7, None))
    assert first == again
    assert first.dataset.endswith("seed 7")
    assert not {i.problem for i in first.items} & {i.problem for i in released.items}
    assert all(i.id.startswith("s7-") for i in first.items) and not any(
        i.id.startswith("s") for i in released.items
    )


def test_a_fresh_item_is_what_it_is_whatever_its_id() -> None:
    fresh = load_set(task("arithmetic_clean"), seed=7).items[0]
    expression = arithmetic.expressions(7, 1, 1)[0]
    same = Item("1-0", arithmetic.PROMPT + expression.latex, arithmetic.label(expression.value), steps=1)
    assert (fresh.id, fresh.hash, items_hash([fresh])) == ("s7-1-0", same.hash, items_hash([same]))


def test_the_released_seed_named_outright_is_the_released_set() -> None:
    spec = task("arithmetic_clean")
    assert load_set(spec, seed=spec.metadata.seed) == load_set(spec)


def test_lm_evals_metadata_sets_the_seed_and_the_levels() -> None:
    rows = items.dataset("arithmetic_clean", seed=7, steps=[2, 3], n_items=5, pretrained="x")["test"]
    assert [row["steps"] for row in rows] == [2, 3, 2, 3, 2]
    wanted = [arithmetic.PROMPT + e.latex for e in arithmetic.expressions(7, 2, 3)]
    assert [row["problem"] for row in rows if row["steps"] == 2] == wanted


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("sead", "seed"),
        ("Seed", "seed"),
        ("item_seed", "seed"),
        ("step", "steps"),
        ("n_itmes", "n_items"),
        ("data-dir", "data_dir"),
    ],
)
def test_a_mistyped_key_of_lm_evals_metadata_is_refused(key: str, meant: str) -> None:
    with pytest.raises(SuiteError, match=f"--metadata: unknown key '{key}'.*Write '{meant}'"):
        items.dataset("arithmetic_clean", **{key: 7})


def test_what_lm_eval_itself_adds_to_the_metadata_is_let_through() -> None:
    found = importlib.util.find_spec("lm_eval")
    assert found and found.submodule_search_locations
    model = ast.parse(
        Path(found.submodule_search_locations[0], "models", "huggingface.py").read_text(encoding="utf-8")
    )
    made = next(n for n in ast.walk(model) if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    theirs = {arg.arg for arg in (*made.args.args, *made.args.kwonlyargs)} | {
        "config_source",
        "download_dir",
        "task",
    }
    assert {"pretrained", "trust_remote_code"} <= theirs
    own = task("arithmetic_clean").metadata.model_dump(exclude={"source", "steps", "data_dir"})
    added = dict.fromkeys(theirs - {"self"}, "x") | own | {"n_items": 2}
    assert [row["id"] for row in items.dataset("arithmetic_clean", **added)["test"]] == ["1-0", "2-0"]


def test_a_seed_that_is_no_number_is_told_in_one_line() -> None:
    with pytest.raises(SuiteError, match="--metadata"):
        items.dataset("arithmetic_clean", seed="seven")


def test_a_generator_that_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "PROMPT", "Compute: ")
    with pytest.raises(
        SuiteError, match=r"generator random_calculation, seed 1: .*changed: 500.*items\.tsv anew"
    ):
        load_items(task("arithmetic_clean"))
    assert len(load_set(task("arithmetic_clean"), seed=7).items) == 500


def test_a_selections_item_seed_reaches_the_cells_and_the_manifest() -> None:
    def arithmetic_run(seed: int | None) -> tuple[str, str | None]:
        (run,) = tasks_to_run(
            Selection(families=("micro-llama3",), tasks=("arithmetic_clean",), item_seed=seed)
        )
        model = ModelToRun("m", "f", "m", Path("x"), "w", (PLAIN,), "float32")
        return plan([model], [run], EngineIdentity("hf-5.19", "cpu"))[0].cell.items_hash, run.dataset

    released, fresh = arithmetic_run(None), arithmetic_run(7)
    assert released[0] != fresh[0]
    assert (released[1], fresh[1]) == (
        "generator random_calculation, seed 1",
        "generator random_calculation, seed 7",
    )


def test_an_item_seed_that_no_task_takes_is_an_error() -> None:
    with pytest.raises(SuiteError, match="--item-seed"):
        tasks_to_run(Selection(families=("micro-llama3",), tasks=("micro_bench",), item_seed=7))


def test_a_seed_leaves_a_fixed_set_alone() -> None:
    assert load_set(task("micro_bench"), seed=7) == load_set(task("micro_bench"))


if __name__ == "__main__":
    for set_id in SETS:
        hashes_file(set_id).unlink(missing_ok=True)
        hashes_file(set_id).write_text(hashes_text(load_items(task(set_id))))
