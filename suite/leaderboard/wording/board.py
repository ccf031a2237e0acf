"""Words of the board's page: its header, its controls, and the headings and notes of each task.

A heading of a table is (label, title, class): the title is shown under the pointer. In notes, `` `code` ``
and ``**strong**`` become elements.
"""

from typing import NamedTuple

from suite.leaderboard.wording.every_page import DESCRIBES_ONLY
from suite.leaderboard.wording.rows import DETECTABLE, HOLM_MARK, OFF_MEANING, STRONG_BASELINE

POINTS = "Percentage points"


class Heading(NamedTuple):
    """The heading of a column; ``style`` is its class."""

    label: str
    title: str = ""
    style: str = ""


TITLE = "RLVR leaderboard: before and after, across families"
QUESTION = "Is the gain real?"
LEAD = (
    "A **delta** is a checkpoint's accuracy minus its own base model's, on the same items under identical "
    "decoding, in percentage points."
)
NOTE = (
    "A gain that appears in one family only, on a contaminated task only, or just as much under a spurious "
    "reward is not a gain in reasoning."
)
NO_DELTAS = (
    "This summary compares no checkpoint with its base. Evaluate at least one pair with `rlvr-suite eval`, "
    "run `rlvr-suite summarize`, then build the board again."
)
NO_PAIR = "No pair was compared on this task."
PROVENANCE = "The origin of these numbers."
CONTAMINATED_FOR = "The training corpus of these families contains the items of this task:"
LEGEND_CONTAMINATED = "the family's training corpus contains the items of this task"

FILTER_ALL = "all unless some are ticked"
SEARCH = "Family, reward, model, recipe, protocol"
COPIES = (
    ("markdown", "Copy as ", "Markdown", "The table as shown, as Markdown"),
    ("latex", "Copy as ", "LaTeX", "The table as shown, as LaTeX with booktabs"),
    ("link", "Copy ", "Link", "A link that opens this view"),
)
"""What can be copied: key, words that only a screen reader says, label, title."""

HEATMAP_NOTE = "Percentage points with interval; a cell opens its pair."
HEATMAP_CAPTION = "Rewards by families on {task}; arrow keys move between cells"
COLOURS = (
    "Colour scale, the same on every task: orange from {low} points, over zero, to blue at {high} points"
)
ONE_SCALE = "Points; one scale for every task."
RUN_ALL_PROTOCOLS = "runs the bases under every protocol"
REFERENCES_ONLY = "References, never controls: decoding, engine and grader are the source's own."
NO_REFERENCES = "None is known for the cells of this task."
ACCURACIES = "Each line joins a base to its checkpoint; whiskers are intervals where defined."
ACCURACIES_CHART = "Accuracy of base and checkpoint per pair; the table below has the same numbers"

DELTAS = (
    Heading("Family"),
    Heading("Reward"),
    Heading("Before", "Accuracy of the base", "num"),
    Heading("After", "Accuracy of the checkpoint", "num"),
    Heading("Delta", POINTS, "num"),
    Heading("Interval", "Sorted by its lower end", "num"),
    Heading("Finding"),
    Heading("p", "By itself, then adjusted for the whole board by Holm", "num"),
    Heading("Detectable", DETECTABLE, "num"),
    Heading("Control", "Sorted by the delta beyond the best control", "by-value"),
    Heading("Strong baseline", f"Delta {STRONG_BASELINE}, in percentage points", "num"),
    Heading("k", "Samples an item", "num"),
    Heading("Items", "", "num"),
    Heading("Seeds", "Training seeds", "num"),
    Heading("Base"),
    Heading("Checkpoint"),
    Heading("Protocol"),
    Heading("Recipe"),
    Heading("Step", "Rollouts", "num"),
)
P_NOTE = (
    "p: of the delta being zero, each row by itself. Holm's is adjusted for all {tested} cells of the board "
    "except leak probes, so that a single false finding is unlikely. Benjamini and Hochberg's, under the "
    "pointer, bounds the share of false findings. The finding depends on the row alone; "
    f"{HOLM_MARK} marks a gain or loss that is none after Holm. Detectable: {DETECTABLE}."
)
STRONG_NOTE = f"Strong baseline: {STRONG_BASELINE}."
RUN_UNDER_ONE = "run under one protocol only;"

SOURCES_TITLE = "Where the gain comes from"
SOURCES_NOTE = (
    "In points. The delta is split three ways: by what an answer was before, by strategy (code or "
    "language), and by the strategy before and after. Each group sums to the delta, up to rounding. "
    f"{DESCRIBES_ONLY}"
)
SPLITS = (
    (
        "became_extractable",
        Heading("Became extractable", "Answers that could not be extracted before", "num"),
    ),
    (
        "no_longer_truncated",
        Heading("No longer truncated", "Answers that reached the token limit before", "num"),
    ),
    ("truly_changed", Heading("Truly changed", "Answers that were wrong before", "num")),
    ("strategy_mix", Heading("Mix", "The shares of code and language changed", "num")),
    ("within_code", Heading("Within code", "The accuracy of answers with code changed", "num")),
    ("within_language", Heading("Within language", "The accuracy of answers without code changed", "num")),
)
"""Parts of a delta by what an answer was, then by strategy: key in the summary and heading."""
MOVE_TITLE = "The part of the delta on answers that changed in this way"
MOVES = (
    ("code_code", Heading("Code → code", MOVE_TITLE, "num")),
    ("code_lang", Heading("Code → language", MOVE_TITLE, "num")),
    ("lang_code", Heading("Language → code", MOVE_TITLE, "num")),
    ("lang_lang", Heading("Language → language", MOVE_TITLE, "num")),
)

LEAKS_TITLE = "Leaked items against the others"
LEAKS_NOTE = (
    "Reproduced: in the probe, the base is shown the first part of the question and writes down its hidden "
    "rest word for word. Deltas in points; undefined without items, and without an interval for a single "
    "item."
)
LEAKS = (
    Heading("Family"),
    Heading("Reward"),
    Heading("Reproduced", "Items", "num"),
    Heading("Delta on these", POINTS, "num"),
    Heading("Others", "Items", "num"),
    Heading("Delta on others", POINTS, "num"),
    Heading("Difference", "Delta on reproduced items minus delta on the others", "num"),
    Heading("Probe"),
)

SCORES_NOTE = (
    "Outcomes count samples. Truncated, unparsed and wrong samples all count as not correct; a dash marks "
    "an unknown count."
)
SCORES_NOTE_PUBLISHED = f"{SCORES_NOTE} {OFF_MEANING}"
ACCURACY = Heading("Accuracy", "avg@k: mean over items of the share of right samples", "num")
INTERVAL = Heading("Interval", "Sorted by its lower end", "num")
PASS_AT_K = Heading("pass@k", "Share of items with a right answer among k samples", "num")
K = Heading("k", "Samples an item", "num")
OUTCOME = "Samples with this outcome"
BEHAVIOUR_TITLE = "How they answer"
BEHAVIOUR_NOTE = (
    "Shares of samples, right or wrong. Code: the text contains the word “python”; fenced code: a block of "
    "code; language only: no code; repetition: the same text ten times in a row. A right answer that is "
    "present but not extracted was given up by the model, or missed by the grader."
)
BEHAVIOUR = (
    Heading("Model"),
    Heading(
        "Right answer present, not extracted",
        "Not correct, but the right answer is in a box, after a cue or in the last line",
        "num",
    ),
    Heading("Truncated", "Reached the token limit", "num"),
    Heading("Boxed", "", "num"),
    Heading("Code", "", "num"),
    Heading("Fenced code", "", "num"),
    Heading("Language only", "", "num"),
    Heading("Repetition", "", "num"),
    Heading("Mean tokens", "", "num"),
)
PROBE_TITLE = "Contamination probe"
PROBE_NOTE = (
    "The model sees only the first part of each question. A model that completes it, or gives its answer, "
    "has probably seen it in training. Values are between 0 and 1; a dash means that not every sample could "
    "be measured."
)
METRICS_TITLE = "Further scores"
METRICS_NOTE = "Means over samples, between 0 and 1; a dash means that not every sample could be measured."
LEVELS_TITLE = "Accuracy by level"
LEVELS_NOTE = (
    "A level is the number of operations that an item takes. Percent of right samples; a level has only a "
    "few of the items, so read rows rather than single cells."
)
