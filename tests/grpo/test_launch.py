"""A job on this machine: what the machine lacks is one line; several processes train one checkpoint."""

import importlib.util
import subprocess
from pathlib import Path

import pytest
import torch
from tiny import BASE, TINY, command, log, pairs, recipe_file, trained

from suite.errors import SuiteError
from suite.grpo.launch import check_machine
from suite.grpo.recipe import Recipe

no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")


def recipe(**changes: object) -> Recipe:
    return Recipe.model_validate_json(Recipe.model_validate(TINY | changes).model_dump_json())


def test_one_process_on_a_cpu_can_train() -> None:
    check_machine(recipe(), "tiny")
    check_machine(recipe(launch={"processes": 2}), "tiny")


@no_gpu
@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"launch": {"processes": 2, "accelerate": "fsdp"}}, "2 GPUs per node, and this machine has 0"),
        (
            {"launch": {"processes": 4, "nodes": 2, "host": "10.0.0.1", "accelerate": "fsdp"}},
            "2 GPUs per node, and this machine has 0",
        ),
        ({"generation": "vllm_colocate"}, "needs vllm, which is not installed|a vLLM recipe needs a GPU"),
    ],
)
def test_what_the_machine_lacks_is_one_line_that_names_the_recipe(
    changes: dict[str, object], lack: str
) -> None:
    with pytest.raises(SuiteError, match=lack) as caught:
        check_machine(recipe(**changes), "tiny")
    assert caught.value.where == "tiny" and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "package"),
    [
        ({"report_to": ["wandb"]}, "wandb"),
        ({"launch": {"processes": 2, "accelerate": "zero3"}}, "deepspeed"),
    ],
)
def test_a_package_that_the_recipe_needs_is_named_with_its_installation(
    changes: dict[str, object], package: str
) -> None:
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed")
    needs = rf"needs {package}, which is not installed\. pip install {package}"
    with pytest.raises(SuiteError, match=needs):
        check_machine(recipe(**changes), "tiny")


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_two_processes_train_one_checkpoint(tmp_path: Path) -> None:
    shared = {"launch": {"processes": 2}, "whitening": True, "exact_advantages": True}
    trained(recipe_file(tmp_path / "recipes", steps=2, **shared), tmp_path)
    (pair,) = pairs(tmp_path)
    assert pair.weights not in (BASE, None)
    assert [row["update"] for row in log(tmp_path)] == [1, 2, 3, 4]
    # A rollout every two updates, of both processes.
    assert [row["update"] for row in log(tmp_path) if "reward" in row] == [1, 3]


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_what_a_users_reward_says_in_several_processes_is_kept(outspoken: str, tmp_path: Path) -> None:
    recipe = recipe_file(tmp_path / "recipes", steps=1, launch={"processes": 2})
    trained(recipe, tmp_path, reward=outspoken)
    said = (tmp_path / ".training" / "micro-llama3-own-mine-short-tiny-s0.log").read_text()
    assert "UserWarning: no box in the answer" in said


@pytest.mark.slow
def test_a_reward_that_fails_in_several_processes_is_one_line_and_the_log_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_reward.py").write_text("def pay(rollout):\n    raise ValueError('oh no')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    file = recipe_file(tmp_path / "recipes", steps=1, launch={"processes": 2})
    line = command(file, tmp_path, reward="broken_reward:pay")
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "failed on an answer to item" in done.stderr and "ValueError: oh no" in done.stderr
    assert "worker.log" in done.stderr and "Traceback" not in done.stderr
