"""A gate report into files, and to GitHub where it runs there."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from suite.errors import SuiteError
from suite.gate.badge import badge_json, badge_svg
from suite.gate.github import annotations, step_summary
from suite.gate.junit import junit_xml
from suite.schema import GateReport
from suite.store import write_atomic

BADGES = {".svg": badge_svg, ".json": badge_json}
"""Ending of the file -> what writes it; the .json is what shields.io reads."""


def write_reports(report: GateReport, json: Path | None, junit: Path | None, badges: Sequence[Path]) -> None:
    """Write what was asked for; ``SuiteError``, and nothing, where a badge ends in neither of ``BADGES``."""
    for badge in badges:
        if badge.suffix not in BADGES:
            what = f"a badge cannot be '{badge.suffix}'. Allowed: {', '.join(BADGES)}"
            raise SuiteError(what, f"--badge {badge}", "Rename the file")
    if json:
        write_atomic(json, report.to_json().encode())
    if junit:
        write_atomic(junit, junit_xml(report))
    for badge in badges:
        write_atomic(badge, BADGES[badge.suffix](report).encode())


def tell_github(report: GateReport, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Add the report to the step's summary where there is one; the annotations to print, none outside of GitHub Actions."""
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))
    return annotations(report) if environment.get("GITHUB_ACTIONS") == "true" else []
