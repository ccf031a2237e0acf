"""Which item an answer belongs to.

It is found by its id, by its question, or by a text that contains the question; then the gold answers must
agree. A text around a question might say anything, so it must be the same for all answers of a file: then it
is a template. Questions are compared without white space and math delimiters, and with ``\\dfrac`` as
``\\frac``, because releases of one dataset differ there.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache

from suite import grade
from suite.benchmarks.items import Item, plain_answer
from suite.errors import SuiteError
from suite.grade.extraction import last_boxed
from suite.interchange.answers import Answer

_IGNORED = re.compile(r"\s+|\$|\\[()\[\]]")
_SHOWN_CHARS = 60
_FIX = "Import answers to the task's own items, or name the task that they belong to"


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return ``text`` in the form in which questions are compared."""
    return _IGNORED.sub("", text).replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac")


def same_gold(theirs: str, ours: str) -> bool:
    """Whether two gold answers are one; ``theirs`` may be a whole solution, whose last box is its answer."""
    answer = last_boxed(theirs) or theirs
    return plain_answer(answer) == plain_answer(ours) or grade.equivalent(answer, ours) is True


class ItemIndex:
    """The items of one task, found by what other tools write about them."""

    def __init__(self, task: str, items: Sequence[Item]) -> None:
        self.task = task
        self.by_id = {item.id: item for item in items}
        self.by_question: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            self.by_question[folded(item.problem)].append(item)

    def match(self, answers: Sequence[Answer]) -> list[tuple[Answer, Item]]:
        """Return each answer of one file with its item.

        Raises ``SuiteError`` as ``find`` does, and if the texts around the questions differ.
        """
        matched = [(answer, self.find(answer)) for answer in answers]
        _require_one_template(matched)
        return matched

    def find(self, answer: Answer) -> Item:
        """Return the item of ``answer``; raise ``SuiteError`` if none or several fit, or the gold differs."""
        candidates = self._candidates(answer)
        if not candidates:
            what = f"an answer to an unknown item of '{self.task}' ({_shown(answer)})"
            raise SuiteError(what, answer.where, _FIX)
        # Two items may share a question (white space is ignored, so "1 2" is "12"); the gold separates them.
        agreeing = [i for i in candidates if answer.gold is None or same_gold(answer.gold, i.answer)]
        if not agreeing:
            item = candidates[0]
            theirs = (answer.gold or "")[-_SHOWN_CHARS:]
            what = f"its gold answer {theirs!r} is not that of item '{item.id}', {item.answer!r}"
            raise SuiteError(what, answer.where, _FIX)
        if len(agreeing) > 1:
            ids = ", ".join(item.id for item in agreeing[:3])
            what = f"the question fits several items of '{self.task}' ({ids})"
            raise SuiteError(what, answer.where, "Import it as jsonl")
        return agreeing[0]

    def _candidates(self, answer: Answer) -> list[Item]:
        """Return the items that the answer's strongest key fits: its id, its question, or a text with it."""
        if answer.item_id is not None:
            item = self.by_id.get(answer.item_id)
            if item is None:
                return []
            same = answer.question is None or folded(answer.question) == folded(item.problem)
            return [item] if same else []
        if answer.question is not None:
            return self.by_question.get(folded(answer.question), [])
        text = folded(answer.text_with_question or "")
        contained = [question for question in self.by_question if question in text]
        candidates = []
        for question in contained:
            # "Find x" is also found in "How many? Find x", but the longer question was asked.
            if not any(question != longer and question in longer for longer in contained):
                candidates += self.by_question[question]
        return candidates


def _require_one_template(matched: Sequence[tuple[Answer, Item]]) -> None:
    """Raise ``SuiteError`` if a text around a question differs from that of the other answers.

    Words of its own would make it another question.
    """
    surroundings_of = []
    counts: Counter[tuple[str, str]] = Counter()
    for answer, item in matched:
        if answer.text_with_question is not None:
            surroundings = _surroundings(folded(answer.text_with_question), folded(item.problem))
            surroundings_of.append((answer, surroundings))
            counts.update(surroundings)
    template = max(counts, key=counts.__getitem__, default=None)
    for answer, surroundings in surroundings_of:
        if template not in surroundings:
            what = f"the text around its question is not that of the other answers ({_shown(answer)})"
            raise SuiteError(what, answer.where, "Import it as jsonl, by item_id")


def _surroundings(text: str, question: str) -> set[tuple[str, str]]:
    """Return what comes before and after ``question``, for each of its places in ``text``."""
    places = re.finditer(re.escape(question), text)
    return {(text[: place.start()], text[place.end() :]) for place in places}


def _shown(answer: Answer) -> str:
    if answer.item_id is not None:
        return f"item_id {answer.item_id!r}"
    text = " ".join((answer.question or answer.text_with_question or "").split())
    return repr(text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}..")
