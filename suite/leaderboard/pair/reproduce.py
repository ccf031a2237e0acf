"""How to measure a delta again: a run file that selects exactly its two arms, and the commands around it.

A run file, as ``rlvr-suite eval pair.yaml`` reads it::

    before: qwen2.5-math-1.5b
    after: qwen2.5-math-1.5b-random
    family: qwen2.5-math
    reward: random
    tasks: [math500]
    protocols: [chat]
    k: 1
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from suite.benchmarks.tasks import all_tasks
from suite.schema import IMPORTED, UNSTATED, Decoding, DeltaRow
from suite.store.cells import CellManifest

RUN_FILE = "pair.yaml"
RUN = "runs/again"
Value = str | int | float | list[str] | list[int]


@dataclass(frozen=True)
class Reproduction:
    """A run file for ``rlvr-suite eval``, empty for imported answers, and the commands after it."""

    run_file: str
    commands: tuple[str, ...]


def reproduce(row: DeltaRow, before: CellManifest | None, after: CellManifest | None) -> Reproduction:
    """Return the way to measure ``row`` again; the arms' manifests, if known, hold the settings."""
    # Imported answers cannot be generated again here; the page shows how to import them.
    if row.recipe == IMPORTED:
        run_file = ""
        evaluation = [
            _import(before, ("--model", row.base)),
            _import(after, ("--base", row.base, "--reward", row.reward)),
        ]
    else:
        run_file = _run_file(row, after)
        evaluation = [_command("eval", RUN_FILE, "--out", RUN)]
    commands = (
        *_training(row),
        *evaluation,
        _command("summarize", RUN),
        _command("leaderboard", RUN, "--out", f"{RUN}/board"),
    )
    return Reproduction(run_file, commands)


def _command(*words: str) -> str:
    return shlex.join(("rlvr-suite", *words))


def _training(row: DeltaRow) -> list[str]:
    """Return the training of those checkpoints whose ids ``rlvr-suite train`` would give."""
    seeds = {f"{row.base}-{row.reward}-{row.recipe}-s{seed}": seed for seed in row.seeds}
    commands: list[str] = []
    for checkpoint in row.checkpoints or (row.checkpoint,):
        if checkpoint in seeds:
            training = ("train", row.recipe, "--model", row.base, "--reward", row.reward)
            commands.append(_command(*training, "--seed", str(seeds[checkpoint]), "--out", RUN))
    return commands


def _import(manifest: CellManifest | None, arm: Sequence[str]) -> str:
    """Return the import of one arm, from a file with the name of the one that was imported here."""
    source = manifest.source if manifest else None
    if source is None:
        return _command("import", "jsonl", "ANSWERS", *arm, "--out", RUN)
    return _command("import", source.format, *list(source.files)[:1], *arm, "--out", RUN)


def _run_file(row: DeltaRow, after: CellManifest | None) -> str:
    keys: dict[str, Value] = {**_pair(row), "tasks": [row.task], "protocols": [row.protocol], "k": row.k}
    if row.task in all_tasks() and row.n_items < all_tasks()[row.task].metadata.n_items:
        keys["limit"] = row.n_items
    return yaml.safe_dump(
        keys | _settings(row, after), sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000
    )


def _pair(row: DeltaRow) -> dict[str, Value]:
    """Select a single checkpoint by name, with its training if stated; several seeds by what they share."""
    if row.checkpoints:
        return {"families": [row.family], "rewards": [row.reward], "seeds": list(row.seeds)}
    pair: dict[str, Value] = {
        "before": row.base,
        "after": row.checkpoint,
        "family": row.family,
        "reward": row.reward,
    }
    if row.recipe != UNSTATED:
        pair |= {"recipe": row.recipe, "step": row.step}
    if row.seeds:
        pair["seed"] = row.seeds[0]
    return pair


def _settings(row: DeltaRow, manifest: CellManifest | None) -> dict[str, Value]:
    """Return the decoding, the seed of generated items if it is not the task's own, and the engine."""
    if manifest is None or not isinstance(manifest.cell.decoding, Decoding):
        return {}
    decoding = manifest.cell.decoding
    keys: dict[str, Value] = {"temperature": decoding.temperature, "max_new_tokens": decoding.max_new_tokens}
    task = all_tasks().get(row.task)
    task_seed = task.metadata.seed if task else None
    # The dataset of generated items ends in their seed: "arithmetic, seed 7".
    item_seed = (manifest.dataset or "").rpartition(", seed ")[2]
    if task_seed is not None and item_seed.isdecimal() and int(item_seed) != task_seed:
        keys["item_seed"] = int(item_seed)
    if manifest.cell.engine.startswith("vllm"):
        keys["engine"] = "vllm"
    return keys
