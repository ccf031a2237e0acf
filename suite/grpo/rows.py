"""The rows of a training run: problems as the model sees them, with the answers that its reward compares with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.grpo.data import TooLong, TrainingData, drop_long, load_training_data
from suite.grpo.decontaminate import removed_lines
from suite.grpo.expression import RewardExpression
from suite.grpo.labels import Labels, incorrect_items, majority_items, needs_labels
from suite.grpo.recipe import Recipe
from suite.grpo.train import Row
from suite.registry import Registry
from suite.registry.protocols import Prompt, prompt_of
from suite.registry.weights import locate


@dataclass(frozen=True)
class Rows:
    """What a run trains on, in order, and what was left out: items of evaluated sets in ``data``, prompts ``too_long``."""

    rows: tuple[Row, ...]
    data: TrainingData
    too_long: tuple[TooLong, ...]

    def left_out(self) -> str:
        """JSON lines, one for each item that was left out, with the reason."""
        long = (
            json.dumps({"item_id": t.item_id, "why": "too long", "tokens": t.tokens}) for t in self.too_long
        )
        return "".join(f"{line}\n" for line in (*removed_lines(self.data.removed), *long))


def rows_of(
    recipe: Recipe,
    reward: RewardExpression,
    prompt: Prompt,
    folder: Path,
    labels: Labels | None = None,
    data_dir: Path | None = None,
    allow_unchecked: bool = False,
) -> Rows:
    """As many rows as the recipe draws prompts; ``folder`` holds the base, whose tokens are counted."""
    n = recipe.steps * recipe.prompts
    source = "one_shot" if reward.answers == "one" and recipe.data != "micro_world" else recipe.data
    data, too_long = items_of(recipe, source, n, prompt, folder, data_dir, allow_unchecked)
    gold = {item.id: item.answer for item in data.items}
    data = _compared(data, reward, labels)
    rows = (
        Row(prompt=prompt.render(item.problem), item_id=item.id, answer=item.answer, gold=gold[item.id])
        for item in data.rows(n, recipe.data_seed)
    )
    return Rows(tuple(rows), data, too_long)


def asked(recipe: Recipe, base: str, registry: Registry) -> tuple[Path, Prompt]:
    """The base's folder, and how the recipe asks it."""
    model = registry.model(base, "--model")
    folder, protocol = locate(base, model), recipe.protocol_of(base, model.protocol)
    return folder, prompt_of(protocol, registry.protocol(protocol), folder)


def items_of(
    recipe: Recipe,
    source: str,
    n: int,
    prompt: Prompt,
    folder: Path,
    data_dir: Path | None,
    allow_unchecked: bool,
) -> tuple[TrainingData, tuple[TooLong, ...]]:
    """The items of a source (of a stream the first ``n``) whose prompts fit, and those whose do not; TRL itself has no limit."""
    data = load_training_data(
        source, n_rows=n, seed=recipe.data_seed, data_dir=data_dir, allow_unchecked=allow_unchecked
    )
    if recipe.max_prompt_tokens is None:
        return data, ()
    kept, too_long = drop_long(data.items, _tokens(data.items, prompt, folder), recipe.max_prompt_tokens)
    return replace(data, items=tuple(kept)), tuple(too_long)


def _tokens(items: Sequence[Item], prompt: Prompt, folder: Path) -> dict[str, int]:
    """Item id -> tokens of its prompt."""
    from transformers import AutoTokenizer

    from suite.engine.contract import encode

    encoded = encode(AutoTokenizer.from_pretrained(folder), [prompt.render(item.problem) for item in items])
    return {item.id: len(ids) for item, ids in zip(items, encoded, strict=True)}


def _compared(data: TrainingData, reward: RewardExpression, labels: Labels | None) -> TrainingData:
    """The items with the answers that the reward compares with; of data that is labelled in part, what is labelled."""
    if reward.answers == "one":
        return replace(data, items=data.items[:1], in_order=False)
    if reward.answers == "gold":
        return data
    if labels is None:
        raise needs_labels(reward.name)
    known = {row.id for row in labels.rows}
    labelled = [item for item in data.items if item.id in known]
    if not labelled:
        what = f"none of the items of {data.source} is labelled; the labels are of {labels.settings.dataset}"
        raise SuiteError(what, "--labels", "Label the data that the recipe names: rlvr-suite label RECIPE")
    chosen = (
        majority_items(labels, labelled)
        if reward.answers == "majority"
        else incorrect_items(labels, labelled)
    )
    return replace(data, items=tuple(chosen), in_order=False)
