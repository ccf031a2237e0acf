"""A recipe as the settings of TRL and accelerate. Pure: needs neither of them, nor a GPU.

``rlvr-suite train spurious_rewards --model qwen2.5-math-7b --reward random --dry-run`` prints them.
"""

import json
import shlex
from collections.abc import Mapping, Sequence

from suite.grpo.recipe import Recipe

Setting = str | int | float | bool | None
Settings = dict[str, Setting]
NO_CLIP = 1e6
"""An epsilon that nothing reaches: updates stay off-policy and none is clipped."""


def trl_settings(recipe: Recipe, seed: int) -> dict[str, object]:
    """Keyword arguments of ``GRPOConfig``, but for the output folder and what the machine decides (``machine_settings``)."""
    return {
        **_optimization(recipe),
        **_rollout(recipe),
        **_loss(recipe),
        "seed": seed,
        "data_seed": seed,
        "shuffle_dataset": False,
        "logging_steps": 1,
        "report_to": list(recipe.report_to),
        "disable_tqdm": True,
        "save_strategy": "steps" if recipe.save_every else "no",
        "save_steps": (recipe.save_every or recipe.steps) * recipe.updates_per_step,
        "save_total_limit": 1,
    }


def _optimization(recipe: Recipe) -> Settings:
    return {
        "optim": recipe.optimizer,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "constant",
        "warmup_steps": 0,
        "weight_decay": recipe.weight_decay,
        "adam_beta1": recipe.adam_betas[0],
        "adam_beta2": recipe.adam_betas[1],
        "max_grad_norm": recipe.max_grad_norm,
        "max_steps": recipe.steps * recipe.updates_per_step,
        "per_device_train_batch_size": recipe.per_device,
        "gradient_accumulation_steps": recipe.rounds,
        "gradient_checkpointing": recipe.gradient_checkpointing,
    }


def _rollout(recipe: Recipe) -> Settings:
    settings: Settings = {
        "generation_batch_size": recipe.rollout_size,
        "num_generations": recipe.group_size,
        "num_iterations": recipe.passes,
        "max_completion_length": recipe.max_new_tokens,
        "temperature": recipe.temperature,
        "top_p": recipe.top_p,
        "use_vllm": recipe.generation != "hf",
    }
    if recipe.generation != "hf":
        settings |= {
            "vllm_mode": recipe.generation.removeprefix("vllm_"),
            "vllm_importance_sampling_correction": recipe.importance_correction,
        }
    if recipe.vllm_url:
        settings["vllm_server_base_url"] = recipe.vllm_url
    if recipe.generation == "vllm_colocate":
        settings["vllm_gpu_memory_utilization"] = recipe.vllm_memory
        if recipe.max_prompt_tokens:
            settings["vllm_max_model_length"] = recipe.max_prompt_tokens + recipe.max_new_tokens
    return settings


def _loss(recipe: Recipe) -> Settings:
    """Per-sequence means, averaged: the paper's loss; TRL's own default is another (dapo)."""
    return {
        "loss_type": "grpo",
        "epsilon": NO_CLIP if recipe.clip is None else recipe.clip,
        "beta": recipe.kl,
        "scale_rewards": "group",
        "mask_truncated_completions": False,
    }


def machine_settings(recipe: Recipe, has_gpu: bool) -> Settings:
    """What hangs on the machine: bfloat16 autocast over float32 weights where there is a GPU."""
    return {
        "bf16": recipe.dtype == "bfloat16" and has_gpu,
        "use_cpu": not has_gpu,
        "dataloader_pin_memory": has_gpu,
    }


def accelerate_settings(recipe: Recipe) -> dict[str, object]:
    """An accelerate config file as data, for several GPUs; one process needs none."""
    launch = recipe.launch
    kinds = {"ddp": "MULTI_GPU", "fsdp": "FSDP", "zero3": "DEEPSPEED"}
    settings: dict[str, object] = {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": kinds[launch.accelerate],
        "num_processes": launch.processes,
        "num_machines": launch.nodes,
        "machine_rank": 0,
        "mixed_precision": "bf16" if recipe.dtype == "bfloat16" else "no",
        "use_cpu": False,
        "rdzv_backend": "static",
        "main_training_function": "main",
        "downcast_bf16": "no",
    }
    if launch.host:
        settings |= {"main_process_ip": launch.host, "main_process_port": PORT}
    if launch.accelerate == "fsdp":
        settings["fsdp_config"] = FSDP
    if launch.accelerate == "zero3":
        settings["deepspeed_config"] = ZERO3
    return settings


PORT = 29500
FSDP = {
    "fsdp_version": 2,
    "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
    "fsdp_reshard_after_forward": True,
    "fsdp_offload_params": False,
    "fsdp_activation_checkpointing": False,
    "fsdp_cpu_ram_efficient_loading": True,
    "fsdp_state_dict_type": "FULL_STATE_DICT",
}
ZERO3 = {
    "zero_stage": 3,
    "zero3_init_flag": True,
    "zero3_save_16bit_model": True,
    "offload_optimizer_device": "none",
    "offload_param_device": "none",
    "deepspeed_multinode_launcher": "standard",
}


def launch_command(config: str, work: str) -> list[str]:
    """How the job in a work folder starts on several devices; every further node runs the same with its own machine rank."""
    return ["accelerate", "launch", "--config_file", config, "-m", "suite.grpo.worker", work]


def dry_run_text(recipe: Recipe, seed: int, about: Mapping[str, object], notes: Sequence[str]) -> str:
    """Everything that a run would be given, as text; ``about`` says what is trained on what."""
    told: list[tuple[str, Mapping[str, object]]] = [
        ("run", about),
        ("rollout", _in_words(recipe)),
        ("TRL GRPOConfig", trl_settings(recipe, seed) | machine_settings(recipe, has_gpu=True)),
    ]
    if recipe.launch.processes > 1:
        told.append(("accelerate", accelerate_settings(recipe)))
        told.append(("launch", {"command": shlex.join(launch_command("accelerate.yaml", "WORK"))}))
    lines = [line for title, settings in told for line in ("", f"{title}:", *_lines(settings))]
    return "\n".join([*lines[1:], *(f"\nnote: {note}" for note in notes)]) + "\n"


def _lines(settings: Mapping[str, object]) -> list[str]:
    width = max(map(len, settings))
    return [
        f"  {name:<{width}}  {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in settings.items()
    ]


def _in_words(recipe: Recipe) -> dict[str, object]:
    """The recipe's arithmetic, and what TRL has no setting for."""
    return {
        "steps": f"{recipe.steps} rollouts, {recipe.steps * recipe.updates_per_step} updates",
        "samples a rollout": f"{recipe.prompts} prompts x {recipe.group_size} = {recipe.rollout_size}",
        "updates a rollout": f"{recipe.updates_per_step} of {recipe.update_size} samples",
        "samples an update": f"{recipe.launch.processes} devices x {recipe.per_device} x {recipe.rounds} rounds",
        "prompt tokens": f"at most {recipe.max_prompt_tokens}; longer prompts are dropped and listed"
        if recipe.max_prompt_tokens
        else "no limit",
        "clip": "off" if recipe.clip is None else recipe.clip,
        "second whitening": "over the rollout, by tokens" if recipe.whitening else "none",
        "advantage epsilon": "none" if recipe.exact_advantages else "1e-4 (TRL's)",
        "weights": f"LoRA rank {recipe.lora.rank}, alpha {recipe.lora.alpha}"
        if recipe.lora
        else "all, in float32",
        "checkpoints at steps": list(recipe.kept),
    }
