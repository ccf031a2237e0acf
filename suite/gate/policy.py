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

from suite import published, resources
from suite.errors import SuiteError
from suite.gate.baseline import Baseline, load_baseline
from suite.schema import ClaimKind, NotCheckable, Strict
from suite.strict_yaml import Document, did_you_mean, read_document, shown

Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Margin = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
ID = r"^[A-Za-z][A-Za-z0-9._-]{0,63}$"
_AT_LEAST = re.compile(r"(?:(\d{1,3}(?:\.\d{1,6})?) points?(?: in |$))?(?:([1-9]\d{0,3}) families)?")
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
    if not found or not value or float(found[1] or 0) > 100:
        allowed = "a number of points up to 100, '3 families' or '5 points in 3 families'"
        raise ValueError(f"'at_least' cannot be {shown(str(value))}. Allowed: {allowed}")
    return AtLeast(points=float(found[1] or 0), families=int(found[2]) if found[2] else None)


def _one_or_many(value: object) -> object:
    """A name alone, or several, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


_NAMES_SCHEMA = {
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}]
}
_AT_LEAST_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 100},
        {"type": "string", "pattern": f"^{_AT_LEAST.pattern}$", "minLength": 1},
    ]
}
Names = Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(_one_or_many), WithJsonSchema(_NAMES_SCHEMA)]
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

    ``against`` is what it is measured by: the controls' rewards of ``beats``, the one reference of ``reproduces`` and
    ``not_worse_than``, the clean tasks of ``clean``.
    """

    id: str
    line: int | None
    kind: ClaimKind
    scope: Scope
    points: float = 0.0
    families: int | None = None
    margin: float = 0.0
    within: float = 0.0
    against: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """The claim in words."""
        listed = " and ".join(self.against)
        above = f"at least {self.points:g} points" if self.points else "more than 0 points"
        words = {
            "gain": f"gain of {above}",
            "no_gain": f"no gain of {self.margin:g} points or more",
            "equivalent": f"no change of {self.margin:g} points or more either way",
            "beats": f"gain of {above} beyond {'every control' if listed == '*' else 'control ' + listed}",
            "reproduces": f"reproduces {listed} within {self.within:g} points",
            "not_worse_than": f"less than {self.margin:g} points below {listed}",
            "clean": f"gain of {above}, also on {'every clean task' if listed == '*' else listed}",
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
    known = {path.stem: path for path in sorted(resources.policies_dir().glob("*.yaml"))}
    shipped = known.get(str(name_or_file))
    path = shipped or Path(name_or_file)
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        what = f"unknown policy {str(name_or_file)!r}. Known: {', '.join(known)}, or the path of a .yaml file"
        raise SuiteError(what, "--policy", f"{did_you_mean(str(name_or_file), known)}Give a known name or a file")
    document = read_document(path)
    file = document.parse(PolicyFile)
    claims = tuple(_claims(document, file))
    folder = Path() if shipped else path.parent
    files = {name: folder / name for claim in claims for name in baseline_names(claim)}
    return Policy(
        name=path.stem,
        file=None if shipped else str(path),
        description=file.description,
        claims=claims,
        baseline_files=files,
        baselines={name: load_baseline(at) for name, at in files.items()} if baselines else {},
        not_checkable=file.not_checkable,
    )


def baseline_names(claim: Claim) -> tuple[str, ...]:
    """The baseline file that a claim names, as written; empty where it names none."""
    return claim.against if claim.kind in ("reproduces", "not_worse_than") and _is_file(claim.against[0]) else ()


def _is_file(reference: str) -> bool:
    return reference.endswith((".yaml", ".yml"))


def _claims(document: Document, file: PolicyFile) -> Iterator[Claim]:
    """Every claim with its defaults; ``SuiteError`` for the first that cannot be judged."""
    ids: dict[str, int] = {}
    seen: list[Claim] = []
    for n, entry in enumerate(file.claims):
        claim = _Resolver(document, n, entry, file.defaults).claim()
        if claim.id in ids:
            where = document.where("claims", n, "id")
            raise SuiteError(
                f"two claims have the id {claim.id!r}, this one and number {ids[claim.id]}", where, "Rename one of them"
            )
        twin = next((c for c in seen if replace(c, id=claim.id, line=claim.line) == claim), None)
        if twin:
            what = f"the same is claimed twice, here and as {twin.id}"
            raise SuiteError(what, document.where("claims", n), "Remove one of the two, or narrow its family, reward or task")
        ids[claim.id] = n + 1
        seen.append(claim)
        yield claim
    taken = {name for claim in seen for name in TAKES[claim.kind]}
    for name in Thresholds.model_fields:
        if getattr(file.defaults, name) is not None and name not in taken:
            what = f"no claim takes the default '{name}'"
            raise SuiteError(what, document.where("defaults", name), f"Remove it, or add a claim that has '{name}'")


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
        scope = self._scope()
        self._enough(scope, least)
        return Claim(
            id=self.entry.id or str(self.n + 1),
            line=self.document.lines.get(("claims", self.n)),
            kind=kind,
            scope=scope,
            points=least.points,
            families=least.families,
            margin=self._or_default("margin", kind) or 0.0,
            within=self._or_default("within", kind) or 0.0,
            against=self._against(kind, scope),
        )

    def _wrong(self, what: str, fix: str, *key: str) -> SuiteError:
        return SuiteError(what, self.document.where("claims", self.n, *key), fix)

    def _kind(self) -> ClaimKind:
        """The one thing that is claimed."""
        given = [name for name in ("expect", "beats", "reproduces", "not_worse_than") if getattr(self.entry, name) is not None]
        if len(given) != 1:
            what = f"{' and '.join(given) or 'nothing'} is claimed; allowed is one of expect, beats, reproduces, not_worse_than"
            expected = ", ".join(get_args(ClaimEntry.model_fields["expect"].annotation)[0].__args__)
            raise self._wrong(what, "Make it several claims" if given else f"Add one, such as expect: {expected}")
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

    def _scope(self) -> Scope:
        spurious = self._or_default("spurious")
        reward: Any = self._or_default("reward") or (None if spurious is None else ("*",))
        task = self._or_default("task")
        for name, value in (("reward", reward), ("task", task)):
            if value is None:
                what = f"the claim does not say of which {name}. Allowed: a name, a list of names, or a pattern such as '*'"
                raise self._wrong(what, f"Add '{name}' here or to the defaults")
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

    def _enough(self, scope: Scope, least: AtLeast) -> None:
        """A claim about more families than it names could never hold."""
        named = {name for name in scope.family if not is_pattern(name)}
        if least.families and len(named) == len(scope.family) < least.families:
            what = f"at least {least.families} families are claimed, and {len(named)} named ({', '.join(sorted(named))})"
            raise self._wrong(what, "Name more families, or '*' for all", "at_least")

    def _against(self, kind: ClaimKind, scope: Scope) -> tuple[str, ...]:
        if kind == "clean":
            return self._or_default("clean_tasks", kind) or ("*",)
        if kind == "beats":
            if scope.spurious:
                raise self._wrong("a control (spurious: true) has no control to beat", "Claim it of the other rewards", "beats")
            return self.entry.beats or ()
        reference = self.entry.reproduces or self.entry.not_worse_than
        if reference is None:
            return ()
        self._known(kind, reference)
        return (reference,)

    def _known(self, kind: ClaimKind, reference: str) -> None:
        """A reference is a file, or of ``reproduces`` also a published source."""
        sources = [PUBLISHED, *(file.source.id for file in published.all_files())] if kind == "reproduces" else []
        if _is_file(reference) or reference in sources:
            return
        what = f"unknown reference {shown(reference)}. Known: {', '.join([*sources, 'the path of a baseline file (.yaml)'])}"
        raise self._wrong(what, f"{did_you_mean(reference, sources)}Name one of them", kind)


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return any(sign in name for sign in "*?[")
