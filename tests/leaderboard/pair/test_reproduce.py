"""How to measure a pair again: the run file selects exactly what was measured."""

import shlex
from pathlib import Path

import yaml
from builders.cells import FAMILY, write_cell
from hand_made_summary import micro_row

from suite.leaderboard.pair.reproduce import reproduce
from suite.plan.selection import Selection
from suite.schema import IMPORTED, UNSTATED
from suite.store.cells import ImportSource
from suite.store.run_folder import RunStore


def test_the_run_file_asks_for_exactly_what_was_measured(tmp_path: Path) -> None:
    manifest = write_cell(RunStore(tmp_path), FAMILY, [["1", "2"]] * 3).manifest
    again = reproduce(micro_row(), manifest, manifest)
    selection = Selection.model_validate(yaml.safe_load(again.run_file) | {})
    pair = (selection.before, selection.after, selection.family, selection.reward)
    assert pair == (FAMILY, f"{FAMILY}-random-micro-s0", FAMILY, "random")
    assert (selection.recipe, selection.step, selection.seed) == ("micro", 20, 0)
    assert (selection.tasks, selection.protocols, selection.limit) == (("micro_bench",), ("micro_qa",), 3)
    assert (selection.temperature, selection.k, selection.max_new_tokens, selection.engine) == (
        0.6,
        2,
        8,
        "hf",
    )
    training = f"rlvr-suite train micro --model {FAMILY} --reward random --seed 0 --out runs/again"
    assert again.commands[0] == training
    assert again.commands[1] == "rlvr-suite eval pair.yaml --out runs/again"


def test_several_seeds_are_asked_for_by_what_they_share() -> None:
    names = tuple(f"{FAMILY}-random-micro-s{seed}" for seed in (0, 1))
    again = reproduce(micro_row(checkpoints=names, seeds=(0, 1)), None, None)
    selection = Selection.model_validate(yaml.safe_load(again.run_file))
    assert (selection.families, selection.rewards, selection.seeds) == ((FAMILY,), ("random",), (0, 1))
    assert sum("rlvr-suite train" in command for command in again.commands) == 2


def test_a_checkpoint_that_nobody_trained_here_is_not_trained_again(tmp_path: Path) -> None:
    assert "train" not in " ".join(reproduce(micro_row(checkpoint="theirs"), None, None).commands)
    own = reproduce(micro_row(recipe=UNSTATED, checkpoint="mine", seeds=()), None, None)
    selection = Selection.model_validate(yaml.safe_load(own.run_file))
    assert (selection.before, selection.after, selection.family, selection.reward) == (
        FAMILY,
        "mine",
        FAMILY,
        "random",
    )


def test_imported_answers_are_imported_again_with_quoted_names(tmp_path: Path) -> None:
    manifest = write_cell(RunStore(tmp_path), FAMILY, [["1", "2"]] * 3).manifest
    assert manifest
    source = ImportSource(format="lm-eval", files={"a b.json": "hash"}, unstated=())
    imported = manifest.model_copy(update={"source": source})
    again = reproduce(micro_row(recipe=IMPORTED, reward="x; rm -rf ~"), imported, imported)
    assert again.run_file == ""
    first, second = (shlex.split(command) for command in again.commands[:2])
    assert first[:5] == ["rlvr-suite", "import", "lm-eval", "a b.json", "--model"]
    assert second[4:8] == ["--base", FAMILY, "--reward", "x; rm -rf ~"]
