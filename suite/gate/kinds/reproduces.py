"""``reproduces: published``: the delta is near a reference, a published figure or a baseline file."""

from dataclasses import replace

from suite.gate.bands import Band, own_noise
from suite.gate.claim import Claim
from suite.gate.judgement import Judgement, PartJudgement, in_band, is_usable, worst_of
from suite.gate.kinds.against_baseline import against_baseline, reference_flaw
from suite.gate.kinds.kind import Case, Flaw, Kind, delta_of
from suite.registry import published
from suite.schema import DeltaReference
from suite.schema.numbers import points
from suite.stats import Estimate, estimates_difference

PUBLISHED = "published"
"""The reference that stands for every published source."""


class Reproduces(Kind):
    name = key = "reproduces"
    thresholds = ("within", "at_least")
    rule = (
        "holds if all of the 95% interval of delta minus reference lies within the bound; refuted if none of"
        " it does"
    )

    def words(self, claim: Claim) -> str:
        return f"reproduces {claim.reference} within {claim.within:g} points"

    def band(self, claim: Claim) -> Band:
        return Band(low=-claim.within, high=claim.within)

    def flaw(self, claim: Claim) -> Flaw | None:
        sources = [file.source.id for file in published.all_files()]
        return reference_flaw(claim.reference, [PUBLISHED, *sources])

    def judge_comparable(self, case: Case) -> Judgement:
        """Judge the difference from the baseline's delta, or from each published figure that is claimed."""
        claim = case.claim
        row = case.row
        if claim.baseline:
            return against_baseline(case, self.band(claim))
        # The summary cites figures as "SOURCE, WHERE". A claim of "published" is about the figures of every
        # source, and all of them must be reproduced.
        source = "" if claim.reference == PUBLISHED else f"{claim.reference},"
        figures = [figure for figure in row.published or () if figure.source.startswith(source)]
        if not figures:
            who = f"{claim.reference} prints no" if source else "no source prints a"
            detail = f"{who} delta of {row.base} trained on {row.reward} on {row.task}"
            return Judgement("missing", detail)
        # A figure of another step is no reference if there is one of this step or of an unstated one.
        of_this_step = [figure for figure in figures if figure.step in (None, row.step)]
        parts = []
        for figure in of_this_step or figures:
            parts.append(PartJudgement(row, self._against_figure(case, figure)))
        return worst_of(parts)

    def _against_figure(self, case: Case, figure: DeltaReference) -> Judgement:
        """Judge the difference from one printed figure, which counts as exact."""
        row = case.row
        if figure.step not in (None, row.step):
            why = f"the figure ({figure.source}) is of step {figure.step}"
            return Judgement("not comparable", why, differs=("step",))
        delta = delta_of(row)
        if delta is None or not is_usable(delta):
            return in_band(self.band(case.claim), "delta", delta, None)
        printed = Estimate(figure.delta, (figure.delta, figure.delta))
        gap = estimates_difference(delta, printed)
        judgement = in_band(self.band(case.claim), "delta minus the printed one", gap, own_noise(row))
        reference = f"{points(figure.delta)} printed ({figure.source}; {figure.setting})"
        return replace(judgement, detail=f"delta {points(delta.mean)}; {reference}; {judgement.detail}")
