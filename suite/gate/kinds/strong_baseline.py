"""``expect: strong_baseline``: the gain is there even against the prompt that suits the base best."""

from suite.gate.bands import Band, gain_of, items_noise
from suite.gate.claim import Claim
from suite.gate.judgement import Judgement, in_band
from suite.gate.kinds.kind import Case, Kind
from suite.stats import Estimate


class StrongBaselineGain(Kind):
    name = "strong_baseline"
    thresholds = ("at_least",)
    takes_points = True
    rule = "as a gain, of the delta against the base's best prompt, chosen and measured on different items"

    def words(self, claim: Claim) -> str:
        return f"gain of {claim.least_gain} against the base's best prompt"

    def band(self, claim: Claim) -> Band:
        return gain_of(claim.points)

    def judge_comparable(self, case: Case) -> Judgement:
        """Judge the delta against the base's best prompt, if the base was run with several."""
        row = case.row
        if row.strong_baseline_delta is None:
            why = f"{row.base} was run with one protocol only on {row.task}, so its best prompt is unknown"
            return Judgement("missing", f"{why}; run `rlvr-suite eval --protocols all`")
        # The prompt was chosen on half of the items and measured on the other half, both ways, so this
        # interval has no selection bias and needs no correction here.
        estimate = Estimate(row.strong_baseline_delta, row.strong_baseline_interval)
        noise = items_noise(row, row.interval_covers)
        return in_band(self.band(case.claim), "delta against the base's best prompt", estimate, noise)
