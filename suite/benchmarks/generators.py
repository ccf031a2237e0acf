"""Items that a generator makes from a seed, and how they are numbered."""

from dataclasses import replace

from suite.benchmarks import arithmetic, micro_corpus, micro_world
from suite.benchmarks.items import Item, ItemSet
from suite.benchmarks.tasks import Metadata


def generated_set(metadata: Metadata, released_seed: int | None) -> ItemSet:
    """Return the items of ``metadata.source.generator``.

    With another seed than the released one, each id starts with it, such as "s7-12-0": no two seeds share an
    id.
    """
    if metadata.source.generator == "random_calculation":
        items = _calculations(metadata)
    else:
        items = _word_problems(metadata)
    if metadata.seed != released_seed:
        items = [replace(item, id=f"s{metadata.seed}-{item.id}") for item in items]
    seed = "" if metadata.seed is None else f", seed {metadata.seed}"
    return ItemSet(items, f"generator {metadata.source.generator}{seed}")


def _word_problems(metadata: Metadata) -> list[Item]:
    if metadata.source.generator == "micro_bench":
        problems = micro_corpus.bench_problems()
    else:
        steps = metadata.steps or micro_corpus.EVAL_STEPS
        # The bench leaked into a corpus, so fresh problems avoid its texts.
        held_out = frozenset(p.text for p in micro_corpus.bench_problems())
        problems = micro_world.word_problems(metadata.seed or 0, metadata.n_items, steps, held_out)
    return [Item(str(i), p.text, str(p.answer)) for i, p in enumerate(problems)]


def _calculations(metadata: Metadata) -> list[Item]:
    """Return expressions with ids of level and number, such as "12-0", one of each level in turn.

    So any first part of the set holds the levels alike.
    """
    levels = metadata.steps or tuple(range(1, arithmetic.MAX_STEPS + 1))
    per_level = -(-metadata.n_items // len(levels))
    drawn = [arithmetic.expressions(metadata.seed or 0, steps, per_level) for steps in levels]
    items = []
    for number, in_turn in enumerate(zip(*drawn, strict=True)):
        for expression in in_turn:
            item_id = f"{expression.steps}-{number}"
            problem = arithmetic.PROMPT + expression.latex
            answer = arithmetic.label(expression.value)
            items.append(Item(item_id, problem, answer, steps=expression.steps))
    return items[: metadata.n_items]
