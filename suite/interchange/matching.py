"""Which item an answer answers: by its id, its question, or a text that holds the question; then the gold answer must agree.

A text around a question may say anything, so it must be the same for all answers of a file: then it is a template. Questions are
compared without white space and math delimiters, ``\\dfrac`` as ``\\frac``: releases of one dataset differ there.
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

_SPELLING = re.compile(r"\s+|\$|\\[()\[\]]")
_SHOWN = 60


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """``text`` in the form in which questions are compared."""
    return _SPELLING.sub("", text).replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac")


def same_gold(theirs: str, ours: str) -> bool:
    """Whether two gold answers are one; ``theirs`` may be a whole solution, whose last box is its answer."""
    said = last_boxed(theirs) or theirs
    return plain_answer(said) == plain_answer(ours) or grade.equivalent(said, ours) is True


class ItemIndex:
    """The items of one task, to be found by what other tools say of them."""

    def __init__(self, task: str, items: Sequence[Item]) -> None:
        self.task = task
        self.by_id = {item.id: item for item in items}
        self.by_question: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            self.by_question[folded(item.problem)].append(item)

    def match(self, answers: Sequence[Answer]) -> list[tuple[Answer, Item]]:
        """Each answer of one file with its item; a SuiteError as of ``find``, or where the text around a question stands out."""
        found = [(answer, self.find(answer)) for answer in answers]
        _refuse_other_surroundings(found)
        return found

    def find(self, answer: Answer) -> Item:
        """The one item that ``answer`` answers; a SuiteError where there is none, or more than one, or the gold differs."""
        found = self._candidates(answer)
        if not found:
            raise SuiteError(
                f"an answer to an unknown item of '{self.task}' ({_shown(answer)})", answer.where, _FIX
            )
        agreeing = [item for item in found if answer.gold is None or same_gold(answer.gold, item.answer)]
        if not agreeing:
            ours, theirs = found[0], (answer.gold or "")[-_SHOWN:]
            what = f"its gold answer {theirs!r} is not that of item '{ours.id}', {ours.answer!r}"
            raise SuiteError(what, answer.where, _FIX)
        if len(agreeing) > 1:
            ids = ", ".join(item.id for item in agreeing[:3])
            raise SuiteError(
                f"the question fits several items of '{self.task}' ({ids})",
                answer.where,
                "Import it as jsonl",
            )
        return agreeing[0]

    def _candidates(self, answer: Answer) -> list[Item]:
        if answer.item_id is not None:
            found = [self.by_id[answer.item_id]] if answer.item_id in self.by_id else []
            return [
                i for i in found if answer.question is None or folded(answer.question) == folded(i.problem)
            ]
        if answer.question is not None:
            return self.by_question.get(folded(answer.question), [])
        return self._inside(folded(answer.around or ""))

    def _inside(self, text: str) -> list[Item]:
        """Items whose question stands in ``text``; one that is itself a part of another of them is not meant."""
        keys = [key for key in self.by_question if key in text]
        whole = [key for key in keys if not any(key != other and key in other for other in keys)]
        return [item for key in whole for item in self.by_question[key]]


_FIX = "Import answers to the task's own items, or name the task that they are of"


def _refuse_other_surroundings(found: Sequence[tuple[Answer, Item]]) -> None:
    """The text around the questions of a file is one template; words of its own would make it another question."""
    around = [
        (a, _surroundings(folded(a.around), folded(item.problem)))
        for a, item in found
        if a.around is not None
    ]
    counts = Counter(each for _, surroundings in around for each in surroundings)
    template = max(counts, key=counts.__getitem__, default=None)
    for answer, surroundings in around:
        if template not in surroundings:
            what = f"the text around its question is not that of the other answers ({_shown(answer)})"
            raise SuiteError(what, answer.where, "Import it as jsonl, by item_id")


def _surroundings(text: str, question: str) -> set[tuple[str, str]]:
    """What stands before and after ``question``, for each of its places in ``text``."""
    return {(text[: place.start()], text[place.end() :]) for place in re.finditer(re.escape(question), text)}


def _shown(answer: Answer) -> str:
    if answer.item_id is not None:
        return f"item_id {answer.item_id!r}"
    text = " ".join((answer.question or answer.around or "").split())
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..")
