"""How verdicts read on the gate page. A verdict is always a mark and a word, never a colour alone."""

from typing import Literal

from suite.gate.verdict import GateReport, Verdict, tally_words
from suite.gate.verdict import counted as counted  # for templates, as the marks
from suite.schema import VERDICT_MARKS as VERDICT_MARKS
from suite.schema import Needs, VerdictWord

GateOutcome = Literal["passed", "failed", "undecided"]
VERDICT_MEANINGS: dict[VerdictWord, str] = {
    "refuted": "What was measured contradicts the claim.",
    "missing": "The claim speaks of a pair that the summary does not have.",
    "not comparable": "The arms were not run alike, so no number is given.",
    "inconclusive": "What was measured fits the claim as well as its opposite, and is evidence for neither.",
    "holds": "What was measured bears the claim out.",
}
OUTCOME_MARKS: dict[GateOutcome, str] = {"passed": "✓", "failed": "✗", "undecided": "?"}
OUTCOME_TITLES: dict[GateOutcome, str] = {
    "passed": "The gate passed",
    "failed": "The gate failed",
    "undecided": "The gate is undecided",
}
PARTS = {"family": "families", "task": "tasks", "reward": "rewards", "protocol": "protocols", "step": "steps"}
"""What a verdict is put together from, by the field that tells its parts apart."""
NEEDS_MEANING = (
    "What would decide it with 80% chance if the truth is what was measured. Each number is a total and is enough by itself, the "
    "others left as they are."
)
UNDECIDABLE = "no number of items, samples or seeds is known to be enough by itself"
BARS = (
    "Bars are intervals in percentage points, on one scale for the whole page; the dot is the measured value, the upright line "
    "stands at zero."
)
NOT_CHECKED = "The policy states these and says why nothing that was evaluated can check them. They do not move the exit code."
OTHER_SAMPLES = "These verdicts were reached on other samples than those of the leaderboard beside them."
FAILURES: dict[VerdictWord, str] = {
    "refuted": "A claim is refuted.",
    "missing": "A pair that a claim names is missing.",
}


def outcome(report: GateReport) -> GateOutcome:
    """The exit code in a word."""
    return {0: "passed", 3: "undecided"}.get(report.exit_code, "failed")  # type: ignore[return-value]


def reason(report: GateReport) -> str:
    """Why the outcome is what it is, in a sentence."""
    words = {verdict.verdict for verdict in report.verdicts}
    if not words:
        return "The policy has no claim that can be checked."
    if told := [why for word, why in FAILURES.items() if word in words]:
        return " ".join(told)
    if words == {"holds"}:
        return "Every claim holds."
    return {
        "pass": "Nothing is refuted or missing; what is open was let through by --inconclusive pass.",
        "fail": "Nothing is refuted or missing, but something is open, which fails by --inconclusive fail.",
        None: "Nothing is refuted or missing, but something is open.",
    }[report.inconclusive]


def parts_words(parts: tuple[Verdict, ...], by: tuple[str, ...]) -> str:
    """``4 families: 1 refuted, 3 hold``."""
    return f"{len(parts)} {PARTS.get(by[0], 'parts') if len(by) == 1 else 'parts'}: {tally_words(parts)}"


def needs_words(needs: Needs) -> str:
    """What it would take, each way by itself."""
    ways = (
        (needs.items, "item", "items"),
        (needs.samples, "sample an item", "samples an item"),
        (needs.seeds, "training seed", "training seeds"),
    )
    told = [f"{number:,} {one if number == 1 else many}" for number, one, many in ways if number is not None]
    return ", or ".join(told) or UNDECIDABLE
