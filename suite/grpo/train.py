"""Train one checkpoint with TRL's GRPOTrainer: ``rlvr-suite train micro --model micro-llama3 --reward format``.

TRL's defaults cannot reproduce the papers (loss ``dapo``, linear decay, strictly on-policy so that the clip never fires): the
recipe's split of a rollout into updates is set explicitly, and the measured clip ratio is logged.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PrinterCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from suite.grpo.recipe import Recipe, TrainProgress
from suite.grpo.rewards import REWARDS, Rollout
from suite.items import Item
from suite.protocols import Prompt


class _Report(TrainerCallback):
    """Tells the caller each finished rollout."""

    def __init__(self, recipe: Recipe, progress: TrainProgress) -> None:
        self.recipe, self.progress = recipe, progress

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        if state.global_step % self.recipe.updates_per_step == 0:
            self.progress(state.global_step // self.recipe.updates_per_step, self.recipe.steps)


def _reward_function(reward: str, seed: int, updates_per_step: int) -> Callable[..., list[float | None]]:
    """The reward in TRL's signature; its name is the column in TRL's log."""
    function = REWARDS[reward]

    def trl_reward(
        completions: list[str], item_id: list[str], answer: list[str], trainer_state: TrainerState, **_: object
    ) -> list[float | None]:
        step = trainer_state.global_step // updates_per_step
        rows = zip(completions, item_id, answer, strict=True)
        return [function(Rollout(text, i, gold, seed, step, n)) for n, (text, i, gold) in enumerate(rows)]

    trl_reward.__name__ = reward
    return trl_reward


def _config(recipe: Recipe, out: Path, seed: int) -> GRPOConfig:
    return GRPOConfig(
        output_dir=str(out),
        seed=seed,
        data_seed=seed,
        optim=recipe.optimizer,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="constant",
        warmup_steps=0,
        weight_decay=0.0,
        max_grad_norm=recipe.max_grad_norm,
        max_steps=recipe.steps * recipe.updates_per_step,
        per_device_train_batch_size=recipe.update_size,
        gradient_accumulation_steps=1,
        steps_per_generation=recipe.minibatches,
        num_iterations=recipe.passes,
        num_generations=recipe.group_size,
        max_completion_length=recipe.max_new_tokens,
        temperature=recipe.temperature,
        epsilon=recipe.clip,
        beta=recipe.kl,
        loss_type="grpo",
        scale_rewards="group",
        shuffle_dataset=False,
        save_strategy="no",
        logging_steps=1,
        report_to=[],
        bf16=False,
        gradient_checkpointing=False,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        use_cpu=not _has_gpu(),
    )


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _log_rows(history: list[dict[str, Any]], reward: str) -> str:
    """TRL's log, one line an update, with the keys that say what happened."""
    keys = {f"rewards/{reward}/mean": "reward", "clip_ratio/region_mean": "clip_ratio", "grad_norm": "grad_norm"}
    keys |= {"completions/mean_length": "mean_tokens", "entropy": "entropy", "step": "update"}
    return "".join(json.dumps({new: row[old] for old, new in keys.items() if old in row}) + "\n" for row in history)


def train(
    folder: Path, items: list[Item], *, recipe: Recipe, reward: str, seed: int, prompt: Prompt, out: Path, progress: TrainProgress
) -> None:
    """Train the model in ``folder`` on ``items`` (as many as the recipe draws prompts) and save it into ``out``.

    One unit: a killed run leaves nothing in ``out`` and starts over.
    """
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    rows = [{"prompt": prompt.render(i.problem), "item_id": i.id, "answer": i.answer} for i in items]
    building = out.with_name(f".{out.name}.{os.getpid()}")
    trainer = GRPOTrainer(
        model=model,
        args=_config(recipe, building, seed),
        reward_funcs=[_reward_function(reward, seed, recipe.updates_per_step)],
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=[_Report(recipe, progress)],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    model.save_pretrained(building)
    tokenizer.save_pretrained(building)
    (building / "train_log.jsonl").write_text(_log_rows(trainer.state.log_history, reward))
    shutil.rmtree(out, ignore_errors=True)
    os.replace(building, out)
