"""``expect: equivalent``: checkpoint and base differ by less than a margin."""

from suite.gate.bands import Band
from suite.gate.claim import Claim
from suite.gate.kinds.kind import Kind


class Equivalent(Kind):
    name = "equivalent"
    thresholds = ("margin", "at_least")
    rule = (
        "holds if all of the delta's 95% interval lies within the margin on both sides; refuted if none of"
        " it does"
    )

    def words(self, claim: Claim) -> str:
        return f"no change of {claim.margin:g} points or more either way"

    def band(self, claim: Claim) -> Band:
        return Band(low=-claim.margin, high=claim.margin)
