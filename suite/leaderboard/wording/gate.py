"""Words of the gate's page. A verdict is always a mark and a word, never a colour alone."""

from typing import Literal

from suite.gate.gate_report import GateReport, Verdict, tally_words
from suite.gate.gate_report import counted as counted  # for templates, as the marks
from suite.schema import VERDICT_MARKS as VERDICT_MARKS
from suite.schema import Needs, VerdictWord

GateOutcome = Literal["passed", "failed", "undecided"]
VERDICT_MEANINGS: dict[VerdictWord, str] = {
    "refuted": "What was measured contradicts the claim.",
    "missing": "The claim names a pair that is not in the summary.",
    "not comparable": "The arms were not run alike, so no number is given.",
    "inconclusive": "What was measured fits both the claim and its opposite and is evidence for neither.",
    "holds": "What was measured supports the claim.",
}
OUTCOME_MARKS: dict[GateOutcome, str] = {"passed": "✓", "failed": "✗", "undecided": "?"}
OUTCOME_TITLES: dict[GateOutcome, str] = {
    "passed": "The gate passed",
    "failed": "The gate failed",
    "undecided": "The gate is undecided",
}
PARTS = {"family": "families", "task": "tasks", "reward": "rewards", "protocol": "protocols", "step": "steps"}
"""The parts of a verdict, by the field that distinguishes them."""
NEEDS_MEANING = (
    "What would decide it with 80% chance if the truth is what was measured. Each number is a total and is "
    "enough by itself, with the others unchanged."
)
TO_DECIDE = "To decide it:"
NO_INTERVAL = "interval undefined"
PROVENANCE = "What was judged. The same report gives the same page."
UNDECIDABLE = "no number of items, samples or seeds is known to be enough by itself"
BARS = (
    "Bars are intervals in percentage points, on one scale for the whole page; the dot is the measured "
    "value, the vertical line is zero."
)
NOT_CHECKED = (
    "The policy states these and explains why the evaluated cells cannot check them. They do not affect the "
    "exit code."
)
OTHER_SAMPLES = "These verdicts are about other samples than those of this leaderboard."
FAILURES: dict[VerdictWord, str] = {
    "refuted": "A claim is refuted.",
    "missing": "A pair that a claim names is missing.",
}


def outcome(report: GateReport) -> GateOutcome:
    """Return the exit code as a word."""
    return {0: "passed", 3: "undecided"}.get(report.exit_code, "failed")  # type: ignore[return-value]


def reason(report: GateReport) -> str:
    """Return the reason for the outcome, in a sentence."""
    words = {verdict.verdict for verdict in report.verdicts}
    if not words:
        return "The policy has no claim that can be checked."
    failures = [why for word, why in FAILURES.items() if word in words]
    if failures:
        return " ".join(failures)
    if words == {"holds"}:
        return "Every claim holds."
    return {
        "pass": "Nothing is refuted or missing; what is open passes under --inconclusive pass.",
        "fail": (
            "Nothing is refuted or missing, but something is open, which fails under --inconclusive fail."
        ),
        None: "Nothing is refuted or missing, but something is open.",
    }[report.inconclusive]


def parts_words(parts: tuple[Verdict, ...], by: tuple[str, ...]) -> str:
    """Return the tally of a verdict's parts: ``4 families: 1 refuted, 3 hold``."""
    noun = PARTS.get(by[0], "parts") if len(by) == 1 else "parts"
    return f"{len(parts)} {noun}: {tally_words(parts)}"


def needs_words(needs: Needs) -> str:
    """Return what would decide a verdict, each way by itself."""
    ways = (
        (needs.items, "item", "items"),
        (needs.samples, "sample an item", "samples an item"),
        (needs.seeds, "training seed", "training seeds"),
    )
    needed: list[str] = []
    for number, singular, plural in ways:
        if number is not None:
            needed.append(f"{number:,} {singular if number == 1 else plural}")
    return ", or ".join(needed) or UNDECIDABLE
