"""A gate report into files, and to GitHub where it runs there."""

import os
from collections.abc import Mapping
from pathlib import Path

from suite.errors import SuiteError
from suite.gate.badge import badge_json, badge_svg
from suite.gate.github import annotations, step_summary
from suite.gate.junit import junit_xml
from suite.schema import GateReport
from suite.store import write_atomic


def write_reports(report: GateReport, json: Path | None, junit: Path | None, badge: Path | None) -> None:
    """Write what was asked for; ``badge`` is an .svg, or a .json as shields.io reads it."""
    badges = {".svg": badge_svg, ".json": badge_json}
    if badge and badge.suffix not in badges:
        raise SuiteError(f"a badge cannot be '{badge.suffix}'. Allowed: .svg, .json", f"--badge {badge}", "Rename the file")
    if json:
        write_atomic(json, report.to_json().encode())
    if junit:
        write_atomic(junit, junit_xml(report))
    if badge:
        write_atomic(badge, badges[badge.suffix](report).encode())


def tell_github(report: GateReport, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Add the report to the step's summary where there is one; the annotations to print, none outside of GitHub Actions."""
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))
    return annotations(report) if environment.get("GITHUB_ACTIONS") == "true" else []
