"""``rlvr-suite gate RUN --policy P --update-baseline``: the baselines that a policy names, written anew for review."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from suite.errors import SuiteError, safe_line
from suite.gate.baseline import Baseline, baseline_of, baseline_text, load_baseline, moved
from suite.gate.policy import Policy
from suite.gate.scope import rows_in
from suite.schema import DeltaRow, Summary


def update_baselines(summary: Summary, policy: Policy, run: Path, asked: str) -> list[str]:
    """Write every baseline that the policy names from the rows that its claims are about; what moved, as lines for a review.

    A file that is there and is no baseline is an error. On an error every file is left as it is.
    """
    if not policy.baseline_files:
        what = f"policy {policy.name} names no baseline. Those that do claim not_worse_than or reproduces with a .yaml file"
        raise SuiteError(what, "--update-baseline", "Name such a policy, for instance regression")
    paths = {path.resolve(): path for path in policy.baseline_files.values()}
    old = {place: load_baseline(path) if path.exists() else None for place, path in paths.items()}
    new = {place: _baseline(summary, policy, place) for place in paths}
    _write(new, f"rlvr-suite gate {shlex.quote(str(run))} --policy {shlex.quote(asked)} --update-baseline")
    lines = []
    for place, path in paths.items():
        lines += [
            f"{path}: {len(new[place].rows)} rows",
            *(moved(old[place], new[place]) or ["nothing moved"]),
        ]
    return [safe_line(line) for line in lines]


def _baseline(summary: Summary, policy: Policy, place: Path) -> Baseline:
    """Each row that a claim with the baseline in this place is about, once."""
    rows: dict[int, DeltaRow] = {}
    for claim in policy.claims:
        if claim.baseline and policy.baseline_files[claim.baseline].resolve() == place:
            rows |= {
                id(row): row for row in rows_in(summary, claim.scope, summary.deltas) if row.delta is not None
            }
    if not rows:
        raise SuiteError(
            "the summary has no delta for it",
            f"baseline {place}",
            "Name another run, or widen the policy's claims",
        )
    return baseline_of(summary, rows.values())


def _write(baselines: Mapping[Path, Baseline], command: str) -> None:
    """All of them, or on an error none: each is read back from beside its place before the first takes its place."""
    drafts = {place: place.with_name(f".{place.name}.{os.getpid()}") for place in baselines}
    try:
        for place, draft in drafts.items():
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(baseline_text(baselines[place], command), encoding="utf-8")
            _check(draft, place, baselines[place])
        for place, draft in drafts.items():
            os.replace(draft, place)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _check(draft: Path, place: Path, baseline: Baseline) -> None:
    try:
        as_read = load_baseline(draft)
    except SuiteError as error:
        what = f"its {len(baseline.rows)} rows could not be read again: {error.what}"
        raise SuiteError(
            what, f"baseline {place}", "Narrow the policy's claims to fewer rows, or mend the summary"
        ) from error
    if as_read != baseline:
        what = "a name in the summary does not come back from the file as it is"
        raise SuiteError(
            what, f"baseline {place}", "Name families, rewards and tasks in printable characters"
        )
