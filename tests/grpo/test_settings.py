"""What TRL and accelerate are given: the paper's settings line by line, and each ablation in its own."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from suite.grpo.recipe import Recipe, load_recipe, recipe_names
from suite.grpo.settings import NO_CLIP, accelerate_settings, machine_settings, trl_settings

PAPER = load_recipe("spurious_rewards")

FACTS_1_3 = [
    ("algorithm: GRPO, KL 0", {"beta": 0.0, "scale_rewards": "group"}),
    ("loss: mean over sequences of the mean over tokens", {"loss_type": "grpo"}),
    ("lr 5e-7 constant", {"learning_rate": 5e-07, "lr_scheduler_type": "constant"}),
    ("no warm-up", {"warmup_steps": 0}),
    ("rollout batch 64 prompts x 16 = 1,024", {"generation_batch_size": 1024, "num_generations": 16}),
    ("clip 0.2", {"epsilon": 0.2}),
    ("sampling T 1, top_p 1", {"temperature": 1.0, "top_p": 1.0}),
    ("generate 3072", {"max_completion_length": 3072}),
    ("Adam betas (0.9, 0.95)", {"optim": "adamw_torch", "adam_beta1": 0.9, "adam_beta2": 0.95}),
    ("gradient norm 1, weight decay 0", {"max_grad_norm": 1.0, "weight_decay": 0.0}),
    ("300 steps are 2,400 updates", {"max_steps": 2400}),
    ("samples are drawn by vLLM", {"use_vllm": True}),
    ("vLLM's probabilities are taken as ours", {"vllm_importance_sampling_correction": False}),
    ("prompt 1024 + 3072", {"vllm_max_model_length": 4096}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "settings"), FACTS_1_3, ids=[line for line, _ in FACTS_1_3])
def test_the_papers_recipe_gives_trl_the_papers_settings(line: str, settings: dict[str, object]) -> None:
    given = trl_settings(PAPER, seed=42)
    assert {name: given[name] for name in settings} == settings


def test_a_rollout_of_the_papers_recipe_is_8_updates_of_128() -> None:
    given = trl_settings(PAPER, seed=42)
    at_once = (
        given["per_device_train_batch_size"] * given["gradient_accumulation_steps"] * PAPER.launch.processes
    )  # type: ignore[operator]
    assert (at_once, PAPER.rollout_size // at_once, PAPER.updates_per_step) == (128, 8, 8)
    assert PAPER.max_prompt_tokens == 1024
    assert PAPER.kept == (50, 100, 150, 200, 250, 300)
    assert (PAPER.whitening, PAPER.exact_advantages) == (True, True)


def test_a_killed_run_resumes_at_a_rollout_boundary() -> None:
    for name in recipe_names():
        recipe = load_recipe(name)
        assert trl_settings(recipe, 0)["save_steps"] % recipe.updates_per_step == 0  # type: ignore[operator]


def test_every_setting_is_one_that_trl_knows() -> None:
    from trl.trainer.grpo_config import GRPOConfig

    known = {field.name for field in dataclasses.fields(GRPOConfig)}
    for name in recipe_names():
        recipe = load_recipe(name)
        assert set(trl_settings(recipe, 0) | machine_settings(recipe, has_gpu=True)) <= known


def changed(**changes: object) -> Recipe:
    return Recipe.model_validate(PAPER.model_dump() | changes)


def test_clipping_is_turned_off_in_three_ways() -> None:
    """FACTS 2.8: no clip in the loss; one update of the whole rollout; a rollout of one update's size."""
    off = changed(clip=None)
    assert trl_settings(off, 0)["epsilon"] == NO_CLIP
    assert (off.updates_per_step, off.can_clip) == (8, False)
    whole = changed(minibatches=1)
    assert (whole.update_size, whole.updates_per_step, whole.can_clip) == (1024, 1, False)
    small = changed(prompts=8, minibatches=1)
    assert (small.rollout_size, small.updates_per_step, small.can_clip) == (128, 1, False)


def test_weights_are_kept_in_float32_and_only_the_computation_is_bfloat16() -> None:
    assert machine_settings(PAPER, has_gpu=True)["bf16"] is True
    assert machine_settings(PAPER, has_gpu=False) == {
        "bf16": False,
        "use_cpu": True,
        "dataloader_pin_memory": False,
    }
    assert accelerate_settings(PAPER)["mixed_precision"] == "bf16"


@pytest.mark.parametrize("kind", ["ddp", "fsdp", "zero3"])
def test_accelerate_reads_the_config_that_is_written(kind: str, tmp_path: Path) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    recipe = changed(launch={"processes": 8, "accelerate": kind, "samples_per_device": 2})
    file = tmp_path / "accelerate.yaml"
    file.write_text(yaml.safe_dump(accelerate_settings(recipe)))
    config = load_config_from_file(str(file))
    assert (config.num_processes, config.mixed_precision) == (8, "bf16")
    assert config.distributed_type.value == {"ddp": "MULTI_GPU", "fsdp": "FSDP", "zero3": "DEEPSPEED"}[kind]


def test_the_settings_need_neither_torch_nor_trl() -> None:
    code = (
        "import sys, suite.grpo.settings\n"
        "print([name for name in ('torch', 'trl', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
