"""The gate's badges; the SVG's text is measured in a real Chromium."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as ET

import pytest

from suite.gate.gate_report import GateReport, Verdict
from suite.gate.reports.badge import COLOURS, NOTHING_CHECKED, badge_json, badge_svg
from suite.schema import VerdictWord

CHROMIUM = Path("/usr/bin/chromium")
SVG = "{http://www.w3.org/2000/svg}"
MESSAGES = [
    (("holds",) * 12, "12 of 12 hold", "brightgreen", False),
    (("holds",) * 11 + ("refuted",), "11 of 12 hold, 1 refuted", "red", True),
    (("holds", "missing", "inconclusive"), "1 of 3 hold, 1 missing", "red", True),
    (("not comparable", "inconclusive"), "0 of 2 hold, 1 not comparable", "orange", False),
    (("inconclusive", "holds", "inconclusive"), "1 of 3 hold, 2 inconclusive", "yellow", False),
    ((), "nothing checked", "lightgrey", False),
]


def report(words: Sequence[VerdictWord], policy: str = "release") -> GateReport:
    fields = {
        "claim": "1",
        "kind": "gain",
        "says": "gain",
        "family": "f",
        "reward": "r",
        "task": "t",
        "detail": "d",
    }
    verdicts = tuple(Verdict(verdict=word, **fields) for word in words)
    return GateReport(
        policy=policy,
        suite_version="0.9",
        generated="2026-03-01",
        samples_hash="ab12",
        exit_code=0,
        verdicts=verdicts,
    )


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("words", "message", "colour", "error"), MESSAGES)
def test_the_endpoint_says_how_many_hold_and_the_worst(
    words: Sequence[VerdictWord], message: str, colour: str, error: bool
) -> None:
    expected = {"schemaVersion": 1, "label": "rlvr gate", "message": message, "color": colour}
    assert json.loads(badge_json(report(words))) == expected | ({"isError": True} if error else {})


@pytest.mark.parametrize(("words", "message", "colour", "error"), MESSAGES)
def test_the_picture_says_the_same(
    words: Sequence[VerdictWord], message: str, colour: str, error: bool
) -> None:
    root = ET.fromstring(badge_svg(report(words)))
    assert [text.text for text in root.iter(f"{SVG}text")] == ["rlvr gate", message]
    assert root.findtext(f"{SVG}title") == f"rlvr gate: {message} (policy release)"
    assert root.get("aria-labelledby") == root.find(f"{SVG}title").get("id")
    fills = {path.get("fill") for path in root.iter(f"{SVG}path")}
    assert next(c.name for c in (*COLOURS.values(), NOTHING_CHECKED) if c.value in fills) == colour


def test_every_verdict_has_a_colour_on_which_white_can_be_read() -> None:
    assert set(get_args(VerdictWord)) == set(COLOURS)
    for colour in (*COLOURS.values(), NOTHING_CHECKED):
        assert 1.05 / (luminance(colour.value) + 0.05) >= 4.5, colour


def test_a_hostile_policy_stays_text() -> None:
    root = ET.fromstring(badge_svg(report(("holds",), policy='</title><script>"&\x00{x}')))
    assert root.findtext(f"{SVG}title") == 'rlvr gate: 1 of 1 hold (policy </title><script>"&�{x})'
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "title", "path", "g", "text"}


def test_the_picture_asks_for_nothing_from_elsewhere() -> None:
    assert "http" not in badge_svg(report(("holds",))).replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.browser
@pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("CI"),
    reason="needs /usr/bin/chromium (apt install chromium)",
)
def test_the_width_kept_for_the_text_is_about_what_it_takes() -> None:
    from playwright.sync_api import sync_playwright

    measure = "texts => texts.map(t => { t.removeAttribute('textLength'); return t.getComputedTextLength() })"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        for words, *_ in MESSAGES:
            page.set_content(badge_svg(report(words)))
            kept = page.locator("text").evaluate_all("texts => texts.map(t => +t.getAttribute('textLength'))")
            assert kept == pytest.approx(page.locator("text").evaluate_all(measure), rel=0.1)
        chromium.close()
