"""New answers beside those that the run has: when they replace them, and when that is an error."""

from pathlib import Path

import pytest
from plain_rows import CHECKPOINT, MODEL, Refusal, manifests, rows, write_lines

from suite.benchmarks.items import Item
from suite.commands.main import main
from suite.store.run_folder import RunStore


def test_importing_the_same_cell_twice_needs_replace(
    answers: Path, run: Path, refuse: Refusal, items: list[Item]
) -> None:
    argv = ["jsonl", str(answers), *MODEL]
    assert main(["import", *argv, "--out", str(run)]) == 0
    assert "was imported already" in refuse(argv)
    write_lines(answers, rows(items, {}, k=1))
    assert main(["import", *argv, "--replace", "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert {sample.text for sample in store.samples().values()} == {"The answer is -1"}
    assert len(store.samples()) == 100 and not (run / ".staged").exists()


@pytest.mark.parametrize(
    "said", [["--decoding", "temperature=1"], ["--protocol", "none"], ["--engine", "vllm"]]
)
def test_the_same_answers_with_another_word_on_them_are_the_same_import(
    said: list[str], answers: Path, run: Path, refuse: Refusal
) -> None:
    argv = ["jsonl", str(answers), *MODEL]
    assert main(["import", *argv, "--protocol", "micro_qa", "--out", str(run)]) == 0
    assert "was imported already" in refuse([*argv, *said])
    assert main(["import", *argv, *said, "--replace", "--out", str(run)]) == 0
    (cell,) = manifests(run)
    assert cell.cell.protocol == ("none" if "none" in said else "unstated")


def test_other_answers_under_another_protocol_do_not_replace_the_first_ones(
    answers: Path, run: Path, refuse: Refusal, items: list[Item], tmp_path: Path
) -> None:
    """Both must say their protocol. --replace takes both away, so that one import is left."""
    assert main(["import", "jsonl", str(answers), *MODEL, "--protocol", "micro_qa", "--out", str(run)]) == 0
    others = write_lines(tmp_path / "others.jsonl", rows(items, {}))
    assert "was imported already" in refuse(["jsonl", str(others), *MODEL])
    assert "was imported already" in refuse(["jsonl", str(others), *MODEL, "--protocol", "micro_qa"])
    assert main(["import", "jsonl", str(others), *MODEL, "--protocol", "none", "--out", str(run)]) == 0
    assert sorted(m.cell.protocol for m in manifests(run)) == ["micro_qa", "none"]
    assert main(["import", "jsonl", str(others), *MODEL, "--replace", "--out", str(run)]) == 0
    assert [m.cell.protocol for m in manifests(run)] == ["unstated"]


def test_replacing_leaves_other_models_and_tasks_alone(
    answers: Path, run: Path, items: list[Item], tmp_path: Path
) -> None:
    probe = [{**row, "task": "micro_bench_partial"} for row in rows(items, {}, k=1)]
    for argv in (MODEL, CHECKPOINT):
        assert main(["import", "jsonl", str(answers), *argv, "--out", str(run)]) == 0
    assert (
        main(["import", "jsonl", str(write_lines(tmp_path / "p.jsonl", probe)), *MODEL, "--out", str(run)])
        == 0
    )
    before = {m.cell.id for m in manifests(run)}
    assert (
        main(["import", "jsonl", str(answers), *MODEL, "--engine", "vllm", "--replace", "--out", str(run)])
        == 0
    )
    after = {m.cell.id for m in manifests(run)}
    assert (len(before), len(after), len(before & after)) == (3, 3, 2)
