"""Real TRL on a micro base: what a run's weights depend on, and that a killed run ends the same."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tiny import BASE, command, log, pairs, recipe_file, trained

from suite.registry.weights import is_adapter
from suite.store.run_folder import RunStore

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with the checkpoint of step 2 kept."""
    out = tmp_path_factory.mktemp("unbroken")
    os.environ["OMP_NUM_THREADS"] = "1"
    trained(recipe_file(out / "recipes", keep=[2]), out)
    return out


def test_the_checkpoints_of_kept_steps_register_themselves_with_what_they_were_made_of(
    unbroken: Path,
) -> None:
    first, last = pairs(unbroken)
    assert (first.checkpoint, first.step) == ("micro-llama3-random-tiny-s0-step2", 2)
    assert (last.checkpoint, last.step) == ("micro-llama3-random-tiny-s0", 4)
    assert (last.base_weights, last.reward, last.seed) == (BASE, "random", 0)
    assert len({BASE, first.weights, last.weights}) == 3
    record = json.loads((RunStore(unbroken).checkpoint(last.checkpoint) / "training.json").read_text())
    assert record["data"]["source"] == "generator micro_world, seed 7"
    assert (record["data"]["items"], record["data"]["too_long"], record["data"]["unchecked"]) == (16, 0, [])
    assert record["recipe"]["steps"] == 4
    assert not list(RunStore(unbroken).checkpoint(last.checkpoint).glob("*.bin"))  # no pickles
    assert not list((unbroken / "checkpoints").glob(".*"))  # nothing left to go on from


def test_the_log_has_a_line_per_update_with_the_clip_ratio_of_off_policy_updates(unbroken: Path) -> None:
    rows = log(unbroken)
    assert [(row["step"], row["update"]) for row in rows] == [
        (1, 1),
        (1, 2),
        (2, 3),
        (2, 4),
        (3, 5),
        (3, 6),
        (4, 7),
        (4, 8),
    ]
    assert {"reward", "accuracy", "code", "truncated", "mean_tokens", "entropy"} <= rows[0].keys()
    assert rows[0]["clip_ratio"] == 0  # on-policy: the first update after a rollout
    assert max(row["clip_ratio"] for row in rows) > 0


def test_the_same_seed_gives_the_same_weights_and_a_shorter_run_is_the_start_of_a_longer_one(
    unbroken: Path, tmp_path: Path
) -> None:
    trained(recipe_file(tmp_path / "recipes", steps=2), tmp_path)
    assert pairs(tmp_path)[-1].weights == pairs(unbroken)[0].weights


def test_a_checkpoint_of_a_recipe_that_was_changed_since_is_not_taken_for_the_new_one(unbroken: Path) -> None:
    recipe = recipe_file(unbroken / "recipes", keep=[2], save_every=2)
    assert trained(recipe, unbroken).returncode == 0  # what does not decide the weights may change
    changed = recipe_file(unbroken / "recipes", keep=[2], learning_rate=0.002)
    done = subprocess.run(command(changed, unbroken), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "trained with other settings" in done.stderr


def test_another_seed_gives_other_weights(unbroken: Path, tmp_path: Path) -> None:
    trained(recipe_file(tmp_path / "recipes"), tmp_path, "--seed", "1")
    assert pairs(tmp_path)[-1].weights != pairs(unbroken)[-1].weights


def test_a_killed_run_resumes_from_the_last_saved_step_and_ends_with_the_same_weights(
    unbroken: Path, tmp_path: Path
) -> None:
    recipe = recipe_file(tmp_path / "recipes", keep=[2])
    with subprocess.Popen(
        command(recipe, tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        work = tmp_path / "checkpoints" / ".micro-llama3-random-tiny-s0.training"
        deadline = time.monotonic() + 120
        while not list(work.glob("checkpoint-*/trainer_state.json")):
            assert process.poll() is None, "ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert not pairs(tmp_path) or pairs(tmp_path)[-1].step < 4
    trained(recipe, tmp_path)
    assert pairs(tmp_path)[-1].weights == pairs(unbroken)[-1].weights
    assert [row["update"] for row in log(tmp_path)] == list(range(1, 9))


def test_a_work_folder_of_another_job_is_not_resumed(unbroken: Path, tmp_path: Path) -> None:
    work = tmp_path / "checkpoints" / ".micro-llama3-random-tiny-s0.training"
    (work / "checkpoint-6").mkdir(parents=True)
    (work / "job.json").write_text("{}")
    for name in ("trainer_state.json", "optimizer.pt", "scheduler.pt", "rng_state.pth"):
        (work / "checkpoint-6" / name).write_text("{}")
    trained(recipe_file(tmp_path / "recipes", keep=[2]), tmp_path)
    assert pairs(tmp_path)[-1].weights == pairs(unbroken)[-1].weights


def test_without_a_clip_no_token_is_clipped_and_a_recipe_that_never_clips_is_reported(tmp_path: Path) -> None:
    trained(recipe_file(tmp_path / "recipes", steps=2, clip=None), tmp_path / "off")
    assert {row["clip_ratio"] for row in log(tmp_path / "off")} == {0.0}
    done = trained(
        recipe_file(tmp_path / "recipes", "still", steps=2, learning_rate=1e-9), tmp_path / "still"
    )
    assert "no token was ever clipped (epsilon 0.2)" in done.stderr


def test_an_adapter_is_a_checkpoint(tmp_path: Path) -> None:
    trained(recipe_file(tmp_path / "recipes", steps=2, lora={"rank": 4, "alpha": 8}), tmp_path)
    (pair,) = pairs(tmp_path)
    assert is_adapter(RunStore(tmp_path).checkpoint(pair.checkpoint))


def test_whitened_and_exact_advantages_train_something_else(unbroken: Path, tmp_path: Path) -> None:
    trained(recipe_file(tmp_path / "recipes", whitening=True, exact_advantages=True), tmp_path)
    assert pairs(tmp_path)[-1].weights != pairs(unbroken)[-1].weights


def test_a_users_own_reward_is_trained_on_and_its_warning_is_shown(outspoken: str, tmp_path: Path) -> None:
    done = trained(recipe_file(tmp_path / "recipes", steps=2), tmp_path, reward=outspoken)
    (pair,) = pairs(tmp_path)
    assert pair.reward == "own-mine-short"
    assert 0 < log(tmp_path)[0]["reward"] < 1
    assert "UserWarning: no box in the answer" in done.stderr
