"""``expect: no_gain``: the checkpoint gains less than a margin."""

from suite.gate.bands import Band
from suite.gate.claim import Claim
from suite.gate.kinds.kind import Kind


class NoGain(Kind):
    name = "no_gain"
    thresholds = ("margin", "at_least")
    rule = (
        "holds if all of the delta's 95% interval is below the margin (a loss is no gain); refuted if none of"
        " it is"
    )

    def words(self, claim: Claim) -> str:
        return f"no gain of {claim.margin:g} points or more"

    def band(self, claim: Claim) -> Band:
        return Band(high=claim.margin)
