"""Whose answers they are: a known model, or a new checkpoint of a base."""

import json
from pathlib import Path

import pytest
from plain_rows import CHECKPOINT, MODEL, TASK, Refusal, manifests, rows, write_lines

from suite.benchmarks.items import Item
from suite.commands.main import main


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--model", "micro-lama3"], "unknown model 'micro-lama3'"),
        (["--base", "micro-llama3"], "--base and --reward require each other"),
        ([*MODEL, "--reward", "random"], "--base and --reward require each other"),
        (["--base", "micro-lama3", "--reward", "random"], "unknown model 'micro-lama3'"),
        (["--base", "micro-llama3", "--reward", "Ran dom"], "--reward"),
        ([*CHECKPOINT, "--step", "-1"], "--step: -1 is below 0"),
        (["--base", "micro-llama3", "--reward", "random", "--seed", "-1"], "--seed: -1 is below 0"),
        ([*MODEL, "--seed", "3"], "--seed, --step: a known model already has"),
        ([*MODEL, "--step", "0"], "--seed, --step: a known model already has"),
    ],
)
def test_a_model_that_cannot_be_meant_is_an_error(
    flags: list[str], named: str, answers: Path, refuse: Refusal
) -> None:
    assert named in refuse(["jsonl", str(answers), *flags])


def test_a_new_checkpoint_is_listed_and_neither_planned_nor_run(
    answers: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "jsonl", str(answers), *CHECKPOINT, "--step", "50", "--out", str(run)]) == 0
    capsys.readouterr()
    assert main(["list", "pairs", "--json", "--out", str(run)]) == 0
    (pair,) = (row for row in json.loads(capsys.readouterr().out) if row["recipe"] == "imported")
    assert pair["checkpoint"] == "micro-llama3-random-imported-step50-s3"
    assert (pair["reward"], pair["seed"], pair["step"], pair["status"]) == ("random", 3, 50, "exists")
    assert main(["plan", "--families", "micro-llama3", "--tasks", TASK, "--json", "--out", str(run)]) == 0
    assert [row["model"] for row in json.loads(capsys.readouterr().out)] == ["micro-llama3"]


def test_a_checkpoint_of_the_run_can_be_named_by_its_id(
    answers: Path, run: Path, items: list[Item], tmp_path: Path
) -> None:
    assert main(["import", "jsonl", str(answers), *CHECKPOINT, "--out", str(run)]) == 0
    probe = [{**row, "task": "micro_bench_partial"} for row in rows(items, {}, k=1)]
    path = write_lines(tmp_path / "probe.jsonl", probe)
    assert (
        main(["import", "jsonl", str(path), "--model", "micro-llama3-random-imported-s3", "--out", str(run)])
        == 0
    )
    assert {(m.cell.model, m.base) for m in manifests(run)} == {
        ("micro-llama3-random-imported-s3", "micro-llama3")
    }
