"""Words of the page of published figures."""

from suite.schema.numbers import MINUS

NO_INTERVAL = "no interval published"
NOT_FOUND = "not found"
"""For a value that was looked for in the source, unlike one that no source was searched for."""

LEAD = (
    "Deltas, baselines and contamination probes of {sources} sources, each figure with the place that prints "
    "it."
)
NOTE = (
    "These are references, never controls: prompt, grader, decoding and hardware are the source's own. "
    "Nothing here is subtracted from a measured number, and figures of several sources appear side by side "
    "and are never averaged."
)
TABS = (("deltas", "Deltas"), ("accuracies", "Accuracies of bases"), ("probes", "Contamination probes"))
DELTAS = (
    "Accuracy of the checkpoint minus that of its base, in percentage points. **No interval published:** "
    "none of these sources prints one for a delta, so none can be called a gain or a loss here."
)
KEY_PRINTED = "printed by source 1"
KEY_SOUGHT = f"{NOT_FOUND}: looked for in source 1, which prints no usable number"
KEY_UNASKED = "not asked: no source is known to have looked"
ALL_DELTAS = "Step counts rollout phases of training; a dash means that the source does not state it."
ACCURACIES = (
    "The score of each base before any RL. An underestimated base inflates its checkpoints' gains, so "
    "compare a delta with what others measured for the same base."
)
SPREADS = (
    "Each mark is one printed accuracy, of any source, on a scale from 0 to 100%; the line joins the lowest "
    "to the highest."
)
ALL_ACCURACIES = (
    "Protocol is this suite's id if the source's prompt is known to be that text, else a dash. Temperature 0 "
    "is greedy; k samples an item, averaged. sd is the standard deviation over runs, in points, if the "
    "source prints one."
)
PROBES = (
    "The model is shown the first part of a question and continues it. ROUGE-L and exact match compare its "
    "text with the true rest, in percent: a model that completes questions has probably seen them in "
    "training."
)
NOTHING = "No figure matches."
SOURCES_COUNTS = (
    "Counts are of printed figures; in brackets, those looked for and not found. What was left out, and why, "
    "is in the"
)
KINDS = (
    ("deltas", "delta", "deltas"),
    ("scores", "accuracy", "accuracies"),
    ("probes", "probe", "probes"),
)
"""Kinds of figures with their singular and plural."""


def as_printed(value: float | None) -> str:
    """Return all digits of the source, at least one after the point: ``53.01``, ``10.0``."""
    return NOT_FOUND if value is None else repr(float(value))


def signed_as_printed(points: float) -> str:
    """Return the same with a sign, a true minus sign."""
    return f"{points:+}".replace("-", MINUS) if points else "0.0"
