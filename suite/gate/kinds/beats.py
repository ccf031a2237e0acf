"""``beats: random``: the gain goes beyond that of a matched control."""

from dataclasses import replace

from suite.gate.bands import Band, gain_of, items_noise
from suite.gate.claim import Claim, Scope, is_pattern, matches, unmatched
from suite.gate.judgement import Judgement, PartJudgement, in_band, worst_of
from suite.gate.kinds.kind import Case, Flaw, Kind
from suite.stats import Estimate


class Beats(Kind):
    name = key = "beats"
    thresholds = ("at_least",)
    takes_points = True
    rule = (
        "as a gain, of the delta minus that of a matched control (same base, recipe, step, protocol), paired"
        " by item"
    )

    def words(self, claim: Claim) -> str:
        controls = " and ".join(claim.controls)
        beyond = "every control" if controls == "*" else f"control {controls}"
        return f"gain of {claim.least_gain} beyond {beyond}"

    def band(self, claim: Claim) -> Band:
        return gain_of(claim.points)

    def narrowed(self, scope: Scope) -> Scope:
        """Read patterns of rewards as those that can beat a control: all that are not controls themselves."""
        # "*" would match the controls, too, and each of them would be missing a control to beat. A control
        # that is written out by its name is kept, and judged as missing.
        if scope.spurious is None and all(map(is_pattern, scope.reward)):
            return replace(scope, spurious=False)
        return scope

    def flaw(self, claim: Claim) -> Flaw | None:
        if claim.scope.spurious:
            what = "a control (spurious: true) has no control to beat"
            return Flaw(what, "Claim it of the other rewards")
        return None

    def judge_comparable(self, case: Case) -> Judgement:
        """Judge the delta beyond each control that the claim names; all of them must hold."""
        row = case.row
        names = case.claim.controls
        if row.spurious:
            return Judgement("missing", "it is a control itself, and no control is subtracted from a control")
        # The summary has the difference from each matched control, paired by item. A control that the claim
        # names and that was not run is missing: judging by the others alone would let the claim pass without
        # it.
        controls = row.against_controls or ()
        rewards = [control.reward for control in controls]
        absent = unmatched(names, rewards)
        if absent:
            which = "" if absent == ["*"] else f" {' or '.join(absent)}"
            measured_controls = ", ".join(rewards) or "none"
            detail = f"no control{which} of the same base, recipe and step was measured in the same way"
            return Judgement("missing", f"{detail}; controls: {measured_controls}")
        band = self.band(case.claim)
        parts = []
        for control in controls:
            if matches(control.reward, names):
                estimate = Estimate(control.difference, control.interval)
                noise = items_noise(row, control.interval_covers)
                judgement = in_band(band, f"delta beyond {control.reward}", estimate, noise)
                parts.append(PartJudgement(row, judgement))
        return worst_of(parts)
