"""``rlvr-suite import``: whose answers they are, a line for each cell. The formats: tests/interchange."""

import json
from pathlib import Path

import pytest

from suite.commands.main import main


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.jsonl"
    path.write_text(json.dumps({"task": "micro_bench", "item_id": "0", "sample": 0, "text": "1"}) + "\n")
    return path


def imported(answers: Path, *flags: str) -> int:
    return main(["import", "jsonl", str(answers), "--out", str(answers.parent / "run"), "--subset", *flags])


def test_each_cell_is_a_line_with_what_nobody_stated(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported(answers, "--model", "micro-llama3", "--engine", "vllm-0.8,float32,cpu") == 0
    line = capsys.readouterr().out
    assert line.startswith("micro-llama3 on micro_bench: 1 items, 1 samples each; unstated: ")
    assert "protocol" in line and "dtype" not in line


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        ([], "import: one of the arguments --model --base is required"),
        (["--model", "a", "--base", "b"], "--base: not allowed with argument --model"),
        (["--base", "micro-llama3"], "import: --base and --reward require each other"),
        (["--model", "micro-llama3", "--reward", "r"], "import: --base and --reward require each other"),
        (["--model", "micro-llama3", "--seed", "1"], "--seed, --step: a known model already has"),
    ],
)
def test_a_known_model_and_a_new_checkpoint_have_their_own_flags(
    flags: list[str], what: str, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported(answers, *flags) == 2
    assert capsys.readouterr().err.startswith(f"rlvr-suite: {what}")
    assert not (answers.parent / "run").exists()
