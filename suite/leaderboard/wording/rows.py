"""Words of a summary's rows on all pages. A finding is always a mark and a word, never a colour alone."""

from functools import partial

from suite.schema import (
    TASK_METRICS,
    DeltaReference,
    DeltaRow,
    Interval,
    Outcome,
    ScoreReference,
    ScoreRow,
    Summary,
)
from suite.schema.numbers import MINUS, percent, points, points_interval
from suite.stats import ALPHA

MARKS = {
    "gain": "▲",
    "loss": "▼",
    "equivalent": "≈",
    "inconclusive": "?",
    "not comparable": "⊘",
    "missing": "∅",
}
MEANINGS = {
    "gain": "the whole interval is above zero, and the test rejects at {alpha}",
    "loss": "the whole interval is below zero, and the test rejects at {alpha}",
    "equivalent": "the whole interval is within ±{margin} points, and it is neither gain nor loss",
    "inconclusive": "neither a change nor the absence of one can be ruled out",
    "not comparable": (
        "the two arms were not run alike; the differing fields are named and no number is given"
    ),
    "missing": "no number for this family and reward on this task",
}
UNVERIFIED_MARK = "†"
UNVERIFIED_MEANING = "imported answers with settings missing that must match between arms"
NO_CONTROL = "no control"
NO_CONTROL_MEANING = (
    "no checkpoint trained on a spurious reward with the same base, recipe and step was evaluated under the "
    "same protocol, so it is unknown how much of the delta any reward would have brought; published deltas "
    "are references, never controls"
)
IS_CONTROL = "is a control"
IS_CONTROL_MEANING = "trained on a spurious reward: shows what such training brings by itself"
NOT_LOOKED_FOR = "controls not searched for"
NOT_COMPARED = "not compared with its controls"
CONTROLS_OPEN = 3
"""Maximum number of controls that a table row names; more are folded, and all below an adjusted delta."""
ROWS_OPEN = 12
"""Longer tables behind the deltas are folded."""
SCORES_OPEN = 24
"""Longer tables of scores are folded."""
HOLM_MARK = "‡"
NOT_AFTER_HOLM = "not after Holm"
NOT_AFTER_HOLM_MEANING = (
    "a gain or loss by itself, but not after adjustment for the whole board: Holm's adjusted p over all "
    "{tested} cells is above {alpha}"
)
DETECTABLE = "minimum detectable effect: the delta that a test of one row at 5% would find with 80% chance"
COVERS = (
    "“items only”: with one training seed, the interval is about this checkpoint and covers the choice of "
    "items, not the luck of training. “items and seeds”: with several, delta is their mean, and the interval "
    "is about the method."
)
REFERENCE = "as a reference only"
OFF_MARK = "≠"
OFF_MEANING = (
    "“Off”: the published figure of the same base under the same prompt is outside the interval measured "
    "here. Decoding, engine and grader are the source's own."
)
AUDIT = (
    "Under the same prompt, these bases score differently here than published. An underestimated base "
    "inflates its checkpoints' gains. The table of scores lists the sources' settings."
)
STRONG_BASELINE = (
    "against the base's best prompt, chosen on one half of the items and measured on the other, both ways"
)
EVERY_PROTOCOL = "rlvr-suite eval --protocols all"
ONE_PROTOCOL = "one protocol only"
PROBE_PROTOCOL = "a probe has one protocol"
WAYS = {
    "delta": "Delta",
    "adjusted": "Beyond control",
    "strong": "Strong baseline",
}
"""The values that a heatmap cell can show."""
WAY_TITLES = {
    "delta": "Delta",
    "adjusted": "Delta beyond its control",
    "strong": "Delta against the strong baseline",
}
WAY_MEANINGS = {
    "delta": "Checkpoint minus its own base under the same prompt.",
    "adjusted": (
        "Delta minus that of the control with the largest delta, paired by item. A control is trained on a "
        "spurious reward with the same base, recipe and step."
    ),
    "strong": f"Delta {STRONG_BASELINE}.",
}


page_points = partial(points, minus=MINUS)
"""Points as every page shows them, with a true minus sign."""
page_interval = partial(points_interval, minus=MINUS)
"""An interval of points, the same way."""


def estimate(delta: float, interval: Interval | None) -> str:
    """Return a delta with its interval, ``+4.0 [+1.2, +6.8]``."""
    return f"{page_points(delta)} {page_interval(interval)}"


def finding_word(row: DeltaRow) -> str:
    """Return the word for a row: its finding, ``not comparable``, or ``missing`` without a number."""
    if not row.comparable:
        return "not comparable"
    if row.delta is None:
        return "missing"
    return row.finding or "inconclusive"


def control_word(row: DeltaRow) -> str:
    """Return the words for a row that names no control; a dash if controls were not searched for."""
    if row.spurious:
        return IS_CONTROL
    return NO_CONTROL if row.control == () else "–"


def delta_reference(reference: DeltaReference) -> str:
    """Return a published delta with its source and setting, marked as a reference."""
    step = "" if reference.step is None else f", step {reference.step}"
    value = f"published {page_points(reference.delta)} points"
    return f"{REFERENCE}: {value}, {reference.source} ({reference.setting}{step})"


def score_reference(reference: ScoreReference) -> str:
    """Return a published accuracy with its source and, if it is off, the word for it."""
    return f"{'off: ' if reference.off else ''}published {percent(reference.accuracy)}, {reference.source}"


def chosen_protocols(row: DeltaRow) -> str:
    """Return the base's best prompt: a single name if both halves of the items chose the same."""
    return " / ".join(dict.fromkeys(row.strong_baseline_chosen or ()))


def metric_label(name: str) -> str:
    """Return the heading of a metric; an unknown name stays as it is."""
    return TASK_METRICS[name].title if name in TASK_METRICS else name


def metric_meaning(name: str) -> str:
    """Return the long form of a metric's heading; empty for an unknown name."""
    return TASK_METRICS[name].meaning if name in TASK_METRICS else ""


def outcome_count(row: ScoreRow, outcome: Outcome) -> str:
    """Return a number of samples; of truncated ones a dash if the reason for stopping is unknown."""
    # Without that reason the count is a lower bound: only samples known to be truncated are counted.
    count = row.outcomes.get(outcome, 0)
    if outcome != "truncated" or row.behaviour.truncated is not None:
        return str(count)
    return f"≥ {count}" if count else "–"


def meaning(word: str, summary: Summary) -> str:
    """Return the meaning of a finding's word under this summary's margin."""
    return MEANINGS[word].format(alpha=f"{ALPHA:.0%}", margin=f"{summary.margin:g}")


def p_number(p: float) -> str:
    """Return p with two significant digits, three close to the threshold: ``0.0018`` -> ``.0018``."""
    if p < 1e-4:
        return "< .0001"
    digits = 3 if abs(p - ALPHA) < 0.01 else 2
    return f"{p:#.{digits}g}".lstrip("0")


def p_words(row: DeltaRow) -> tuple[str, ...]:
    """Return p of a row by itself and Holm's for the board; nothing without a test."""
    if row.p is None:
        return ()
    p = f"p {p_number(row.p)}"
    return (p,) if row.p_holm is None else (p, f"Holm {p_number(row.p_holm)}")


def p_meaning(row: DeltaRow) -> str:
    """Return Benjamini and Hochberg's p, or the reason for its absence."""
    if row.p_holm is None:
        return "not adjusted for the board, because leak probes are no part of it"
    return "" if row.p_bh is None else f"Benjamini-Hochberg {p_number(row.p_bh)}"


def fades(row: DeltaRow) -> bool:
    """Return whether a row is a gain or loss by itself, but not after adjustment for the whole board."""
    return finding_word(row) in ("gain", "loss") and row.p_holm is not None and row.p_holm > ALPHA


def not_after_holm(tested: int) -> str:
    """Return the meaning of the mark, for the legend."""
    return NOT_AFTER_HOLM_MEANING.format(tested=tested, alpha=f"{ALPHA:g}".lstrip("0"))


def within(row: DeltaRow) -> str:
    """Return the smallest margin at which the row counts as equivalent; empty if there is none."""
    return "" if row.equivalent_within is None else f"within ±{row.equivalent_within:.1f} points"


def beyond(row: DeltaRow) -> str:
    """Return the control that the adjusted delta is beyond."""
    return f"beyond {row.adjusted_against}" if row.adjusted_against else "beyond its control"


def beats(row: DeltaRow) -> str:
    """Return in words whether the delta exceeds that of every control; empty if it is unknown."""
    if row.beats_controls is None:
        return ""
    return "beats every control" if row.beats_controls else "does not beat every control"


def doubts(row: DeltaRow, contaminated: bool) -> tuple[str, ...]:
    """Return the reasons not to read a gain as one in reasoning, each a sentence with its numbers."""
    # From what makes the row no method at all to what merely weakens it; the page shows them in this order.
    reasons: list[str] = []
    if row.spurious:
        reasons.append("The reward ignores correctness: this is a control, not a method.")
    if row.beats_controls is False and row.adjusted_delta is not None:
        adjusted = estimate(row.adjusted_delta, row.adjusted_interval)
        reasons.append(f"Not shown to exceed what a spurious reward brings: {adjusted} {beyond(row)}.")
    if row.control == ():
        reasons.append(
            "No control was trained alike, so it is unknown what a spurious reward would have brought."
        )
    if contaminated:
        reasons.append(
            "This family's training corpus contains the items: what looks like reasoning may be memory."
        )
    strong = row.strong_baseline_interval
    if strong is not None and strong[0] <= 0:
        gain = estimate(row.strong_baseline_delta or 0, strong)
        reasons.append(f"Not shown against the base's best prompt: {gain}.")
    if fades(row):
        reasons.append("Not significant on the whole board: its adjusted p (Holm) is above the threshold.")
    return tuple(reasons)
