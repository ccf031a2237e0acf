"""Contamination probes: the first part of a question, whose rest a model can continue only if it has read it.

The rule of the cut is in ``tasks/README.md``; ``suite.grade.task_graders`` compares the continuation.
"""

import re
from dataclasses import replace

from suite.benchmarks.items import Item


def cut(item: Item, fraction: float) -> Item:
    """Return ``item`` with the first ``fraction`` of its question, back to the last whole word."""
    head = item.problem[: int(len(item.problem) * fraction)]
    if not item.problem[len(head)].isspace():
        head = re.sub(r"\S+$", "", head) or head  # a question of one word is cut inside it
    head = head.rstrip()
    return replace(item, problem=head, continuation=item.problem[len(head) :])
