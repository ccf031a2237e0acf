"""TRL's GRPOTrainer with what the authors' code does and TRL does not, and the callbacks that log, keep and report.

``exact_advantages`` and ``whitening`` are pure functions of tensors; the trainer only calls them.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl.trainer.grpo_trainer import GRPOTrainer

from suite.engine.contract import encode
from suite.grade import is_correct
from suite.grade.behaviour import is_code
from suite.grpo.expression import RewardExpression
from suite.grpo.recipe import Recipe
from suite.grpo.rewards import Rollout
from suite.registry.protocols import Prompt

LOGGED = {
    "reward": "reward",
    "reward_std": "reward_std",
    "accuracy": "accuracy",
    "code": "code",
    "reward_seconds": "reward_seconds",
    "frac_reward_zero_std": "groups_of_one_reward",
    "clip_ratio/region_mean": "clip_ratio",
    "completions/mean_length": "mean_tokens",
    "completions/clipped_ratio": "truncated",
    "entropy": "entropy",
    "grad_norm": "grad_norm",
    "learning_rate": "learning_rate",
    "step_time": "seconds",
}
"""TRL's key -> ours, in ``train_log.jsonl``."""


def exact_advantages(advantage_B: torch.Tensor, group_size: int, paid_B: torch.Tensor) -> torch.Tensor:
    """Advantages (r - mean) / std of whole groups, from TRL's (r - mean) / (std + 1e-4): each group is scaled to a std of 1.

    The authors add 1e-9 to the std. A group of one reward stays at 0. Samples that were not paid (``paid_B`` false: the reward
    was None) are no part of it, and stay at 0.
    """
    groups, paid = advantage_B.view(-1, group_size).double(), paid_B.view(-1, group_size)
    variance = (groups**2 * paid).sum(dim=1, keepdim=True) / (paid.sum(dim=1, keepdim=True) - 1).clamp(
        min=1
    )  # their mean is 0
    std = variance.sqrt()
    return (torch.where(std > 0, groups / std, groups) * paid).to(advantage_B.dtype).view(-1)


def whitened(advantage_B: torch.Tensor, tokens_B: torch.Tensor, paid_B: torch.Tensor) -> torch.Tensor:
    """Advantages of one rollout with mean 0 and variance 1 over tokens (the authors' ``replay_buffer.normalize``).

    A rollout whose advantages are all the same becomes 0. Samples that were not paid are no part of it, and stay at 0.
    """
    weight_B = tokens_B.double() * paid_B
    weight_B = weight_B / weight_B.sum().clamp(min=1)
    centred_B = advantage_B.double() - (weight_B * advantage_B).sum()
    variance = (weight_B * centred_B**2).sum()
    return (centred_B / (variance.sqrt() + 1e-8) * paid_B).to(advantage_B.dtype)


class SuiteTrainer(GRPOTrainer):
    """GRPOTrainer whose prompts are an evaluation's tokens and whose advantages follow the recipe."""

    recipe: Recipe
    paid_B: torch.Tensor

    def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
        """As the engines do: a prompt that spells out the beginning-of-text token gets no second."""
        return encode(self.processing_class, prompts), None, {}

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """TRL's rewards of all processes; which samples were paid at all is remembered."""
        reward_BR: torch.Tensor = super()._calculate_rewards(*args, **kwargs)
        self.paid_B = ~torch.isnan(reward_BR).all(dim=1)
        return reward_BR

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if self.recipe.exact_advantages or self.recipe.whitening:
            output["advantages"] = self._of_recipe(output["advantages"], output["completion_mask"].sum(dim=1))
        return output

    def _of_recipe(self, own_B: torch.Tensor, own_tokens_B: torch.Tensor) -> torch.Tensor:
        """The advantages of this process; a group or a rollout may lie on several."""
        advantage_B, tokens_B = self.accelerator.gather(own_B), self.accelerator.gather(own_tokens_B)
        if self.recipe.exact_advantages:
            advantage_B = exact_advantages(advantage_B, self.recipe.group_size, self.paid_B)
        if self.recipe.whitening:
            advantage_B = whitened(advantage_B, tokens_B, self.paid_B)
        first = self.accelerator.process_index * len(own_B)
        here_B: torch.Tensor = advantage_B[first : first + len(own_B)]
        return here_B


def reward_function(
    reward: RewardExpression, seed: int, recipe: Recipe, stops: Sequence[str] = ()
) -> Callable[..., list[float | None]]:
    """The reward in TRL's signature; beside it are logged ``accuracy`` (against the gold answer), ``code``, and its own time.

    ``stops`` end an answer, as in an evaluation; the stop string stays, and where the engine stops by itself nothing changes.
    """
    pay, prompt = reward.function(), Prompt(id="stops", template="", stops=tuple(stops), keep_stop=True)

    def trl_reward(
        completions: list[str],
        item_id: list[str],
        answer: list[str],
        gold: list[str],
        trainer_state: TrainerState,
        log_metric: Callable[[str, float], None],
        **_: object,
    ) -> list[float | None]:
        started, step = time.perf_counter(), trainer_state.global_step // recipe.updates_per_step
        first, texts = _process_index() * len(completions), [prompt.cut(text) for text in completions]
        rows = enumerate(zip(texts, item_id, answer, strict=True), first)
        right = [is_correct(text, wanted) for text, wanted in zip(texts, gold, strict=True)]
        if graded := [one for one in right if one is not None]:
            log_metric("accuracy", sum(graded) / len(graded))
        log_metric("code", sum(map(is_code, texts)) / len(texts))
        paid = [pay(Rollout(text, i, wanted, seed, step, n)) for n, (text, i, wanted) in rows]
        log_metric("reward_seconds", time.perf_counter() - started)
        return paid

    trl_reward.__name__ = reward.id
    return trl_reward


def _process_index() -> int:
    from accelerate import PartialState

    return int(PartialState().process_index)


class CountSteps(TrainerCallback):
    """Report each finished step to the caller."""

    def __init__(self, recipe: Recipe, finished: Callable[[int], None]) -> None:
        self.recipe = recipe
        self.finished = finished

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        if state.is_world_process_zero and state.global_step % self.recipe.updates_per_step == 0:
            self.finished(state.global_step // self.recipe.updates_per_step)


class TrainLog(TrainerCallback):
    """Writes ``train_log.jsonl``, one line an update; after a resume what was logged beyond the checkpoint is written anew."""

    def __init__(self, recipe: Recipe, file: Path) -> None:
        self.recipe, self.file = recipe, file

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        if state.is_world_process_zero:
            self.file.write_text("".join(self._line(row) for row in state.log_history), encoding="utf-8")

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        if state.is_world_process_zero and state.log_history:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(self._line(state.log_history[-1]))

    def _line(self, row: dict[str, Any]) -> str:
        """One of TRL's log rows with the keys that say what happened; its summary at the end has none of them."""
        if "reward" not in row and "grad_norm" not in row:
            return ""
        update = row["step"]
        step = (update - 1) // self.recipe.updates_per_step + 1
        told = {new: row[old] for old, new in LOGGED.items() if old in row}
        return json.dumps({"step": step, "update": update, **told}) + "\n"


class Keep(TrainerCallback):
    """Hands over the weights at the steps that the recipe keeps, after the update's line is in the log."""

    def __init__(self, recipe: Recipe, save: Callable[[int], None]) -> None:
        self.recipe, self.save, self.done = recipe, save, 0

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        step, rest = divmod(state.global_step, self.recipe.updates_per_step)
        if rest == 0 and step in self.recipe.kept and step > self.done:
            self.done = step
            self.save(step)
