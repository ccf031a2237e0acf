"""What a GRPO run trains on: problems from one source, none of which a task of the suite asks.

``load_training_data(DataChoice("deepscaler", seed=0, n_prompts=19_200))``. Sources:

- ``micro_world``: as many fresh word problems of the micro world as the run asks, in the order of their seed.
- ``arithmetic:5``, or another number of steps: 700 expressions (arXiv 2507.10532v3, App. I-J: 5 and 10
  steps).
- ``one_shot``: the one example of arXiv 2504.20571.
- ``deepscaler``: from the Hub, or ``deepscaler.jsonl`` in the folder of ``--data-dir`` or RLVR_SUITE_DATA.
- a file of JSON lines, named ``*.jsonl``. A row: ``{"id": "a", "problem": "What is $2+3$?", "answer": "5"}``.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from suite.benchmarks import arithmetic, micro_corpus, micro_world
from suite.benchmarks.hub import hub_items
from suite.benchmarks.item_files import file_items, item_file
from suite.benchmarks.items import Item, ItemSet, items_hash
from suite.benchmarks.tasks import ItemSource
from suite.errors import SuiteError
from suite.files.text import did_you_mean
from suite.grpo.decontaminate import Removed, decontaminate, evaluated_items, generated_items

WHERE = "data"
"""The key of a recipe that names the source."""
DEEPSCALER = ItemSource(hub="agentica-org/DeepScaleR-Preview-Dataset", split="train")
"""40,315 rows. No revision is pinned: loading resolves the branch to a commit, and the data records it."""
ARITHMETIC_ITEMS = 700
"""Items of one arithmetic set (arXiv 2507.10532v3, App. I-J)."""
ONE_SHOT = Item(
    "pi_1",
    r"The pressure \( P \) exerted by wind on a sail varies jointly as the area \( A \) of the sail and "
    r"the cube of the wind's velocity \( V \). When the velocity is \( 8 \) miles per hour, the pressure"
    r" on a sail of \( 2 \) square feet is \( 4 \) pounds. Find the wind velocity when the pressure on "
    r"\( 4 \) square feet of sail is \( 32 \) pounds.",
    "12.8",
)
"""Example pi_1 of arXiv 2504.20571, reconstructed: wording and label are those in the README of
ypwang61/One-Shot-RLVR on GitHub; the file that its authors train on was not available. Their prompt continues
"Let's think step by step and output the final answer within \\boxed{}."; here the protocol adds such text.
The label is theirs; the exact answer is 8 * 4^(1/3) = 12.699."""

_ARITHMETIC = re.compile(r"arithmetic:([0-9]{1,3})")
_NAMES = ("micro_world", "arithmetic:5", "arithmetic:10", "one_shot", "deepscaler")


@dataclass(frozen=True)
class DataChoice:
    """Which problems to load.

    ``seed`` generates problems (of a source that is generated) and orders them. ``n_prompts`` is how many
    prompts the run asks; a stream of fresh problems yields as many. ``data_dir`` is a folder of local items.
    With ``allow_unchecked`` the run may train even if some evaluation sets cannot be loaded and compared.
    """

    source: str
    seed: int
    n_prompts: int
    data_dir: Path | None = None
    allow_unchecked: bool = False


@dataclass(frozen=True)
class TrainingData:
    """Problems to train on, none of which a task asks, except for the tasks in ``unchecked``.

    ``source`` and ``revision`` identify the origin, as in an ``ItemSet``. ``n_before`` counts the items
    before those in ``removed`` were taken out. ``in_order`` marks a stream of fresh problems, each asked once
    in the given order.
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
        """Content hash of the items."""
        return items_hash(self.items)

    def rows(self, n: int, seed: int) -> list[Item]:
        """Return the problems of a run of ``n`` prompts, one per prompt, in the order of the run."""
        if not self.in_order:
            return epoch_rows(self.items, n, seed)
        if n > len(self.items):
            what = f"{len(self.items)} fresh problems for a run of {n} prompts"
            raise SuiteError(what, f"{WHERE}: {self.source}", "Allow longer prompts, or train fewer steps")
        return list(self.items[:n])


def epoch_rows(items: Sequence[Item], n: int, seed: int) -> list[Item]:
    """Return ``n`` rows: all items in a shuffled order, then all in another one, and so on.

    An item's place depends only on the seed, the epoch and the item's id, so a longer run starts like a
    shorter one, and other labels or missing items leave the order of the rest as it is.
    """
    if not items:
        raise SuiteError("no items left to train on", WHERE, "Name another source")
    rows: list[Item] = []
    for epoch in range(-(-n // len(items))):  # rounded up
        # Sorting by a hash shuffles in the same way on every machine and in every version of Python.
        keys = {item.id: hashlib.sha256(f"{seed}\0{epoch}\0{item.id}".encode()).digest() for item in items}
        rows += sorted(items, key=lambda item: keys[item.id])
    return rows[:n]


class TooLong(NamedTuple):
    """An item whose prompt was dropped, and the number of the prompt's tokens."""

    item_id: str
    tokens: int


def drop_long(
    items: Sequence[Item], tokens: Mapping[str, int], limit: int
) -> tuple[list[Item], list[TooLong]]:
    """Return the items whose prompts have at most ``limit`` tokens, and the others.

    ``tokens`` maps item ids to lengths. Raise ``SuiteError`` if no prompt is short enough.
    """
    kept = [item for item in items if tokens[item.id] <= limit]
    dropped = [TooLong(item.id, tokens[item.id]) for item in items if tokens[item.id] > limit]
    if items and not kept:
        shortest = min(tokens.values())
        what = f"each of the {len(items)} prompts has more than {limit} tokens; the shortest has {shortest}"
        raise SuiteError(what, "max_prompt_tokens", "Raise it, or name other data")
    return kept, dropped


def check_source(source: str) -> None:
    """Raise ``SuiteError`` unless ``source`` names an existing source; load nothing."""
    if Path(source).suffix == ".jsonl":
        if not Path(source).is_file():
            raise SuiteError("no such file", f"{WHERE}: {source}", "Correct the path")
    elif _ARITHMETIC.fullmatch(source):
        if not 1 <= _steps(source) <= arithmetic.MAX_STEPS:
            what = f"no expressions of {_steps(source)} steps. Allowed: 1..{arithmetic.MAX_STEPS}"
            fix = "Write arithmetic:5 or arithmetic:10, like the paper"
            raise SuiteError(what, f"{WHERE}: {source}", fix)
    elif source not in _NAMES:
        known = f"{', '.join(_NAMES)}, or a file of JSON lines, named *.jsonl"
        fix = did_you_mean(source, _NAMES) or "Name one of them"
        raise SuiteError(f"unknown source '{source}'. Known: {known}", WHERE, fix)


def load_training_data(choice: DataChoice) -> TrainingData:
    """Return the problems of the chosen source, without those that a task of the suite asks.

    Generated problems avoid what the tasks ask by construction. All others are compared with every task's
    items, so each task must be loadable, from ``choice.data_dir`` or the Hub; see
    ``DataChoice.allow_unchecked``.
    """
    source = choice.source
    check_source(source)
    if source == "micro_world":
        return _micro_world(choice.n_prompts, choice.seed)
    if _ARITHMETIC.fullmatch(source):
        return _arithmetic(_steps(source), choice.seed)
    if source == "one_shot":
        return TrainingData((ONE_SHOT,), "arXiv 2504.20571, pi_1", None, n_before=1)
    # The problems of these sources come from anywhere, so each is compared with all that the tasks ask.
    loaded = _deepscaler(choice.data_dir) if source == "deepscaler" else file_items(Path(source))
    evaluated = evaluated_items(choice.data_dir, choice.allow_unchecked)
    kept, removed = decontaminate(loaded.items, evaluated.items)
    return TrainingData(
        tuple(kept),
        loaded.dataset,
        loaded.revision,
        n_before=len(loaded.items),
        removed=tuple(removed),
        unchecked=evaluated.unchecked,
    )


def _evaluated_questions() -> frozenset[str]:
    """Return the questions of the tasks whose items are generated."""
    return frozenset(evaluated.item.problem for evaluated in generated_items())


def _micro_world(n: int, seed: int) -> TrainingData:
    problems = micro_world.word_problems(seed, n, micro_corpus.EVAL_STEPS, _evaluated_questions())
    items = tuple(Item(str(i), problem.text, str(problem.answer)) for i, problem in enumerate(problems))
    return TrainingData(items, f"generator micro_world, seed {seed}", None, n_before=n, in_order=True)


def _steps(source: str) -> int:
    return int(source.partition(":")[2])


def _arithmetic(steps: int, seed: int) -> TrainingData:
    """Return expressions from a stream that no evaluation draws from, without those that a task asks.

    A task's seed is 0 or more, so training uses the seeds below 0: -1 for the training seed 0, and so on.
    """
    if seed < 0:
        raise SuiteError(f"seed {seed} of arithmetic. Allowed: 0 or more", f"{WHERE}_seed", "Change it")
    evaluated = _evaluated_questions()
    items: list[Item] = []
    # Draw so many more that enough remain even if a task asked some of them.
    for expression in arithmetic.expressions(-1 - seed, steps, ARITHMETIC_ITEMS + len(evaluated)):
        problem = arithmetic.PROMPT + expression.latex
        if problem not in evaluated and len(items) < ARITHMETIC_ITEMS:
            answer = arithmetic.label(expression.value)
            items.append(Item(f"{steps}-{len(items)}", problem, answer, steps=steps))
    source = f"generator random_calculation, {steps} steps, training seed {seed}"
    return TrainingData(tuple(items), source, None, n_before=len(items))


def _deepscaler(data_dir: Path | None) -> ItemSet:
    path = item_file("deepscaler", data_dir)
    if path is not None:
        return file_items(path)
    return hub_items(DEEPSCALER, f"{WHERE}: deepscaler", "deepscaler.jsonl")
