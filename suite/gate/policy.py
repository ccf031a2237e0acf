"""Policies: what is claimed, as people write it (YAML) and as the gate judges it. ``load_policy("micro_demo")``.

A claim is a scope (which rows of the summary), one kind (what is expected of them) and the kind's thresholds. ``defaults`` fill
what a claim leaves out. Everything that can be wrong in a policy is told here, in one line, before any verdict.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from suite.errors import SuiteError
from suite.files import shipped
from suite.files.text import did_you_mean, shown
from suite.files.yaml import Document, read_document
from suite.gate.baseline import Baseline, load_baseline
from suite.registry import published
from suite.schema import ClaimKind, NotCheckable, Strict

Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Margin = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
ID = r"^[A-Za-z][A-Za-z0-9._-]{0,63}$"
_POINTS, _FAMILIES = r"(100|[0-9]{1,2}(?:\.[0-9]{1,6})?) points?", r"([1-9][0-9]{0,3}) famil(?:y|ies)"
_AT_LEAST = re.compile(f"{_POINTS}(?: in {_FAMILIES})?|{_FAMILIES}")
PUBLISHED = "published"


class AtLeast(Strict):
    """The least that is expected: ``points`` (0: more than nothing), and if not in each family, in how many ``families``."""

    points: Points = 0.0
    families: int | None = None


def _at_least(value: object) -> object:
    """``5``, ``5 points``, ``3 families`` or ``5 points in 3 families``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 <= value <= 100:
            raise ValueError(f"'at_least' is points from 0 to 100; got {value:g}")
        return AtLeast(points=float(value))
    found = _AT_LEAST.fullmatch(value) if isinstance(value, str) else None
    if not found:
        allowed = "a number of points up to 100, '3 families' or '5 points in 3 families'"
        raise ValueError(f"'at_least' cannot be {shown(str(value))}. Allowed: {allowed}")
    points, families = found[1], found[2] or found[3]
    return AtLeast(points=float(points or 0), families=int(families) if families else None)


def _one_or_many(value: object) -> object:
    """A name alone, or several, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


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
    """Which rows of the summary a claim is about; a name, a pattern (``*``, ``micro-*``) or a list of them.

    ``family`` is ``*`` unless said; where ``base`` is given, the claim is about these bases. ``reward`` and ``task`` must be said
    here or in the defaults. A pattern of ``task`` leaves leak probes out. ``spurious`` narrows ``reward`` (then ``*`` unless
    said) to controls (true) or to all others (false). ``protocol``, ``recipe`` and ``step`` only choose among rows.
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

    ``margin``: points that do not count. ``within``: points by which a reference may be missed. ``clean_tasks``: those
    that a claim of ``clean`` is about, all that were run unless said.
    """

    at_least: Least | None = None
    margin: Margin | None = None
    within: Margin | None = None
    clean_tasks: Names | None = None


class Defaults(ScopeKeys, Thresholds):
    """What claims leave out. Thresholds are taken by the claims whose kind has them."""


class ClaimEntry(ScopeKeys, Thresholds):
    """A claim as it is written: one of ``expect``, ``beats``, ``reproduces``, ``not_worse_than``; ``id`` names it in reports.

    ``expect`` is gain (the interval of the delta is above 0, or at or above ``at_least``), no_gain (below ``margin``; a loss is
    no gain), equivalent (within ``margin`` both ways), clean (gain on the task and on the clean tasks beside it) or
    strong_baseline (gain against the base's best prompt). ``beats`` is the reward of a control, or ``*`` for all: gain beyond it.
    ``reproduces`` is ``published``, a source such as ``arXiv 2506.10947v1`` or a baseline file: the delta is within ``within``
    points of it. ``not_worse_than`` is a baseline file: the delta is less than ``margin`` points below it.
    """

    id: Annotated[str, Field(pattern=ID)] | None = None
    expect: Literal["gain", "no_gain", "equivalent", "clean", "strong_baseline"] | None = None
    beats: Names | None = None
    reproduces: Text | None = None
    not_worse_than: Text | None = None


class PolicyFile(Strict):
    """What a policy file holds: ``claims``, ``defaults`` for them, and what is ``not_checkable``, with the reason."""

    description: str = ""
    defaults: Defaults = Defaults()
    claims: tuple[ClaimEntry, ...] = Field(min_length=1)
    not_checkable: tuple[NotCheckable, ...] = ()


TAKES: dict[ClaimKind, tuple[str, ...]] = {
    "gain": ("at_least",),
    "no_gain": ("margin", "at_least"),
    "equivalent": ("margin", "at_least"),
    "beats": ("at_least",),
    "reproduces": ("within", "at_least"),
    "not_worse_than": ("margin",),
    "clean": ("at_least", "clean_tasks"),
    "strong_baseline": ("at_least",),
}
"""Kind of claim -> the thresholds that it has; ``margin`` and ``within`` must be given."""
_REQUIRED, _GAINS = ("margin", "within"), ("gain", "beats", "clean", "strong_baseline")


@dataclass(frozen=True)
class Scope:
    """Which rows a claim is about; patterns as written, ``base`` empty where families are meant."""

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
    """A claim with its defaults filled in; thresholds that its kind does not have are 0 or empty.

    ``controls`` are the rewards of ``beats``, ``clean_tasks`` those of ``clean``, ``reference`` that of ``reproduces`` and
    ``not_worse_than``.
    """

    id: str
    line: int | None
    kind: ClaimKind
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
        return self.reference if self.reference and _is_file(self.reference) else None

    @property
    def says(self) -> str:
        """The claim in words."""
        controls, tasks = " and ".join(self.controls), " and ".join(self.clean_tasks)
        above = f"at least {self.points:g} points" if self.points else "more than 0 points"
        words = {
            "gain": f"gain of {above}",
            "no_gain": f"no gain of {self.margin:g} points or more",
            "equivalent": f"no change of {self.margin:g} points or more either way",
            "beats": f"gain of {above} beyond {'every control' if controls == '*' else 'control ' + controls}",
            "reproduces": f"reproduces {self.reference} within {self.within:g} points",
            "not_worse_than": f"less than {self.margin:g} points below {self.reference}",
            "clean": f"gain of {above}, also on {'every clean task' if tasks == '*' else tasks}",
            "strong_baseline": f"gain of {above} against the base's best prompt",
        }
        return words[self.kind] + (f", in at least {self.families} families" if self.families else "")


@dataclass(frozen=True)
class Policy:
    """A policy by its name, with the baselines that its claims name, by the names there; ``file`` is None for one that ships."""

    name: str
    file: str | None
    description: str
    claims: tuple[Claim, ...]
    baseline_files: Mapping[str, Path]
    baselines: Mapping[str, Baseline]
    not_checkable: tuple[NotCheckable, ...]


def load_policy(name_or_file: str | Path, baselines: bool = True) -> Policy:
    """The policy shipped under this name, else the one in this file; ``SuiteError`` when neither is usable.

    Baseline files are meant from the policy's folder, those of a shipped policy from the working directory; without
    ``baselines`` they are not read.
    """
    known = {path.stem: path for path in sorted(shipped.policies_dir().glob("*.yaml"))}
    known_file = known.get(str(name_or_file))
    path = known_file or Path(name_or_file)
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        what = f"unknown policy {str(name_or_file)!r}. Known: {', '.join(known)}, or the path of a .yaml file"
        raise SuiteError(
            what, "--policy", f"{did_you_mean(str(name_or_file), known)}Give a known name or a file"
        )
    document = read_document(path)
    file = document.parse(PolicyFile)
    claims = tuple(_claims(document, file))
    folder = Path() if known_file else path.parent
    files = {claim.baseline: folder / claim.baseline for claim in claims if claim.baseline}
    return Policy(
        name=path.stem,
        file=None if known_file else str(path),
        description=file.description,
        claims=claims,
        baseline_files=files,
        baselines={name: load_baseline(at) for name, at in files.items()} if baselines else {},
        not_checkable=file.not_checkable,
    )


def _is_file(reference: str) -> bool:
    return reference.endswith((".yaml", ".yml")) and "\0" not in reference


def _claims(document: Document, file: PolicyFile) -> Iterator[Claim]:
    """Every claim with its defaults; ``SuiteError`` for the first that cannot be judged."""
    ids: dict[str, int] = {}
    seen: dict[Claim, str] = {}
    for n, entry in enumerate(file.claims):
        claim = _Resolver(document, n, entry, file.defaults).claim()
        if claim.id in ids:
            where = document.where("claims", n, "id")
            raise SuiteError(
                f"two claims have the id {claim.id!r}, this one and number {ids[claim.id]}",
                where,
                "Rename one of them",
            )
        said = replace(claim, id="", line=None)
        if said in seen:
            what = f"the same is claimed twice, here and as {seen[said]}"
            raise SuiteError(
                what,
                document.where("claims", n),
                "Remove one of the two, or narrow its family, reward or task",
            )
        ids[claim.id] = n + 1
        seen[said] = claim.id
        yield claim
    taken = {name for claim in seen for name in TAKES[claim.kind]}
    for name in Thresholds.model_fields:
        if getattr(file.defaults, name) is not None and name not in taken:
            what = f"no claim takes the default '{name}'"
            raise SuiteError(
                what, document.where("defaults", name), f"Remove it, or add a claim that has '{name}'"
            )


@dataclass(frozen=True)
class _Resolver:
    """One entry of a policy on its way to a claim; knows where it stands."""

    document: Document
    n: int
    entry: ClaimEntry
    defaults: Defaults

    def claim(self) -> Claim:
        kind = self._kind()
        self._own_thresholds(kind)
        least: AtLeast = self._or_default("at_least", kind) or AtLeast()
        if least.points and kind not in _GAINS:
            what = f"'at_least' of {self._named(kind)} counts families, not points. Allowed: '3 families'"
            raise self._wrong(what, "Write the number of families, or leave it out", "at_least")
        scope = self._scope(kind)
        self._can_hold(scope, least)
        return Claim(
            id=self.entry.id or str(self.n + 1),
            line=self.document.lines.get(("claims", self.n)),
            kind=kind,
            scope=scope,
            points=least.points,
            families=least.families,
            margin=self._or_default("margin", kind) or 0.0,
            within=self._or_default("within", kind) or 0.0,
            controls=self.entry.beats or (),
            clean_tasks=(self._or_default("clean_tasks", kind) or ("*",)) if kind == "clean" else (),
            reference=self._reference(kind),
        )

    def _wrong(self, what: str, fix: str, *key: str) -> SuiteError:
        return SuiteError(what, self.document.where("claims", self.n, *key), fix)

    def _kind(self) -> ClaimKind:
        """The one thing that is claimed."""
        given = [
            name
            for name in ("expect", "beats", "reproduces", "not_worse_than")
            if getattr(self.entry, name) is not None
        ]
        if len(given) != 1:
            what = f"{' and '.join(given) or 'nothing'} is claimed; allowed is one of expect, beats, reproduces, not_worse_than"
            expected = ", ".join(get_args(ClaimEntry.model_fields["expect"].annotation)[0].__args__)
            raise self._wrong(
                what, "Make it several claims" if given else f"Add one, such as expect: {expected}"
            )
        return self.entry.expect or given[0]  # type: ignore[return-value]

    def _named(self, kind: ClaimKind) -> str:
        return f"expect: {kind}" if self.entry.expect else kind

    def _own_thresholds(self, kind: ClaimKind) -> None:
        """Each kind has its own thresholds; another's would be ignored without a word."""
        for name in Thresholds.model_fields:
            if getattr(self.entry, name) is not None and name not in TAKES[kind]:
                what = f"'{name}' does not go with {self._named(kind)}. Allowed: {', '.join(TAKES[kind])}"
                raise self._wrong(what, f"Remove '{name}', or claim something else", name)
        for name in _REQUIRED:
            if name in TAKES[kind] and self._or_default(name, kind) is None:
                what = f"{self._named(kind)} needs '{name}', in points. Allowed: over 0 up to 100"
                raise self._wrong(what, f"Add '{name}' here or to the defaults")

    def _or_default(self, name: str, kind: ClaimKind | None = None) -> Any:
        """The claim's own value, else the default; None where the kind does not take it."""
        if kind is not None and name not in TAKES[kind]:
            return None
        own = getattr(self.entry, name)
        return getattr(self.defaults, name) if own is None else own

    def _scope(self, kind: ClaimKind) -> Scope:
        spurious = self._or_default("spurious")
        reward: Any = self._or_default("reward") or (None if spurious is None else ("*",))
        task = self._or_default("task")
        for name, value in (("reward", reward), ("task", task)):
            if value is None:
                what = f"the claim does not say of which {name}. Allowed: a name, a list of names, or a pattern such as '*'"
                raise self._wrong(what, f"Add '{name}' here or to the defaults")
        if kind == "beats":
            if spurious:
                raise self._wrong(
                    "a control (spurious: true) has no control to beat",
                    "Claim it of the other rewards",
                    "beats",
                )
            spurious = (
                False if all(map(is_pattern, reward)) else spurious
            )  # a pattern means those that can beat one
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

    def _can_hold(self, scope: Scope, least: AtLeast) -> None:
        """A claim about more families than it names, or than the bases that it names can be of, could never hold."""
        for kind, names in (("families", sorted(set(scope.family))), ("bases", sorted(set(scope.base)))):
            if least.families and names and not any(map(is_pattern, names)) and len(names) < least.families:
                what = f"at least {least.families} families are claimed, and {len(names)} named ({', '.join(names)})"
                raise self._wrong(what, f"Name more {kind}, or '*' for all", "at_least")

    def _reference(self, kind: ClaimKind) -> str | None:
        """A file, or of ``reproduces`` also a published source."""
        reference = self.entry.reproduces or self.entry.not_worse_than
        sources = (
            [PUBLISHED, *(file.source.id for file in published.all_files())] if self.entry.reproduces else []
        )
        if reference is None or _is_file(reference) or reference in sources:
            return reference
        what = f"unknown reference {shown(reference)}. Known: {', '.join([*sources, 'the path of a baseline file (.yaml)'])}"
        raise self._wrong(what, f"{did_you_mean(reference, sources)}Name one of them", kind)


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return any(sign in name for sign in "*?[")
