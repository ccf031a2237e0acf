"""The gate: does a summary bear out what is claimed? ``rlvr-suite gate RUN --policy micro_demo``.

``judge`` is pure: a summary and a policy in, verdicts and exit code out. Its numbers are the summary's, in points.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from suite import resources
from suite.errors import SuiteError
from suite.schema import DeltaRow, GateReport, Interval, Strict, Summary, Verdict, VerdictWord
from suite.strict_yaml import did_you_mean, load_yaml

ANY_FAMILY = "*"
Points = float
Finding = tuple[VerdictWord, str]
"""Verdict and the line that explains it."""


class Claim(Strict):
    """One statement about one reward on one task, in one family or (``*``) in every family of the summary.

    ``expect: gain`` holds when the whole interval is at or above ``at_least`` (default 0: strictly above);
    ``expect: no_gain`` when its upper end is below ``margin``. Losses are no gain.
    """

    family: str = Field(min_length=1)
    reward: str = Field(min_length=1)
    task: str = Field(min_length=1)
    expect: Literal["gain", "no_gain"]
    at_least: Points | None = Field(default=None, ge=0, le=100)
    margin: Points | None = Field(default=None, gt=0, le=100)

    @model_validator(mode="after")
    def _own_threshold(self) -> Self:
        """Each kind of claim has its own threshold; the other's would be ignored without a word."""
        if self.expect == "gain" and self.margin is not None:
            raise ValueError("'margin' does not go with expect: gain. Allowed: at_least")
        if self.expect == "no_gain" and self.at_least is not None:
            raise ValueError("'at_least' does not go with expect: no_gain. Allowed: margin")
        if self.expect == "no_gain" and self.margin is None:
            raise ValueError("expect: no_gain needs 'margin', in points. Allowed: over 0 up to 100")
        return self

    @property
    def text(self) -> str:
        """The claim in a few words."""
        if self.expect == "no_gain":
            return f"no gain of {self.margin:g} points or more"
        return f"gain of at least {self.at_least:g} points" if self.at_least else "gain above 0 points"


class PolicyFile(Strict):
    """What a policy file holds."""

    description: str = ""
    claims: tuple[Claim, ...] = Field(min_length=1)


class Policy(PolicyFile):
    """A policy file with its name: the name it was asked by, or the file's."""

    name: str


def load_policy(name_or_file: str | Path) -> Policy:
    """The policy shipped under this name, else the one in this file; ``SuiteError`` when neither is usable."""
    known = {path.stem: path for path in sorted(resources.policies_dir().glob("*.yaml"))}
    path = known.get(str(name_or_file), Path(name_or_file))
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        what = f"unknown policy {str(name_or_file)!r}. Known: {', '.join(known)}, or the path of a .yaml file"
        raise SuiteError(what, "--policy", f"{did_you_mean(str(name_or_file), known)}Give a known name or a file")
    file = load_yaml(path, PolicyFile)
    return Policy(name=path.stem, description=file.description, claims=file.claims)


def judge(summary: Summary, policy: Policy, inconclusive: Literal["pass", "fail"] | None = None) -> GateReport:
    """The verdict on every claim, in order; ``inconclusive`` says what exit code 3 becomes (pass: 0, fail: 1)."""
    verdicts = tuple(verdict for claim in policy.claims for verdict in _judge_claim(summary, claim))
    return GateReport(policy=policy.name, exit_code=_exit_code(verdicts, inconclusive), verdicts=verdicts)


def report_text(report: GateReport) -> str:
    """The report for a terminal: one line a verdict, then the count of each verdict and the exit code."""
    lines = [f"{v.verdict:<14} {v.family}  {v.reward}  {v.task}  {v.claim}: {v.detail}" for v in report.verdicts]
    words = [v.verdict for v in report.verdicts]
    counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    return "\n".join([f"policy {report.policy}", *lines, f"{counts}; exit code {report.exit_code}"]) + "\n"


def _exit_code(verdicts: Sequence[Verdict], inconclusive: Literal["pass", "fail"] | None) -> int:
    """1 before 3 before 0."""
    words = {v.verdict for v in verdicts}
    if words & {"refuted", "missing"}:
        return 1
    if words & {"inconclusive", "not comparable"}:
        return {None: 3, "pass": 0, "fail": 1}[inconclusive]
    return 0


def _judge_claim(summary: Summary, claim: Claim) -> Iterator[Verdict]:
    """One verdict for each row that the claim speaks of; ``missing`` for a family without one, once if all lack it."""
    of_claim = (row for row in summary.deltas if (row.reward, row.task) == (claim.reward, claim.task))
    rows = [row for row in of_claim if claim.family in (ANY_FAMILY, row.family)]
    if not rows:
        yield _verdict(claim, claim.family, ("missing", _why_missing(summary, claim)))
        return
    families = summary.families if claim.family == ANY_FAMILY else (claim.family,)
    for family in dict.fromkeys([*families, *(row.family for row in rows)]):
        of_family = [row for row in rows if row.family == family]
        for row in of_family:
            word, detail = _judge_row(claim, row)
            unverified = "; arms unverified: imported, with settings unstated" if row.arms else ""
            yield _verdict(claim, family, (word, f"{detail}{unverified} ({_which(row)})"))
        if not of_family:
            detail = f"no pair of reward {claim.reward} on {claim.task} in this family"
            yield _verdict(claim, family, ("missing", detail))


def _verdict(claim: Claim, family: str, finding: Finding) -> Verdict:
    word, detail = finding
    return Verdict(claim=claim.text, family=family, reward=claim.reward, task=claim.task, verdict=word, detail=detail)


def _which(row: DeltaRow) -> str:
    """The pair behind a row: several steps or protocols of one reward each get their own verdict."""
    return f"{row.checkpoint} against {row.base}, step {row.step}, protocol {row.protocol}, {row.n_items} items"


def _why_missing(summary: Summary, claim: Claim) -> str:
    """What the summary lacks, in the order in which a misspelling is likeliest."""
    present = {
        "family": dict.fromkeys([ANY_FAMILY, *summary.families, *(row.family for row in summary.deltas)]),
        "reward": dict.fromkeys(row.reward for row in summary.deltas),
        "task": dict.fromkeys(row.task for row in summary.deltas),
    }
    asked = {"family": claim.family, "reward": claim.reward, "task": claim.task}
    for kind, name in asked.items():
        if name not in present[kind]:
            guess = did_you_mean(name, present[kind])
            return f"the summary has no pair with {kind} {name}; it has {_listed(present[kind])}. {guess}".rstrip()
    return "no pair of the summary has this family, reward and task together"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name != ANY_FAMILY) or "none"


def _judge_row(claim: Claim, row: DeltaRow) -> Finding:
    """The verdict on one row; anything short of a usable interval is not decided."""
    if not row.comparable:
        fields = ", ".join(row.differs or ()) or "fields that the summary does not name"
        return "not comparable", f"the arms differ in {fields}"
    if row.delta is None:
        return "inconclusive", "the summary gives no delta"
    if row.interval is None:
        return "inconclusive", f"delta {row.delta:+.1f} points without an interval: too few items to say how sure it is"
    threshold = claim.at_least if claim.expect == "gain" else claim.margin
    word, why = (_judge_gain if claim.expect == "gain" else _judge_no_gain)(row.interval, threshold or 0)
    low, high = row.interval
    covers = f"; the interval covers {row.interval_covers}" if row.interval_covers else ""
    return word, f"delta {row.delta:+.1f} points, interval {low:+.1f} to {high:+.1f}: {why}{covers}"


def _judge_gain(interval: Interval, at_least: Points) -> Finding:
    """``at_least`` 0 means more than nothing, so that an interval that touches 0 shows no gain."""
    low, high = interval
    if low > 0 and low >= at_least:
        return "holds", f"all of it is {f'at least {at_least:g}' if at_least else 'above 0'}"
    if high <= 0 or high < at_least:
        return "refuted", f"none of it is {f'as high as {at_least:g}' if at_least else 'above 0'}"
    return "inconclusive", f"{at_least:g} lies inside it"


def _judge_no_gain(interval: Interval, margin: Points) -> Finding:
    """Equivalence from above only: the upper end must stay under the margin."""
    low, high = interval
    if high < margin:
        return "holds", f"all of it is below the margin {margin:g}"
    if low > margin:
        return "refuted", f"all of it is above the margin {margin:g}"
    return "inconclusive", f"the margin {margin:g} lies inside it"
