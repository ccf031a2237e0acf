"""Words that several pages share."""

DESCRIPTION = (
    "RL with verifiable rewards: is the gain real? Checkpoints against their bases, across model families, "
    "next to spurious rewards."
)
"""Description of every page in its head, for search engines and link previews."""
CONTAMINATED = "This family's training corpus contains the items of this task"
DESCRIBES_ONLY = "The parts describe the change; they do not say what caused it."
EQUIVALENT_TO_ITSELF = "The same summary gives the same page."
