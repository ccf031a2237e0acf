"""The gate: does a summary bear out what is claimed? ``rlvr-suite gate RUN --policy micro_demo``.

How a policy becomes an exit code: ``policy`` reads the YAML that people write into claims. A claim has a
scope and a kind. ``scope`` finds the rows of the summary (and of a baseline file, if the claim names one)
that it is about, and the names that match none. The claim's kind, one file of ``kinds``, then judges each
row: it takes the interval of one quantity, such as the delta or the delta beyond a control, and looks where
it lies. All of it in the band of points that the claim allows: holds. None of it: refuted. Across an edge:
inconclusive (``bands`` and ``judgement``). Rows that were not measured alike are not comparable, and what is
not there is missing; neither ever passes. ``judge`` puts this together, over families if the claim counts
them, into one ``GateReport`` (``verdict``). Its exit code is the first that applies of 1 (refuted or
missing), 3 (inconclusive or not comparable) and 0. Everything that is shown of it, in ``reports`` and on the
board, is made from that report, so that no two texts disagree.
"""

from suite.gate.baseline import Baseline
from suite.gate.claim import Claim
from suite.gate.gate_report import GateReport, Verdict
from suite.gate.judge import judge
from suite.gate.policy import Policy, PolicyFile, load_policy
from suite.gate.reports.text import claim_named, explain, report_text

__all__ = [
    "Baseline",
    "Claim",
    "GateReport",
    "Policy",
    "PolicyFile",
    "Verdict",
    "claim_named",
    "explain",
    "judge",
    "load_policy",
    "report_text",
]
