"""A delta beside the one that a baseline file stores, for the kinds of claim that name such a file."""

from dataclasses import replace

from suite.gate.bands import Band
from suite.gate.baseline import change, differing, same
from suite.gate.judgement import Judgement, in_band, is_usable
from suite.gate.kinds.kind import Case, delta_of
from suite.schema.numbers import points

A_BASELINE_FILE = "the path of a baseline file (.yaml)"
QUANTITY = "delta minus the baseline's"


def beside_baseline(case: Case, band: Band) -> Judgement:
    """Return where the change since the baseline lies.

    Equal numbers have not moved, however wide their intervals: they hold.
    The judgement does not say how many items would decide: other items would be another measurement.
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
    gap = change(delta, stored)
    now = f"delta {points(delta.mean)} points"
    if same(row, stored):
        return Judgement("holds", f"{now}, unchanged", QUANTITY, 0.0, gap.interval)
    judgement = in_band(band, QUANTITY, gap, None)
    return replace(judgement, detail=f"{now}, {points(stored.delta)} in {file}; {judgement.detail}")
