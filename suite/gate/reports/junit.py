"""The gate's report as JUnit XML, which CI systems show as tests."""

import datetime
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Literal
from xml.etree import ElementTree as ET

from suite.gate.gate_report import GateReport, Verdict
from suite.gate.reports.wording import explained, one_line, setting

Tag = Literal["failure", "error", "skipped"]


def junit_xml(report: GateReport) -> bytes:
    """Return one test suite with one test per verdict.

    Its failures and errors add up to 0 exactly if the exit code is 0.
    """
    # The counts stand at both levels, because CI systems differ in which one they read.
    tags = [_tag(verdict, report) for verdict in report.verdicts]
    counts = {"tests": len(tags), "failures": tags.count("failure"), "errors": tags.count("error"), "time": 0}
    root = ET.Element("testsuites", _attributes(counts))
    more = {"skipped": str(tags.count("skipped")), "timestamp": _timestamp(report.generated)}
    named = {"name": f"rlvr-suite gate: {report.policy}"}
    suite = ET.SubElement(root, "testsuite", _attributes(named) | _attributes(counts) | _attributes(more))
    _add_properties(suite, report)
    for verdict, tag, test in zip(report.verdicts, tags, _names(report.verdicts), strict=True):
        case = {
            "classname": f"{_undotted(report.policy)}.{_undotted(verdict.family)}",
            "name": test,
            "time": "0",
        }
        _add_outcome(ET.SubElement(suite, "testcase", _attributes(case)), verdict, tag)
    if report.not_checkable:
        lines = [one_line(f"not checkable: {item.claim}: {item.why}") for item in report.not_checkable]
        ET.SubElement(suite, "system-out").text = "\n".join(lines)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _tag(verdict: Verdict, report: GateReport) -> Tag | None:
    """Return the element that says how a test ended; None for one that passed."""
    if verdict.verdict == "holds":
        return None
    if verdict.verdict == "missing":
        return "error"
    if verdict.verdict == "refuted":
        return "failure"
    return "skipped" if report.inconclusive == "pass" else "failure"


def _add_properties(suite: ET.Element, report: GateReport) -> None:
    """Add what the verdicts are based on."""
    stated: dict[str, str | int | None] = {
        "policy": report.policy,
        "policy_file": report.policy_file,
        "suite_version": report.suite_version,
        "samples_hash": report.samples_hash,
        "generated": report.generated,
        "inconclusive": report.inconclusive,
        "exit_code": report.exit_code,
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in stated.items():
        if value is not None:
            ET.SubElement(properties, "property", _attributes({"name": name, "value": value}))


def _add_outcome(case: ET.Element, verdict: Verdict, tag: Tag | None) -> None:
    """Add how the test ended and why; for a test that passed, as its output."""
    attributes = _attributes({"type": verdict.verdict, "message": verdict.detail})
    outcome = ET.SubElement(case, tag, attributes) if tag else ET.SubElement(case, "system-out")
    outcome.text = "\n".join((one_line(verdict.says), *explained(verdict)))


def _names(verdicts: Sequence[Verdict]) -> list[str]:
    """Return a name for each test, each once, because CI systems follow a test by its name."""
    names: dict[str, None] = {}
    for v in verdicts:
        about = ", ".join(filter(None, (f"{v.family}, {v.reward} on {v.task}", _pair(v))))
        plain = one_line(f"{v.claim}: {v.says} ({about})")
        # A second test of the same name would replace the first one in the CI system's history: it gets a
        # number.
        numbered = chain([plain], (f"{plain} ({n})" for n in count(2)))
        names[next(name for name in numbered if name not in names)] = None
    return list(names)


def _pair(verdict: Verdict) -> str:
    """Return which pair was looked at; for a missing pair what is known of it, perhaps nothing."""
    base = verdict.base and f"{'against' if verdict.checkpoint else 'base'} {verdict.base}"
    arms = " ".join(filter(None, (verdict.checkpoint, base)))
    return ", ".join(filter(None, (arms, *setting(verdict))))


def _timestamp(generated: str) -> str | None:
    """Return when the summary's samples were finished, as JUnit writes it (UTC, no zone).

    None if ``generated`` is not an ISO date.
    """
    try:
        moment = datetime.datetime.fromisoformat(generated)
        utc = moment.astimezone(datetime.UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return utc.replace(tzinfo=None).isoformat(timespec="seconds")


def _attributes(values: Mapping[str, str | int | None]) -> dict[str, str]:
    return {name: one_line(str(value)) for name, value in values.items() if value is not None}


def _undotted(name: str) -> str:
    """Return the name without dots: Jenkins reads what precedes a class name's last dot as its package."""
    return name.replace(".", "_")
