"""A recipe as the settings of TRL and accelerate. Pure: it needs neither of the two, nor a GPU.

``rlvr-suite train spurious_rewards --model qwen2.5-math-7b --reward random --dry-run`` prints them.
"""

import json
import shlex
from collections.abc import Mapping, Sequence

from suite.grpo.recipe import Recipe

Setting = str | int | float | bool | None
Settings = dict[str, Setting]
NO_CLIP = 1e6
"""An epsilon that no ratio reaches: updates stay off-policy and none is clipped."""


PORT = 29500
"""Where the nodes meet on ``launch.host``: torch's own default."""
FSDP = {
    "fsdp_version": 2,
    "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
    "fsdp_reshard_after_forward": True,
    "fsdp_offload_params": False,
    "fsdp_activation_checkpointing": False,
    "fsdp_cpu_ram_efficient_loading": True,
    # A checkpoint is one whole model, as any engine loads it, and not a shard per device.
    "fsdp_state_dict_type": "FULL_STATE_DICT",
}
"""accelerate's settings for ``accelerate: fsdp``."""
ZERO3 = {
    "zero_stage": 3,
    "zero3_init_flag": True,
    # As with FSDP: the shards are gathered into one model, which ZeRO saves in 16 bits.
    "zero3_save_16bit_model": True,
    "offload_optimizer_device": "none",
    "offload_param_device": "none",
    "deepspeed_multinode_launcher": "standard",
}
"""accelerate's settings for ``accelerate: zero3``."""


def trl_settings(recipe: Recipe, seed: int) -> dict[str, object]:
    """Return ``GRPOConfig``'s keyword arguments, except its folder and those of ``machine_settings``."""
    return {
        **_optimization(recipe),
        **_rollout(recipe),
        # The paper's loss: means per sequence, averaged. TRL's own default is another one (dapo).
        "loss_type": "grpo",
        "epsilon": NO_CLIP if recipe.clip is None else recipe.clip,
        "beta": recipe.kl,
        "scale_rewards": "group",
        "mask_truncated_completions": False,
        "seed": seed,
        "data_seed": seed,
        # The rows are in the order of the run already.
        "shuffle_dataset": False,
        # A line per update: the clip ratio of each shows whether it was off-policy.
        "logging_steps": 1,
        "report_to": list(recipe.report_to),
        "disable_tqdm": True,  # the command shows its own bars
        # Saved between rollouts: in the middle of one, TRL would lose the samples that wait for their update.
        "save_strategy": "steps" if recipe.save_every else "no",
        "save_steps": (recipe.save_every or recipe.steps) * recipe.updates_per_step,
        # A resume needs the newest save only.
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
        # TRL's step is an update; ours is a rollout.
        "max_steps": recipe.steps * recipe.updates_per_step,
        # One update: each device takes its samples, in as many rounds as the update needs.
        "per_device_train_batch_size": recipe.per_device,
        "gradient_accumulation_steps": recipe.rounds,
        "gradient_checkpointing": recipe.gradient_checkpointing,
    }


def _rollout(recipe: Recipe) -> Settings:
    settings: Settings = {
        # A whole rollout is drawn at once and then split into updates: all but the first are off-policy.
        "generation_batch_size": recipe.rollout_size,
        "num_generations": recipe.group_size,
        "num_iterations": recipe.passes,
        "max_completion_length": recipe.max_new_tokens,
        "temperature": recipe.temperature,
        "top_p": recipe.top_p,
        "use_vllm": recipe.generation != "hf",
    }
    if recipe.generation != "hf":
        # Only vLLM computes probabilities that may differ from those of the model in training.
        settings |= {
            "vllm_mode": recipe.generation.removeprefix("vllm_"),
            "vllm_importance_sampling_correction": recipe.importance_correction,
        }
    if recipe.vllm_url:
        settings["vllm_server_base_url"] = recipe.vllm_url
    if recipe.generation == "vllm_colocate":
        settings["vllm_gpu_memory_utilization"] = recipe.vllm_memory
        if recipe.max_prompt_tokens:
            # Memory for the longest prompt with the longest answer, and no more.
            settings["vllm_max_model_length"] = recipe.max_prompt_tokens + recipe.max_new_tokens
    return settings


def machine_settings(recipe: Recipe, has_gpu: bool) -> Settings:
    """Return what depends on the machine: bfloat16 autocast over float32 weights needs a GPU."""
    return {
        "bf16": recipe.dtype == "bfloat16" and has_gpu,
        "use_cpu": not has_gpu,
        "dataloader_pin_memory": has_gpu,
    }


def accelerate_settings(recipe: Recipe) -> dict[str, object]:
    """Return an accelerate config file as data, for several GPUs; one process needs none."""
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


def launch_command(config: str, work: str) -> list[str]:
    """Return the command that starts a work folder's job; each further node adds its ``--machine_rank``."""
    return ["accelerate", "launch", "--config_file", config, "-m", "suite.grpo.worker", work]


def dry_run_text(recipe: Recipe, seed: int, about: Mapping[str, object], notes: Sequence[str]) -> str:
    """Return all settings of a run as text, with ``notes`` below; ``about`` says what is trained on what."""
    sections: dict[str, Mapping[str, object]] = {
        "run": about,
        "rollout": _in_words(recipe),
        "TRL GRPOConfig": trl_settings(recipe, seed) | machine_settings(recipe, has_gpu=True),
    }
    if recipe.launch.processes > 1:
        sections["accelerate"] = accelerate_settings(recipe)
        sections["launch"] = {"command": shlex.join(launch_command("accelerate.yaml", "WORK"))}
    blocks = [_block(title, settings) for title, settings in sections.items()]
    blocks += [f"note: {note}" for note in notes]
    return "\n\n".join(blocks) + "\n"


def _block(title: str, settings: Mapping[str, object]) -> str:
    width = max(map(len, settings))
    lines = [f"{title}:"]
    for name, value in settings.items():
        lines.append(f"  {name:<{width}}  {value if isinstance(value, str) else json.dumps(value)}")
    return "\n".join(lines)


def _in_words(recipe: Recipe) -> dict[str, object]:
    """Return the recipe's arithmetic, and the settings that TRL does not have."""
    devices = recipe.launch.processes
    prompt_tokens = "no limit"
    if recipe.max_prompt_tokens:
        prompt_tokens = f"at most {recipe.max_prompt_tokens}; longer prompts are dropped and listed"
    weights = "all, in float32"
    if recipe.lora:
        weights = f"LoRA rank {recipe.lora.rank}, alpha {recipe.lora.alpha}"
    return {
        "steps": f"{recipe.steps} rollouts, {recipe.steps * recipe.updates_per_step} updates",
        "samples a rollout": f"{recipe.prompts} prompts x {recipe.group_size} = {recipe.rollout_size}",
        "updates a rollout": f"{recipe.updates_per_step} of {recipe.update_size} samples",
        "samples an update": f"{devices} devices x {recipe.per_device} x {recipe.rounds} rounds",
        "prompt tokens": prompt_tokens,
        "clip": "off" if recipe.clip is None else recipe.clip,
        "second whitening": "over the rollout, by tokens" if recipe.whitening else "none",
        "advantage epsilon": "none" if recipe.exact_advantages else "1e-4 (TRL's)",
        "weights": weights,
        "checkpoints at steps": list(recipe.kept),
    }
