"""The gate's report on GitHub: Markdown for ``$GITHUB_STEP_SUMMARY``, annotations for a policy's lines."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from suite.gate.gate_report import GateReport, Verdict
from suite.gate.reports.wording import counts, explained, measured, one_line
from suite.schema import VERDICT_MARKS, WORST_FIRST

Level = Literal["error", "warning", "notice"]
SHOWN = 10
"""How many annotations of one level GitHub shows per step (docs.github.com, "Annotations limits")."""
HEADINGS = {0: "passed", 1: "failed", 3: "undecided"}
COLUMNS = ("verdict", "claim", "says", "family", "reward", "task", "measured, points", "why")
INERT = re.compile(r"[&<>\\`*_~|\[\]]|(?P<spotted>[@#$]|:(?! |$)|(?<=www)\.)", re.IGNORECASE)
"""Markdown's own characters, and what GitHub turns into links or pictures in finished text.

These are mentions, references, formulas, emoji and addresses.
"""


def step_summary(report: GateReport) -> str:
    """Return Markdown: outcome, counts, a row per verdict, what cannot be checked, provenance."""
    heading = HEADINGS.get(report.exit_code, f"exit code {report.exit_code}")
    description = f": {_inert(report.description)}" if report.description else ""
    blocks = [
        f"## rlvr gate {heading}: {_inert(report.policy)}",
        f"{counts(report.verdicts)}; exit code {report.exit_code}",
        f"Policy {_inert(report.policy)}{description}",
    ]
    if report.verdicts:
        blocks.append(_table(COLUMNS, (_row(verdict) for verdict in report.verdicts)))
    if report.not_checkable:
        rows = ((_inert(statement.claim), _inert(statement.why)) for statement in report.not_checkable)
        blocks += ["Not checkable:", _table(("claim", "why"), rows)]
    return "\n\n".join([*blocks, _provenance(report)]) + "\n"


def annotations(report: GateReport) -> list[str]:
    """Return workflow commands, one per verdict that does not hold, worst first.

    If GitHub would drop some of a level, the last command shown says how many.
    """
    levels: dict[Level, list[Verdict]] = {"error": [], "warning": [], "notice": []}
    for verdict in sorted(report.verdicts, key=lambda v: WORST_FIRST.index(v.verdict)):
        if verdict.verdict != "holds":
            levels[_level(verdict, report)].append(verdict)
    lines = []
    for level, verdicts in levels.items():
        lines += _of_level(level, verdicts, report)
    return lines


def _inert(text: str) -> str:
    """Return a user's text so that GitHub shows it as written: no markup, link, mention, formula or emoji.

    A character reference is never markup (CommonMark 2.5). What GitHub turns into something in finished text
    goes into a ``span`` of its own, as its documentation recommends for a dollar sign.
    """

    def inert(match: re.Match[str]) -> str:
        return f"<span>{match[0]}</span>" if match["spotted"] else f"&#{ord(match[0])};"

    return INERT.sub(inert, one_line(text))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (columns, ["---"] * len(columns), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _row(verdict: Verdict) -> tuple[str, ...]:
    names = (verdict.claim, verdict.says, verdict.family, verdict.reward, verdict.task, measured(verdict))
    why = "<br>".join(_inert(line) for line in explained(verdict))
    return (f"{VERDICT_MARKS[verdict.verdict]} {verdict.verdict}", *(_inert(name) for name in names), why)


def _provenance(report: GateReport) -> str:
    version = _inert(report.suite_version)
    generated = _inert(report.generated)
    return f"rlvr-suite {version}, samples {_inert(report.samples_hash)}, summary of {generated}"


def _level(verdict: Verdict, report: GateReport) -> Level:
    """Return the level of a verdict that does not hold: as severe as its effect on the exit code."""
    if verdict.verdict in ("refuted", "missing"):
        return "error"
    if report.inconclusive is None:
        return "warning"
    return "error" if report.inconclusive == "fail" else "notice"


def _of_level(level: Level, verdicts: Sequence[Verdict], report: GateReport) -> list[str]:
    """Return the commands of one level, at most as many as GitHub shows."""
    if len(verdicts) <= SHOWN:
        return [_annotation(level, verdict, report) for verdict in verdicts]
    # One place is kept for the line that says how many are not shown; GitHub itself drops the rest silently.
    shown = verdicts[: SHOWN - 1]
    rest = verdicts[SHOWN - 1 :]
    more = _command(level, {"title": "rlvr gate: more"}, f"{len(rest)} more are not shown: {counts(rest)}")
    return [*(_annotation(level, verdict, report) for verdict in shown), more]


def _annotation(level: Level, verdict: Verdict, report: GateReport) -> str:
    place = {"file": report.policy_file, "line": verdict.line} if report.policy_file else {}
    title = one_line(f"rlvr gate: {verdict.verdict}: {verdict.claim}")
    about = one_line(f"{verdict.says} ({verdict.family}, {verdict.reward} on {verdict.task})")
    return _command(level, {**place, "title": title}, "\n".join((about, *explained(verdict))))


def _command(level: Level, properties: dict[str, str | int | None], message: str) -> str:
    """Return one workflow command, escaped as in GitHub's own toolkit (actions/toolkit, ``command.ts``)."""
    given = ",".join(
        f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None
    )
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "## [")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
