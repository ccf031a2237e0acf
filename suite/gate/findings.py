"""What a claim of each kind finds in one comparable row: an interval, and whether it lies in what the claim allows. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from suite.gate.bands import Band, gain_of, needs
from suite.gate.baseline import BaselineRow, change, differing, same
from suite.gate.policy import PUBLISHED, Claim, baseline_names
from suite.gate.scope import matches
from suite.schema import (
    WORST_FIRST,
    ClaimKind,
    CleanContrast,
    DeltaReference,
    DeltaRow,
    Interval,
    Needs,
    Summary,
    Verdict,
    VerdictWord,
)
from suite.stats import ALPHA, Estimate, estimates_difference


class Finding(NamedTuple):
    """What was found of a claim in one row, before it is known which."""

    word: VerdictWord
    detail: str
    quantity: str | None = None
    points: float | None = None
    interval: Interval | None = None
    needs: Needs | None = None
    differs: tuple[str, ...] | None = None
    parts: tuple[Verdict, ...] | None = None


@dataclass(frozen=True)
class Case:
    """A claim and a row that it is about; ``stored`` is the row's own in the claim's baseline."""

    summary: Summary
    claim: Claim
    row: DeltaRow
    stored: BaselineRow | None = None


def about(claim: Claim) -> dict[str, Any]:
    """The keys of a verdict that are the claim's."""
    return {"claim": claim.id, "kind": claim.kind, "says": claim.says, "line": claim.line}


def row_verdict(case: Case) -> Verdict:
    """The verdict on one row, and which pair it is: several steps or protocols of one reward each get their own."""
    return _verdict(case, _judge_row(case))


def _verdict(case: Case, found: Finding) -> Verdict:
    row = case.row
    notes = [f"{row.checkpoint} against {row.base}, step {row.step}, protocol {row.protocol}, {row.n_items} items"]
    notes += ["arms unverified: imported, with settings unstated"] if row.arms else []
    return Verdict(
        **about(case.claim), family=row.family, base=row.base, reward=row.reward, task=row.task, protocol=row.protocol,
        checkpoint=row.checkpoint, step=row.step, verdict=found.word, detail=f"{found.detail} ({'; '.join(notes)})",
        quantity=found.quantity, points=found.points, interval=found.interval, needs=found.needs, differs=found.differs,
        unverified=True if row.arms else None, parts=found.parts,
    )  # fmt: skip


def _worst_of(found: Sequence[tuple[Case, Finding]]) -> Finding:
    """Several findings that must all hold: the worst of them, with all as parts."""
    worst = min((finding for _, finding in found), key=lambda f: WORST_FIRST.index(f.word))
    if len(found) == 1:
        return worst
    holding = sum(finding.word == "holds" for _, finding in found)
    detail = f"{holding} of {len(found)} hold; {worst.detail}"
    return worst._replace(detail=detail, parts=tuple(_verdict(case, finding) for case, finding in found))


def _judge_row(case: Case) -> Finding:
    """The finding of the claim's kind; arms that do not match have no number to judge."""
    row = case.row
    if not row.comparable:
        fields = ", ".join(row.differs or ()) or "fields that the summary does not name"
        return Finding("not comparable", f"the arms differ in {fields}", differs=row.differs)
    return FINDINGS[case.claim.kind](case)


def _measured(case: Case, band: Band, quantity: str, estimate: Estimate | None, of_delta: bool = False) -> Finding:
    """Where the interval lies; anything short of a usable interval is not decided."""
    if estimate is None:
        return Finding("inconclusive", f"the summary gives no {quantity}")
    points, interval = estimate.mean, estimate.interval
    said = f"{quantity} {points:+.1f} points"
    if interval is None:
        return Finding("inconclusive", f"{said} without an interval: too few items to say how sure it is", quantity, points)
    word = band.judge(interval)
    share = {"holds": "all of it is", "refuted": "none of it is"}.get(word, "not all of it is")
    detail = f"{said}, interval {interval[0]:+.1f} to {interval[1]:+.1f}: {share} {band.text}"
    open_ = needs(band, points, interval, case.row, of_delta) if word == "inconclusive" else None
    return Finding(word, detail, quantity, points, interval, open_)


def _delta(row: DeltaRow) -> Estimate | None:
    return None if row.delta is None else Estimate(row.delta, row.interval)


def _of_delta(case: Case, band: Band) -> Finding:
    found = _measured(case, band, "delta", _delta(case.row), of_delta=True)
    covers = f"; the interval covers {case.row.interval_covers}" if case.row.interval_covers and found.interval else ""
    return found._replace(detail=f"{found.detail}{covers}")


def _gain(case: Case) -> Finding:
    """A gain by the interval that the test of the delta does not see is none yet: gate and board go by the same two."""
    found = _of_delta(case, gain_of(case.claim.points))
    if found.word == "holds" and case.row.p is not None and case.row.p > ALPHA:
        return found._replace(word="inconclusive", detail=f"{found.detail}, but its sign-flip test has p = {case.row.p:.2g}")
    return found


def _no_gain(case: Case) -> Finding:
    return _of_delta(case, Band(high=case.claim.margin))


def _equivalent(case: Case) -> Finding:
    return _of_delta(case, Band(low=-case.claim.margin, high=case.claim.margin))


def _strong_baseline(case: Case) -> Finding:
    row = case.row
    if row.strong_baseline_delta is None:
        why = f"{row.base} was asked in one way only on {row.task}; run `rlvr-suite eval --protocols all` for its best prompt"
        return Finding("missing", why)
    estimate = Estimate(row.strong_baseline_delta, row.strong_baseline_interval)
    return _measured(case, gain_of(case.claim.points), "delta against the base's best prompt", estimate)


def _beats(case: Case) -> Finding:
    """Beyond every control that the claim means."""
    row, claim = case.row, case.claim
    if row.spurious:
        return Finding("missing", "it is a control itself, and nothing is subtracted from one")
    known = row.against_controls or ()
    chosen = [control for control in known if matches(control.reward, claim.against)]
    absent = [name for name in claim.against if not any(matches(control.reward, [name]) for control in known)]
    if absent or not chosen:
        has = ", ".join(control.reward for control in known) or "none"
        which = "" if absent == ["*"] else f" {' or '.join(absent)}"
        return Finding("missing", f"no control{which} of the same base, recipe and step was measured alike; controls: {has}")
    band = gain_of(claim.points)
    beyond = [_measured(case, band, f"delta beyond {c.reward}", Estimate(c.difference, c.interval)) for c in chosen]
    return _worst_of([(case, finding) for finding in beyond])


def _clean(case: Case) -> Finding:
    """Gain on the task, and on the clean tasks that were run in the same way; on a clean task, on itself."""
    row, names = case.row, case.claim.against
    beside = [c for c in case.summary.contrasts if _method(c) == _method(row) and matches(c.clean, names)]
    if any(c.clean == row.task for c in beside):
        return _gain(case)
    clean = list(dict.fromkeys(c.clean for c in beside if c.contaminated == row.task))
    absent = [name for name in names if not any(matches(task, [name]) for task in clean)]
    if absent:
        what = "no clean task" if absent == ["*"] else f"no clean task {' or '.join(absent)}"
        return Finding("missing", f"{what} was run beside {row.task} with the same protocol (`rlvr-suite list tasks`)")
    others = (other for other in case.summary.deltas if _method(other) == _method(row) and other.task in clean)
    cases = [case, *(replace(case, row=other) for other in others)]
    return _worst_of([(one, _gain(one)) for one in cases])


def _method(row: DeltaRow | CleanContrast) -> tuple[object, ...]:
    """What rows of one method, measured in one way, share."""
    return (row.base, row.checkpoint, row.reward, row.recipe, row.step, row.protocol)


def _reproduces(case: Case) -> Finding:
    """Near the reference: that of a baseline file, or every published one that is meant."""
    claim, row = case.claim, case.row
    if baseline_names(claim):
        return _beside_stored(case, Band(low=-claim.within, high=claim.within))
    source = "" if claim.against[0] == PUBLISHED else f"{claim.against[0]},"
    references = [reference for reference in row.published or () if reference.source.startswith(source)]
    if not references:
        who = "no source" if not source else claim.against[0]
        prints = "prints a delta" if not source else "prints no delta"
        return Finding("missing", f"{who} {prints} of {row.base} trained on {row.reward} on {row.task}")
    return _worst_of([(case, _beside_published(case, reference)) for reference in references])


def _beside_published(case: Case, reference: DeltaReference) -> Finding:
    """The difference from a printed figure, which counts as exact."""
    row, within = case.row, case.claim.within
    if reference.step not in (None, row.step):
        return Finding("not comparable", f"the figure ({reference.source}) is of step {reference.step}", differs=("step",))
    printed = Estimate(reference.delta, (reference.delta, reference.delta))
    gap = None if row.delta is None else estimates_difference(Estimate(row.delta, row.interval), printed)
    found = _measured(case, Band(low=-within, high=within), "delta minus the printed one", gap, of_delta=True)
    now = "" if row.delta is None else f"delta {row.delta:+.1f}; "
    return found._replace(detail=f"{now}{reference.delta:+.1f} printed ({reference.source}; {reference.setting}); {found.detail}")


def _not_worse_than(case: Case) -> Finding:
    """A sure loss within the margin is none; a sure loss that may exceed it is one."""
    return _beside_stored(case, Band(low=-case.claim.margin, refuted_below=0.0))


def _beside_stored(case: Case, band: Band) -> Finding:
    """The difference from the row's own in the baseline; the very same numbers have not moved, whatever their intervals."""
    row, stored, named = case.row, case.stored, case.claim.against[0]
    if stored is None:
        return Finding("missing", f"{named} does not have this pair; add it with --update-baseline")
    version = next((task.version for task in case.summary.tasks if task.task == row.task), "unknown")
    if differs := differing(row, stored, version):
        return Finding("not comparable", f"{named} was measured with another {', '.join(differs)}", differs=differs)
    if row.delta is None:
        return Finding("inconclusive", "the summary gives no delta")
    gap = change(row, stored)
    if same(row, stored):
        return Finding("holds", f"delta {row.delta:+.1f} points, unchanged", "delta minus the baseline's", 0.0, gap.interval)
    found = _measured(case, band, "delta minus the baseline's", gap)
    return found._replace(detail=f"delta {row.delta:+.1f} points, {stored.delta:+.1f} in {named}; {found.detail}")


FINDINGS: dict[ClaimKind, Callable[[Case], Finding]] = {
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
