"""How a delta can be measured again: a run file that asks for exactly its two arms, and the commands around it."""

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
class Recipe:
    """``run_file`` is YAML for ``rlvr-suite eval``, empty where answers were imported; ``commands`` come after it, one a line."""

    run_file: str
    commands: tuple[str, ...]


def reproduce(row: DeltaRow, before: CellManifest | None, after: CellManifest | None) -> Recipe:
    """The way to measure ``row`` again; the manifests of its arms, where they are known, say with which settings."""
    evaluate = (
        _imports(row, before, after)
        if row.recipe == IMPORTED
        else (_command("eval", RUN_FILE, "--out", RUN),)
    )
    commands = (
        *_training(row),
        *evaluate,
        _command("summarize", RUN),
        _command("leaderboard", RUN, "--out", f"{RUN}/board"),
    )
    run_file = "" if row.recipe == IMPORTED else _run_file(row, after)
    return Recipe(run_file, commands)


def _command(*words: str) -> str:
    return shlex.join(("rlvr-suite", *words))


def _training(row: DeltaRow) -> tuple[str, ...]:
    """Training of the checkpoints whose ids are those that ``rlvr-suite train`` gives."""
    made = {f"{row.base}-{row.reward}-{row.recipe}-s{seed}": seed for seed in row.seeds}
    return tuple(
        _command(
            "train",
            row.recipe,
            "--model",
            row.base,
            "--reward",
            row.reward,
            "--seed",
            str(made[name]),
            "--out",
            RUN,
        )
        for name in row.checkpoints or (row.checkpoint,)
        if name in made
    )


def _imports(row: DeltaRow, before: CellManifest | None, after: CellManifest | None) -> tuple[str, ...]:
    """Imports of both arms, from files of the names that were imported here."""
    arms = ((before, ("--model", row.base)), (after, ("--base", row.base, "--reward", row.reward)))
    return tuple(_import(manifest, arm) for manifest, arm in arms)


def _import(manifest: CellManifest | None, arm: Sequence[str]) -> str:
    source = manifest.source if manifest else None
    format_, files = (source.format, list(source.files)[:1]) if source else ("jsonl", ["ANSWERS"])
    return _command("import", format_, *files, *arm, "--out", RUN)


def _run_file(row: DeltaRow, after: CellManifest | None) -> str:
    keys: dict[str, Value] = {**_who(row), "tasks": [row.task], "protocols": [row.protocol], "k": row.k}
    if row.task in all_tasks() and row.n_items < all_tasks()[row.task].metadata.n_items:
        keys["limit"] = row.n_items
    return yaml.safe_dump(
        keys | _settings(row, after), sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000
    )


def _who(row: DeltaRow) -> dict[str, Value]:
    """One checkpoint by its own name, with its training where somebody said it; several seeds by what they share."""
    if row.checkpoints:
        return {"families": [row.family], "rewards": [row.reward], "seeds": list(row.seeds)}
    pair: dict[str, Value] = {
        "before": row.base,
        "after": row.checkpoint,
        "family": row.family,
        "reward": row.reward,
    }
    seed: dict[str, Value] = {"seed": row.seeds[0]} if row.seeds else {}
    return pair | seed if row.recipe == UNSTATED else pair | {"recipe": row.recipe, "step": row.step} | seed


def _settings(row: DeltaRow, manifest: CellManifest | None) -> dict[str, Value]:
    if manifest is None or not isinstance(manifest.cell.decoding, Decoding):
        return {}
    decoding = manifest.cell.decoding
    keys: dict[str, Value] = {"temperature": decoding.temperature, "max_new_tokens": decoding.max_new_tokens}
    name, known = (manifest.dataset or ""), all_tasks().get(row.task)
    seed = name.rpartition(", seed ")[2]
    if known and known.metadata.seed is not None and seed.isdecimal() and int(seed) != known.metadata.seed:
        keys["item_seed"] = int(seed)
    return keys | ({"engine": "vllm"} if manifest.cell.engine.startswith("vllm") else {})
