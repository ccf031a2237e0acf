"""A training job on this machine: in this process, or on several devices through ``accelerate launch``.

``check_machine(recipe, where)`` reports what the machine lacks before anything is loaded; ``run_job(work,
recipe, hooks)`` trains. With several devices the workers only write weights into the work folder; this
process registers them.
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
WORKER_LOG = "worker.log"
"""What the processes print, in the work folder; ``job`` keeps it as ``.training/CHECKPOINT.log``."""
_LAUNCHER_ERROR = re.compile("CalledProcessError|ChildFailedError")


def gpus() -> int:
    """Return the number of GPUs that torch sees."""
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def check_machine(recipe: Recipe, where: str) -> None:
    """Raise ``SuiteError`` for what this machine lacks to train the recipe; ``where`` names the recipe."""
    launch = recipe.launch
    needed = {"trl": "'rlvr-suite[train]'"}  # module -> what pip installs
    if recipe.generation != "hf":
        needed["vllm"] = "'rlvr-suite[vllm]'"
    for name in recipe.report_to:
        needed[name] = name
    if launch.processes > 1 and launch.accelerate == "zero3":
        needed["deepspeed"] = "deepspeed"
    for module, package in needed.items():
        if importlib.util.find_spec(module) is None:
            what = f"this recipe needs {module}, which is not installed"
            raise SuiteError(what, where, f"pip install {package}")
    found = gpus()
    if recipe.generation == "vllm_colocate" and not found:
        fix = "Set generation: hf in a copy of the recipe, or run it on a machine with GPUs"
        raise SuiteError("a vLLM recipe needs a GPU, and this machine has none", where, fix)
    # On a CPU several processes can train with plain data parallelism, and with nothing else.
    per_node = launch.processes // launch.nodes
    too_few = per_node > found if found else launch.processes > 1 and launch.accelerate != "ddp"
    if too_few:
        what = f"the recipe trains on {per_node} GPUs per node, and this machine has {found}"
        fix = "Set launch: {processes: ..., samples_per_device: ...} in a copy of the recipe"
        raise SuiteError(what, where, fix)


def run_job(work: Path, recipe: Recipe, hooks: Hooks) -> None:
    """Train the job in ``work``; call ``hooks`` in this process, the only one that may register checkpoints.

    Raise ``SuiteError`` with the workers' last error if they end with one.
    """
    if recipe.launch.processes == 1:
        train(work, hooks)
        return
    # A killed run may have left all weights behind without registering them.
    if _hand_over(work, recipe, hooks):
        return
    # The kernel kills the launcher if this process is killed; its workers watch their parent themselves.
    with (work / WORKER_LOG).open("ab") as log:
        worker = subprocess.Popen(
            _command(work, recipe),
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=killed_with_parent,
            env=dict(os.environ) if gpus() else os.environ | {"ACCELERATE_USE_CPU": "true"},
        )
    try:
        _watch(worker, work, recipe, hooks)
    finally:
        worker.terminate()
        worker.wait()


def _command(work: Path, recipe: Recipe) -> list[str]:
    """Return the launcher's command: accelerate's on GPUs, torch's on a CPU."""
    if not gpus():  # on a CPU accelerate would start one process only
        processes = f"--nproc_per_node={recipe.launch.processes}"
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", processes]
        return [*torchrun, "-m", "suite.grpo.worker", str(work)]
    config = work / "accelerate.yaml"
    write_atomic(config, yaml.safe_dump(accelerate_settings(recipe)).encode())
    accelerate = [sys.executable, "-m", "accelerate.commands.accelerate_cli"]
    return [*accelerate, *launch_command(str(config), str(work))[1:]]


def _hand_over(work: Path, recipe: Recipe, hooks: Hooks) -> bool:
    """Hand over the weights that the workers left; return whether the last step's are among them."""
    left = [step for step in recipe.kept if kept_folder(work, step).is_dir()]
    for step in left:
        hooks.kept(step, kept_folder(work, step))
    return recipe.steps in left


def _watch(worker: "subprocess.Popen[bytes]", work: Path, recipe: Recipe, hooks: Hooks) -> None:
    """Hand over what the workers leave, until they end."""
    ended = False
    while not ended:
        # Ask before looking into the folder, so that one last look follows the end.
        ended = worker.poll() is not None
        _hand_over(work, recipe, hooks)
        hooks.finished(_steps_done(work))
        if not ended:
            time.sleep(POLL_S)
    if worker.returncode:
        log = work / WORKER_LOG
        what = f"the training processes ended with {worker.returncode}: {_last_error(log)}"
        raise SuiteError(what, str(log), "Read the log; the same command resumes from the last saved step")


def _steps_done(work: Path) -> int:
    """Return the number of finished steps by the log, whose last line may be half written."""
    log = work / "train_log.jsonl"
    if not log.is_file():
        return 0
    # The step of the newest line may still have updates to come, so it does not count as finished.
    whole = [line for line in log.read_text().splitlines() if line.endswith("}")]
    return max(json.loads(whole[-1])["step"] - 1, 0) if whole else 0


def _last_error(log: Path) -> str:
    """Return the last error in the workers' log that is not the launcher's own, or the log's last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    # Launchers print an error of their own after the one that ended a worker.
    errors = [line for line in lines if "Error" in line and not _LAUNCHER_ERROR.search(line)]
    return (errors or lines or ["no output"])[-1][:200]
