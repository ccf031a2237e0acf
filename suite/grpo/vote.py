"""Majority vote over the answers that a base gave to one item.

``majority(["1/2", "3", "0.5"])`` is ``Vote("1/2", votes=2, n_extracted=3)``. Equal answers form a group; the
label is the largest group's most common spelling.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from suite.grade import limits, plain_number, rational, spelling, verdicts
from suite.grade.units import Spelled

Key = Fraction | Spelled | str
"""What certainly equal answers share: an exact number, the suite's normalized spelling, or the text."""


class Vote(NamedTuple):
    """The ``label`` (None if no answer was extracted), the answers equal to it, and all answers."""

    label: str | None
    votes: int
    n_extracted: int


class _Group(NamedTuple):
    """Answers equal to ``label``: their number, and the position of the first of them."""

    label: str
    votes: int
    first: int


def _key(answer: str) -> Key:
    # Most answers are plain numbers: no parser is needed for them.
    plain = plain_number(answer)
    if plain is not None:
        return Fraction(plain)
    # What is too long or too deep for the parser only equals the same text.
    if not limits.is_parsable(answer):
        return " ".join(answer.split())
    spelled = spelling.spell(answer)
    exact = None if spelled.units or spelled.percent else rational(answer)
    return spelled if exact is None else exact


def _spellings(answers: Sequence[str]) -> dict[Key, _Group]:
    """Return one group per key; its label is its most common spelling, the first of equally common ones."""
    spellings: dict[Key, Counter[str]] = {}
    first: dict[Key, int] = {}
    key_of: dict[str, Key] = {}
    for index, answer in enumerate(answers):
        if answer not in key_of:
            key_of[answer] = _key(answer)
        key = key_of[answer]
        spellings.setdefault(key, Counter())[answer] += 1
        first.setdefault(key, index)
    groups: dict[Key, _Group] = {}
    for key, counts in spellings.items():
        label = counts.most_common(1)[0][0]
        groups[key] = _Group(label, counts.total(), first[key])
    return groups


def _rank(group: _Group) -> tuple[int, int]:
    """Return a sort key: most votes first; of equally many, the group whose first answer came first."""
    return -group.votes, group.first


def _merged(spellings: dict[Key, _Group]) -> list[_Group]:
    """Return the groups that the grader tells apart: each spelling joins the first equal group, by votes.

    An answer that the grader cannot judge stays a group of its own.
    """
    groups: list[tuple[Key, _Group]] = []
    for key, group in sorted(spellings.items(), key=lambda pair: _rank(pair[1])):
        # Two exact numbers are equal only if their keys are, so the grader need not compare them.
        to_compare: list[int] = []
        for number, (other_key, _) in enumerate(groups):
            if not (isinstance(key, Fraction) and isinstance(other_key, Fraction)):
                to_compare.append(number)
        equal = verdicts([(group.label, groups[number][1].label) for number in to_compare])
        joined = next((number for number, verdict in zip(to_compare, equal, strict=True) if verdict), None)
        if joined is None:
            groups.append((key, group))
        else:
            larger_key, larger = groups[joined]
            votes = larger.votes + group.votes
            groups[joined] = (larger_key, _Group(larger.label, votes, min(larger.first, group.first)))
    return [group for _, group in groups]


def majority(answers: Sequence[str | None]) -> Vote:
    """Return the vote over ``answers`` in the order of their samples; None and "" do not count.

    A tie goes to the group whose first answer came first.
    """
    given = [answer for answer in answers if answer]
    if not given:
        return Vote(None, 0, 0)
    # First by exact spelling and number, which is cheap, then by the grader, on the few groups that are left.
    winner = min(_merged(_spellings(given)), key=_rank)
    return Vote(winner.label, winner.votes, len(given))
