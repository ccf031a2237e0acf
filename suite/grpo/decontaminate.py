"""Remove training problems that an evaluated task asks, too, and list each with the reason.

``kept, removed = decontaminate(items, evaluated_items(data_dir).items)``; ``removed_lines(removed)`` writes
the list.

A removed item, as ``removed_lines`` writes it:
``{"item_id": "L1-404", "why": "n-gram", "task": "math500", "evaluated": "test/...", "overlap": 0.71}``.

Two reasons count. "exact": the same text, ignoring case, white space, dollar signs and LaTeX spacing.
"n-gram": a common n-gram of words and, in order, at least a share of ``OVERLAP`` of the evaluated question's
words. n is 13, or for a shorter question its number of words but at least 8: the bounds of GPT-3's filter
(arXiv 2005.14165, App. C), which used one n for a whole data set. Like that filter, words leave out
punctuation and operators; they also leave out drawings, because the code of any two is alike. A question of
fewer than 8 words is only compared as "exact"; so are generated items, because any two of them share their
words.

Measured on 4,000 items of DeepScaleR against the 643 of MATH-500, AMC and AIME (the pairs read by hand): the
n-gram alone marks 41 items, 30 of them for a turn of phrase ("where m and n are relatively prime positive
integers. Find m + n") with shares of at most 0.56. The share leaves 11 items, all of at least 0.65: one is a
question of MATH-500; the others are one with other numbers, another last sentence, or an addition. Of the
pairs without a common n-gram, the most similar have other numbers; none is the same question.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from suite.benchmarks import arithmetic
from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import TaskFile, all_tasks
from suite.errors import SuiteError

MIN_WORDS = 8
MAX_WORDS = 13
"""Bounds of n."""
OVERLAP = 0.6
"""Minimum share of an evaluated question's words at which a training item with a common n-gram is removed."""

_DRAWING = re.compile(r"\[asy\].*?(?:\[/asy\]|\Z)", re.DOTALL | re.IGNORECASE)
_SPACING = re.compile(r"\\(?:left|right|displaystyle|q?quad)(?![a-z])|\\[,;:!()\[\] ]|[\s~$]")
_STYLE = re.compile(r"\\(?:text(?:bf|it|rm)?|mathrm|mbox|operatorname)(?![a-z])")
_LONE_BRACES = re.compile(r"\{(\w|\\[a-z]+)\}")
_WORD = re.compile(r"[a-z]+|[0-9]+")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Removed:
    """A removed training item; ``overlap`` is its share, in order, of the evaluated question's words.

    A "blank" item has no question or no answer: its ``task`` and ``evaluated`` (the evaluated item's id) are
    None.
    """

    item_id: str
    why: Literal["blank", "exact", "n-gram"]
    task: str | None = None
    evaluated: str | None = None
    overlap: float = 0.0


class Evaluated(NamedTuple):
    """An item that a task of the suite asks."""

    task: str
    item: Item
    generated: bool


class EvaluatedSets(NamedTuple):
    """All evaluated items that could be loaded, and the tasks whose items could not."""

    items: list[Evaluated]
    unchecked: tuple[str, ...]


def generated_items() -> list[Evaluated]:
    """Return the items of the tasks that generate them; they need no data folder and no network."""
    items: list[Evaluated] = []
    for spec in _answer_tasks():
        if spec.metadata.source.generator:
            items += _task_items(spec, None)
    return items


def evaluated_items(data_dir: Path | None = None, allow_unchecked: bool = False) -> EvaluatedSets:
    """Return the items of every task of the suite (except probes, which ask parts of them).

    Raise ``SuiteError`` if a task's items cannot be loaded; with ``allow_unchecked`` name the task instead.
    """
    items: list[Evaluated] = []
    unchecked: list[str] = []
    for spec in _answer_tasks():
        try:
            items += _task_items(spec, data_dir)
        except SuiteError as error:
            if not allow_unchecked:
                what = f"training data cannot be compared with '{spec.task}': {error.what}"
                fix = f"{error.fix}, or train without this check: --allow-unchecked"
                raise SuiteError(what, error.where, fix) from error
            unchecked.append(spec.task)
    return EvaluatedSets(items, tuple(unchecked))


def _answer_tasks() -> list[TaskFile]:
    return [spec for spec in all_tasks().values() if not spec.is_probe]


def _task_items(spec: TaskFile, data_dir: Path | None) -> list[Evaluated]:
    generated = spec.metadata.source.generator is not None
    return [Evaluated(spec.task, item, generated) for item in load_items(spec, data_dir)]


def decontaminate(items: Iterable[Item], evaluated: Iterable[Evaluated]) -> tuple[list[Item], list[Removed]]:
    """Return the items that no task asks, and the removed ones, both in order."""
    index = _Index(evaluated)
    kept: list[Item] = []
    removed: list[Removed] = []
    for item in items:
        reason = index.match(item)
        if reason is None:
            kept.append(item)
        else:
            removed.append(reason)
    return kept, removed


def removed_lines(removed: Iterable[Removed]) -> Iterator[str]:
    """Yield the removed items as JSON lines."""
    for item in removed:
        yield json.dumps(asdict(item)) + "\n"


class _Index:
    """Looks up evaluated items by their plain text and, unless generated, by their n-grams."""

    def __init__(self, evaluated: Iterable[Evaluated]) -> None:
        self.by_text: dict[str, Evaluated] = {}
        self.questions: list[tuple[Evaluated, Words]] = []
        self.numbers_of: dict[Words, list[int]] = {}
        """n-gram -> the numbers, in ``questions``, of the questions that have it."""
        for entry in evaluated:
            self.by_text.setdefault(plain_text(entry.item.problem), entry)
            if not entry.generated:
                self._add(entry, words(entry.item.problem))
        self.gram_sizes = sorted({len(gram) for gram in self.numbers_of})

    def _add(self, entry: Evaluated, question: Words) -> None:
        n = max(MIN_WORDS, min(MAX_WORDS, len(question)))
        for gram in set(_grams(question, n)):
            self.numbers_of.setdefault(gram, []).append(len(self.questions))
        self.questions.append((entry, question))

    def match(self, item: Item) -> Removed | None:
        """Return why ``item`` is to be removed, with the evaluated item that it resembles most; else None."""
        if not item.problem.strip() or not item.answer.strip():
            return Removed(item.id, "blank")
        # The same question in another spelling, of a generated item, too.
        same = self.by_text.get(plain_text(item.problem))
        if same is not None:
            return Removed(item.id, "exact", same.task, same.item.id, 1.0)
        # Then what shares an n-gram, which is few, and of these what shares most of its words.
        item_words = words(item.problem)
        candidates: set[int] = set()
        for size in self.gram_sizes:
            for gram in _grams(item_words, size):
                candidates.update(self.numbers_of.get(gram, ()))
        # The greatest overlap wins; of equal ones the first question.
        overlaps = [(_overlap(self.questions[number][1], item_words), -number) for number in candidates]
        overlap, negative_number = max(overlaps, default=(0.0, 0))
        if overlap < OVERLAP:
            return None
        entry = self.questions[-negative_number][0]
        return Removed(item.id, "n-gram", entry.task, entry.item.id, round(overlap, 3))


def plain_text(problem: str) -> str:
    """Return the question without wording and spelling that do not count: equal plain text, same question."""
    text = _SPACING.sub("", problem.removeprefix(arithmetic.PROMPT).lower())
    return _LONE_BRACES.sub(r"\1", _plain_fractions(text)).rstrip(".")


def words(problem: str) -> Words:
    """Return the question's words and numbers in lower case, without drawings, styles and operators."""
    text = _STYLE.sub(" ", _SPACING.sub(" ", _DRAWING.sub(" ", problem).lower()))
    return tuple(_WORD.findall(_plain_fractions(text)))


def _plain_fractions(text: str) -> str:
    return text.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac")


def _grams(text: Words, n: int) -> Iterator[Words]:
    return (text[i : i + n] for i in range(len(text) - n + 1))


def _overlap(question: Words, item: Words) -> float:
    """Return the longest common subsequence as a share of the question; 0 if it is below ``OVERLAP``."""
    # Common words in any order bound the subsequence from above, and counting them is far cheaper.
    if (Counter(question) & Counter(item)).total() < OVERLAP * len(question):
        return 0.0
    row = [0] * (len(item) + 1)
    for word in question:
        diagonal = 0
        for j, other in enumerate(item, 1):
            above = row[j]
            row[j] = diagonal + 1 if word == other else max(above, row[j - 1])
            diagonal = above
    return row[-1] / len(question)
