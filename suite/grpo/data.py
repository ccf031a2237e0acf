"""What a GRPO run trains on: problems from a source, without those that a task of the suite asks, in the order of the run.

``load_training_data("deepscaler_4k.jsonl", n_rows=19_200, seed=0).rows(19_200, seed=0)``. Sources:

- ``micro_world``: fresh word problems of the micro world, as many as the run asks for, in the order of their seed.
- ``arithmetic:5``, or another number of steps: 700 expressions, as arXiv 2507.10532v3 (App. I-J) trains on 5 and on 10.
- ``one_shot``: the one example of arXiv 2504.20571.
- ``deepscaler``: from the Hub, or from ``deepscaler.jsonl`` in the folder of ``--data-dir`` or RLVR_SUITE_DATA.
- a file of JSON lines (id, problem, answer), named ``*.jsonl``.
"""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from suite.benchmarks import arithmetic, micro_corpus, micro_world
from suite.benchmarks.items import DATA_VARIABLE, Item, ItemSet, file_items, hub_items, items_hash
from suite.benchmarks.tasks import Source
from suite.errors import SuiteError
from suite.files.text import did_you_mean
from suite.grpo.decontaminate import Removed, decontaminate, evaluated_items, generated_items

WHERE = "data"
"""The key of a recipe that names the source."""
DEEPSCALER = Source(hub="agentica-org/DeepScaleR-Preview-Dataset", split="train")
"""40,315 rows; no revision is pinned, so loading resolves the branch to a commit, which the data remembers."""
ARITHMETIC_ITEMS = 700
"""Items of one arithmetic set (arXiv 2507.10532v3, App. I-J)."""
ONE_SHOT = Item(
    "pi_1",
    r"The pressure \( P \) exerted by wind on a sail varies jointly as the area \( A \) of the sail and the cube of the wind's "
    r"velocity \( V \). When the velocity is \( 8 \) miles per hour, the pressure on a sail of \( 2 \) square feet is \( 4 \) "
    r"pounds. Find the wind velocity when the pressure on \( 4 \) square feet of sail is \( 32 \) pounds.",
    "12.8",
)
"""Example pi_1 of arXiv 2504.20571, a reconstruction: wording and label are those in the README of ypwang61/One-Shot-RLVR on
GitHub; the file that its authors train on was not at hand. Their prompt goes on "Let's think step by step and output the final
answer within \\boxed{}.", which is a protocol's to say. The label is theirs; exact would be 8 * 4^(1/3) = 12.699."""

_ARITHMETIC = re.compile(r"arithmetic:([0-9]{1,3})")
_NAMES = ("micro_world", "arithmetic:5", "arithmetic:10", "one_shot", "deepscaler")


@dataclass(frozen=True)
class TrainingData:
    """Problems to train on, of which no task asks one, but for those of the tasks in ``unchecked``.

    ``source`` and ``revision`` say where they came from, as for an ``ItemSet``. ``n_before`` counts the items before ``removed``
    were taken out. ``in_order``: a stream of fresh problems, each of which is asked once, in the order that they have.
    """

    items: tuple[Item, ...]
    source: str
    revision: str | None
    n_before: int
    removed: tuple[Removed, ...] = ()
    unchecked: tuple[str, ...] = ()
    in_order: bool = False

    @property
    def items_hash(self) -> str:
        return items_hash(self.items)

    def rows(self, n: int, seed: int) -> list[Item]:
        """The problems of a run, one a prompt, in its order."""
        if not self.in_order:
            return epoch_rows(self.items, n, seed)
        if n > len(self.items):
            what = f"{len(self.items)} fresh problems for a run of {n} prompts"
            raise SuiteError(what, f"{WHERE}: {self.source}", "Allow longer prompts, or train fewer steps")
        return list(self.items[:n])


def epoch_rows(items: Sequence[Item], n: int, seed: int) -> list[Item]:
    """``n`` rows: all items in a shuffled order, then all in another, and so on; the first m of them are those of ``n=m``.

    An item's place hangs on the seed, the epoch and its id: other labels leave it, and so do items that are not there.
    """
    if not items:
        raise SuiteError("no items left to train on", WHERE, "Name another source")
    rows: list[Item] = []
    for epoch in range(-(-n // len(items))):
        rows += sorted(
            items, key=lambda item: hashlib.sha256(f"{seed}\0{epoch}\0{item.id}".encode()).digest()
        )
    return rows[:n]


class TooLong(NamedTuple):
    """An item whose prompt was dropped, and the tokens of it."""

    item_id: str
    tokens: int


def drop_long(
    items: Sequence[Item], tokens: Mapping[str, int], limit: int
) -> tuple[list[Item], list[TooLong]]:
    """The items whose prompts have at most ``limit`` tokens, and the others; ``tokens`` maps item ids to lengths."""
    kept = [item for item in items if tokens[item.id] <= limit]
    dropped = [TooLong(item.id, tokens[item.id]) for item in items if tokens[item.id] > limit]
    if items and not kept:
        what = f"each of the {len(items)} prompts has more than {limit} tokens; the shortest has {min(tokens.values())}"
        raise SuiteError(what, "max_prompt_tokens", "Raise it, or name other data")
    return kept, dropped


def check_source(source: str) -> None:
    """SuiteError unless ``source`` names a source that there is; loads nothing."""
    if Path(source).suffix == ".jsonl":
        if not Path(source).is_file():
            raise SuiteError("no such file", f"{WHERE}: {source}", "Correct the path")
    elif _ARITHMETIC.fullmatch(source):
        if not 1 <= _steps(source) <= arithmetic.MAX_STEPS:
            what = f"no expressions of {_steps(source)} steps. Allowed: 1..{arithmetic.MAX_STEPS}"
            raise SuiteError(what, f"{WHERE}: {source}", "Write arithmetic:5 or arithmetic:10, as the paper")
    elif source not in _NAMES:
        what = (
            f"unknown source '{source}'. Known: {', '.join(_NAMES)}, or a file of JSON lines, named *.jsonl"
        )
        raise SuiteError(what, WHERE, did_you_mean(source, _NAMES) or "Name one of them")


def load_training_data(
    source: str, *, n_rows: int, seed: int, data_dir: Path | None = None, allow_unchecked: bool = False
) -> TrainingData:
    """The problems of ``source``. ``n_rows`` is how many prompts the run asks; a stream of fresh problems has so many.

    ``seed`` is that of generated problems. Problems that are not generated are compared with every task of the suite, so that the
    items of each must be at hand: in ``data_dir``, as for an evaluation, or from the Hub. ``allow_unchecked`` goes on without.
    """
    check_source(source)
    if source == "micro_world":
        return _micro_world(n_rows, seed)
    if _ARITHMETIC.fullmatch(source):
        return _arithmetic(_steps(source), seed)
    if source == "one_shot":
        return TrainingData((ONE_SHOT,), "arXiv 2504.20571, pi_1", None, n_before=1)
    loaded = file_items(Path(source)) if source != "deepscaler" else _deepscaler(data_dir)
    evaluated = evaluated_items(data_dir, allow_unchecked)
    kept, removed = decontaminate(loaded.items, evaluated.items)
    return TrainingData(
        tuple(kept),
        loaded.dataset,
        loaded.revision,
        len(loaded.items),
        tuple(removed),
        unchecked=evaluated.unchecked,
    )


def _asked() -> frozenset[str]:
    """The generated questions that the suite's tasks ask."""
    return frozenset(each.item.problem for each in generated_items())


def _micro_world(n: int, seed: int) -> TrainingData:
    problems = micro_world.word_problems(seed, n, micro_corpus.EVAL_STEPS, _asked())
    items = tuple(Item(str(i), p.text, str(p.answer)) for i, p in enumerate(problems))
    return TrainingData(items, f"generator micro_world, seed {seed}", None, n_before=n, in_order=True)


def _steps(source: str) -> int:
    return int(source.partition(":")[2])


def _arithmetic(steps: int, seed: int) -> TrainingData:
    """Expressions of a stream that no evaluation draws from, and among them none that a task asks.

    A task's seed is 0 or more; those of training are below, -1 for the seed 0.
    """
    if seed < 0:
        raise SuiteError(f"seed {seed} of arithmetic. Allowed: 0 or more", f"{WHERE}_seed", "Change it")
    asked = _asked()
    drawn = arithmetic.expressions(-1 - seed, steps, ARITHMETIC_ITEMS + len(asked))
    fresh = [e for e in drawn if arithmetic.PROMPT + e.latex not in asked][:ARITHMETIC_ITEMS]
    items = tuple(
        Item(f"{steps}-{i}", arithmetic.PROMPT + e.latex, arithmetic.label(e.value), steps=steps)
        for i, e in enumerate(fresh)
    )
    return TrainingData(
        items, f"generator random_calculation, {steps} steps, training seed {seed}", None, n_before=len(items)
    )


def _deepscaler(data_dir: Path | None) -> ItemSet:
    folder = data_dir or (Path(os.environ[DATA_VARIABLE]) if os.environ.get(DATA_VARIABLE) else None)
    if folder is None:
        return hub_items(DEEPSCALER, f"{WHERE}: deepscaler", "deepscaler.jsonl")
    path = folder / "deepscaler.jsonl"
    if not path.is_file():
        fix = (
            "Put the file there, name another folder with --data-dir, or name a file of JSON lines as 'data'"
        )
        raise SuiteError("no items of 'deepscaler' here", str(path), fix)
    return file_items(path)
