"""The gate: does a summary bear out what is claimed? ``rlvr-suite gate RUN --policy micro_demo``.

``policy`` reads what is claimed, ``scope`` finds the rows, ``judge`` gives one ``GateReport``; the other modules print it.
"""

from suite.gate.baseline import Baseline
from suite.gate.claim import Claim
from suite.gate.judge import judge
from suite.gate.policy import Policy, PolicyFile, load_policy
from suite.gate.reports.text import claim_named, explain, report_text
from suite.gate.verdict import GateReport, Verdict

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
