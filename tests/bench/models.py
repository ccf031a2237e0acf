"""Sixteen micro models for the benchmarks: the four bases and three copies of each with a little noise on
their weights.
"""

import shutil
from pathlib import Path

import torch
import yaml
from safetensors.torch import load_file, save_file

from suite.files.shipped import builtin_model

BASES = ("micro-qwen2.5-math", "micro-qwen2.5", "micro-llama3", "micro-olmo2")
COPIES = 3
TASKS = ("micro_arithmetic_clean", "micro_bench", "micro_bench_partial")
K = 8


def noisy_copy(base: str, seed: int, folder: Path) -> Path:
    """A copy of a base whose weights differ by a thousandth of their size: another checkpoint of the same
    architecture.
    """
    copy = folder / f"{base}-{seed}"
    shutil.copytree(builtin_model(base), copy)
    path = next(copy.glob("*.safetensors"))
    generator = torch.Generator().manual_seed(seed)
    noise = {
        k: v + 0.001 * v.abs().mean() * torch.randn(v.shape, generator=generator)
        for k, v in load_file(path).items()
    }
    save_file(noise, path, metadata={"format": "pt"})
    return copy


def registry(folder: Path) -> tuple[Path, list[Path]]:
    """An overlay with the copies as pairs, and the folders of all sixteen models."""
    folders, models, pairs = [builtin_model(base) for base in BASES], {}, []
    for base in BASES:
        for seed in range(COPIES):
            copy = noisy_copy(base, seed, folder)
            folders.append(copy)
            models[copy.name] = {
                "family": base,
                "base": base,
                "path": str(copy),
                "architecture": "micro",
                "dtype": "float32",
            }
            models[copy.name]["protocol"] = "micro_qa"
            pair = {
                "family": base,
                "base": base,
                "checkpoint": copy.name,
                "reward": "noise",
                "recipe": "noise",
                "step": 1,
            }
            pairs.append(pair | {"seed": seed})
    overlay = folder / "registry.yaml"
    overlay.write_text(yaml.safe_dump({"models": models, "pairs": pairs}))
    return overlay, folders
