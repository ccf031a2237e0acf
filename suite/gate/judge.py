"""A summary and a policy -> verdicts and exit code. Pure: every number is the summary's, in points.

A claim holds if all of an interval lies in the band that it allows, is refuted if none of it does, and is
inconclusive otherwise: ``bands.Band.judge`` says which. The claim's kind (``kinds``) chooses interval and
band; here claims meet their rows. What is not there is missing, and what was not measured in the same way is
not comparable: neither passes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from suite.gate.baseline import BaselineRow, check_level, paired
from suite.gate.claim import Claim
from suite.gate.gate_report import GateReport, Verdict, worst
from suite.gate.judgement import Judgement
from suite.gate.kinds.kind import Case, SummaryFacts
from suite.gate.policy import Policy
from suite.gate.scope import Target, targets
from suite.schema import WORST_FIRST, DeltaRow, Summary, VerdictWord


def judge(
    summary: Summary, policy: Policy, inconclusive: Literal["pass", "fail"] | None = None
) -> GateReport:
    """Return the verdicts on every claim, in the policy's order.

    ``inconclusive`` says what exit code 3 becomes (pass: 0, fail: 1).
    """
    check_level(summary)
    facts = SummaryFacts.of(summary)
    verdicts: list[Verdict] = []
    for claim in policy.claims:
        verdicts += _claim_verdicts(summary, facts, policy, claim)
    return GateReport(
        policy=policy.name,
        policy_file=policy.file,
        description=policy.description,
        suite_version=summary.provenance.suite_version,
        generated=summary.provenance.generated,
        samples_hash=summary.samples_hash,
        inconclusive=inconclusive,
        exit_code=_exit_code(verdicts, inconclusive),
        verdicts=tuple(verdicts),
        not_checkable=policy.not_checkable,
    )


def _exit_code(verdicts: Sequence[Verdict], inconclusive: Literal["pass", "fail"] | None) -> int:
    """Return the first that applies of 1 (failed), 3 (undecided; ``inconclusive`` may change it) and 0."""
    words = {verdict.verdict for verdict in verdicts}
    if words & {"refuted", "missing"}:
        return 1
    if words & {"inconclusive", "not comparable"}:
        return {None: 3, "pass": 0, "fail": 1}[inconclusive]
    return 0


def _claim_verdicts(summary: Summary, facts: SummaryFacts, policy: Policy, claim: Claim) -> list[Verdict]:
    """Return one verdict for each row that the claim is about and one for each target without any row."""
    stored = policy.baselines[claim.baseline].rows if claim.baseline else None
    verdicts: list[Verdict] = []
    for target in targets(summary, claim.scope, stored):
        # The claim's rows, each with its row in the baseline; then the baseline's rows that the summary has
        # lost.
        pairs, gone = paired(target.rows, target.stored, facts.versions)
        for row, then in pairs:
            judgement = claim.kind.judge(Case(facts, claim, row, then))
            verdicts.append(_row_verdict(claim, row, judgement))
        verdicts += [_gone(claim, then) for then in gone]
        if target.missing:
            verdicts.append(_missing(claim, target))
    return list(_over_families(claim, verdicts)) if claim.families else verdicts


def _about(claim: Claim) -> dict[str, Any]:
    """Return the fields of a verdict that are the claim's."""
    return {"claim": claim.id, "kind": claim.kind.name, "says": claim.says, "line": claim.line}


def _row_verdict(claim: Claim, row: DeltaRow, judgement: Judgement) -> Verdict:
    """Return the verdict on one row.

    Its detail names the pair, because one reward may have rows of several steps or protocols.
    """
    pair = (
        f"{row.checkpoint} against {row.base}, step {row.step}, protocol {row.protocol}, {row.n_items} items"
    )
    if row.arms:
        pair += "; arms unverified: imported, with settings unstated"
    parts = tuple(_row_verdict(claim, part.row, part.judgement) for part in judgement.parts or ())
    return Verdict(
        **_about(claim),
        family=row.family,
        base=row.base,
        reward=row.reward,
        task=row.task,
        protocol=row.protocol,
        checkpoint=row.checkpoint,
        step=row.step,
        k=row.k,
        n_items=row.n_items,
        verdict=judgement.word,
        detail=f"{judgement.detail} ({pair})",
        quantity=judgement.quantity,
        points=judgement.points,
        interval=judgement.interval,
        needs=judgement.needs,
        differs=judgement.differs,
        unverified=True if row.arms else _unverified(parts),
        parts=parts or None,
    )


def _unverified(parts: Sequence[Verdict]) -> Literal[True] | None:
    """Return True if the arms of any part are unverified, else None (the key is then absent)."""
    return True if any(part.unverified for part in parts) else None


def _over_families(claim: Claim, verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    """Yield one verdict for each reward and task: whether the claim holds in enough families."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        groups[verdict.reward, verdict.task].append(verdict)
    for (reward, task), parts in groups.items():
        # A family counts by the worst of its own verdicts.
        by_family: dict[str, list[Verdict]] = defaultdict(list)
        for part in parts:
            by_family[part.family].append(part)
        words = {family: worst(of_family) for family, of_family in by_family.items()}
        detail = "; ".join(
            f"{word} in {', '.join(families)}" for word, families in _families_by_word(words).items()
        )
        # Parts that all say the same, such as a reward that no family was trained on, are said once.
        reasons = {part.detail for part in parts}
        alike = len(reasons) == 1 and len(parts) > 1
        if alike:
            detail = f"{detail}: {reasons.pop()}"
        yield Verdict(
            **_about(claim),
            family=", ".join(words),
            reward=reward,
            task=task,
            verdict=_word_over_families(words, claim.families or 0),
            detail=detail,
            unverified=_unverified(parts),
            parts=None if alike else tuple(parts),
        )


def _word_over_families(words: Mapping[str, VerdictWord], needed: int) -> VerdictWord:
    """Return holds with enough families, refuted if the rest could not make up for the refuted ones.

    Otherwise the word is the worst of those that stand in the way: missing, not comparable or inconclusive.
    """
    # Families that are not refuted could all still hold. If even they are too few, more data cannot help; it
    # is then "missing" only if nothing is refuted, that is, if the summary has too few families.
    counts = Counter(words.values())
    if counts["holds"] >= needed:
        return "holds"
    if len(words) - counts["refuted"] < needed:
        return "refuted" if counts["refuted"] else "missing"
    return next(word for word in WORST_FIRST[1:-1] if counts[word])


def _families_by_word(words: Mapping[str, VerdictWord]) -> dict[VerdictWord, list[str]]:
    """Return the families of each word that occurs, best first."""
    groups: dict[VerdictWord, list[str]] = {word: [] for word in reversed(WORST_FIRST)}
    for family, word in words.items():
        groups[word].append(family)
    return {word: families for word, families in groups.items() if families}


def _missing(claim: Claim, target: Target) -> Verdict:
    """Return the verdict on a target of the claim that has no row anywhere."""
    return Verdict(
        **_about(claim),
        family=target.family,
        base=target.base,
        reward=target.reward,
        task=target.task,
        verdict="missing",
        detail=target.missing,
    )


def _gone(claim: Claim, then: BaselineRow) -> Verdict:
    """Return the verdict on a row of the baseline that the summary does not have."""
    which = (
        f"recipe {then.recipe}, step {then.step}, protocol {then.protocol}, {then.n_items} items x {then.k}"
    )
    return Verdict(
        **_about(claim),
        family=then.family,
        base=then.base,
        reward=then.reward,
        task=then.task,
        protocol=then.protocol,
        checkpoint=then.checkpoint,
        step=then.step,
        k=then.k,
        n_items=then.n_items,
        verdict="missing",
        detail=f"{claim.baseline} has this pair ({which}), the summary does not",
    )
