"""``rlvr-suite gate RUN --policy P --update-baseline``: rewrite the baselines that a policy names."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from suite.errors import SuiteError, safe_line
from suite.gate.baseline import Baseline, baseline_of, baseline_text, load_baseline, moved
from suite.gate.policy import Policy
from suite.gate.scope import rows_in
from suite.schema import DeltaRow, Summary


def update_baselines(summary: Summary, policy: Policy, run: Path, name: str) -> list[str]:
    """Write every baseline that the policy names, from its claims' rows; return what moved, in lines.

    ``name`` is the policy as it was given on the command line. An existing file that is not a baseline is an
    error. On an error every file is left as it was.
    """
    if not policy.baseline_files:
        allowed = "a claim of not_worse_than or reproduces with a .yaml file"
        what = f"policy {policy.name} names no baseline. Allowed: {allowed}"
        fix = "Choose a policy with such a claim, for instance regression"
        raise SuiteError(what, "--update-baseline", fix)
    # Two spellings of one path are one baseline, so a baseline is known by its resolved path.
    paths = {path.resolve(): path for path in policy.baseline_files.values()}
    # The old files are read first, for the list of what moved, and so that a file that is no baseline stops
    # the update.
    old = {place: load_baseline(path) if path.exists() else None for place, path in paths.items()}
    new = {place: _baseline(summary, policy, place) for place in paths}
    _write(new, f"rlvr-suite gate {shlex.quote(str(run))} --policy {shlex.quote(name)} --update-baseline")
    lines = []
    for place, path in paths.items():
        lines.append(f"{path}: {len(new[place].rows)} rows")
        lines += moved(old[place], new[place]) or ["nothing moved"]
    return [safe_line(line) for line in lines]


def _baseline(summary: Summary, policy: Policy, place: Path) -> Baseline:
    """Return a baseline of each row that some claim with the baseline at ``place`` is about, once."""
    rows: dict[int, DeltaRow] = {}
    for claim in policy.claims:
        if claim.baseline and policy.baseline_files[claim.baseline].resolve() == place:
            for row in rows_in(summary, claim.scope, summary.deltas):
                if row.delta is not None:
                    rows[id(row)] = row
    if not rows:
        fix = "Name another run, or widen the policy's claims"
        raise SuiteError("the summary has no delta for it", f"baseline {place}", fix)
    return baseline_of(summary, rows.values())


def _write(baselines: Mapping[Path, Baseline], command: str) -> None:
    """Write all of them or, on an error, none.

    Each is written beside its place and read back from there before the first one replaces an older file.
    """
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
    """Raise ``SuiteError`` if the draft cannot be read back as the same baseline."""
    try:
        as_read = load_baseline(draft)
    except SuiteError as error:
        what = f"its {len(baseline.rows)} rows could not be read again: {error.what}"
        fix = "Narrow the policy's claims to fewer rows, or fix the summary"
        raise SuiteError(what, f"baseline {place}", fix) from error
    if as_read != baseline:
        what = "a name in the summary is not read back from the file unchanged"
        fix = "Name families, rewards and tasks in printable characters"
        raise SuiteError(what, f"baseline {place}", fix)
