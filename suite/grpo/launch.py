"""A training job on this machine: in this process, or on several devices through ``accelerate launch``.

What a machine lacks for a recipe is told before anything is loaded.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import yaml

from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.grpo.recipe import Recipe
from suite.grpo.settings import accelerate_settings, launch_command
from suite.grpo.train import Hooks, kept_folder, train
from suite.processes import killed_with_parent

POLL_S = 1.0
_OF_LAUNCHERS = re.compile("CalledProcessError|ChildFailedError")


def gpus() -> int:
    """Devices that torch sees."""
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def check_machine(recipe: Recipe, where: str) -> None:
    """``SuiteError`` for what this machine lacks for the recipe."""
    needs = [("trl", True, "train"), ("vllm", recipe.generation != "hf", "vllm")]
    needs += [(name, True, name) for name in recipe.report_to]
    needs.append(
        ("deepspeed", recipe.launch.processes > 1 and recipe.launch.accelerate == "zero3", "deepspeed")
    )
    for module, needed, extra in needs:
        if needed and importlib.util.find_spec(module) is None:
            fix = (
                f"pip install 'rlvr-suite[{extra}]'" if extra in ("train", "vllm") else f"pip install {extra}"
            )
            raise SuiteError(f"this recipe needs {module}, which is not installed", where, fix)
    found = gpus()
    if recipe.generation == "vllm_colocate" and not found:
        what = "a vLLM recipe needs a GPU, and there is none here"
        raise SuiteError(
            what, where, "Set generation: hf in a copy of the recipe, or run it on a machine with GPUs"
        )
    here = recipe.launch.processes // recipe.launch.nodes
    if (found and here > found) or (
        not found and recipe.launch.processes > 1 and recipe.launch.accelerate != "ddp"
    ):
        what = f"the recipe trains on {here} GPUs a node, and there are {found} here"
        raise SuiteError(
            what, where, "Set launch: {processes: ..., samples_per_device: ...} in a copy of the recipe"
        )


def run_job(work: Path, recipe: Recipe, hooks: Hooks) -> None:
    """Train the job in ``work``; ``hooks`` are called here, in the process that may register checkpoints."""
    if recipe.launch.processes == 1:
        train(work, hooks)
        return
    if _register(work, recipe, hooks):
        return
    with (work / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            _command(work, recipe),
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=killed_with_parent,
            env=_environment(),
        )
    try:
        _watch(worker, work, recipe, hooks)
    finally:
        worker.terminate()
        worker.wait()


def _command(work: Path, recipe: Recipe) -> list[str]:
    """The launcher: accelerate's on GPUs, torch's own on a CPU, where accelerate would start one process only."""
    if not gpus():
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        return [
            *torchrun,
            f"--nproc_per_node={recipe.launch.processes}",
            "-m",
            "suite.grpo.worker",
            str(work),
        ]
    config = work / "accelerate.yaml"
    write_atomic(config, yaml.safe_dump(accelerate_settings(recipe)).encode())
    return [
        sys.executable,
        "-m",
        "accelerate.commands.accelerate_cli",
        *launch_command(str(config), str(work))[1:],
    ]


def _environment() -> dict[str, str]:
    return dict(os.environ) if gpus() else os.environ | {"ACCELERATE_USE_CPU": "true"}


def _register(work: Path, recipe: Recipe, hooks: Hooks) -> bool:
    """Hand over what the workers left; whether the last step is among it."""
    found = [step for step in recipe.kept if kept_folder(work, step).is_dir()]
    for step in found:
        hooks.kept(step, kept_folder(work, step))
    return recipe.steps in found


def _watch(worker: "subprocess.Popen[bytes]", work: Path, recipe: Recipe, hooks: Hooks) -> None:
    """Register what the worker hands over, until it ends."""
    ended = False
    while not ended:
        ended = worker.poll() is not None
        _register(work, recipe, hooks)
        hooks.finished(_steps_done(work))
        if not ended:
            time.sleep(POLL_S)
    if worker.returncode:
        what = f"the training processes ended with {worker.returncode}: {_last_line(work / 'worker.log')}"
        raise SuiteError(
            what, str(work / "worker.log"), "Read the log; the same command goes on from the last saved step"
        )


def _steps_done(work: Path) -> int:
    """Finished steps by the log; the last line may be half written."""
    lines = (
        (work / "train_log.jsonl").read_text().splitlines() if (work / "train_log.jsonl").is_file() else []
    )
    steps = [json.loads(line)["step"] for line in lines if line.endswith("}")]
    return max(steps[-1] - 1, 0) if steps else 0


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line and not _OF_LAUNCHERS.search(line)]
    return (errors or lines or ["no output"])[-1][:200]
