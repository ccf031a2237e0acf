"""Majority vote over the answers that a base gave to one item: equal answers are one group, the largest group's is the label."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from suite.grade import limits, plain_number, rational, spelling, verdicts
from suite.grade.units import Spelled

Key = Fraction | Spelled | str
"""What answers share that are one for certain: an exact number, the suite's one spelling, or the text."""


class Vote(NamedTuple):
    """``label`` (None where nothing was extracted), how many answers are equal to it, and how many there were."""

    label: str | None
    votes: int
    n_extracted: int


class _Group(NamedTuple):
    """Answers that are equal to ``label``: how many, and where the first of them stood."""

    label: str
    votes: int
    first: int


def _key(answer: str) -> Key:
    plain = plain_number(answer)
    if plain is not None:
        return Fraction(plain)
    if not limits.is_parsable(answer):
        return " ".join(answer.split())
    spelled = spelling.spell(answer)
    exact = None if spelled.units or spelled.percent else rational(answer)
    return spelled if exact is None else exact


def _spellings(answers: Sequence[str]) -> dict[Key, _Group]:
    """One group a key; its label is the commonest of its spellings, the first of equally common ones."""
    texts: dict[Key, Counter[str]] = {}
    first: dict[Key, int] = {}
    keys: dict[str, Key] = {}
    for index, answer in enumerate(answers):
        key = keys[answer] if answer in keys else keys.setdefault(answer, _key(answer))
        texts.setdefault(key, Counter())[answer] += 1
        first.setdefault(key, index)
    return {
        key: _Group(found.most_common(1)[0][0], found.total(), first[key]) for key, found in texts.items()
    }


def _rank(group: _Group) -> tuple[int, int]:
    """Most votes first; of equally many the group whose first answer came first."""
    return -group.votes, group.first


def _joined(group: _Group, more: _Group) -> _Group:
    return _Group(group.label, group.votes + more.votes, min(group.first, more.first))


def _merged(spellings: dict[Key, _Group]) -> list[_Group]:
    """Spellings in groups: each joins the first group, by votes, whose label the grader would take it for.

    Two exact numbers are equal only if their keys are. An answer of which the grader cannot tell is a group by itself.
    """
    groups: list[tuple[Key, _Group]] = []
    for key, own in sorted(spellings.items(), key=lambda pair: _rank(pair[1])):
        asked = [
            at
            for at, (other, _) in enumerate(groups)
            if not (isinstance(key, Fraction) and isinstance(other, Fraction))
        ]
        equal = verdicts([(own.label, groups[at][1].label) for at in asked])
        at = next((at for at, verdict in zip(asked, equal, strict=True) if verdict), None)
        if at is None:
            groups.append((key, own))
        else:
            groups[at] = (groups[at][0], _joined(groups[at][1], own))
    return [group for _, group in groups]


def majority(answers: Sequence[str | None]) -> Vote:
    """The vote over ``answers`` in the order of their samples; None and "" are no answers and are not counted.

    A tie goes to the group whose first answer came first.
    """
    given = [answer for answer in answers if answer]
    if not given:
        return Vote(None, 0, 0)
    winner = min(_merged(_spellings(given)), key=_rank)
    return Vote(winner.label, winner.votes, len(given))
