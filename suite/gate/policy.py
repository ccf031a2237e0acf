"""Policies: what people write (YAML), checked and read into the claims that the gate judges.

``load_policy("micro_demo")``. A claim is a scope (which rows of the summary), one kind (what is claimed of
them) and that kind's thresholds; ``defaults`` fill in what a claim leaves out. Every mistake in a policy is
reported here, in one line, before any verdict::

    defaults: {task: math500, margin: 5}
    claims:
      - {reward: my_method, expect: gain, at_least: 5 points in 3 families}
      - {family: llama3, reward: random, expect: no_gain}
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from suite.errors import SuiteError
from suite.files import shipped
from suite.files.text import did_you_mean, shown
from suite.files.yaml import Document, read_document
from suite.gate.baseline import Baseline, load_baseline
from suite.gate.claim import Claim, Scope, is_pattern
from suite.gate.kinds import EXPECTED, KINDS, Expectation
from suite.gate.kinds.kind import Kind
from suite.schema import NotCheckable, Strict

Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Margin = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
ID = r"^[A-Za-z][A-Za-z0-9._-]{0,63}$"
# "5 points", "3 families" or "5 points in 3 families". [0-9] and not \d, which also matches digits of other
# scripts.
_POINTS = r"(100|[0-9]{1,2}(?:\.[0-9]{1,6})?) points?"
_FAMILIES = r"([1-9][0-9]{0,3}) famil(?:y|ies)"
_AT_LEAST = re.compile(f"{_POINTS}(?: in {_FAMILIES})?|{_FAMILIES}")


class AtLeast(Strict):
    """The least that is claimed: ``points`` (0: more than nothing), in all families or in ``families``."""

    points: Points = 0.0
    families: int | None = None


def _at_least(value: object) -> object:
    """Read ``5``, ``5 points``, ``3 families`` or ``5 points in 3 families``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 <= value <= 100:
            raise ValueError(f"'at_least' is points from 0 to 100; got {value:g}")
        return AtLeast(points=float(value))
    match = _AT_LEAST.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        allowed = "a number of points up to 100, '3 families' or '5 points in 3 families'"
        raise ValueError(f"'at_least' cannot be {shown(str(value))}. Allowed: {allowed}")
    families = match[2] or match[3]
    return AtLeast(points=float(match[1] or 0), families=int(families) if families else None)


def _one_or_many(value: object) -> object:
    """Read one name, or a list of names, as a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


_NAMES_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    ]
}
_AT_LEAST_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 100},
        {"type": "string", "pattern": f"^(?:{_AT_LEAST.pattern})$"},
    ]
}
Names = Annotated[
    tuple[Text, ...], Field(min_length=1), BeforeValidator(_one_or_many), WithJsonSchema(_NAMES_SCHEMA)
]
"""One name or pattern (``*``, ``micro-*``), or a list of them."""
Least = Annotated[AtLeast, BeforeValidator(_at_least), WithJsonSchema(_AT_LEAST_SCHEMA)]


class ScopeKeys(Strict):
    """Which rows of the summary a claim is about, by names, patterns (``*``, ``micro-*``) or lists of them.

    ``family`` defaults to ``*``; with ``base``, the claim is about these bases. ``reward`` and ``task`` are
    required, here or in the defaults. A pattern of ``task`` skips leak probes. ``spurious`` restricts
    ``reward`` (which then defaults to ``*``) to controls (true) or to all others (false). ``protocol``,
    ``recipe`` and ``step`` only select among rows.
    """

    family: Names | None = None
    base: Names | None = None
    reward: Names | None = None
    task: Names | None = None
    protocol: Names | None = None
    recipe: Names | None = None
    step: int | None = Field(default=None, ge=0)
    spurious: bool | None = None


class Thresholds(Strict):
    """How much. ``at_least``: points (``5``), families (``3 families``) or both (``5 points in 3 families``).

    ``margin``: points that do not count. ``within``: points by which a reference may be missed.
    ``clean_tasks``: the tasks that a claim of ``clean`` is about, by default all that were run.
    """

    at_least: Least | None = None
    margin: Margin | None = None
    within: Margin | None = None
    clean_tasks: Names | None = None


REQUIRED = ("margin", "within")
"""The thresholds that a claim whose kind takes them must have, of its own or from the defaults."""


class Defaults(ScopeKeys, Thresholds):
    """What claims leave out. A threshold applies to the claims whose kind takes it."""


class ClaimEntry(ScopeKeys, Thresholds):
    """A claim as it is written: one thing is claimed; ``id`` names the claim in reports.

    ``beats`` is the reward of a control, or ``*`` for all: the gain beyond it. ``reproduces`` is
    ``published``, a source such as ``arXiv 2506.10947v1`` or a baseline file: the delta is within ``within``
    points of it. ``not_worse_than`` is a baseline file: the delta is less than ``margin`` points below it.
    """

    id: Annotated[str, Field(pattern=ID)] | None = None
    expect: Expectation | None = Field(
        default=None, description="; ".join(f"{name}: {kind.rule}" for name, kind in EXPECTED.items())
    )
    beats: Names | None = None
    reproduces: Text | None = None
    not_worse_than: Text | None = None


class PolicyFile(Strict):
    """A policy file: ``claims``, ``defaults`` for them, and what is ``not_checkable``, with the reason."""

    description: str = ""
    defaults: Defaults = Defaults()
    claims: tuple[ClaimEntry, ...] = Field(min_length=1)
    not_checkable: tuple[NotCheckable, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A policy with the baselines that its claims name; ``file`` is None for a shipped one.

    ``baseline_files`` and ``baselines`` have a baseline's name in the policy as their key.
    """

    name: str
    file: str | None
    description: str
    claims: tuple[Claim, ...]
    baseline_files: Mapping[str, Path]
    baselines: Mapping[str, Baseline]
    not_checkable: tuple[NotCheckable, ...]


def load_policy(name_or_file: str | Path, baselines: bool = True) -> Policy:
    """Return the policy shipped under this name, else the one in this file; ``SuiteError`` if there is none.

    Paths of baselines are relative to the policy's folder, those of a shipped policy to the working
    directory. They are not read without ``baselines``.
    """
    policies = {path.stem: path for path in sorted(shipped.policies_dir().glob("*.yaml"))}
    shipped_file = policies.get(str(name_or_file))
    path = shipped_file or Path(name_or_file)
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        known = ", ".join(policies)
        what = f"unknown policy {str(name_or_file)!r}. Known: {known}, or the path of a .yaml file"
        guess = did_you_mean(str(name_or_file), policies)
        raise SuiteError(what, "--policy", f"{guess}Give a known name or a file")
    document = read_document(path)
    file = document.parse(PolicyFile)
    claims = tuple(_claims(document, file))
    folder = Path() if shipped_file else path.parent
    files = {claim.baseline: folder / claim.baseline for claim in claims if claim.baseline}
    return Policy(
        name=path.stem,
        file=None if shipped_file else str(path),
        description=file.description,
        claims=claims,
        baseline_files=files,
        baselines={name: load_baseline(at) for name, at in files.items()} if baselines else {},
        not_checkable=file.not_checkable,
    )


def _claims(document: Document, file: PolicyFile) -> Iterator[Claim]:
    """Yield every claim with its defaults; ``SuiteError`` for the first that cannot be judged."""
    numbers: dict[str, int] = {}
    id_of: dict[Claim, str] = {}
    for n, entry in enumerate(file.claims):
        claim = _Reader(document, n, entry, file.defaults).claim()
        if claim.id in numbers:
            what = f"two claims have the id {claim.id!r}, this one and number {numbers[claim.id]}"
            raise SuiteError(what, document.where("claims", n, "id"), "Rename one of them")
        # The same claim under two ids is most likely a slip: one of the two was meant to be about other rows.
        without_id = replace(claim, id="", line=None)
        if without_id in id_of:
            what = f"the same is claimed twice, here and as {id_of[without_id]}"
            fix = "Remove one of the two, or narrow its family, reward or task"
            raise SuiteError(what, document.where("claims", n), fix)
        numbers[claim.id] = n + 1
        id_of[without_id] = claim.id
        yield claim
    # A threshold in the defaults that no claim takes is a slip, too, as a misspelt key would be.
    kinds = {claim.kind for claim in id_of}
    for name in Thresholds.model_fields:
        given = getattr(file.defaults, name) is not None
        if given and not any(name in kind.thresholds for kind in kinds):
            what = f"no claim takes the default '{name}'"
            fix = f"Remove it, or add a claim that takes '{name}'"
            raise SuiteError(what, document.where("defaults", name), fix)


@dataclass(frozen=True)
class _Reader:
    """Reads entry ``n`` of a policy's claims into a claim; knows the place to name in an error."""

    document: Document
    n: int
    entry: ClaimEntry
    defaults: Defaults

    def claim(self) -> Claim:
        """Return the claim with its defaults; ``SuiteError`` for the first thing that is wrong with it."""
        # The kind comes first: it says which thresholds may be there, and a default that is meant for other
        # kinds is ignored without an error.
        kind = self._kind()
        self._check_thresholds(kind)
        least: AtLeast = self._threshold("at_least", kind) or AtLeast()
        if least.points and not kind.takes_points:
            what = f"'at_least' of {kind.written} counts families, not points. Allowed: '3 families'"
            raise self._error(what, "Write the number of families, or leave it out", "at_least")
        # Then the scope, and whether the claim could hold at all; what only the kind can check comes last.
        scope = kind.narrowed(self._scope())
        self._check_families(scope, least)
        clean_tasks = self._threshold("clean_tasks", kind)
        if clean_tasks is None and "clean_tasks" in kind.thresholds:
            clean_tasks = ("*",)
        claim = Claim(
            id=self.entry.id or str(self.n + 1),
            line=self.document.lines[("claims", self.n)].number,
            kind=kind,
            scope=scope,
            points=least.points,
            families=least.families,
            margin=self._threshold("margin", kind) or 0.0,
            within=self._threshold("within", kind) or 0.0,
            controls=self.entry.beats or (),
            clean_tasks=clean_tasks or (),
            reference=self.entry.reproduces or self.entry.not_worse_than,
        )
        if flaw := kind.flaw(claim):
            raise self._error(flaw.what, flaw.fix, kind.key)
        return claim

    def _error(self, what: str, fix: str, *key: str) -> SuiteError:
        return SuiteError(what, self.document.where("claims", self.n, *key), fix)

    def _kind(self) -> Kind:
        """Return the kind of the one thing that is claimed."""
        keys = dict.fromkeys(kind.key for kind in KINDS.values())
        given = [key for key in keys if getattr(self.entry, key) is not None]
        if len(given) == 1:
            return KINDS[self.entry.expect or given[0]]
        allowed = f"allowed is one of {', '.join(keys)}"
        if given:
            what = f"{' and '.join(given)} are claimed at once; {allowed}"
            raise self._error(what, "Make it several claims")
        fix = f"Add one, such as expect: {', '.join(EXPECTED)}"
        raise self._error(f"nothing is claimed; {allowed}", fix)

    def _check_thresholds(self, kind: Kind) -> None:
        """Raise for a threshold of another kind, which would be ignored silently, and for a missing one."""
        for name in Thresholds.model_fields:
            if getattr(self.entry, name) is not None and name not in kind.thresholds:
                allowed = ", ".join(kind.thresholds)
                what = f"'{name}' cannot be used with {kind.written}. Allowed: {allowed}"
                raise self._error(what, f"Remove '{name}', or claim something else", name)
        for name in REQUIRED:
            if name in kind.thresholds and self._threshold(name, kind) is None:
                what = f"{kind.written} needs '{name}', in points. Allowed: over 0 up to 100"
                raise self._error(what, f"Add '{name}' here or to the defaults")

    def _threshold(self, name: str, kind: Kind) -> Any:
        """Return the threshold's value; None if the kind does not take it."""
        return self._or_default(name) if name in kind.thresholds else None

    def _or_default(self, name: str) -> Any:
        """Return the claim's own value of a key, else the default."""
        own = getattr(self.entry, name)
        return getattr(self.defaults, name) if own is None else own

    def _scope(self) -> Scope:
        # "spurious" alone already says which rewards are meant: all controls, or all others.
        spurious = self._or_default("spurious")
        reward = self._or_default("reward")
        if reward is None and spurious is not None:
            reward = ("*",)
        task = self._or_default("task")
        for name, value in (("reward", reward), ("task", task)):
            if value is None:
                what = (
                    f"the claim names no {name}. Allowed: a name, a list of names, or a pattern such as '*'"
                )
                raise self._error(what, f"Add '{name}' here or to the defaults")
        return Scope(
            family=self._or_default("family") or ("*",),
            base=self._or_default("base") or (),
            reward=reward,
            task=task,
            protocol=self._or_default("protocol") or ("*",),
            recipe=self._or_default("recipe") or ("*",),
            step=self._or_default("step"),
            spurious=spurious,
        )

    def _check_families(self, scope: Scope, least: AtLeast) -> None:
        """Raise if more families are claimed than are named, or than the named bases can belong to."""
        needed = least.families or 0
        for what_is_named, names in (("families", set(scope.family)), ("bases", set(scope.base))):
            if names and not any(map(is_pattern, names)) and len(names) < needed:
                named = ", ".join(sorted(names))
                what = f"at least {needed} families are claimed, and {len(names)} named ({named})"
                raise self._error(what, f"Name more {what_is_named}, or '*' for all", "at_least")
