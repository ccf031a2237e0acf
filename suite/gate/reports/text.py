"""A gate report for a terminal, and one claim of it in full (``--explain``)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from suite.errors import SuiteError, safe_line
from suite.files.text import did_you_mean
from suite.gate.claim import Claim, is_pattern
from suite.gate.policy import Policy
from suite.gate.reports.wording import counts, measured, needed, setting
from suite.gate.verdict import GateReport, Verdict
from suite.schema import DeltaRow, Summary


def report_text(report: GateReport) -> str:
    """The verdicts claim by claim, the reason beside each that does not hold, then the counts and the exit code."""
    by_claim: dict[str, list[Verdict]] = {}
    for verdict in report.verdicts:
        by_claim.setdefault(verdict.claim, []).append(verdict)
    lines = [f"policy {report.policy}{f': {report.description}' if report.description else ''}"]
    for claim, verdicts in by_claim.items():
        lines += ["", f"{claim}: {verdicts[0].says}", *_table(verdicts)]
    if report.not_checkable:
        lines += ["", "not checkable:", *(f"  {item.claim}: {item.why}" for item in report.not_checkable)]
    lines += ["", f"{counts(report.verdicts)}; exit code {report.exit_code}"]
    return "\n".join(map(safe_line, lines)) + "\n"


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """One line a verdict, in columns; under it why it does not hold, what would decide it, and what it is put together from."""
    named = Counter((_who(v), v.reward, v.task) for v in verdicts)
    rows = [
        (v.verdict, _who(v), v.reward, v.task, _number(v, named[_who(v), v.reward, v.task] > 1))
        for v in verdicts
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    for verdict, row in zip(verdicts, rows, strict=True):
        yield (
            "  "
            + "  ".join(
                [*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[4]]
            ).rstrip()
        )
        if verdict.parts:
            yield from (f"    {line}" for line in _table(verdict.parts))
        elif verdict.verdict != "holds":
            yield f"      {verdict.detail}"
            if open_ := needed(verdict.needs):
                yield f"      {open_}"


def _number(v: Verdict, several: bool) -> str:
    """What was measured, where ``several`` stand under one name on what, and whether its arms are unverified."""
    items = None if v.n_items is None else f"{v.n_items} items x {v.k}"
    which = (v.checkpoint, *setting(v), items) if several and not v.parts else ()
    marks = (", ".join(filter(None, which)), "† arms unverified" if v.unverified else "")
    return "  ".join(filter(None, ("" if v.parts else measured(v), *marks)))


def _who(v: Verdict) -> str:
    """The family, or the base where the claim names that and the family is not known."""
    return v.base if v.base and is_pattern(v.family) else v.family


def claim_named(policy: Policy, claim_id: str) -> Claim:
    """The claim of that id; ``SuiteError`` where the policy has none."""
    known = {claim.id: claim for claim in policy.claims}
    if claim_id not in known:
        what = f"policy {policy.name} has no claim {claim_id!r}. Known: {', '.join(known)}"
        raise SuiteError(
            what, "--explain", f"{did_you_mean(claim_id, known)}Name one of them, by its id or its number"
        )
    return known[claim_id]


def explain(report: GateReport, claim: Claim, summary: Summary) -> str:
    """What one claim says, what it was judged by, and each of its verdicts with the numbers behind it."""
    rows: dict[Place, list[DeltaRow]] = {}
    for row in summary.deltas:
        rows.setdefault(_place(row), []).append(row)
    lines = [
        f"claim {claim.id} of policy {report.policy}: {claim.says}",
        *_scope_lines(claim),
        f"rule: {claim.kind.rule}",
        "",
    ]
    for verdict in (v for v in report.verdicts if v.claim == claim.id):
        lines += [*_explained(verdict, rows), ""]
    return "\n".join(map(safe_line, lines))


Place = tuple[object, ...]


def _place(of: DeltaRow | Verdict) -> Place:
    """What a row and the verdict on it share."""
    return (of.base, of.checkpoint, of.step, of.reward, of.task, of.protocol, of.k, of.n_items)


def _scope_lines(claim: Claim) -> Iterator[str]:
    scope = claim.scope
    named = {
        "family": scope.family, "base": scope.base, "reward": scope.reward, "task": scope.task, "protocol": scope.protocol,
        "recipe": scope.recipe,
    }  # fmt: skip
    parts = [f"{kind} {' or '.join(names)}" for kind, names in named.items() if names and names != ("*",)]
    parts += [f"step {scope.step}"] if scope.step is not None else []
    parts += [] if scope.spurious is None else ["controls only" if scope.spurious else "no controls"]
    yield f"about: {', '.join(parts) or 'every pair'}"


def _explained(verdict: Verdict, rows: Mapping[Place, Sequence[DeltaRow]]) -> Iterator[str]:
    """A verdict with its reason, what would decide it, and the row behind it; so for each of its parts."""
    yield f"{verdict.verdict}: {_who(verdict)}, {verdict.reward}, {verdict.task}: {verdict.detail}"
    for part in verdict.parts or ():
        yield from (f"  {line}" for line in _explained(part, rows))
    if verdict.parts:
        return
    if open_ := needed(verdict.needs):
        yield f"  {open_}"
    known = rows.get(_place(verdict), ())
    alike = [
        row
        for row in known
        if verdict.quantity != "delta" or (row.delta, row.interval) == (verdict.points, verdict.interval)
    ]
    for row in alike[:1]:
        yield from (f"  {line}" for line in _row_lines(row))


def _row_lines(row: DeltaRow) -> Iterator[str]:
    """The row behind a verdict, as far as it goes."""
    if row.before is not None and row.after is not None:
        seeds, asked = ", ".join(map(str, row.seeds)) or "unstated", f"{row.n_items} items x {row.k}"
        yield f"before {100 * row.before:.1f}%, after {100 * row.after:.1f}%; {asked}, training seeds {seeds}"
    tests = {"p": row.p, "p (Holm)": row.p_holm, "p (Benjamini-Hochberg)": row.p_bh}
    if any(p is not None for p in tests.values()):
        yield ", ".join(f"{name} {p:.3g}" for name, p in tests.items() if p is not None)
    if row.finding:
        shown = "" if row.mde is None else f"; these items show {row.mde:.1f} points with 80% chance"
        yield f"finding: {row.finding}{shown}"
    if row.control is not None:
        yield f"controls: {', '.join(row.control) or 'none'}"
    for reference in row.published or ():
        yield f"published: {reference.delta:+.1f} ({reference.source}; {reference.setting})"
