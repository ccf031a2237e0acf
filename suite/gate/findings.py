"""What a claim of each kind finds in one comparable row: an interval, and whether it lies in what the claim allows. Pure."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from suite.gate.bands import Band, Noise, gain_of, items_noise, needs, own_noise
from suite.gate.baseline import BaselineRow, Versions, change, differing, same, versions_of
from suite.gate.policy import PUBLISHED, Claim
from suite.gate.scope import matches
from suite.schema import (
    WORST_FIRST,
    ClaimKind,
    CleanContrast,
    DeltaReference,
    DeltaRow,
    Interval,
    Needs,
    PairKey,
    Summary,
    Verdict,
    VerdictWord,
)
from suite.stats import ALPHA, Estimate, estimates_difference

ROUNDING = 1e-9
"""How far an interval may miss its own estimate, in points."""


class Found(NamedTuple):
    """What was found of a claim in one row, before it is known which; with ``parts`` the numbers are theirs."""

    word: VerdictWord
    detail: str
    quantity: str | None = None
    points: float | None = None
    interval: Interval | None = None
    needs: Needs | None = None
    differs: tuple[str, ...] | None = None
    parts: tuple[Verdict, ...] | None = None


Method = tuple[PairKey, str]
"""What rows of one method, measured in one way, share."""


@dataclass(frozen=True)
class Facts:
    """What verdicts ask of a summary beside their row, looked up once."""

    versions: Versions
    rows: Mapping[Method, Sequence[DeltaRow]]
    contrasts: Mapping[Method, Sequence[CleanContrast]]

    @classmethod
    def of(cls, summary: Summary) -> "Facts":
        rows: dict[Method, list[DeltaRow]] = defaultdict(list)
        contrasts: dict[Method, list[CleanContrast]] = defaultdict(list)
        for row in summary.deltas:
            rows[_method(row)].append(row)
        for contrast in summary.contrasts:
            contrasts[_method(contrast)].append(contrast)
        return cls(versions_of(summary), rows, contrasts)


@dataclass(frozen=True)
class Case:
    """A claim and a row that it is about; ``stored`` is the row's own in the claim's baseline."""

    facts: Facts
    claim: Claim
    row: DeltaRow
    stored: BaselineRow | None = None


def about(claim: Claim) -> dict[str, Any]:
    """The keys of a verdict that are the claim's."""
    return {"claim": claim.id, "kind": claim.kind, "says": claim.says, "line": claim.line}


def row_verdict(case: Case) -> Verdict:
    """The verdict on one row, and which pair it is: several steps or protocols of one reward each get their own."""
    return _verdict(case, _judge_row(case, FINDINGS[case.claim.kind]))


def _verdict(case: Case, found: Found) -> Verdict:
    row = case.row
    notes = [
        f"{row.checkpoint} against {row.base}, step {row.step}, protocol {row.protocol}, {row.n_items} items"
    ]
    notes += ["arms unverified: imported, with settings unstated"] if row.arms else []
    return Verdict(
        **about(case.claim), family=row.family, base=row.base, reward=row.reward, task=row.task, protocol=row.protocol,
        checkpoint=row.checkpoint, step=row.step, k=row.k, n_items=row.n_items, verdict=found.word,
        detail=f"{found.detail} ({'; '.join(notes)})", quantity=found.quantity, points=found.points, interval=found.interval,
        needs=found.needs, differs=found.differs, unverified=True if row.arms else unverified(found.parts or ()),
        parts=found.parts,
    )  # fmt: skip


def unverified(parts: Sequence[Verdict]) -> Literal[True] | None:
    """Whether any of the parts rests on arms that are not verified."""
    return True if any(part.unverified for part in parts) else None


def _worst_of(found: Sequence[tuple[Case, Found]]) -> Found:
    """Several findings that must all hold: the worst of them, with all as parts."""
    worst = min((finding for _, finding in found), key=lambda f: WORST_FIRST.index(f.word))
    if len(found) == 1:
        return worst
    holding = sum(finding.word == "holds" for _, finding in found)
    parts = tuple(_verdict(case, finding) for case, finding in found)
    return Found(
        worst.word, f"{holding} of {len(found)} hold; {worst.detail}", differs=worst.differs, parts=parts
    )


def _judge_row(case: Case, judge: Callable[[Case], Found]) -> Found:
    """What ``judge`` finds; arms that do not match have no number to judge."""
    row = case.row
    if not row.comparable:
        fields = ", ".join(row.differs or ()) or "fields that the summary does not name"
        return Found("not comparable", f"the arms differ in {fields}", differs=row.differs)
    return judge(case)


def _measured(band: Band, quantity: str, estimate: Estimate | None, noise: Noise | None) -> Found:
    """Where the interval lies; anything short of a usable interval is not decided."""
    if estimate is None:
        return Found("inconclusive", f"the summary gives no {quantity}")
    points, interval = estimate.mean, estimate.interval
    said = f"{quantity} {points:+.1f} points"
    if interval is None:
        return Found(
            "inconclusive",
            f"{said} without an interval: too few items to say how sure it is",
            quantity,
            points,
        )
    detail = f"{said}, interval {interval[0]:+.1f} to {interval[1]:+.1f}: "
    if not _is_usable(estimate):
        return Found("inconclusive", f"{detail}not a usable interval")
    word = band.judge(interval)
    share = {"holds": "all of it is", "refuted": "none of it is"}.get(word, "not all of it is")
    open_ = needs(band, points, interval, noise) if noise and word == "inconclusive" else None
    return Found(word, f"{detail}{share} {band.text}", quantity, points, interval, open_)


def _is_usable(estimate: Estimate) -> bool:
    """Whether an interval, where there is one, is finite and holds what it is about."""
    low, high = estimate.interval or (estimate.mean, estimate.mean)
    return math.isfinite(high - low) and low - ROUNDING <= estimate.mean <= high + ROUNDING


def _delta(row: DeltaRow) -> Estimate | None:
    return None if row.delta is None else Estimate(row.delta, row.interval)


def _of_delta(case: Case, band: Band) -> Found:
    row = case.row
    found = _measured(band, "delta", _delta(row), own_noise(row))
    covers = f"; the interval covers {row.interval_covers}" if row.interval_covers and found.interval else ""
    return found._replace(detail=f"{found.detail}{covers}")


def _gain(case: Case) -> Found:
    """A gain by the interval that the test of the delta does not see is none yet: gate and board go by the same two."""
    found, p = _of_delta(case, gain_of(case.claim.points)), case.row.p
    if found.word == "holds" and p is not None and not p <= ALPHA:
        return found._replace(word="inconclusive", detail=f"{found.detail}, but its test has p = {p:.2g}")
    return found


def _no_gain(case: Case) -> Found:
    return _of_delta(case, Band(high=case.claim.margin))


def _equivalent(case: Case) -> Found:
    return _of_delta(case, Band(low=-case.claim.margin, high=case.claim.margin))


def _strong_baseline(case: Case) -> Found:
    row = case.row
    if row.strong_baseline_delta is None:
        why = f"{row.base} was asked in one way only on {row.task}; run `rlvr-suite eval --protocols all` for its best prompt"
        return Found("missing", why)
    estimate = Estimate(row.strong_baseline_delta, row.strong_baseline_interval)
    noise = items_noise(row, row.interval_covers)
    return _measured(gain_of(case.claim.points), "delta against the base's best prompt", estimate, noise)


def _beats(case: Case) -> Found:
    """Beyond every control that the claim means."""
    row, names = case.row, case.claim.controls
    if row.spurious:
        return Found("missing", "it is a control itself, and nothing is subtracted from one")
    known = row.against_controls or ()
    if absent := _without(names, [control.reward for control in known]):
        has = ", ".join(control.reward for control in known) or "none"
        which = "" if absent == ["*"] else f" {' or '.join(absent)}"
        return Found(
            "missing",
            f"no control{which} of the same base, recipe and step was measured alike; controls: {has}",
        )
    band, beyond = gain_of(case.claim.points), []
    for control in (control for control in known if matches(control.reward, names)):
        estimate, noise = (
            Estimate(control.difference, control.interval),
            items_noise(row, control.interval_covers),
        )
        beyond.append((case, _measured(band, f"delta beyond {control.reward}", estimate, noise)))
    return _worst_of(beyond)


def _without(names: Sequence[str], present: Sequence[str]) -> list[str]:
    """Names and patterns that mean nothing of what is there."""
    return [name for name in names if not any(matches(one, [name]) for one in present)]


def _clean(case: Case) -> Found:
    """Gain on the task, and on every clean task that was run in the same way beside a contaminated one; each is a part."""
    row, names = case.row, case.claim.clean_tasks
    beside = [c for c in case.facts.contrasts.get(_method(row), ()) if matches(c.clean, names)]
    absent = _without(names, [c.clean for c in beside])
    if absent or not any(row.task in (c.contaminated, c.clean) for c in beside):
        what = "no clean task" if absent in ([], ["*"]) else f"no clean task {' or '.join(absent)}"
        return Found(
            "missing", f"{what} was run beside {row.task} with the same protocol (`rlvr-suite list tasks`)"
        )
    others = {c.clean: c.n_clean for c in beside if c.clean != row.task}
    parts = [case, *(replace(case, row=r) for r in case.facts.rows[_method(row)] if r.task in others)]
    found = [(part, _judge_row(part, _gain)) for part in parts]
    for task in [task for task in others if task not in {part.row.task for part in parts}]:
        lacking = replace(case, row=row.model_copy(update={"task": task, "n_items": others[task]}))
        found.append((lacking, Found("missing", f"the summary has no delta on {task}, a clean task")))
    return _worst_of(found)


def _method(row: DeltaRow | CleanContrast) -> Method:
    return (row.pair, row.protocol)


def _reproduces(case: Case) -> Found:
    """Near the reference: that of a baseline file, or every published one that is meant."""
    claim, row = case.claim, case.row
    if claim.baseline:
        return _beside_stored(case, Band(low=-claim.within, high=claim.within))
    source = "" if claim.reference == PUBLISHED else f"{claim.reference},"
    published = [one for one in row.published or () if one.source.startswith(source)]
    if not published:
        who, prints = (claim.reference, "no") if source else ("no source", "a")
        return Found(
            "missing", f"{who} prints {prints} delta of {row.base} trained on {row.reward} on {row.task}"
        )
    alike = [one for one in published if one.step in (None, row.step)]
    return _worst_of([(case, _beside_published(case, reference)) for reference in alike or published])


def _beside_published(case: Case, reference: DeltaReference) -> Found:
    """The difference from a printed figure, which counts as exact."""
    row, within, own = case.row, case.claim.within, _delta(case.row)
    if reference.step not in (None, row.step):
        return Found(
            "not comparable",
            f"the figure ({reference.source}) is of step {reference.step}",
            differs=("step",),
        )
    band = Band(low=-within, high=within)
    if own is None or not _is_usable(own):
        return _measured(band, "delta", own, None)
    gap = estimates_difference(own, Estimate(reference.delta, (reference.delta, reference.delta)))
    found = _measured(band, "delta minus the printed one", gap, own_noise(row))
    printed = f"{reference.delta:+.1f} printed ({reference.source}; {reference.setting})"
    return found._replace(detail=f"delta {own.mean:+.1f}; {printed}; {found.detail}")


def _not_worse_than(case: Case) -> Found:
    """A sure loss is one where it is not within the margin by its estimate either; more items never turn that into less."""
    margin = case.claim.margin
    found = _beside_stored(case, Band(low=-margin))
    sure = found.interval is not None and found.interval[1] < 0
    if found.word == "holds" or not sure or found.points is None or found.points > -margin:
        return found
    why = f"all of it is below 0, and the change itself is not above {-margin:g}"
    return found._replace(word="refuted", detail=f"{found.detail}; {why}")


def _beside_stored(case: Case, band: Band) -> Found:
    """The difference from the row's own in the baseline; the very same numbers have not moved, whatever their intervals.

    Other items would be another measurement, so that nothing is said of how many would decide.
    """
    row, stored, named, own = case.row, case.stored, case.claim.baseline, _delta(case.row)
    if stored is None:
        return Found("missing", f"{named} does not have this pair; add it with --update-baseline")
    if differs := differing(row, stored, case.facts.versions):
        return Found(
            "not comparable", f"{named} was measured with another {', '.join(differs)}", differs=differs
        )
    if own is None or not _is_usable(own):
        return _measured(band, "delta", own, None)
    gap, now = change(own, stored), f"delta {own.mean:+.1f} points"
    if same(row, stored):
        return Found("holds", f"{now}, unchanged", "delta minus the baseline's", 0.0, gap.interval)
    found = _measured(band, "delta minus the baseline's", gap, None)
    return found._replace(detail=f"{now}, {stored.delta:+.1f} in {named}; {found.detail}")


FINDINGS: dict[ClaimKind, Callable[[Case], Found]] = {
    "gain": _gain,
    "no_gain": _no_gain,
    "equivalent": _equivalent,
    "beats": _beats,
    "reproduces": _reproduces,
    "not_worse_than": _not_worse_than,
    "clean": _clean,
    "strong_baseline": _strong_baseline,
}
"""Kind of claim -> what it finds in one comparable row."""
