"""What a cell of imported answers covers: fresh items, and a subset of the items."""

from pathlib import Path

from plain_rows import CHECKPOINT, MODEL, Refusal, manifests, rows, write_lines

from suite.benchmarks.item_sets import load_set
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.commands.main import main
from suite.store.run_folder import RunStore


def test_answers_to_fresh_items_need_the_seed_that_generated_them(
    tmp_path: Path, run: Path, refuse: Refusal
) -> None:
    def answered(seed: int | None) -> Path:
        fresh = load_set(task("arithmetic_clean"), seed=seed).items[:4]
        made = [{"task": "arithmetic_clean", "item_id": i.id, "sample": 0, "text": i.answer} for i in fresh]
        return write_lines(tmp_path / f"{seed}.jsonl", made)

    argv = ["jsonl", str(answered(7)), *MODEL, "--subset"]
    for flags in ([], ["--item-seed", "8"]):
        assert ":1: an answer to an unknown item of 'arithmetic_clean'" in refuse([*argv, *flags])
    assert "item_seed" in refuse([*argv, "--item-seed", "-1"])
    assert main(["import", *argv, "--item-seed", "7", "--out", str(run)]) == 0
    (cell,) = manifests(run)
    assert (cell.n_items, cell.dataset) == (4, "generator random_calculation, seed 7")
    assert "unknown item" in refuse(
        ["jsonl", str(answered(None)), *CHECKPOINT, "--subset", "--item-seed", "7"]
    )


def test_a_subset_is_a_cell_of_those_items_only(items: list[Item], tmp_path: Path, run: Path) -> None:
    path = write_lines(tmp_path / "answers.jsonl", rows(items[3:6], {0: 1}))
    assert main(["import", "jsonl", str(path), *MODEL, "--subset", "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert [item.id for item in store.items()] == ["3", "4", "5"]
    assert [(m.n_items, m.k) for m in manifests(run)] == [(3, 2)]
