"""How a long job reports its progress: it calls a ``Progress``, and a command turns the reports into bars."""

from collections.abc import Callable
from typing import NamedTuple


class Report(NamedTuple):
    """The state of one part of a job.

    ``part`` names the part (a model, a checkpoint, a family) and stays the same from report to report;
    ``doing`` says what is going on in it. ``done`` of ``total`` counts in ``unit`` ("samples", "steps");
    ``total`` is None while it is unknown.
    """

    part: str
    doing: str
    done: float
    total: float | None
    unit: str = ""


Progress = Callable[[Report], None]


def silent(report: Report) -> None:
    """Report nothing."""
