"""``expect: clean``: the gain also shows on clean tasks, so it does not come from a leaked benchmark."""

from collections.abc import Sequence
from dataclasses import replace

from suite.gate.bands import Band, gain_of
from suite.gate.claim import Claim, matches, unmatched
from suite.gate.judgement import Judgement, PartJudgement, worst_of
from suite.gate.kinds.gain import Gain
from suite.gate.kinds.kind import Case, Kind, method_of
from suite.schema import CleanContrast


class Clean(Kind):
    name = "clean"
    thresholds = ("at_least", "clean_tasks")
    takes_points = True
    rule = "as a gain, on the task and on every clean task that its method was run on"

    def words(self, claim: Claim) -> str:
        tasks = " and ".join(claim.clean_tasks)
        return f"gain of {claim.least_gain}, also on {'every clean task' if tasks == '*' else tasks}"

    def band(self, claim: Claim) -> Band:
        return gain_of(claim.points)

    def judge_comparable(self, case: Case) -> Judgement:
        """Judge the gain on the task itself and on every clean task of its method; each task is a part."""
        row = case.row
        # The summary contrasts a clean task with a contaminated one that was run in the same way. A clean
        # task counts for the whole method, also when it was contrasted with a task other than this one.
        contrasts = [
            contrast
            for contrast in case.facts.contrasts.get(method_of(row), ())
            if matches(contrast.clean, case.claim.clean_tasks)
        ]
        if missing := self._missing(case, contrasts):
            return missing
        # The gain is judged on the task itself first, then on every clean task with a row. If the task is
        # itself clean, it is judged once.
        n_items = {contrast.clean: contrast.n_clean for contrast in contrasts if contrast.clean != row.task}
        gain = Gain()
        parts = [PartJudgement(row, gain.judge(case))]
        for other in case.facts.rows[method_of(row)]:
            if other.task in n_items:
                parts.append(PartJudgement(other, gain.judge(replace(case, row=other))))
        # A contrast whose delta is not in the summary still counts: leaving it out would let the claim pass.
        judged = {part.row.task for part in parts}
        for task, n in n_items.items():
            if task not in judged:
                judgement = Judgement("missing", f"the summary has no delta on {task}, a clean task")
                parts.append(PartJudgement(row.model_copy(update={"task": task, "n_items": n}), judgement))
        return worst_of(parts)

    def _missing(self, case: Case, contrasts: Sequence[CleanContrast]) -> Judgement | None:
        """Return a judgement if a named clean task was not run, or if none was run with this task."""
        task = case.row.task
        absent = unmatched(case.claim.clean_tasks, [contrast.clean for contrast in contrasts])
        contrasted = any(task in (contrast.contaminated, contrast.clean) for contrast in contrasts)
        if contrasted and not absent:
            return None
        which = "no clean task" if absent in ([], ["*"]) else f"no clean task {' or '.join(absent)}"
        detail = f"{which} was run with the same protocol as {task} (`rlvr-suite list tasks`)"
        return Judgement("missing", detail)
