"""Which rows of a summary a claim is about, and which it asks for that are not there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product

from suite.gate.baseline import BaselineRow
from suite.gate.policy import Scope, is_pattern
from suite.schema import DeltaRow, Summary
from suite.strict_yaml import did_you_mean


@dataclass(frozen=True)
class Subject:
    """One family (or one base), reward and task that a claim speaks of, with its rows; ``missing`` says why there are none."""

    family: str
    base: str | None
    reward: str
    task: str
    rows: tuple[DeltaRow, ...]
    missing: str = ""


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns means this name."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def in_scope(row: DeltaRow | BaselineRow, scope: Scope) -> bool:
    """Whether a claim is about this row, of a summary or of a baseline."""
    named = (
        (row.family, scope.family),
        (row.base, scope.base or ("*",)),
        (row.reward, scope.reward),
        (row.task, scope.task),
        (row.protocol, scope.protocol),
        (row.recipe, scope.recipe),
    )
    fits = all(matches(name, patterns) for name, patterns in named) and scope.step in (None, row.step)
    return fits and (scope.spurious is None or scope.spurious == bool(row.spurious))


def rows_in(summary: Summary, scope: Scope) -> list[DeltaRow]:
    """Every row that a claim is about; a pattern of tasks means no leak probe."""
    probes = {task.task for task in summary.tasks if task.kind == "continuation"} - set(scope.task)
    return [row for row in summary.deltas if row.task not in probes and in_scope(row, scope)]


def subjects(summary: Summary, scope: Scope) -> list[Subject]:
    """Every family (base), reward and task that the scope names or its patterns find; a combination without rows is missing."""
    probes = {task.task for task in summary.tasks if task.kind == "continuation"}
    wanted = [row for row in summary.deltas if scope.spurious is None or scope.spurious == bool(row.spurious)]
    families = [*summary.families, *(row.family for row in summary.deltas)]
    homes = _expanded(scope.base, (row.base for row in wanted)) if scope.base else _expanded(scope.family, families)
    rewards = _expanded(scope.reward, (row.reward for row in wanted))
    tasks = _expanded(scope.task, (row.task for row in wanted if row.task not in probes))
    if not (homes and rewards and tasks):
        return [_nothing(summary, scope)]
    chosen = rows_in(summary, scope)
    return [_subject(summary, scope, chosen, home, reward, task) for reward, task, home in product(rewards, tasks, homes)]


def _expanded(patterns: Sequence[str], known: Iterable[str]) -> list[str]:
    """Names as they are written, patterns as the known names that they mean, each once and in order."""
    names = list(dict.fromkeys(known))
    found = ([n for n in names if fnmatchcase(n, p)] if is_pattern(p) else [p] for p in patterns)
    return list(dict.fromkeys(name for group in found for name in group))


def _subject(summary: Summary, scope: Scope, chosen: Sequence[DeltaRow], home: str, reward: str, task: str) -> Subject:
    of_home = [row for row in chosen if home == (row.base if scope.base else row.family)]
    rows = tuple(row for row in of_home if (row.reward, row.task) == (reward, task))
    family, base = (home, None) if not scope.base else (_family_of(summary, home, scope), home)
    why = "" if rows else _why_missing(summary, scope, home, reward, task)
    return Subject(family, base, reward, task, rows, why)


def _family_of(summary: Summary, base: str, scope: Scope) -> str:
    return next((row.family for row in summary.deltas if row.base == base), ", ".join(scope.family))


def _nothing(summary: Summary, scope: Scope) -> Subject:
    """A scope whose patterns find nothing at all."""
    family, base, reward, task = (", ".join(patterns) for patterns in (scope.family, scope.base, scope.reward, scope.task))
    kinds = {None: "pair", True: "pair of a spurious reward", False: "pair of a reward that is no control"}
    has = "; ".join(f"{kind}: {_listed(names)}" for kind, names in _present(summary).items())
    return Subject(
        family, base or None, reward, task, (), f"the summary has no {kinds[scope.spurious]} that this means; it has {has}"
    )


def _present(summary: Summary) -> dict[str, list[str]]:
    return {
        "family": list(dict.fromkeys([*summary.families, *(row.family for row in summary.deltas)])),
        "base": list(dict.fromkeys(row.base for row in summary.deltas)),
        "reward": list(dict.fromkeys(row.reward for row in summary.deltas)),
        "task": list(dict.fromkeys(row.task for row in summary.deltas)),
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _why_missing(summary: Summary, scope: Scope, home: str, reward: str, task: str) -> str:
    """What the summary lacks, in the order in which a misspelling is likeliest."""
    present = _present(summary)
    for kind, name in {"base" if scope.base else "family": home, "reward": reward, "task": task}.items():
        if name not in present[kind]:
            guess = did_you_mean(name, present[kind])
            return f"the summary has no pair with {kind} {name}; it has {_listed(present[kind])}. {guess}".rstrip()
    return f"no pair of reward {reward} on {task} in {home}{_narrowed(scope)}"


def _narrowed(scope: Scope) -> str:
    """What else a row had to be."""
    named = (("protocol", scope.protocol), ("recipe", scope.recipe), ("family", scope.family if scope.base else ("*",)))
    parts = [f"{kind} {' or '.join(patterns)}" for kind, patterns in named if patterns != ("*",)]
    parts += [] if scope.step is None else [f"step {scope.step}"]
    return f" with {', '.join(parts)}" if parts else ""
