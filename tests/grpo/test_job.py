"""Training jobs: what counts as trained already, and what is refused before anything is loaded."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from suite.errors import SuiteError
from suite.grpo.job import TrainingRun, check, dry_run, plan_training, run_training, trained_pair
from suite.grpo.recipe import load_recipe
from suite.progress import silent
from suite.registry import load_registry
from suite.schema import Pair
from suite.store.run_folder import RunStore

RUN = TrainingRun("micro-llama3", "format", "micro")


@pytest.fixture
def trained(tmp_path: Path) -> tuple[RunStore, Pair]:
    """A run folder with the checkpoint's pair as a finished training leaves it (weights: any)."""
    store = RunStore(tmp_path)
    pair = plan_training(RUN, load_registry()).pairs[-1].model_copy(update={"weights": "0123"})
    store.add_pair(pair)
    return store, pair


def test_a_checkpoint_that_is_there_is_not_trained_again(
    trained: tuple[RunStore, Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, pair = trained
    monkeypatch.setattr("suite.grpo.job.run_job", lambda *_, **__: pytest.fail("trained"))
    assert run_training(RUN, load_registry(), store, silent) == pair


def test_a_checkpoint_of_other_base_weights_recipe_or_seed_does_not_count(
    trained: tuple[RunStore, Pair],
) -> None:
    store, pair = trained
    assert trained_pair(RUN, load_registry(), store) == pair
    store.add_pair(pair.model_copy(update={"base_weights": "old"}))
    assert trained_pair(RUN, load_registry(), store) is None
    assert (
        trained_pair(TrainingRun("micro-llama3", "format", "micro", seed=1), load_registry(), store) is None
    )
    shutil.rmtree(store.checkpoint(RUN.checkpoint))
    assert trained_pair(RUN, load_registry(), store) is None


def test_a_checkpoint_is_no_base_to_train_from() -> None:
    with pytest.raises(SuiteError, match="is a checkpoint; a pair starts from a base"):
        check(TrainingRun("qwen2.5-math-7b-incorrect-step50", "format", "micro"), load_registry())


BROKEN = [
    ("unknown reward", {"reward": "formt"}, "Did you mean 'format'"),
    ("gamma over 1", {"reward": "random(1.5)"}, "0"),
    ("unknown model", {"model": "micro-llama"}, "micro-llama3"),
    ("a checkpoint", {"model": "qwen2.5-math-7b-incorrect-step50"}, "pair starts from a base"),
    ("unknown recipe", {"recipe": "mircro"}, "Known: micro"),
    ("no labels", {"reward": "majority_vote"}, "rlvr-suite label"),
    ("labels that are not there", {"reward": "incorrect", "labels": Path("none.jsonl")}, "no such file"),
    ("negative seed", {"seed": -1}, "0 to"),
    ("labels for nothing", {"labels": Path("labels.jsonl")}, "takes no labels"),
    ("no such module", {"reward": "nowhere_at_all:pay"}, "no module 'nowhere_at_all'"),
    (
        "too long an id",
        {"reward": "random(0.1234567890123456) & python_fence & no_repetition & !ground_truth"},
        "characters",
    ),
]


@pytest.mark.parametrize(("changes", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_cannot_be_trained_is_one_line_before_anything_is_loaded(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(SuiteError) as caught:
        check(replace(RUN, **changes), load_registry())
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def recipe_with(folder: Path, **changes: object) -> str:
    """The micro recipe with changes, as a file."""
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump(load_recipe("micro").model_dump(mode="json") | changes))
    return str(file)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"group_size": 5, "minibatches": 3}, "does not divide the 16 prompts"),
        ({"launch": {"processes": 3}}, "do not divide an update of 32 samples"),
        ({"launch": {"processes": 4, "nodes": 3, "host": "10.0.0.1"}}, "among 3 nodes"),
        ({"launch": {"processes": 4, "nodes": 2}}, "address of the first"),
        ({"keep": [21]}, "steps 1 to 20"),
        ({"clip": float("inf")}, "finite"),
        ({"adam_betas": [1.5, 0.9]}, "less than 1"),
        ({"data": "deepscalr"}, "deepscaler"),
        ({"protocols": {"*": "chatt"}}, "chatt"),
    ],
)
def test_a_recipe_that_cannot_work_is_one_line(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(SuiteError) as caught:
        check(replace(RUN, recipe=recipe_with(tmp_path, **changes)), load_registry())
    assert message in str(caught.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_vllm_recipe_without_a_gpu_is_an_error_before_anything_is_loaded(tmp_path: Path) -> None:
    run = replace(RUN, recipe=recipe_with(tmp_path, generation="vllm_colocate"))
    with pytest.raises(SuiteError, match=r"needs vllm|needs a GPU"):
        run_training(run, load_registry(), RunStore(tmp_path), silent)
    assert list(RunStore(tmp_path).pairs()) == []


def test_a_dry_run_prints_the_papers_settings_without_gpu_network_or_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("suite.grpo.job.locate", lambda *_: pytest.fail("looked for weights"))
    text = dry_run(
        TrainingRun("qwen2.5-math-7b", "random", "spurious_rewards"), load_registry(), Path("runs/x")
    )
    settings = dict(
        line.split(maxsplit=1)
        for line in text.splitlines()
        if line.startswith("  ") and len(line.split()) > 1
    )
    wanted = {
        "learning_rate": "5e-07",
        "lr_scheduler_type": "constant",
        "max_steps": "2400",
        "generation_batch_size": "1024",
        "num_generations": "16",
        "max_completion_length": "3072",
        "beta": "0.0",
        "epsilon": "0.2",
        "adam_beta2": "0.95",
        "num_processes": "8",
        "distributed_type": "DEEPSPEED",
        "loss_type": "grpo",
        "protocol": "chat",
    }
    assert {name: settings[name] for name in wanted} == wanted
    assert "accelerate launch" in text


def test_the_bases_without_a_chat_template_are_trained_with_the_r1_prompt() -> None:
    recipe = load_recipe("spurious_rewards")
    bases = load_registry().bases()
    r1 = {base for base in bases if recipe.protocol_of(base, "none") == "r1"}
    assert r1 == {"llama3.1-8b", "llama3.2-3b", "olmo2-7b"}
