"""A gate report into files, and to GitHub if the gate runs there."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.gate.gate_report import GateReport
from suite.gate.reports.badge import badge_json, badge_svg
from suite.gate.reports.github import annotations, step_summary
from suite.gate.reports.junit import junit_xml

BADGES = {".svg": badge_svg, ".json": badge_json}
"""What writes a badge, by the ending of its file; the .json is what shields.io reads."""


def clear_reports(json: Path | None, junit: Path | None, badges: Sequence[Path], run: Path) -> None:
    """Remove the reports of an earlier run, so that none is left if this run ends before it writes its own.

    Raise ``SuiteError``, and remove nothing, if two paths are one file, if one is what the gate itself reads,
    or if the ending of a badge is not in ``BADGES``.
    """
    # Everything is checked before anything is removed.
    named = [("--json", json), ("--junit", junit), *(("--badge", badge) for badge in badges)]
    given = [(flag, path) for flag, path in named if path]
    taken = {(run / "summary.json" if run.is_dir() else run).resolve(): "the summary"}
    for flag, path in given:
        if flag == "--badge" and path.suffix not in BADGES:
            what = f"a badge cannot be '{path.suffix}'. Allowed: {', '.join(BADGES)}"
            raise SuiteError(what, f"--badge {path}", "Rename the file")
        if path.suffix in (".yaml", ".yml"):  # a policy or a baseline
            raise SuiteError(f"a report cannot be '{path.suffix}'", f"{flag} {path}", "Rename the file")
        if other := taken.get(path.resolve()):
            raise SuiteError(f"this is the same file as {other}", f"{flag} {path}", "Name another file")
        taken[path.resolve()] = flag
    for _, path in given:
        path.unlink(missing_ok=True)


def write_reports(report: GateReport, json: Path | None, junit: Path | None, badges: Sequence[Path]) -> None:
    """Write the report files whose paths are given."""
    if json:
        write_atomic(json, report.to_json().encode())
    if junit:
        write_atomic(junit, junit_xml(report))
    for badge in badges:
        write_atomic(badge, BADGES[badge.suffix](report).encode())


def tell_github(report: GateReport, environment: Mapping[str, str] = os.environ) -> None:
    """Print annotations on GitHub Actions, and append the report to the step's summary if there is one."""
    if environment.get("GITHUB_ACTIONS") == "true":
        for line in annotations(report):
            print(line)
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))
