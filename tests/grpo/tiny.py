"""A recipe of seconds on micro-llama3: 4 steps of 4 prompts x 4 samples in 2 updates, with a learning rate at which it moves."""

import subprocess
import sys
from pathlib import Path

import yaml

TINY: dict[str, object] = {
    "description": "seconds on one CPU thread", "data": "micro_world", "data_seed": 7, "optimizer": "adamw_torch",
    "learning_rate": 0.001, "max_grad_norm": 1.0, "steps": 4, "prompts": 4, "group_size": 4, "minibatches": 2, "passes": 1,
    "clip": 0.2, "kl": 0.0, "temperature": 1.0, "max_new_tokens": 16, "save_every": 1,
}  # fmt: skip


def recipe_file(folder: Path, name: str = "tiny", **changes: object) -> Path:
    """The tiny recipe with changes, as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(TINY | changes))
    return file


def command(
    recipe: Path, out: Path, *more: str, reward: str = "random", model: str = "micro-llama3"
) -> list[str]:
    """`rlvr-suite train` as a process of its own."""
    train = ["train", str(recipe), "--model", model, "--reward", reward, "--out", str(out), *more]
    return [sys.executable, "-m", "suite", *train]


def trained(
    recipe: Path, out: Path, *more: str, reward: str = "random", model: str = "micro-llama3"
) -> "subprocess.CompletedProcess[str]":
    """Train to the end; its output."""
    done = subprocess.run(
        command(recipe, out, *more, reward=reward, model=model), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done
