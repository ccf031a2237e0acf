"""The rows of a training run: prompts as the model sees them, and the answers that its reward compares with.

``prepare_rows(recipe, reward, base, choice, labels)`` loads the data, drops prompts that are too long,
replaces the answers by labels if the reward compares with labels, puts the problems into the order of the
run, and renders each.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.grpo.data import DataChoice, TooLong, TrainingData, drop_long, load_training_data
from suite.grpo.decontaminate import removed_lines
from suite.grpo.expression import RewardExpression
from suite.grpo.labels import Labels, incorrect_items, majority_items, needs_labels
from suite.grpo.recipe import Recipe
from suite.grpo.train import TrainingRow
from suite.registry import Registry
from suite.registry.protocols import Prompt, prompt_of
from suite.registry.weights import locate
from suite.schema import content_hash


class PromptedBase(NamedTuple):
    """A base's folder, whose tokenizer counts tokens, and the prompt that the recipe gives to the base."""

    folder: Path
    prompt: Prompt


class FittingData(NamedTuple):
    """Training data whose prompts are short enough, and the items whose prompts are not."""

    data: TrainingData
    too_long: tuple[TooLong, ...]


@dataclass(frozen=True)
class Prepared:
    """What a run trains on: ``rows`` in order, the ``base`` they are rendered for, and what was left out.

    ``data.removed`` lists the items that a task asks, ``too_long`` those with too many tokens.
    """

    rows: tuple[TrainingRow, ...]
    base: PromptedBase
    data: TrainingData
    too_long: tuple[TooLong, ...]

    @property
    def rows_hash(self) -> str:
        """Content hash of the rows in their order."""
        return content_hash([row.model_dump() for row in self.rows])

    def left_out(self) -> str:
        """Return JSON lines, one for each item that was left out, with the reason.

        For example ``{"item_id": "L1-404", "why": "n-gram", "task": "math500", "evaluated": "test/...",
        "overlap": 0.7}`` and ``{"item_id": "12", "why": "too long", "tokens": 1500}``.
        """
        lines = list(removed_lines(self.data.removed))
        for dropped in self.too_long:
            line = {"item_id": dropped.item_id, "why": "too long", "tokens": dropped.tokens}
            lines.append(json.dumps(line) + "\n")
        return "".join(lines)


def prompted_base(recipe: Recipe, base: str, registry: Registry) -> PromptedBase:
    """Return the base's folder (downloaded if need be) and its prompt under the recipe."""
    model = registry.model(base, "--model")
    folder = locate(base, model)
    protocol = recipe.protocol_of(base, model.protocol)
    return PromptedBase(folder, prompt_of(protocol, registry.protocol(protocol), folder))


def choose_data(
    recipe: Recipe,
    data_dir: Path | None = None,
    allow_unchecked: bool = False,
    *,
    n_prompts: int | None = None,
    reward: RewardExpression | None = None,
) -> DataChoice:
    """Return what ``recipe`` trains on; ``n_prompts`` defaults to those of the whole run.

    A reward of one item brings that item, except in the micro world, where the first problem is the one.
    """
    source = recipe.data
    if reward is not None and reward.answers == "one" and source != "micro_world":
        source = "one_shot"
    n = recipe.steps * recipe.prompts if n_prompts is None else n_prompts
    return DataChoice(source, recipe.data_seed, n, data_dir, allow_unchecked)


def fitting_data(choice: DataChoice, base: PromptedBase, max_tokens: int | None) -> FittingData:
    """Return the chosen data without prompts of more than ``max_tokens`` tokens: TRL itself has no limit."""
    data = load_training_data(choice)
    if max_tokens is None:
        return FittingData(data, ())
    kept, too_long = drop_long(data.items, _prompt_tokens(data.items, base), max_tokens)
    return FittingData(replace(data, items=tuple(kept)), tuple(too_long))


def prepare_rows(
    recipe: Recipe,
    reward: RewardExpression,
    base: PromptedBase,
    choice: DataChoice,
    labels: Labels | None = None,
) -> Prepared:
    """Return as many rows as the run asks prompts, with the answers that ``reward`` compares with.

    ``labels`` are needed for a reward that compares with labels, and only for it.
    """
    fitting = fitting_data(choice, base, recipe.max_prompt_tokens)
    # The log counts right answers by the items' own, whatever the reward compares with.
    gold = {item.id: item.answer for item in fitting.data.items}
    data = _with_compared_answers(fitting.data, reward, labels)
    rows: list[TrainingRow] = []
    for item in data.rows(choice.n_prompts, choice.seed):
        prompt = base.prompt.render(item.problem)
        rows.append(TrainingRow(prompt=prompt, item_id=item.id, answer=item.answer, gold=gold[item.id]))
    return Prepared(tuple(rows), base, data, fitting.too_long)


def _prompt_tokens(items: Sequence[Item], base: PromptedBase) -> dict[str, int]:
    """Return item id -> number of tokens of its prompt."""
    from transformers import AutoTokenizer

    from suite.engine.contract import encode

    texts = [base.prompt.render(item.problem) for item in items]
    encoded = encode(AutoTokenizer.from_pretrained(base.folder), texts)
    return {item.id: len(token_ids) for item, token_ids in zip(items, encoded, strict=True)}


def _with_compared_answers(
    data: TrainingData, reward: RewardExpression, labels: Labels | None
) -> TrainingData:
    """Return the data with the answers that the reward compares with; leave out items without one."""
    if reward.answers == "one":
        return replace(data, items=data.items[:1], in_order=False)
    if reward.answers == "gold":
        return data
    if labels is None:
        raise needs_labels(reward.name)
    # Labels may cover a part of the data: what has no label is not trained on.
    known = {row.id for row in labels.rows}
    labelled = [item for item in data.items if item.id in known]
    if not labelled:
        what = f"no item of {data.source} is labelled; the labels are for {labels.settings.dataset}"
        raise SuiteError(what, "--labels", "Label the data that the recipe names: rlvr-suite label RECIPE")
    replaced = majority_items if reward.answers == "majority" else incorrect_items
    return replace(data, items=tuple(replaced(labels, labelled)), in_order=False)
