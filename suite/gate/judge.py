"""A summary and a policy -> verdicts and exit code. Pure: its numbers are the summary's, in points.

A claim holds where all of an interval lies in what it allows, is refuted where none of it does, and is inconclusive otherwise.
What is not there is missing, and what was not measured alike is not comparable: neither ever passes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from suite.gate.baseline import BaselineRow, check_level, paired
from suite.gate.findings import Case, Facts, about, row_verdict, unverified
from suite.gate.policy import Claim, Policy
from suite.gate.scope import Subject, subjects
from suite.schema import WORST_FIRST, GateReport, Summary, Verdict, VerdictWord


def judge(
    summary: Summary, policy: Policy, inconclusive: Literal["pass", "fail"] | None = None
) -> GateReport:
    """The verdict on every claim, in order; ``inconclusive`` says what exit code 3 becomes (pass: 0, fail: 1)."""
    check_level(summary)
    facts = Facts.of(summary)
    verdicts = tuple(
        verdict for claim in policy.claims for verdict in _of_claim(summary, facts, policy, claim)
    )
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


def _of_claim(summary: Summary, facts: Facts, policy: Policy, claim: Claim) -> list[Verdict]:
    """One verdict for each row that the claim speaks of, here or in its baseline, and for each subject without any."""
    stored = policy.baselines[claim.baseline].rows if claim.baseline else None
    found = []
    for subject in subjects(summary, claim.scope, stored):
        pairs, gone = paired(subject.rows, subject.stored, facts.versions)
        found += [row_verdict(Case(facts, claim, row, then)) for row, then in pairs]
        found += [_gone(claim, then) for then in gone]
        found += [_missing(claim, subject)] if subject.missing else []
    return list(_in_families(claim, found)) if claim.families else found


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
            detail=_counted(words) + (f": {reasons.pop()}" if alike else ""), unverified=unverified(parts),
            parts=None if alike else tuple(parts),
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


def _gone(claim: Claim, then: BaselineRow) -> Verdict:
    """A row of the baseline that the summary does not have."""
    which = (
        f"recipe {then.recipe}, step {then.step}, protocol {then.protocol}, {then.n_items} items x {then.k}"
    )
    return Verdict(
        **about(claim), family=then.family, base=then.base, reward=then.reward, task=then.task, protocol=then.protocol,
        checkpoint=then.checkpoint, step=then.step, k=then.k, n_items=then.n_items, verdict="missing",
        detail=f"{claim.baseline} has this pair ({which}), the summary does not",
    )  # fmt: skip
