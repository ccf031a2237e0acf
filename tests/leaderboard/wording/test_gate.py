"""The words of the gate's page."""

import pytest
from board_page import told
from gate_reports import (
    GONE,
    HOLDS,
    NO_GAIN,
    OPEN,
    REFUTED,
    UNLIKE,
    files_of,
    page_of,
    report,
    rows_of,
)

from suite.gate.gate_report import GateReport
from suite.leaderboard.wording.gate import needs_words
from suite.schema import Needs, Summary


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        (Needs(items=1240, samples=32, seeds=5), "1,240 items, or 32 samples an item, or 5 training seeds"),
        (Needs(samples=1), "1 sample an item"),
        (Needs(), "no number of items, samples or seeds is known to be enough by itself"),
    ],
)
def test_what_would_decide_a_verdict_is_told_in_words(summary: Summary, needs: Needs, words: str) -> None:
    html = page_of(summary, OPEN.model_copy(update={"needs": needs}))
    assert needs_words(needs) == words and f"To decide it: {words}" in rows_of(html)["claim-llama-gains"]
    assert "80% chance" in html and "80% chance" not in page_of(summary, HOLDS)


@pytest.mark.parametrize(
    ("gate", "title", "reason"),
    [
        (report(HOLDS, NO_GAIN), "✓ The gate passed", "Every claim holds."),
        (report(HOLDS, REFUTED), "✗ The gate failed", "A claim is refuted."),
        (report(HOLDS, GONE, OPEN), "✗ The gate failed", "A pair that a claim names is missing."),
        (report(HOLDS, OPEN), "? The gate is undecided", "but something is open."),
        (
            report(UNLIKE, exit_code=0, inconclusive="pass"),
            "✓ The gate passed",
            "passes under --inconclusive pass.",
        ),
        (
            report(OPEN, exit_code=1, inconclusive="fail"),
            "✗ The gate failed",
            "which fails under --inconclusive fail.",
        ),
        (report(), "✓ The gate passed", "The policy has no claim that can be checked."),
    ],
)
def test_the_outcome_is_a_word_and_a_reason(
    summary: Summary, gate: GateReport, title: str, reason: str
) -> None:
    text = told(files_of(summary, gate)["gate.html"])
    assert title in text and reason in text and f"exit code {gate.exit_code}" in text
    assert f"--inconclusive {gate.inconclusive or 'not given'}" in text
