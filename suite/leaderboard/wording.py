"""How numbers and findings read on the board. A finding is always a mark and a word, never a colour alone."""

from suite.schema import DeltaReference, DeltaRow, Interval, Outcome, ScoreReference, ScoreRow

MINUS = "\N{MINUS SIGN}"
MARKS = {
    "gain": "▲",
    "loss": "▼",
    "equivalent": "≈",
    "inconclusive": "?",
    "not comparable": "⊘",
    "missing": "∅",
}
MEANINGS = {
    "gain": "the whole interval lies above zero",
    "loss": "the whole interval lies below zero",
    "equivalent": "the interval lies within the margin that counts as no change",
    "inconclusive": "the interval allows more than one of the above",
    "not comparable": "the two arms were not run alike; the fields that differ are named and no number is given",
    "missing": "no number for this family and reward on this task",
}
UNVERIFIED_MARK = "†"
UNVERIFIED_MEANING = "imported answers that do not say everything that must match between the arms"
NO_CONTROL = "no control"
NO_CONTROL_MEANING = (
    "no checkpoint of a spurious reward with the same base, recipe and step was evaluated under the same protocol, so nothing "
    "here says how much of the delta any reward would have brought; published deltas are references, never controls"
)
IS_CONTROL = "is a control"
IS_CONTROL_MEANING = "trained on a spurious reward: what such a training brings by itself"
CONTROLS_OPEN = 3
"""So many names of controls stand in a row of the table; more are folded."""
REFERENCE = "as a reference only"
OFF_MARK = "≠"
OFF_MEANING = (
    "“Off”: the published figure of the same base under the same prompt lies outside the interval measured here. Decoding, "
    "engine and grader are the source's own."
)
AUDIT = (
    "Under the same prompt, these bases score otherwise here than published. A base that is measured too low lends its "
    "checkpoints a gain. The sources' settings stand in the table of scores."
)
STRONG_BASELINE = "against the base's best prompt, chosen on one half of the items and measured on the other, both ways"
EVERY_PROTOCOL = "rlvr-suite eval --protocols all"
METRIC_LABELS = {
    "exact_match": "Rest of question reproduced exactly",
    "answer_found": "Answer given without the question",
    "rouge_l": "Overlap with the rest (ROUGE-L)",
    "continuous": "Continuous score (paper B)",
}
METRIC_MEANINGS = {
    "exact_match": "Share of samples that continue with the hidden rest, word for word",
    "answer_found": "Share of samples whose final answer is right though the model saw only a part of the question",
    "rouge_l": "Mean ROUGE-L F1 of the hidden rest and as many words of the sample",
    "continuous": "Mean closeness of the answer to the true value, 1 where they are equal (arXiv 2507.10532v3, eq. 2)",
}


def signed(points: float) -> str:
    """``12.34`` -> ``+12.3``; a true minus sign; a value that rounds to zero carries no sign."""
    text = f"{points:+.1f}"
    if float(text) == 0:
        return "0.0"
    return text.replace("-", MINUS)


def signed_interval(interval: Interval | None) -> str:
    """Interval of a delta in percentage points, or the word ``undefined``."""
    return f"[{signed(interval[0])}, {signed(interval[1])}]" if interval else "undefined"


def percent(share: float) -> str:
    """``0.4125`` -> ``41.2%``."""
    return f"{100 * share:.1f}%"


def percent_interval(interval: Interval | None) -> str:
    """Interval of a share, or the word ``undefined``."""
    return f"[{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]" if interval else "undefined"


def finding_word(row: DeltaRow) -> str:
    """The word for a row: its finding, ``not comparable``, or ``missing`` where there is no number."""
    if not row.comparable:
        return "not comparable"
    if row.delta is None:
        return "missing"
    return row.finding or "inconclusive"


def control_word(row: DeltaRow) -> str:
    """What stands where no control is named; a dash where none was looked for."""
    if row.spurious:
        return IS_CONTROL
    return NO_CONTROL if row.control == () else "–"


def delta_reference(reference: DeltaReference) -> str:
    """A published delta with its source and setting, told as what it is."""
    step = "" if reference.step is None else f", step {reference.step}"
    value = f"published {signed(reference.delta)} points"
    return f"{REFERENCE}: {value}, {reference.source} ({reference.setting}{step})"


def score_reference(reference: ScoreReference) -> str:
    """A published accuracy with its source; one that is off says so in words."""
    return f"{'off: ' if reference.off else ''}published {percent(reference.accuracy)}, {reference.source}"


def chosen_protocols(row: DeltaRow) -> str:
    """The base's best prompt: one name where both halves of the items chose the same."""
    return " / ".join(dict.fromkeys(row.strong_baseline_chosen or ()))


def metric_label(name: str) -> str:
    """Heading of a metric; an unknown name is shown as it is."""
    return METRIC_LABELS.get(name, name)


def metric_meaning(name: str) -> str:
    """What a metric's heading says at length; nothing for an unknown name."""
    return METRIC_MEANINGS.get(name, "")


def outcome_count(row: ScoreRow, outcome: Outcome) -> str:
    """How many samples have an outcome; a dash where nobody says why generation stopped, so that none can be called truncated."""
    count = row.outcomes.get(outcome, 0)
    if outcome != "truncated" or row.behaviour.truncated is not None:
        return str(count)
    return f"≥ {count}" if count else "–"
