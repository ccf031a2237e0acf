"""The gate's report as a badge: an SVG of our own, and the JSON of a shields.io endpoint badge."""

import json
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from suite.gate.reports.wording import one_line
from suite.gate.verdict import GateReport, Verdict
from suite.schema import WORST_FIRST, VerdictWord

LABEL = "rlvr gate"
PADDING = 6
NARROW, WIDE = set(" ,fijlrt1"), set("mw")


class Colour(NamedTuple):
    """One colour: its name at shields.io, and a value on which white text has a contrast of 4.5 or more (WCAG 2.2, 1.4.3)."""

    name: str
    value: str


COLOURS: dict[VerdictWord | None, Colour] = {
    "holds": Colour("brightgreen", "#2e7d32"),
    "inconclusive": Colour("yellow", "#856404"),
    "not comparable": Colour("orange", "#b45309"),
    "missing": Colour("red", "#c62828"),
    "refuted": Colour("red", "#c62828"),
    None: Colour("lightgrey", "#6b6b6b"),
}

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" viewBox="0 0 {width} 20" role="img" aria-labelledby="title">
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
    """A flat badge that needs nothing from elsewhere; its title says the policy, too."""
    message = _message(report.verdicts)
    label_length, message_length = _text_width(LABEL), _text_width(message)
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
        colour=COLOURS[_worst(report.verdicts)].value,
        title=escape(one_line(f"{LABEL}: {message} (policy {report.policy})")),
    )


def badge_json(report: GateReport) -> str:
    """What shields.io reads from an endpoint (shields.io/badges/endpoint-badge); an error's colour cannot be changed there."""
    worst = _worst(report.verdicts)
    badge = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": _message(report.verdicts),
        "color": COLOURS[worst].name,
    }
    return json.dumps(badge | ({"isError": True} if worst in ("refuted", "missing") else {}))


def _worst(verdicts: Sequence[Verdict]) -> VerdictWord | None:
    return min((verdict.verdict for verdict in verdicts), key=WORST_FIRST.index, default=None)


def _message(verdicts: Sequence[Verdict]) -> str:
    """``12 of 12 hold``, or ``11 of 12 hold, 1 refuted``: the worst verdict in words, never by its colour alone."""
    words = [verdict.verdict for verdict in verdicts]
    worst = _worst(verdicts)
    if worst is None:
        return "nothing checked"
    holding = f"{words.count('holds')} of {len(words)} hold"
    return holding if worst == "holds" else f"{holding}, {words.count(worst)} {worst}"


def _text_width(text: str) -> int:
    """About its width in pixels at 11px Verdana; ``textLength`` makes up for what another font differs."""
    return round(sum(4.2 if c in NARROW else 10 if c in WIDE else 6.9 for c in text))
