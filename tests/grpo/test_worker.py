"""One process of a job: it trains what the work folder says, leaves weights there and registers nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from tiny import TINY

from suite.files.shipped import builtin_model
from suite.grpo.recipe import Recipe
from suite.grpo.train import Job, TrainingRow, kept_folder, prepare
from suite.registry.weights import weights_hash


def worked(work: Path, reward: str = "random", **changes: object) -> "subprocess.CompletedProcess[str]":
    """Prepare one step of the tiny recipe with changes in ``work``, and run one worker there."""
    recipe = Recipe.model_validate(TINY | {"steps": 1} | changes)
    job = Job(
        folder=str(builtin_model("micro-llama3")),
        base_weights=weights_hash(builtin_model("micro-llama3")),
        recipe=recipe,
        reward=reward,
        seed=0,
        stops=(),
        rows_hash="",
        versions={},
    )
    row = TrainingRow(prompt="Question: 1+1?\nAnswer:", item_id="0", answer="2", gold="2")
    prepare(work, job, [row] * recipe.prompts)
    command = [sys.executable, "-m", "suite.grpo.worker", str(work)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_worker_that_is_started_alone_for_a_job_of_two_says_so(tmp_path: Path) -> None:
    done = worked(tmp_path / "work", launch={"processes": 2})
    assert done.returncode == 2
    assert done.stderr == "Error: the recipe trains on 2 processes; 1 started\n"


@pytest.mark.slow
def test_a_worker_leaves_weights_and_log_in_the_work_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    done = worked(tmp_path / "work")
    assert done.returncode == 0, done.stderr
    left = {path.name for path in kept_folder(tmp_path / "work", 1).iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "train_log.jsonl"} <= left
    assert not {"pair.json", "training.json", "training_args.bin"} & left


@pytest.mark.slow
def test_a_reward_that_fails_ends_the_worker_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    (tmp_path / "broken_reward.py").write_text("def pay(rollout):\n    raise ValueError('oh no')\n")
    monkeypatch.chdir(tmp_path)
    done = worked(tmp_path / "work", reward="broken_reward:pay")
    assert done.returncode == 2
    (error,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert "broken_reward:pay: failed on an answer to item '0': ValueError: oh no" in error
