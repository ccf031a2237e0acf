"""An item is one question with its answer; its hash is what the suite knows it by, wherever it came from.

``Item("1", "What is 2+3?", "5").hash``. ``item_sets.load_set`` loads a task's items.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from suite.schema import content_hash

if TYPE_CHECKING:
    from datasets import Dataset  # takes a second to import

SHORT_HASH = 16
"""Hex digits of an item's hash in ``items.tsv``."""
_NUMBER = re.compile(r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)")
_DEGREES = re.compile(r"\s*(?:\^\s*(?:\\circ|\{\s*\\circ\s*\})|°)$")


def plain_answer(answer: str) -> str:
    """Return one spelling for a plain number: "142" for "$142.0$", "25" for "025", "336" for "336°".

    Any other answer keeps its text, with white space as single blanks. This is about the identity of items
    and knows nothing of grading, so that no change of the grader changes what an item is.
    """
    text = _DEGREES.sub("", answer.strip().strip("$"))
    if not _NUMBER.fullmatch(text):
        return " ".join(answer.split())
    value = Decimal(text.replace(",", ""))
    digits = format(value, "f") if value else "0"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


@dataclass(frozen=True)
class Item:
    """One question. The model sees ``problem``; in a contamination probe ``continuation`` is the hidden rest.

    ``steps`` is the level of a generated arithmetic item, its number of operations; 0 for any other item.
    """

    id: str
    problem: str
    answer: str
    continuation: str = ""
    steps: int = 0

    @property
    def hash(self) -> str:
        """Content hash of the question, with white space as single blanks, and the ``plain_answer``."""
        question = " ".join((self.problem + self.continuation).split())
        return hashlib.sha256(f"{question}\0{plain_answer(self.answer)}".encode()).hexdigest()

    @property
    def short_hash(self) -> str:
        """The first digits of ``hash``, as ``items.tsv`` has them."""
        return self.hash[:SHORT_HASH]


class ItemSet(NamedTuple):
    """Items and their source: a dataset id, a file's name or a generator, with the revision if there is one.

    ``revision`` is the Hub's commit; for a file it is "sha256:" and the hash of its bytes.
    """

    items: list[Item]
    dataset: str
    revision: str | None = None


def items_hash(items: Sequence[Item]) -> str:
    """Return the hash of an item set; order and ids do not count."""
    return content_hash(sorted(item.hash for item in items))


def as_dataset(items: Sequence[Item]) -> "dict[str, Dataset]":
    """Return items as the ``test`` split that lm-eval reads."""
    from datasets import Dataset

    return {"test": Dataset.from_list([asdict(item) for item in items])}
