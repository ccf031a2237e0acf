"""A gate report into files, and to GitHub where it runs there."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.gate.reports.badge import badge_json, badge_svg
from suite.gate.reports.github import annotations, step_summary
from suite.gate.reports.junit import junit_xml
from suite.gate.verdict import GateReport

BADGES = {".svg": badge_svg, ".json": badge_json}
"""Ending of the file -> what writes it; the .json is what shields.io reads."""


def clear_reports(json: Path | None, junit: Path | None, badges: Sequence[Path], run: Path) -> None:
    """Take away the reports of an earlier run, so that none is left where this one ends before it has written its own.

    ``SuiteError``, and nothing is taken away, where two are one file, one is what the gate itself reads, or a badge has an ending
    that is not in ``BADGES``.
    """
    named = [("--json", json), ("--junit", junit), *(("--badge", badge) for badge in badges)]
    taken = {(run / "summary.json" if run.is_dir() else run).resolve(): "the summary"}
    for flag, path in ((flag, path) for flag, path in named if path):
        if flag == "--badge" and path.suffix not in BADGES:
            what = f"a badge cannot be '{path.suffix}'. Allowed: {', '.join(BADGES)}"
            raise SuiteError(what, f"--badge {path}", "Rename the file")
        if path.suffix in (".yaml", ".yml"):  # a policy or a baseline
            raise SuiteError(f"a report cannot be '{path.suffix}'", f"{flag} {path}", "Rename the file")
        if other := taken.get(path.resolve()):
            raise SuiteError(f"this is the same file as {other}", f"{flag} {path}", "Name another file")
        taken[path.resolve()] = flag
    for report in filter(None, (path for _, path in named)):
        report.unlink(missing_ok=True)


def write_reports(report: GateReport, json: Path | None, junit: Path | None, badges: Sequence[Path]) -> None:
    """Write what was asked for."""
    if json:
        write_atomic(json, report.to_json().encode())
    if junit:
        write_atomic(junit, junit_xml(report))
    for badge in badges:
        write_atomic(badge, BADGES[badge.suffix](report).encode())


def tell_github(report: GateReport, environment: Mapping[str, str] = os.environ) -> None:
    """Print annotations where this is GitHub Actions, and add the report to the step's summary where there is one."""
    if environment.get("GITHUB_ACTIONS") == "true":
        for line in annotations(report):
            print(line)
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))
