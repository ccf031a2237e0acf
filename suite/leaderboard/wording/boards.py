"""Words of the page that lists all boards."""

LEAD = (
    "Is a gain from RL with verifiable rewards real? Each board compares base models with their RL-trained "
    "checkpoints, across families, next to spurious rewards, on contaminated and on clean tasks."
)
PAPERS = "References, never controls: prompt, grader and hardware are the source's own."
KINDS = (("deltas", "deltas"), ("scores", "accuracies of bases"), ("probes", "contamination probes"))
"""Kinds of published figures with their names."""
OWN = (
    "A run becomes a folder here, and the second command lists it on this page. A board works alone: copy "
    "its folder anywhere, or open `index.html` from disk."
)
