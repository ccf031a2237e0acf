"""A delta against the one that a baseline file stores, for the kinds of claim that name such a file."""

from collections.abc import Sequence
from dataclasses import replace

from suite.files.text import did_you_mean, shown
from suite.gate.bands import Band
from suite.gate.baseline import change, differing, same
from suite.gate.claim import is_baseline_file
from suite.gate.judgement import Judgement, in_band, is_usable
from suite.gate.kinds.kind import Case, Flaw, delta_of
from suite.schema.numbers import points

QUANTITY = "delta minus the baseline's"


def reference_flaw(reference: str | None, sources: Sequence[str] = ()) -> Flaw | None:
    """Return why a reference is neither the path of a baseline file nor one of ``sources``; None if it is."""
    if reference is None or reference in sources or is_baseline_file(reference):
        return None
    known = ", ".join([*sources, "the path of a baseline file (.yaml)"])
    guess = did_you_mean(reference, sources)
    return Flaw(f"unknown reference {shown(reference)}. Known: {known}", f"{guess}Name one of them")


def against_baseline(case: Case, band: Band) -> Judgement:
    """Return where the change since the baseline lies.

    Equal numbers have not moved, however wide their intervals: they hold. The judgement does not say how many
    items would decide: other items would be another measurement.
    """
    row = case.row
    stored = case.stored
    file = case.claim.baseline
    if stored is None:
        return Judgement("missing", f"{file} does not have this pair; add it with --update-baseline")
    differs = differing(row, stored, case.facts.versions)
    if differs:
        what = f"{file} was measured with another {', '.join(differs)}"
        return Judgement("not comparable", what, differs=differs)
    delta = delta_of(row)
    if delta is None or not is_usable(delta):
        return in_band(band, "delta", delta, None)
    # The very same numbers are most likely the same run, and then there is no noise between the two. Their
    # difference is 0, but its interval assumes two independent runs and could be wide enough to leave the
    # claim open.
    gap = change(delta, stored)
    now = f"delta {points(delta.mean)} points"
    if same(row, stored):
        return Judgement("holds", f"{now}, unchanged", QUANTITY, 0.0, gap.interval)
    judgement = in_band(band, QUANTITY, gap, None)
    return replace(judgement, detail=f"{now}, {points(stored.delta)} in {file}; {judgement.detail}")
