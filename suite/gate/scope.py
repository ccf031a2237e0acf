"""Which rows of a summary and of a baseline a claim is about, and which it asks for that are not there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import product

from suite.files.text import did_you_mean
from suite.gate.baseline import AnyRow, BaselineRow
from suite.gate.policy import Scope, is_pattern
from suite.schema import DeltaRow, Summary

KINDS = ("family", "base", "reward", "task")
"""Kinds of names that make a subject, in the order in which a misspelling is told."""


@dataclass
class Subject:
    """One family (or one base), reward and task that a claim speaks of, with its rows and those of the claim's baseline.

    ``missing`` says why there are none.
    """

    family: str
    base: str | None
    reward: str
    task: str
    rows: list[DeltaRow] = field(default_factory=list)
    stored: list[BaselineRow] = field(default_factory=list)
    missing: str = ""


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns means this name."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def rows_in(summary: Summary, scope: Scope, rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Those of the rows, a summary's or a baseline's, that a claim is about."""
    asked = {kind: getattr(scope, kind) or ("*",) for kind in (*KINDS, "protocol", "recipe")}
    return [
        row
        for row in _meant(summary, scope, rows)
        if scope.step in (None, row.step)
        and all(matches(getattr(row, kind), names) for kind, names in asked.items())
    ]


def _meant(summary: Summary, scope: Scope, rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Rows that a pattern can mean: controls or not, as the scope says, and no leak probe that it does not name."""
    probes = {task.task for task in summary.tasks if task.kind == "continuation"} - set(scope.task)
    return [row for row in rows if scope.spurious in (None, bool(row.spurious)) and row.task not in probes]


def subjects(summary: Summary, scope: Scope, stored: Sequence[BaselineRow] | None = None) -> list[Subject]:
    """Every family (base), reward and task that the scope names or its patterns find, with its rows; one without any is missing.

    Beside a baseline (``stored``) patterns find what either of the two has. A name that is written and nowhere is missing once.
    """
    every: list[DeltaRow | BaselineRow] = [*summary.deltas, *(stored or ())]
    found: dict[tuple[str, ...], Subject] = {}
    for row in rows_in(summary, scope, every):
        home, base = (row.base, row.base) if scope.base else (row.family, None)
        subject = found.setdefault(
            (row.reward, row.task, home), Subject(row.family, base, row.reward, row.task)
        )
        if isinstance(row, DeltaRow):
            subject.rows.append(row)
        else:
            subject.stored.append(row)
    absent, out = _Absent(summary, scope, every, stored is not None), []
    kinds = ("reward", "task", "base" if scope.base else "family")
    for names in product(*_asked(summary, scope, _meant(summary, scope, every))):
        if names in found:
            out.append(found[names])
        elif stored is None or all(
            _is_written(name, getattr(scope, kind)) for kind, name in zip(kinds, names, strict=True)
        ):
            out.append(absent.subject(**dict(zip(kinds, names, strict=True))))
    return [*out, *absent.in_vain(out)] or [absent.subject()]


def _asked(summary: Summary, scope: Scope, rows: Sequence[DeltaRow | BaselineRow]) -> tuple[list[str], ...]:
    """Rewards, tasks and families (bases): names as they are written, patterns as the known names that they mean, in order."""
    homes = _expanded(scope.family, [*summary.families, *(row.family for row in rows)])
    if scope.base:
        homes = _expanded(scope.base, (row.base for row in rows if matches(row.family, scope.family)))
    rewards = _expanded(scope.reward, (row.reward for row in rows))
    return rewards, _expanded(scope.task, (row.task for row in rows)), homes


def _expanded(patterns: Sequence[str], known: Iterable[str]) -> list[str]:
    names = list(dict.fromkeys(known))
    found = ([n for n in names if fnmatchcase(n, p)] if is_pattern(p) else [p] for p in patterns)
    return list(dict.fromkeys(name for group in found for name in group))


def _is_written(name: str, names: Sequence[str]) -> bool:
    return name in names and not is_pattern(name)


class _Absent:
    """What a claim asks for and is not there, and what to say of it."""

    def __init__(
        self, summary: Summary, scope: Scope, rows: Sequence[DeltaRow | BaselineRow], beside: bool
    ) -> None:
        self.scope = scope
        self.has, self.it_has = (
            ("summary and baseline have", "they have") if beside else ("the summary has", "it has")
        )
        self.present = {kind: dict.fromkeys(getattr(row, kind) for row in rows) for kind in KINDS}
        self.present["family"] = dict.fromkeys([*summary.families, *self.present["family"]])
        self.family_of = {row.base: row.family for row in rows}

    def subject(self, **names: str) -> Subject:
        """What the claim asks for, with these of its names in place of its own."""
        asked = {kind: (names[kind],) if kind in names else getattr(self.scope, kind) for kind in KINDS}
        family, base, reward, task = map(", ".join, asked.values())
        return Subject(self.family_of.get(base, family), base or None, reward, task, missing=self._why(asked))

    def in_vain(self, found: Sequence[Subject]) -> list[Subject]:
        """Each name that is written and that no subject has.

        Where nothing is found, the names that are nowhere are why, and no other is blamed. Beside a base that is written,
        ``family`` only chooses.
        """
        kinds = KINDS if all(map(is_pattern, self.scope.base)) else KINDS[1:]
        written = [
            (kind, name) for kind in kinds for name in getattr(self.scope, kind) if not is_pattern(name)
        ]
        out: list[Subject] = []
        for kind, name in written:
            told = any(getattr(subject, kind) == name for subject in (*found, *out))
            if not told and (found or name not in self.present[kind]):
                out.append(self.subject(**{kind: name}))
        return out

    def _why(self, asked: Mapping[str, Sequence[str]]) -> str:
        """The name or pattern that means nothing; else that these do not come together."""
        for kind, names in asked.items():
            known = self.present[kind]
            if names and not any(
                name in known or (is_pattern(name) and any(matches(one, [name]) for one in known))
                for name in names
            ):
                name, has = ", ".join(names), ", ".join(known) or "none"
                return f"{self.has} no pair with {kind} {name}; {self.it_has} {has}. {_guess(name, tuple(known))}".rstrip()
        reward, task, home = (
            " or ".join(asked[kind]) for kind in ("reward", "task", "base" if self.scope.base else "family")
        )
        return f"no pair of reward {reward} on {task} in {home}{_narrowed(self.scope)}"


_guess = lru_cache(did_you_mean)
"""A guess is slow, and the same is asked for in every family and task."""


def _narrowed(scope: Scope) -> str:
    """What else a row had to be."""
    named = (
        ("protocol", scope.protocol),
        ("recipe", scope.recipe),
        ("family", scope.family if scope.base else ("*",)),
    )
    parts = [f"{kind} {' or '.join(patterns)}" for kind, patterns in named if patterns != ("*",)]
    parts += [] if scope.step is None else [f"step {scope.step}"]
    parts += (
        []
        if scope.spurious is None
        else ["a spurious reward" if scope.spurious else "a reward that is no control"]
    )
    return f" with {', '.join(parts)}" if parts else ""
