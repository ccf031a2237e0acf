"""``reproduces: published``: the delta is near a reference, a published figure or a baseline file."""

from dataclasses import replace

from suite.files.text import did_you_mean, shown
from suite.gate.bands import Band, own_noise
from suite.gate.claim import Claim, is_baseline_file
from suite.gate.judgement import Judgement, PartJudgement, in_band, is_usable, worst_of
from suite.gate.kinds.beside_baseline import A_BASELINE_FILE, beside_baseline
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
        reference = claim.reference or ""
        sources = [PUBLISHED, *(file.source.id for file in published.all_files())]
        if reference in sources or is_baseline_file(reference):
            return None
        what = f"unknown reference {shown(reference)}. Known: {', '.join([*sources, A_BASELINE_FILE])}"
        return Flaw(what, f"{did_you_mean(reference, sources)}Name one of them")

    def judge_comparable(self, case: Case) -> Judgement:
        """Judge the difference from the baseline's delta, or from each published figure that is claimed."""
        claim = case.claim
        row = case.row
        if claim.baseline:
            return beside_baseline(case, self.band(claim))
        source = "" if claim.reference == PUBLISHED else f"{claim.reference},"
        figures = [figure for figure in row.published or () if figure.source.startswith(source)]
        if not figures:
            who = f"{claim.reference} prints no" if source else "no source prints a"
            detail = f"{who} delta of {row.base} trained on {row.reward} on {row.task}"
            return Judgement("missing", detail)
        # A figure of another step is no reference if there is one of this step or of an unstated one.
        of_this_step = [figure for figure in figures if figure.step in (None, row.step)]
        return worst_of(
            [PartJudgement(row, self._beside(case, figure)) for figure in of_this_step or figures]
        )

    def _beside(self, case: Case, figure: DeltaReference) -> Judgement:
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
