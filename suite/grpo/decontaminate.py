"""Training problems that an evaluated task asks too are taken out and listed, each with the evaluated item and why.

``kept, removed = decontaminate(items, evaluated_items(data_dir).items)``; ``removed_lines(removed)`` writes the list.

"exact": the same text, whatever its case, white space, dollar signs and LaTeX spacing. "n-gram": an n-gram of words in common,
and with it, in order, a share of at least ``OVERLAP`` of the evaluated question's words. n is 13, or for a shorter question its
number of words but at least 8: the bounds of GPT-3's filter (arXiv 2005.14165, App. C), which took one n for a whole data set.
Words leave out punctuation and operators, as there, and drawings, whose code is alike in any two. A question of fewer than 8
words is compared as "exact" alone; so are generated items, because any two of them share their words.

Measured on 4,000 items of DeepScaleR against the 643 of MATH-500, AMC and AIME (the pairs read by hand): the n-gram alone marks
41 items, 30 of them for a turn of phrase ("where m and n are relatively prime positive integers. Find m + n"), with shares of
0.56 and less. The share leaves 11, of 0.65 and more: one is a question of MATH-500, the others are one with other numbers,
another last sentence or more to it. Of pairs without a common n-gram, the most alike have other numbers; none is the same.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from suite.benchmarks import arithmetic
from suite.benchmarks.items import Item, load_items
from suite.benchmarks.tasks import TaskFile, all_tasks
from suite.errors import SuiteError

MIN_WORDS, MAX_WORDS = 8, 13
"""Bounds of n."""
OVERLAP = 0.6
"""Least share of an evaluated question's words that, beside an n-gram, makes a training item the same question."""

_DRAWING = re.compile(r"\[asy\].*?(?:\[/asy\]|\Z)", re.DOTALL | re.IGNORECASE)
_SPACING = re.compile(r"\\(?:left|right|displaystyle|q?quad)(?![a-z])|\\[,;:!()\[\] ]|[\s~$]")
_STYLE = re.compile(r"\\(?:text(?:bf|it|rm)?|mathrm|mbox|operatorname)(?![a-z])")
_LONE_BRACES = re.compile(r"\{(\w|\\[a-z]+)\}")
_WORD = re.compile(r"[a-z]+|[0-9]+")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Removed:
    """A training item that was taken out. ``overlap`` is the share of the evaluated question's words that it has, in order.

    "blank" has no question or no answer, and resembles nothing: its ``task`` and ``evaluated`` (an item's id) are None.
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
    """All evaluated items that could be had, and the tasks whose items could not."""

    items: list[Evaluated]
    unchecked: tuple[str, ...]


def generated_items() -> list[Evaluated]:
    """What the tasks ask whose items are generated, which can be had anywhere."""
    return [each for spec in _answer_tasks() if spec.metadata.source.generator for each in _asked(spec, None)]


def evaluated_items(data_dir: Path | None = None, allow_unchecked: bool = False) -> EvaluatedSets:
    """What every task of the suite asks; probes ask parts of it. Items that cannot be had are an error, or named if allowed."""
    items, unchecked = [], []
    for spec in _answer_tasks():
        try:
            items += _asked(spec, data_dir)
        except SuiteError as error:
            if not allow_unchecked:
                what = f"training data cannot be compared with '{spec.task}': {error.what}"
                raise SuiteError(
                    what, error.where, f"{error.fix}, or let it go unchecked with --allow-unchecked"
                ) from error
            unchecked.append(spec.task)
    return EvaluatedSets(items, tuple(unchecked))


def _answer_tasks() -> list[TaskFile]:
    return [spec for spec in all_tasks().values() if not spec.is_probe]


def _asked(spec: TaskFile, data_dir: Path | None) -> list[Evaluated]:
    generated = spec.metadata.source.generator is not None
    return [Evaluated(spec.task, item, generated) for item in load_items(spec, data_dir)]


def decontaminate(items: Iterable[Item], evaluated: Iterable[Evaluated]) -> tuple[list[Item], list[Removed]]:
    """The items that no task asks, and those that were taken out, both in order."""
    index = _Index(evaluated)
    kept, removed = [], []
    for item in items:
        found = index.match(item)
        if found is None:
            kept.append(item)
        else:
            removed.append(found)
    return kept, removed


def removed_lines(removed: Iterable[Removed]) -> Iterator[str]:
    """The list as JSON lines."""
    for each in removed:
        yield json.dumps(asdict(each)) + "\n"


class _Index:
    """Evaluated items by their plain text and, unless generated, by their n-grams."""

    def __init__(self, evaluated: Iterable[Evaluated]) -> None:
        self.texts: dict[str, Evaluated] = {}
        self.questions: list[tuple[Evaluated, Words]] = []
        self.places: dict[Words, list[int]] = {}
        for each in evaluated:
            self.texts.setdefault(plain_text(each.item.problem), each)
            if not each.generated:
                self._add(each, words(each.item.problem))
        self.sizes = sorted({len(gram) for gram in self.places})

    def _add(self, each: Evaluated, question: Words) -> None:
        for gram in set(_grams(question, max(MIN_WORDS, min(MAX_WORDS, len(question))))):
            self.places.setdefault(gram, []).append(len(self.questions))
        self.questions.append((each, question))

    def match(self, item: Item) -> Removed | None:
        """Why ``item`` is to be taken out, if it is; the evaluated item that it is most like."""
        if not item.problem.strip() or not item.answer.strip():
            return Removed(item.id, "blank")
        same = self.texts.get(plain_text(item.problem))
        if same is not None:
            return Removed(item.id, "exact", same.task, same.item.id, 1.0)
        own = words(item.problem)
        alike = [(_share(self.questions[n][1], own), -n) for n in self._candidates(own)]
        overlap, n = max(alike, default=(0.0, 0))
        if overlap < OVERLAP:
            return None
        each = self.questions[-n][0]
        return Removed(item.id, "n-gram", each.task, each.item.id, round(overlap, 3))

    def _candidates(self, own: Words) -> set[int]:
        """Numbers of the questions that share an n-gram with these words."""
        return {n for size in self.sizes for gram in _grams(own, size) for n in self.places.get(gram, ())}


def plain_text(problem: str) -> str:
    """The question with what is not part of it left out; two questions with the same plain text are one."""
    text = _SPACING.sub("", problem.removeprefix(arithmetic.PROMPT).lower())
    return _LONE_BRACES.sub(r"\1", _plain_fractions(text)).rstrip(".")


def words(problem: str) -> Words:
    """The question's words and numbers in lower case, without drawings, styles and operators."""
    text = _STYLE.sub(" ", _SPACING.sub(" ", _DRAWING.sub(" ", problem).lower()))
    return tuple(_WORD.findall(_plain_fractions(text)))


def _plain_fractions(text: str) -> str:
    return text.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac")


def _grams(of: Words, n: int) -> Iterator[Words]:
    return (of[i : i + n] for i in range(len(of) - n + 1))


def _share(question: Words, own: Words) -> float:
    """Length of the longest common subsequence over that of the question."""
    if (Counter(question) & Counter(own)).total() < OVERLAP * len(question):
        return 0.0
    row = [0] * (len(own) + 1)
    for word in question:
        diagonal = 0
        for j, other in enumerate(own, 1):
            above = row[j]
            row[j] = diagonal + 1 if word == other else max(above, row[j - 1])
            diagonal = above
    return row[-1] / len(question)
