"""``not_worse_than: baseline.yaml``: the delta has not dropped by a margin since the baseline was written."""

from dataclasses import replace

from suite.gate.bands import Band
from suite.gate.claim import Claim
from suite.gate.judgement import Judgement
from suite.gate.kinds.against_baseline import against_baseline, reference_flaw
from suite.gate.kinds.kind import Case, Flaw, Kind


class NotWorseThan(Kind):
    name = key = "not_worse_than"
    thresholds = ("margin",)
    rule = (
        "holds if nothing moved, or all of the 95% interval of the change is above minus the margin; refuted"
        " if all of it is below 0 and the change itself is not above minus the margin"
    )

    def words(self, claim: Claim) -> str:
        return f"less than {claim.margin:g} points below {claim.reference}"

    def band(self, claim: Claim) -> Band:
        return Band(low=-claim.margin)

    def flaw(self, claim: Claim) -> Flaw | None:
        return reference_flaw(claim.reference)

    def judge_comparable(self, case: Case) -> Judgement:
        """Judge the change since the baseline, and call a certain loss refuted.

        The loss is certain if the interval lies below 0 and the point estimate, too, exceeds the margin.
        Without this rule a loss of just over the margin would stay inconclusive until its interval is all
        below the margin; with it, more items never turn a loss into something milder.
        """
        margin = case.claim.margin
        judgement = against_baseline(case, self.band(case.claim))
        certain = judgement.interval is not None and judgement.interval[1] < 0
        if judgement.word == "holds" or not certain or judgement.points is None or judgement.points > -margin:
            return judgement
        why = f"all of it is below 0, and the change itself is not above {-margin:g}"
        return replace(judgement, word="refuted", detail=f"{judgement.detail}; {why}")
