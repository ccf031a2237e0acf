"""A recipe of seconds on micro-llama3: 4 steps of 4 prompts x 4 samples in 2 updates, fast enough to move."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from suite.files.shipped import builtin_model
from suite.registry.weights import weights_hash
from suite.schema import Pair
from suite.store.run_folder import RunStore

BASE = weights_hash(builtin_model("micro-llama3"))
TINY: dict[str, object] = {
    "description": "seconds on one CPU thread",
    "data": "micro_world",
    "data_seed": 7,
    "optimizer": "adamw_torch",
    "learning_rate": 0.001,
    "max_grad_norm": 1.0,
    "steps": 4,
    "prompts": 4,
    "group_size": 4,
    "minibatches": 2,
    "passes": 1,
    "clip": 0.2,
    "kl": 0.0,
    "temperature": 1.0,
    "max_new_tokens": 16,
    "save_every": 1,
}


def recipe_file(folder: Path, name: str = "tiny", **changes: object) -> Path:
    """Write the tiny recipe with changes into ``folder``; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(TINY | changes))
    return file


def command(
    recipe: Path, out: Path, *more: str, reward: str = "random", model: str = "micro-llama3"
) -> list[str]:
    """Return `rlvr-suite train` as the command of a process."""
    train = ["train", str(recipe), "--model", model, "--reward", reward, "--out", str(out), *more]
    return [sys.executable, "-m", "suite", *train]


def trained(
    recipe: Path, out: Path, *more: str, reward: str = "random", model: str = "micro-llama3"
) -> "subprocess.CompletedProcess[str]":
    """Train to the end; return the process with its output."""
    done = subprocess.run(
        command(recipe, out, *more, reward=reward, model=model), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def pairs(out: Path) -> list[Pair]:
    """Return the pairs of a run folder in the order of their steps."""
    return sorted(RunStore(out).pairs(), key=lambda pair: pair.step)


def log(out: Path) -> list[dict[str, float]]:
    """Return the training log of the one checkpoint at the last step."""
    (file,) = (out / "checkpoints").glob("*-s0/train_log.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]
