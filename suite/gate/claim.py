"""A claim as the gate judges it: the rows it is about, its kind, and how much it states.

A policy file is read into claims by ``policy``; what each kind of claim says and how it is judged is in
``kinds``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

# Only the type: a kind judges claims, so its module imports this one.
if TYPE_CHECKING:
    from suite.gate.kinds.kind import Kind


@dataclass(frozen=True)
class Scope:
    """The rows that a claim is about, as names and patterns; ``base`` is empty if families are meant."""

    family: tuple[str, ...]
    base: tuple[str, ...]
    reward: tuple[str, ...]
    task: tuple[str, ...]
    protocol: tuple[str, ...]
    recipe: tuple[str, ...]
    step: int | None
    spurious: bool | None


@dataclass(frozen=True)
class Claim:
    """A claim with its defaults filled in; a threshold that its kind does not take is 0 or empty.

    ``controls`` are the rewards that ``beats`` names, ``clean_tasks`` the tasks of ``clean``, ``reference``
    what ``reproduces`` and ``not_worse_than`` name.
    """

    id: str
    line: int | None
    kind: "Kind"
    scope: Scope
    points: float = 0.0
    families: int | None = None
    margin: float = 0.0
    within: float = 0.0
    controls: tuple[str, ...] = ()
    clean_tasks: tuple[str, ...] = ()
    reference: str | None = None

    @property
    def baseline(self) -> str | None:
        """The baseline file that the claim names, as written."""
        return self.reference if self.reference and is_baseline_file(self.reference) else None

    @property
    def least_gain(self) -> str:
        """The gain that is claimed at least, in words."""
        return f"at least {self.points:g} points" if self.points else "more than 0 points"

    @property
    def says(self) -> str:
        """The claim in words."""
        families = f", in at least {self.families} families" if self.families else ""
        return self.kind.words(self) + families


def is_baseline_file(reference: str) -> bool:
    """Return whether a reference is the path of a baseline file, not the name of a published source."""
    return reference.endswith((".yaml", ".yml")) and "\0" not in reference


def is_pattern(name: str) -> bool:
    """Return whether ``name`` can match several names."""
    return any(sign in name for sign in "*?[")


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Return whether ``name`` matches one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def unmatched(patterns: Iterable[str], names: Collection[str]) -> list[str]:
    """Return the patterns that match none of ``names``."""
    return [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)]
