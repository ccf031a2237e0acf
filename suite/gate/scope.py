"""The rows of a summary and of a baseline that a claim is about, and the names that match none. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import product

from suite.files.text import did_you_mean
from suite.gate.baseline import AnyRow, BaselineRow
from suite.gate.claim import Scope, is_pattern, matches
from suite.schema import DeltaRow, Summary

KINDS = ("family", "base", "reward", "task")
"""Kinds of names that make a target, in the order in which an unknown one is reported."""


@dataclass
class Target:
    """One family (or one base), reward and task that a claim is about, with its rows.

    ``stored`` are those of the claim's baseline. ``missing`` says why there are none of either.
    """

    family: str
    base: str | None
    reward: str
    task: str
    rows: list[DeltaRow] = field(default_factory=list)
    stored: list[BaselineRow] = field(default_factory=list)
    missing: str = ""


def rows_in(summary: Summary, scope: Scope, rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Return the rows, a summary's or a baseline's, that a claim with this scope is about."""
    return [row for row in _eligible(summary, scope, rows) if _is_in(scope, row)]


def _is_in(scope: Scope, row: DeltaRow | BaselineRow) -> bool:
    if scope.step not in (None, row.step):
        return False
    for kind in (*KINDS, "protocol", "recipe"):
        patterns: tuple[str, ...] = getattr(scope, kind)
        if patterns and not matches(getattr(row, kind), patterns):
            return False
    return True


def _eligible(summary: Summary, scope: Scope, rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Return the rows that a pattern can match.

    These are controls or others, as the scope says, and no leak probe that the scope does not name.
    """
    probes = {task.task for task in summary.tasks if task.kind == "continuation"} - set(scope.task)
    return [row for row in rows if scope.spurious in (None, bool(row.spurious)) and row.task not in probes]


def targets(summary: Summary, scope: Scope, stored: Sequence[BaselineRow] | None = None) -> list[Target]:
    """Return every family (or base), reward and task that the scope names or matches, each with its rows.

    A combination without rows is missing. With a baseline (``stored``), patterns match whatever either of the
    two contains, and a combination can be missing only if all of it is written in names; a literal name that
    matches no row is reported missing once.
    """
    # First the rows that fit the whole scope, by their names; then, in the scope's order, every combination
    # of names that it asks for, with its rows or as missing; last the names that no combination has shown.
    every: list[DeltaRow | BaselineRow] = [*summary.deltas, *(stored or ())]
    with_rows = _with_rows(scope, rows_in(summary, scope, every))
    absent = _Absent(summary, scope, every, with_baseline=stored is not None)
    kinds = ("reward", "task", "base" if scope.base else "family")
    found: list[Target] = []
    for names in product(*_names(summary, scope, _eligible(summary, scope, every))):
        by_kind = dict(zip(kinds, names, strict=True))
        if names in with_rows:
            found.append(with_rows[names])
        elif stored is None or _all_literal(scope, by_kind):
            # Without a baseline a pattern promises each of its names everywhere: `family: "*"` means every
            # family. With one, "not worse" is about what either has, and only names that are written out are
            # promised.
            found.append(absent.target(**by_kind))
    found += absent.unmatched(found)
    # A scope that matches nothing at all must not pass for lack of verdicts.
    return found or [absent.target()]


def _with_rows(scope: Scope, rows: Iterable[DeltaRow | BaselineRow]) -> dict[tuple[str, ...], Target]:
    """Return the targets that have rows, by reward, task and family (or base)."""
    by_names: dict[tuple[str, ...], Target] = {}
    for row in rows:
        base = row.base if scope.base else None
        names = (row.reward, row.task, base or row.family)
        target = by_names.setdefault(names, Target(row.family, base, row.reward, row.task))
        if isinstance(row, DeltaRow):
            target.rows.append(row)
        else:
            target.stored.append(row)
    return by_names


def _names(summary: Summary, scope: Scope, rows: Sequence[DeltaRow | BaselineRow]) -> tuple[list[str], ...]:
    """Return the rewards, tasks and families (or bases) of a scope, patterns expanded."""
    rewards = _expanded(scope.reward, (row.reward for row in rows))
    tasks = _expanded(scope.task, (row.task for row in rows))
    if scope.base:
        bases = (row.base for row in rows if matches(row.family, scope.family))
        return rewards, tasks, _expanded(scope.base, bases)
    return rewards, tasks, _expanded(scope.family, [*summary.families, *(row.family for row in rows)])


def _expanded(patterns: Sequence[str], known: Iterable[str]) -> list[str]:
    """Return literal names as they are and the known names that a pattern matches in its place, each once."""
    known_names = list(dict.fromkeys(known))
    names: dict[str, None] = {}
    for pattern in patterns:
        if is_pattern(pattern):
            names |= dict.fromkeys(name for name in known_names if fnmatchcase(name, pattern))
        else:
            names[pattern] = None
    return list(names)


def _all_literal(scope: Scope, by_kind: Mapping[str, str]) -> bool:
    """Return whether the scope writes out each of these names, rather than matching it by a pattern."""
    return all(name in getattr(scope, kind) and not is_pattern(name) for kind, name in by_kind.items())


class _Absent:
    """Targets that a claim names and that have no row, with the reason."""

    def __init__(
        self, summary: Summary, scope: Scope, rows: Sequence[DeltaRow | BaselineRow], with_baseline: bool
    ) -> None:
        self.scope = scope
        self.have = "summary and baseline have" if with_baseline else "the summary has"
        self.they_have = "they have" if with_baseline else "it has"
        self.present = {kind: dict.fromkeys(getattr(row, kind) for row in rows) for kind in KINDS}
        self.present["family"] = dict.fromkeys([*summary.families, *self.present["family"]])
        self.family_of = {row.base: row.family for row in rows}

    def target(self, **names: str) -> Target:
        """Return the scope as one missing target, with ``names`` in place of the scope's own."""
        wanted = {kind: (names[kind],) if kind in names else getattr(self.scope, kind) for kind in KINDS}
        family, base, reward, task = (", ".join(wanted[kind]) for kind in KINDS)
        why = self._why(wanted)
        return Target(self.family_of.get(base, family), base or None, reward, task, missing=why)

    def unmatched(self, found: Sequence[Target]) -> list[Target]:
        """Return one target for each literal name that no target has.

        If nothing was found, only the names that occur nowhere are to blame. With a literal base, ``family``
        only selects among rows and is not required to match.
        """
        out: list[Target] = []
        for kind, name in self._literal_names():
            reported = any(getattr(target, kind) == name for target in (*found, *out))
            if not reported and (found or name not in self.present[kind]):
                out.append(self.target(**{kind: name}))
        return out

    def _literal_names(self) -> Iterator[tuple[str, str]]:
        kinds = KINDS if all(map(is_pattern, self.scope.base)) else KINDS[1:]
        for kind in kinds:
            for name in getattr(self.scope, kind):
                if not is_pattern(name):
                    yield kind, name

    def _why(self, wanted: Mapping[str, Sequence[str]]) -> str:
        """Return the name or pattern that matches nothing; else say that the names do not occur together."""
        # The first kind of name that matches nothing explains the rest: a misspelt family has no rewards
        # either.
        for kind, names in wanted.items():
            known = self.present[kind]
            if names and not any(_occurs(name, known) for name in names):
                written = ", ".join(names)
                listed = ", ".join(known) or "none"
                what = f"{self.have} no pair with {kind} {written}; {self.they_have} {listed}"
                return f"{what}. {_guess(written, tuple(known))}".rstrip()
        home_kind = "base" if self.scope.base else "family"
        reward, task, home = (" or ".join(wanted[kind]) for kind in ("reward", "task", home_kind))
        return f"no pair of reward {reward} on {task} in {home}{_conditions(self.scope)}"


def _occurs(name: str, known: Mapping[str, None]) -> bool:
    if name in known:
        return True
    return is_pattern(name) and any(fnmatchcase(known_name, name) for known_name in known)


_guess = lru_cache(did_you_mean)
"""Guessing is slow, and the same guess is needed for every family and task."""


def _conditions(scope: Scope) -> str:
    """Return what else the scope requires of a row, in words."""
    named = [("protocol", scope.protocol), ("recipe", scope.recipe)]
    if scope.base:
        named.append(("family", scope.family))
    conditions = [f"{kind} {' or '.join(patterns)}" for kind, patterns in named if patterns != ("*",)]
    if scope.step is not None:
        conditions.append(f"step {scope.step}")
    if scope.spurious is not None:
        conditions.append("a spurious reward" if scope.spurious else "a reward that is no control")
    return f" with {', '.join(conditions)}" if conditions else ""
