"""train_vs_trl: `rlvr-suite train micro` against a bare TRL script with the same settings, whole processes.

reward_vs_rest_of_step: the reward against all else of a rollout and its updates.

One thread, micro-qwen2.5-math on the format reward; the same prompts. Rewards are timed where they are called
in training.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from suite.files.shipped import builtin_model
from suite.grpo.expression import parse
from suite.grpo.recipe import load_recipe
from suite.grpo.rows import PromptedBase, choose_data, prepare_rows
from suite.registry import load_registry
from suite.registry.protocols import prompt_of

BASE, PASSES = "micro-qwen2.5-math", 3
BARE = Path(__file__).with_name("bare_trl.py")


def _rows(file: Path) -> None:
    """The prompts of the micro recipe."""
    registry, folder = load_registry(), builtin_model(BASE)
    protocol = registry.model(BASE).protocol
    base = PromptedBase(folder, prompt_of(protocol, registry.protocol(protocol), folder))
    recipe = load_recipe("micro")
    prepared = prepare_rows(recipe, parse("format"), base, choose_data(recipe))
    file.write_text("".join(json.dumps({"prompt": row.prompt}) + "\n" for row in prepared.rows))


def _seconds(*command: str) -> float:
    started = perf_counter()
    subprocess.run(
        [sys.executable, *command], check=True, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    return perf_counter() - started


def _shares(run: Path) -> tuple[float, float]:
    """Milliseconds of rewards and of everything else in a rollout and its updates, medians over the run's
    steps.
    """
    rows = [
        json.loads(line) for line in next(run.glob("checkpoints/*/train_log.jsonl")).read_text().splitlines()
    ]
    rewards = {row["step"]: row["reward_seconds"] for row in rows if "reward_seconds" in row}
    whole = {step: sum(row["seconds"] for row in rows if row["step"] == step) for step in rewards}
    spent = median(rewards.values())
    return 1000 * spent, 1000 * (median(whole.values()) - spent)


def measure() -> dict[str, dict[str, float | str]]:
    """Medians of interleaved runs."""
    ours, theirs = [], []
    with TemporaryDirectory() as folder:
        home = Path(folder)
        _rows(home / "rows.jsonl")
        for n in range(PASSES):
            run = str(home / f"ours{n}")
            ours.append(
                _seconds("-m", "suite", "train", "micro", "--model", BASE, "--reward", "format", "--out", run)
            )
            theirs.append(
                _seconds(
                    str(BARE), str(builtin_model(BASE)), str(home / "rows.jsonl"), str(home / f"theirs{n}")
                )
            )
        reward, rest = _shares(home / "ours0")
    a, b = median(ours), median(theirs)
    return {
        "train_vs_trl": {"ratio": a / b, "ours": a, "theirs": b, "unit": "s a run"},
        "reward_vs_rest_of_step": {
            "ratio": reward / rest,
            "ours": reward,
            "theirs": rest,
            "unit": "ms a step",
        },
    }
