"""A summary and a policy -> verdicts and exit code. Pure: its numbers are the summary's, in points.

A claim holds where all of an interval lies in what it allows, is refuted where none of it does, and is inconclusive otherwise.
What is not there is missing, and what was not measured alike is not comparable: neither ever passes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from suite.gate.baseline import Baseline, Key, key_of
from suite.gate.findings import Case, about, row_verdict
from suite.gate.policy import Claim, Policy, baseline_names
from suite.gate.scope import Subject, in_scope, matches, rows_in, subjects
from suite.schema import WORST_FIRST, GateReport, Summary, Verdict, VerdictWord


def judge(summary: Summary, policy: Policy, inconclusive: Literal["pass", "fail"] | None = None) -> GateReport:
    """The verdict on every claim, in order; ``inconclusive`` says what exit code 3 becomes (pass: 0, fail: 1)."""
    verdicts = tuple(verdict for claim in policy.claims for verdict in _of_claim(summary, policy, claim))
    return GateReport(
        policy=policy.name,
        policy_file=policy.file,
        description=policy.description,
        suite_version=summary.provenance.suite_version,
        generated=summary.provenance.generated,
        samples_hash=summary.samples_hash,
        inconclusive=inconclusive,
        exit_code=_exit_code(verdicts, inconclusive),
        verdicts=verdicts,
        not_checkable=policy.not_checkable,
    )


def _exit_code(verdicts: Sequence[Verdict], inconclusive: Literal["pass", "fail"] | None) -> int:
    """1 before 3 before 0."""
    words = {v.verdict for v in verdicts}
    if words & {"refuted", "missing"}:
        return 1
    if words & {"inconclusive", "not comparable"}:
        return {None: 3, "pass": 0, "fail": 1}[inconclusive]
    return 0


def _of_claim(summary: Summary, policy: Policy, claim: Claim) -> list[Verdict]:
    names = baseline_names(claim)
    found = list(_against_baseline(summary, claim, policy.baselines[names[0]]) if names else _against_summary(summary, claim))
    return list(_in_families(claim, found)) if claim.families else found


def _against_summary(summary: Summary, claim: Claim) -> Iterator[Verdict]:
    """One verdict for each row that the claim speaks of, and for each pair that it speaks of in vain."""
    for subject in subjects(summary, claim.scope):
        for row in subject.rows:
            yield row_verdict(Case(summary, claim, row))
        if not subject.rows:
            yield _missing(claim, subject)


def _against_baseline(summary: Summary, claim: Claim, baseline: Baseline) -> Iterator[Verdict]:
    """As many rows as summary and baseline have together; one that either lacks is missing, and so is a name that both lack."""
    rows = {key_of(row): row for row in rows_in(summary, claim.scope)}
    stored = {row.key: row for row in baseline.rows if in_scope(row, claim.scope)}
    for key in dict.fromkeys([*stored, *rows]):
        if key in rows:
            yield row_verdict(Case(summary, claim, rows[key], stored.get(key)))
        else:
            which = f"recipe {key.recipe}, step {key.step}, protocol {key.protocol}"
            why = f"{claim.against[0]} has this pair ({which}), the summary does not"
            yield _missing(claim, Subject(key.family, key.base, key.reward, key.task, (), why))
    for subject in subjects(summary, claim.scope):
        if not subject.rows and _names_in_vain(claim, [*rows, *stored]):
            yield _missing(claim, subject)


def _names_in_vain(claim: Claim, keys: Sequence[Key]) -> bool:
    """Whether the claim names a family, base, reward or task that is nowhere."""
    scope = claim.scope
    asked = {"family": scope.family, "base": scope.base, "reward": scope.reward, "task": scope.task}
    named = ((kind, name) for kind, names in asked.items() for name in names)
    return not all(any(matches(getattr(key, kind), [name]) for key in keys) for kind, name in named)


def _in_families(claim: Claim, found: Sequence[Verdict]) -> Iterator[Verdict]:
    """One verdict for each reward and task: whether enough families bear the claim out."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in found:
        groups[verdict.reward, verdict.task].append(verdict)
    for (reward, task), parts in groups.items():
        by_family: dict[str, list[Verdict]] = defaultdict(list)
        for part in parts:
            by_family[part.family].append(part)
        words = {family: _worst(verdicts).verdict for family, verdicts in by_family.items()}
        reasons = {part.detail for part in parts}
        alike = len(reasons) == 1 and len(parts) > 1
        yield Verdict(
            **about(claim), family=", ".join(words), reward=reward, task=task, verdict=_enough(claim, words),
            detail=_counted(words) + (f": {reasons.pop()}" if alike else ""), parts=None if alike else tuple(parts),
        )  # fmt: skip


def _enough(claim: Claim, words: Mapping[str, VerdictWord]) -> VerdictWord:
    """holds with enough families; refuted when the others could not make them up; else what stands in the way, worst first."""
    needed = claim.families or 0
    counts = Counter(words.values())
    if counts["holds"] >= needed:
        return "holds"
    if len(words) - counts["refuted"] < needed:
        return "refuted" if counts["refuted"] else "missing"
    return next(word for word in WORST_FIRST[1:-1] if counts[word])


def _counted(words: Mapping[str, VerdictWord]) -> str:
    """``holds in a, b; inconclusive in c``."""
    groups = {word: [family for family, w in words.items() if w == word] for word in reversed(WORST_FIRST)}
    return "; ".join(f"{word} in {', '.join(families)}" for word, families in groups.items() if families)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return min(verdicts, key=lambda v: WORST_FIRST.index(v.verdict))


def _missing(claim: Claim, subject: Subject) -> Verdict:
    return Verdict(
        **about(claim), family=subject.family, base=subject.base, reward=subject.reward, task=subject.task,
        verdict="missing", detail=subject.missing,
    )  # fmt: skip
