"""TRL's GRPOTrainer with what only the authors' code does, and the callbacks that log, keep and report.

``exact_advantages`` and ``whitened`` are pure functions of tensors; the trainer only calls them. Axes in
array names: B samples of a rollout (all processes, unless the name says ``local``), R reward functions, G
groups, S samples of one group.

A line of ``train_log.jsonl``, one per update; the keys of a rollout are in the line of its first update
only::

    {"step": 1, "update": 1, "reward": 0.5, "accuracy": 0.42, "clip_ratio": 0.0, "grad_norm": 0.9, ...}
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
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
    """Return advantages (r - mean) / std of whole groups, given TRL's (r - mean) / (std + 1e-4).

    Each group is scaled to a standard deviation of 1 (the authors add 1e-9 to the std). A group whose rewards
    are all the same stays at 0. Samples that were not paid (``paid_B`` false: the reward was None) do not
    count and stay at 0.
    """
    advantage_GS = advantage_B.view(-1, group_size).double()
    paid_GS = paid_B.view(-1, group_size)
    # The mean of a group's advantages is 0, so their sum of squares over n - 1 is the variance.
    squares_G1 = (advantage_GS**2 * paid_GS).sum(dim=1, keepdim=True)
    std_G1 = (squares_G1 / (paid_GS.sum(dim=1, keepdim=True) - 1).clamp(min=1)).sqrt()
    scaled_GS = torch.where(std_G1 > 0, advantage_GS / std_G1, advantage_GS)
    return (scaled_GS * paid_GS).to(advantage_B.dtype).view(-1)


def whitened(advantage_B: torch.Tensor, tokens_B: torch.Tensor, paid_B: torch.Tensor) -> torch.Tensor:
    """Return one rollout's advantages with mean 0 and variance 1 over tokens.

    This is the authors' ``replay_buffer.normalize``. A rollout whose advantages are all the same becomes 0.
    Samples that were not paid do not count and stay at 0.
    """
    # Long answers weigh more: mean and variance are those of a token drawn at random.
    weight_B = tokens_B.double() * paid_B
    weight_B = weight_B / weight_B.sum().clamp(min=1)
    centred_B = advantage_B.double() - (weight_B * advantage_B).sum()
    variance = (weight_B * centred_B**2).sum()
    return (centred_B / (variance.sqrt() + 1e-8) * paid_B).to(advantage_B.dtype)


class SuiteTrainer(GRPOTrainer):
    """GRPOTrainer that tokenizes prompts like an evaluation, and whose advantages follow the recipe."""

    recipe: Recipe
    paid_B: torch.Tensor

    def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
        """Tokenize like the engines: a prompt that begins with the beginning-of-text token gets no second."""
        return encode(self.processing_class, prompts), None, {}

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return TRL's rewards of all processes; remember which samples were paid at all."""
        # TRL writes NaN for a reward of None, and turns it into an advantage of 0 afterwards.
        reward_BR: torch.Tensor = super()._calculate_rewards(*args, **kwargs)
        self.paid_B = ~torch.isnan(reward_BR).all(dim=1)
        return reward_BR

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if self.recipe.exact_advantages or self.recipe.whitening:
            tokens_local_B = output["completion_mask"].sum(dim=1)
            output["advantages"] = self._recipe_advantages(output["advantages"], tokens_local_B)
        return output

    def _recipe_advantages(self, local_B: torch.Tensor, tokens_local_B: torch.Tensor) -> torch.Tensor:
        """Return this process's advantages as the recipe wants them."""
        # A group or a rollout may be spread over several processes, so all of them compute all advantages.
        advantage_B = self.accelerator.gather(local_B)
        tokens_B = self.accelerator.gather(tokens_local_B)
        if self.recipe.exact_advantages:
            advantage_B = exact_advantages(advantage_B, self.recipe.group_size, self.paid_B)
        if self.recipe.whitening:
            advantage_B = whitened(advantage_B, tokens_B, self.paid_B)
        # gather() puts the processes' samples one after the other; take this one's back.
        first = self.accelerator.process_index * len(local_B)
        recipe_local_B: torch.Tensor = advantage_B[first : first + len(local_B)]
        return recipe_local_B


def reward_function(
    reward: RewardExpression, seed: int, recipe: Recipe, stops: Sequence[str] = ()
) -> Callable[..., list[float | None]]:
    """Return the reward in TRL's signature; it also logs accuracy against the gold, code share and time.

    Each answer is cut after the first of ``stops``, as in an evaluation; an engine that stops there itself is
    not cut.
    """
    pay = reward.function()
    prompt = Prompt(id="stops", template="", stops=tuple(stops), keep_stop=True)

    def trl_reward(
        completions: list[str],
        item_id: list[str],
        answer: list[str],
        gold: list[str],
        trainer_state: TrainerState,
        log_metric: Callable[[str, float], None],
        **_: object,
    ) -> list[float | None]:
        started = time.perf_counter()
        # TRL counts updates; a rollout is drawn before the first of its own.
        step = trainer_state.global_step // recipe.updates_per_step
        texts = [prompt.cut(text) for text in completions]
        # Accuracy is measured against the gold whatever is paid: it shows what a spurious reward does.
        verdicts = [is_correct(text, right) for text, right in zip(texts, gold, strict=True)]
        graded = [verdict for verdict in verdicts if verdict is not None]
        if graded:
            log_metric("accuracy", sum(graded) / len(graded))
        log_metric("code", sum(map(is_code, texts)) / len(texts))
        # Samples are numbered over all processes, so the random reward does not depend on their number.
        first = PartialState().process_index * len(texts)
        rollouts = enumerate(zip(texts, item_id, answer, strict=True), first)
        paid = [pay(Rollout(text, item, compared, seed, step, n)) for n, (text, item, compared) in rollouts]
        log_metric("reward_seconds", time.perf_counter() - started)
        return paid

    trl_reward.__name__ = reward.id  # TRL's own logs name the reward after its function
    return trl_reward


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
    """Write ``train_log.jsonl``, one line per update; a resumed run rewrites it up to its checkpoint."""

    def __init__(self, recipe: Recipe, file: Path) -> None:
        self.recipe = recipe
        self.file = file

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        # A resumed run repeats the updates after its save, so their old lines go.
        if state.is_world_process_zero:
            self.file.write_text("".join(self._line(row) for row in state.log_history), encoding="utf-8")

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        if state.is_world_process_zero and state.log_history:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(self._line(state.log_history[-1]))

    def _line(self, row: dict[str, Any]) -> str:
        """Return one of TRL's log rows under our keys, or nothing for TRL's summary at the end."""
        if "reward" not in row and "grad_norm" not in row:
            return ""
        update = row["step"]
        step = (update - 1) // self.recipe.updates_per_step + 1
        logged = {new: row[old] for old, new in LOGGED.items() if old in row}
        return json.dumps({"step": step, "update": update, **logged}) + "\n"


class Keep(TrainerCallback):
    """Hand over the weights at the steps that the recipe keeps, after the update's line is in the log."""

    def __init__(self, recipe: Recipe, save: Callable[[int], None]) -> None:
        self.recipe = recipe
        self.save = save
        self.done = 0

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        # TRL logs once more at the end, with the same step: ``done`` remembers what was handed over.
        step, rest = divmod(state.global_step, self.recipe.updates_per_step)
        if rest == 0 and step in self.recipe.kept and step > self.done:
            self.done = step
            self.save(step)
