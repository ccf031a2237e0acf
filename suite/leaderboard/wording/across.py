"""Words of the tab across tasks. In notes, `` `code` `` and ``**strong**`` become elements."""

from suite.leaderboard.wording.board import POINTS, Heading

NOTE = (
    "A method that teaches reasoning gains in every family, on clean tasks as on contaminated ones, and more "
    "than a spurious reward does."
)
FOREST = (
    "A point is a delta in percentage points, its whisker the {level}% interval; each family has its own "
    "shape of point."
)
FOREST_MARGIN = "Shaded: ±{margin} points, the margin of equivalence."
FOREST_REFERENCES = "Hollow diamonds are published figures, as references only."
FOREST_CONTAMINATED = "◆: the family's training corpus contains the items of the task."
NO_FORESTS = "No checkpoint was compared with its base yet, so there is nothing to line up."

CURVES = (
    "Delta against the rollouts of training (steps), with the {level}% interval. Step 0 is the base itself, "
    "whose delta is zero. All charts of a task share one scale."
)
CURVE_CHART = "Deltas of {base} by step on {task}: {curves}; the table below has the same numbers"
NO_CURVES = (
    "No training was evaluated at several steps here. A recipe with `keep: [50, 100]` registers the "
    "checkpoints of these steps beside the last one (`spurious_rewards` keeps one every 50); `rlvr-suite "
    "eval` runs them like any other."
)

CLEAN = (
    "In each cell: the delta on the contaminated task on the left, on the clean one on the right, in points; "
    "beneath, the first minus the second with its interval. ◆ leaked: this family's own training corpus is "
    "known to contain the contaminated task. A gain that is larger where items leaked may be memory."
)
NO_CLEAN = (
    "No pair was evaluated on a contaminated task and on a clean one under the same protocol, so the two "
    "cannot be set side by side."
)
CONTRASTS_NOTE = (
    "The delta on a contaminated task minus that on a clean one, in points. Rows that are not leaked are for "
    "comparison."
)
CONTRASTS = (
    Heading("Family"),
    Heading("Reward"),
    Heading("Contaminated task"),
    Heading("Its delta", "On the contaminated task, in percentage points", "num"),
    Heading("Clean task"),
    Heading("Clean delta", "On the clean task, in percentage points", "num"),
    Heading("Difference", POINTS, "num"),
    Heading("Protocol"),
    Heading("Base"),
    Heading("Checkpoint"),
    Heading("Recipe"),
    Heading("Step", "Rollouts", "num"),
)

PROBES = (
    "A probe shows a model only the first part of a question. A base that writes down the hidden rest word "
    "for word, or gives the answer, has probably met the question in training. Words overlap by chance, too, "
    "so compare ROUGE-L with a base that cannot have seen the items. A gain on the reproduced items alone "
    "may be memory."
)
NO_PROBES = (
    "No model was probed for contamination here. `rlvr-suite list tasks` names the probes, those with "
    "`_partial` in their name; `rlvr-suite eval --tasks rlvr_contamination` runs them all."
)
LEAKS = (
    "Reproduced: in the probe, the base writes down the hidden rest of the item. Filled points and upper "
    "lines: reproduced items; hollow points and lower lines: the others. The vertical line is zero; an arrow "
    "means that the interval continues."
)

OTHER_BASE = "The same method on another base"
INTERACTIONS_NOTE = (
    "The delta on one base minus the delta on the other, on the same items, in points: is the gain the same?"
)
INTERACTIONS = (
    Heading("Reward"),
    Heading("Task"),
    Heading("Base"),
    Heading("Other base"),
    Heading("Difference of deltas", POINTS, "num"),
    Heading("Protocol"),
    Heading("Recipe"),
    Heading("Step", "Rollouts", "num"),
)
NO_INTERACTIONS = "No method that looks at the answer was evaluated on two bases with the same items."
