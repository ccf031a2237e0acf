"""``rlvr-suite gate RUN --policy P --update-baseline``: the baselines that a policy names, written anew for review."""

import shlex
from pathlib import Path

from suite.errors import SuiteError
from suite.gate.baseline import Baseline, baseline_of, baseline_text, load_baseline, moved
from suite.gate.policy import Policy, baseline_names
from suite.gate.scope import rows_in
from suite.schema import DeltaRow, Summary
from suite.store import write_atomic


def update_baselines(summary: Summary, policy: Policy, run: Path, asked: str) -> list[str]:
    """Write every baseline that the policy names from the rows that its claims are about; what moved, as lines for a review.

    A file that is there and is no baseline is an error, and is left as it is.
    """
    if not policy.baseline_files:
        what = f"policy {policy.name} names no baseline. Those that do claim not_worse_than or reproduces with a .yaml file"
        raise SuiteError(what, "--update-baseline", "Name such a policy, for instance regression")
    command = f"rlvr-suite gate {shlex.quote(str(run))} --policy {shlex.quote(asked)} --update-baseline"
    lines = []
    for name, path in policy.baseline_files.items():
        old = load_baseline(path) if path.exists() else None
        new = _baseline(summary, policy, name)
        write_atomic(path, baseline_text(new, command).encode())
        lines += [f"{path}: {len(new.rows)} rows", *(moved(old, new) or ["nothing moved"])]
    return lines


def _baseline(summary: Summary, policy: Policy, name: str) -> Baseline:
    """Each row that a claim with this baseline is about, once."""
    rows: dict[int, DeltaRow] = {}
    for claim in policy.claims:
        if name in baseline_names(claim):
            rows |= {id(row): row for row in rows_in(summary, claim.scope) if row.delta is not None}
    if not rows:
        raise SuiteError("the summary has no delta for it", f"baseline {name}", "Name another run, or widen the policy's claims")
    return baseline_of(summary, rows.values())
