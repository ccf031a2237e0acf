"""``rlvr-suite train``: which flags go together. The training itself: tests/grpo."""

from pathlib import Path

import pytest

from suite.commands.main import main

TRAIN = ["train", "micro", "--model", "micro-llama3", "--reward", "format"]


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("trl")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_dry_run_prints_the_settings_and_the_default_folder_and_writes_nothing(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*TRAIN, "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "micro-llama3-format-micro-s0" in out
    assert "runs/micro" in out
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["train"], "train: missing: RECIPE, --model, --reward, or --sweep FILE alone."),
        (["train", "micro", "--reward", "format"], "train: missing: --model, or --sweep FILE alone."),
        ([*TRAIN, "--ray", "local"], "--ray: a single run does not train on a cluster."),
        (["train", "--sweep", "s.yaml", "--seed", "0"], "--sweep: the sweep file says what to train."),
    ],
)
def test_a_single_run_and_a_sweep_have_their_own_flags(
    argv: list[str], line: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert capsys.readouterr().err.startswith(f"rlvr-suite: {line}")
    assert list(empty.iterdir()) == []
