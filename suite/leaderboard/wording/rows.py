"""How numbers and findings read on the board. A finding is always a mark and a word, never a colour alone."""

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
    "gain": "the whole interval lies above zero, and the test rejects at {alpha}",
    "loss": "the whole interval lies below zero, and the test rejects at {alpha}",
    "equivalent": "the whole interval lies within ±{margin} points, and it is neither gain nor loss",
    "inconclusive": "none of the above is shown: a change is as little excluded as no change",
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
NOT_LOOKED_FOR = "controls not looked for"
NOT_COMPARED = "not measured against its controls"
CONTROLS_OPEN = 3
"""So many names of controls stand in a row of the table; more are folded, and all under a delta beyond them."""
ROWS_OPEN = 12
"""Tables behind the deltas that have more rows are folded."""
SCORES_OPEN = 24
"""The same for the scores."""
HOLM_MARK = "‡"
NOT_AFTER_HOLM = "not after Holm"
NOT_AFTER_HOLM_MEANING = (
    "a gain or loss by itself, not sure once the whole board is looked at: Holm's adjusted p over all {tested} cells is above "
    "{alpha}"
)
DETECTABLE = "minimum detectable effect: a delta of so many points would be found with 80% chance by a test of one row at 5%"
COVERS = (
    "“items only”: there is one training seed, so the interval is about this checkpoint and covers the choice of items, not the "
    "luck of training. “items and seeds”: there are several, delta is their mean, and the interval is about the method."
)
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
"""The values that a cell of the heatmap can show."""
WAY_TITLES = {
    "delta": "Delta",
    "adjusted": "Delta beyond its control",
    "strong": "Delta against the strong baseline",
}
WAY_MEANINGS = {
    "delta": "Checkpoint minus its own base under the same prompt.",
    "adjusted": (
        "Delta minus that of the control with the largest delta, paired by item. A control is trained on a spurious reward with "
        "the same base, recipe and step."
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
    value = f"published {page_points(reference.delta)} points"
    return f"{REFERENCE}: {value}, {reference.source} ({reference.setting}{step})"


def score_reference(reference: ScoreReference) -> str:
    """A published accuracy with its source; one that is off says so in words."""
    return f"{'off: ' if reference.off else ''}published {percent(reference.accuracy)}, {reference.source}"


def chosen_protocols(row: DeltaRow) -> str:
    """The base's best prompt: one name where both halves of the items chose the same."""
    return " / ".join(dict.fromkeys(row.strong_baseline_chosen or ()))


def metric_label(name: str) -> str:
    """Heading of a metric; an unknown name is shown as it is."""
    return TASK_METRICS[name].title if name in TASK_METRICS else name


def metric_meaning(name: str) -> str:
    """What a metric's heading says at length; nothing for an unknown name."""
    return TASK_METRICS[name].meaning if name in TASK_METRICS else ""


def outcome_count(row: ScoreRow, outcome: Outcome) -> str:
    """How many samples have an outcome; a dash where nobody says why generation stopped, so that none can be called truncated."""
    count = row.outcomes.get(outcome, 0)
    if outcome != "truncated" or row.behaviour.truncated is not None:
        return str(count)
    return f"≥ {count}" if count else "–"


def meaning(word: str, summary: Summary) -> str:
    """What a finding's word means on this board, whose margin is the summary's."""
    return MEANINGS[word].format(alpha=f"{ALPHA:.0%}", margin=f"{summary.margin:g}")


def p_number(p: float) -> str:
    """``0.0018`` -> ``.0018``; two digits, three where it is close to the threshold."""
    if p < 1e-4:
        return "< .0001"
    digits = 3 if abs(p - ALPHA) < 0.01 else 2
    return f"{p:#.{digits}g}".lstrip("0")


def p_words(row: DeltaRow) -> tuple[str, ...]:
    """p of a row by itself and Holm's for the board; nothing where there is no test."""
    holm = () if row.p_holm is None else (_named("Holm", row.p_holm),)
    return () if row.p is None else (_named("p", row.p), *holm)


def p_meaning(row: DeltaRow) -> str:
    """What is beside the p values of a row: Benjamini and Hochberg's, or why the board does not adjust it."""
    if row.p_holm is None:
        return "not adjusted for the board, as a leak probe is no part of it"
    return "" if row.p_bh is None else _named("Benjamini-Hochberg", row.p_bh)


def _named(name: str, p: float) -> str:
    return f"{name} {p_number(p)}"


def fades(row: DeltaRow) -> bool:
    """Whether a row is a gain or loss by itself, and none once the whole board is looked at."""
    return finding_word(row) in ("gain", "loss") and row.p_holm is not None and row.p_holm > ALPHA


def not_after_holm(tested: int) -> str:
    """The meaning of the mark, for the legend."""
    return NOT_AFTER_HOLM_MEANING.format(tested=tested, alpha=f"{ALPHA:g}".lstrip("0"))


def within(row: DeltaRow) -> str:
    """The smallest margin that the tests of equivalence would take; nothing where there is none."""
    return "" if row.equivalent_within is None else f"within ±{row.equivalent_within:.1f} points"


def beyond(row: DeltaRow) -> str:
    """Against which control the adjusted delta stands."""
    return f"beyond {row.adjusted_against}" if row.adjusted_against else "beyond its control"


def beats(row: DeltaRow) -> str:
    """Whether the delta is above that of every control, in words; nothing where nobody says."""
    if row.beats_controls is None:
        return ""
    return "beats every control" if row.beats_controls else "does not beat every control"


def doubts(row: DeltaRow, contaminated: bool) -> tuple[str, ...]:
    """What speaks against reading a gain as one in reasoning, each a sentence with the numbers that say so."""
    strong = row.strong_baseline_interval
    told = (
        (
            row.spurious,
            "The reward does not look at whether an answer is right: this is a control, not a method.",
        ),
        (
            row.beats_controls is False and row.adjusted_delta is not None,
            f"Not shown to be more than a spurious reward brings: {page_points(row.adjusted_delta or 0)} "
            f"{page_interval(row.adjusted_interval)} {beyond(row)}.",
        ),
        (
            row.control == (),
            "No control was trained alike, so nothing says what a spurious reward would have brought.",
        ),
        (
            contaminated,
            "This family's training corpus holds the items: what looks like reasoning may be memory.",
        ),
        (
            strong is not None and strong[0] <= 0,
            f"Not shown against the base's best prompt: {page_points(row.strong_baseline_delta or 0)} {page_interval(strong)}.",
        ),
        (
            fades(row),
            "Not sure once the whole board is looked at: its adjusted p (Holm) is above the threshold.",
        ),
    )
    return tuple(sentence for applies, sentence in told if applies)
