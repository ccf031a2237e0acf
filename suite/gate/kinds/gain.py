"""``expect: gain``: the checkpoint is better than its base."""

from dataclasses import replace

from suite.gate.bands import Band, gain_of
from suite.gate.claim import Claim
from suite.gate.judgement import Judgement
from suite.gate.kinds.kind import Case, Kind, delta_in_band
from suite.stats import ALPHA


class Gain(Kind):
    name = "gain"
    thresholds = ("at_least",)
    takes_points = True
    rule = (
        "holds if all of the delta's 95% interval is above the threshold and its test rejects zero; refuted"
        " if none of it is"
    )

    def words(self, claim: Claim) -> str:
        return f"gain of {claim.least_gain}"

    def band(self, claim: Claim) -> Band:
        return gain_of(claim.points)

    def judge_comparable(self, case: Case) -> Judgement:
        """Require the test of the delta as well as its interval, as the board's findings do."""
        judgement = delta_in_band(self.band(case.claim), case.row)
        p = case.row.p
        # Written as "not p <= ALPHA" because a p that is not a number rejects nothing.
        if judgement.word == "holds" and p is not None and not p <= ALPHA:
            detail = f"{judgement.detail}, but its test has p = {p:.2g}"
            return replace(judgement, word="inconclusive", detail=detail)
        return judgement
