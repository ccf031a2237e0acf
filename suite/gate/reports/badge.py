"""The gate's report as a badge: an SVG file, or the JSON of a shields.io endpoint badge."""

import json
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from suite.gate.gate_report import GateReport, Verdict, worst
from suite.gate.reports.wording import one_line
from suite.schema import VerdictWord

LABEL = "rlvr gate"
PADDING = 6
NARROW = set(" ,fijlrt1")
WIDE = set("mw")


class Colour(NamedTuple):
    """A colour: its name at shields.io, and a value with enough contrast to white (4.5; WCAG 2.2, 1.4.3)."""

    name: str
    value: str


COLOURS: dict[VerdictWord, Colour] = {
    "holds": Colour("brightgreen", "#2e7d32"),
    "inconclusive": Colour("yellow", "#856404"),
    "not comparable": Colour("orange", "#b45309"),
    "missing": Colour("red", "#c62828"),
    "refuted": Colour("red", "#c62828"),
}
NOTHING_CHECKED = Colour("lightgrey", "#6b6b6b")

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" viewBox="0 0 {width} 20" \
role="img" aria-labelledby="title">
  <title id="title">{title}</title>
  <path fill="#555" d="M3 0H{left}V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/>
  <path fill="{colour}" d="M{left} 0H{bend}a3 3 0 0 1 3 3V17a3 3 0 0 1-3 3H{left}z"/>
  <g fill="#fff" font-family="Verdana,'DejaVu Sans',Geneva,sans-serif" font-size="11" aria-hidden="true">
    <text x="{padding}" y="14" textLength="{label_length}">{label}</text>
    <text x="{message_x}" y="14" textLength="{message_length}">{message}</text>
  </g>
</svg>
"""


def badge_svg(report: GateReport) -> str:
    """Return a flat badge that loads nothing from elsewhere; its title also names the policy."""
    # Two boxes side by side, as wide as their texts with padding: the label on grey, the message on its
    # colour.
    message = _message(report.verdicts)
    label_length = _text_width(LABEL)
    message_length = _text_width(message)
    left = label_length + 2 * PADDING
    width = left + message_length + 2 * PADDING
    return SVG.format(
        width=width,
        left=left,
        bend=width - 3,
        padding=PADDING,
        label=LABEL,
        label_length=label_length,
        message=message,
        message_length=message_length,
        message_x=left + PADDING,
        colour=_colour(report.verdicts).value,
        title=escape(one_line(f"{LABEL}: {message} (policy {report.policy})")),
    )


def badge_json(report: GateReport) -> str:
    """Return what shields.io reads from an endpoint (shields.io/badges/endpoint-badge).

    It shows an error in a colour of its own.
    """
    badge: dict[str, object] = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": _message(report.verdicts),
        "color": _colour(report.verdicts).name,
    }
    if {verdict.verdict for verdict in report.verdicts} & {"refuted", "missing"}:
        badge["isError"] = True
    return json.dumps(badge)


def _colour(verdicts: Sequence[Verdict]) -> Colour:
    """Return the colour of the worst verdict."""
    return COLOURS[worst(verdicts)] if verdicts else NOTHING_CHECKED


def _message(verdicts: Sequence[Verdict]) -> str:
    """Return ``12 of 12 hold`` or ``11 of 12 hold, 1 refuted``: the worst verdict in words, too."""
    if not verdicts:
        return "nothing checked"
    words = [verdict.verdict for verdict in verdicts]
    deciding = worst(verdicts)
    holding = f"{words.count('holds')} of {len(words)} hold"
    return holding if deciding == "holds" else f"{holding}, {words.count(deciding)} {deciding}"


def _text_width(text: str) -> int:
    """Return the approximate width in pixels at 11px Verdana; ``textLength`` corrects it for another font."""
    width = 0.0
    for character in text:
        if character in NARROW:
            width += 4.2
        elif character in WIDE:
            width += 10
        else:
            width += 6.9
    return round(width)
