"""A gate report for a terminal, and one of its claims in full (``--explain``)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from suite.errors import SuiteError, safe_line
from suite.files.text import did_you_mean
from suite.gate.claim import Claim, is_pattern
from suite.gate.gate_report import GateReport, Verdict
from suite.gate.policy import Policy
from suite.gate.reports.wording import counts, measured, needed, setting
from suite.schema import DeltaRow, Summary
from suite.schema.numbers import percent, points


def report_text(report: GateReport) -> str:
    """Return the verdicts claim by claim, the reason for each that does not hold, counts and exit code."""
    by_claim: dict[str, list[Verdict]] = {}
    for verdict in report.verdicts:
        by_claim.setdefault(verdict.claim, []).append(verdict)
    description = f": {report.description}" if report.description else ""
    lines = [f"policy {report.policy}{description}"]
    for claim, verdicts in by_claim.items():
        lines += ["", f"{claim}: {verdicts[0].says}", *_table(verdicts)]
    if report.not_checkable:
        lines += ["", "not checkable:", *(f"  {item.claim}: {item.why}" for item in report.not_checkable)]
    lines += ["", f"{counts(report.verdicts)}; exit code {report.exit_code}"]
    return "\n".join(map(safe_line, lines)) + "\n"


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield one line per verdict, in columns; below it the reason if it does not hold, or its parts."""
    # A reward may have rows of several steps, protocols or sizes on one task; these lines say which is which.
    verdicts_on = Counter((_home(v), v.reward, v.task) for v in verdicts)
    rows = []
    for v in verdicts:
        names = (_home(v), v.reward, v.task)
        rows.append((v.verdict, *names, _number(v, several=verdicts_on[names] > 1)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for verdict, row in zip(verdicts, rows, strict=True):
        *names_of_row, number = row
        cells = [f"{cell:<{width}}" for cell, width in zip(names_of_row, widths, strict=True)]
        yield "  " + "  ".join([*cells, number]).rstrip()
        if verdict.parts:
            for line in _table(verdict.parts):
                yield f"    {line}"
        elif verdict.verdict != "holds":
            yield f"      {verdict.detail}"
            if to_decide := needed(verdict.needs):
                yield f"      {to_decide}"


def _number(verdict: Verdict, several: bool) -> str:
    """Return what was measured, and whether the arms are unverified.

    If ``several`` verdicts have the same names, also return what distinguishes them. A verdict with parts has
    no numbers of its own.
    """
    words = []
    if not verdict.parts:
        words.append(measured(verdict))
        if several:
            items = None if verdict.n_items is None else f"{verdict.n_items} items x {verdict.k}"
            words.append(", ".join(filter(None, (verdict.checkpoint, *setting(verdict), items))))
    if verdict.unverified:
        words.append("† arms unverified")
    return "  ".join(filter(None, words))


def _home(verdict: Verdict) -> str:
    """Return the family, or the base if the claim names bases and the family is unknown."""
    return verdict.base if verdict.base and is_pattern(verdict.family) else verdict.family


def claim_named(policy: Policy, claim_id: str) -> Claim:
    """Return the claim with this id; ``SuiteError`` if the policy has none."""
    known = {claim.id: claim for claim in policy.claims}
    if claim_id not in known:
        what = f"policy {policy.name} has no claim {claim_id!r}. Known: {', '.join(known)}"
        fix = f"{did_you_mean(claim_id, known)}Name one of them, by its id or its number"
        raise SuiteError(what, "--explain", fix)
    return known[claim_id]


def explain(report: GateReport, claim: Claim, summary: Summary) -> str:
    """Return what one claim says, its rule, and each of its verdicts with the numbers behind it."""
    rows: dict[Place, list[DeltaRow]] = {}
    for row in summary.deltas:
        rows.setdefault(_place(row), []).append(row)
    lines = [
        f"claim {claim.id} of policy {report.policy}: {claim.says}",
        f"about: {', '.join(_scope_parts(claim)) or 'every pair'}",
        f"rule: {claim.kind.rule}",
        "",
    ]
    for verdict in report.verdicts:
        if verdict.claim == claim.id:
            lines += [*_explained(verdict, rows), ""]
    return "\n".join(map(safe_line, lines))


Place = tuple[object, ...]


def _place(of: DeltaRow | Verdict) -> Place:
    """Return what a row and the verdict on it have in common."""
    return (of.base, of.checkpoint, of.step, of.reward, of.task, of.protocol, of.k, of.n_items)


def _scope_parts(claim: Claim) -> Iterator[str]:
    """Yield what restricts the claim's rows, in words."""
    scope = claim.scope
    for kind in ("family", "base", "reward", "task", "protocol", "recipe"):
        names: tuple[str, ...] = getattr(scope, kind)
        if names and names != ("*",):
            yield f"{kind} {' or '.join(names)}"
    if scope.step is not None:
        yield f"step {scope.step}"
    if scope.spurious is not None:
        yield "controls only" if scope.spurious else "no controls"


def _explained(verdict: Verdict, rows: Mapping[Place, Sequence[DeltaRow]]) -> Iterator[str]:
    """Yield a verdict with its reason, what would decide it, and the row behind it; then its parts alike."""
    yield f"{verdict.verdict}: {_home(verdict)}, {verdict.reward}, {verdict.task}: {verdict.detail}"
    for part in verdict.parts or ():
        for line in _explained(part, rows):
            yield f"  {line}"
    if verdict.parts:
        return
    if to_decide := needed(verdict.needs):
        yield f"  {to_decide}"
    for row in rows.get(_place(verdict), ()):
        # Rows that differ only in their decoding share a place; the delta says which one this verdict is
        # about.
        if verdict.quantity != "delta" or (row.delta, row.interval) == (verdict.points, verdict.interval):
            for line in _row_lines(row):
                yield f"  {line}"
            break


def _row_lines(row: DeltaRow) -> Iterator[str]:
    """Yield what the row behind a verdict says, as far as it is known."""
    if row.before is not None and row.after is not None:
        seeds = ", ".join(map(str, row.seeds)) or "unstated"
        size = f"{row.n_items} items x {row.k}"
        yield f"before {percent(row.before)}, after {percent(row.after)}; {size}, training seeds {seeds}"
    tests = {"p": row.p, "p (Holm)": row.p_holm, "p (Benjamini-Hochberg)": row.p_bh}
    known_tests = [f"{name} {p:.3g}" for name, p in tests.items() if p is not None]
    if known_tests:
        yield ", ".join(known_tests)
    if row.finding:
        shown = "" if row.mde is None else f"; these items show {row.mde:.1f} points with 80% chance"
        yield f"finding: {row.finding}{shown}"
    if row.control is not None:
        yield f"controls: {', '.join(row.control) or 'none'}"
    for reference in row.published or ():
        yield f"published: {points(reference.delta)} ({reference.source}; {reference.setting})"
