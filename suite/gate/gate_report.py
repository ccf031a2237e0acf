"""What the gate says: one ``GateReport``, which drives every report, the page on the board and the exit code.

``verdict.json`` is a ``GateReport`` as JSON; one of its verdicts::

    {"claim": "random-is-nothing", "kind": "no_gain", "says": "no gain of 5 points or more", "line": 8,
     "family": "micro-llama3", "base": "micro-llama3", "reward": "random", "task": "micro_arithmetic_clean",
     ..., "verdict": "holds", "quantity": "delta", "points": 0.4, "interval": [-1.1, 1.9], "detail": "delta
     +0.4 points, ..."}
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from suite.gate.kinds import ClaimKind
from suite.schema import WORST_FIRST, Interval, Needs, NotCheckable, Strict, VerdictWord


class Verdict(Strict):
    """What the gate says of one claim about one pair, or (with ``parts``) about several together.

    ``claim`` is the claim's id in its policy (its own, else its number from 1), ``kind`` what it expects,
    ``says`` the same in words, ``line`` its place in the policy file. ``family`` to ``n_items`` say what was
    looked at; for a missing pair, what the claim names of it. ``detail`` is the reason in one line,
    ``quantity`` what ``points`` and ``interval`` measure, in percentage points. ``differs`` names the fields
    that are not comparable. ``parts`` are the verdicts that this one combines: the numbers are theirs, and
    the whole is ``unverified`` if one of them is.
    """

    claim: str
    kind: ClaimKind
    says: str
    line: int | None = None
    family: str
    base: str | None = None
    reward: str
    task: str
    protocol: str | None = None
    checkpoint: str | None = None
    step: int | None = None
    k: int | None = None
    n_items: int | None = None
    verdict: VerdictWord
    detail: str
    quantity: str | None = None
    points: float | None = None
    interval: Interval | None = None
    needs: Needs | None = None
    differs: tuple[str, ...] | None = None
    unverified: Literal[True] | None = None
    parts: tuple["Verdict", ...] | None = None


class GateReport(Strict):
    """All verdicts of one policy and the exit code that they add up to (0, 1 or 3).

    ``policy_file`` is the path that was given, absent for a shipped policy. ``inconclusive`` is the choice
    made for exit code 3. ``samples_hash``, ``suite_version`` and ``generated`` are the summary's.
    """

    policy: str
    policy_file: str | None = None
    description: str = ""
    suite_version: str
    generated: str
    samples_hash: str
    inconclusive: Literal["pass", "fail"] | None = None
    exit_code: int
    verdicts: tuple[Verdict, ...]
    not_checkable: tuple[NotCheckable, ...] = ()

    def to_json(self) -> str:
        """Return the text of ``verdict.json``; absent keys are left out."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"


def worst(verdicts: Iterable[Verdict]) -> VerdictWord:
    """Return the word that decides if these verdicts, at least one, count as one."""
    return min((verdict.verdict for verdict in verdicts), key=WORST_FIRST.index)


def tally(verdicts: Iterable[Verdict]) -> tuple[tuple[VerdictWord, int], ...]:
    """Return how often each word occurs, worst first."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    return tuple((word, counts[word]) for word in WORST_FIRST if counts[word])


def counted(word: VerdictWord, count: int) -> str:
    """Return a number of equal verdicts in words.

    >>> counted("holds", 1), counted("holds", 9), counted("refuted", 2)
    ('1 holds', '9 hold', '2 refuted')
    """
    return f"{count} {'hold' if word == 'holds' and count != 1 else word}"


def tally_words(verdicts: Iterable[Verdict]) -> str:
    """Return the tally in one line: ``1 refuted, 11 hold``."""
    return ", ".join(counted(word, count) for word, count in tally(verdicts)) or "no verdicts"
