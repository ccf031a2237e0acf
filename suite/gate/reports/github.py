"""The gate's report on GitHub: Markdown for ``$GITHUB_STEP_SUMMARY`` and annotations for the lines of a policy file."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from suite.gate.reports.wording import counts, explained, measured, one_line
from suite.gate.verdict import GateReport, Verdict
from suite.schema import VERDICT_MARKS, WORST_FIRST

Level = Literal["error", "warning", "notice"]
SHOWN = 10
"""GitHub shows so many annotations of one level a step (docs.github.com, "Annotations limits")."""
HEADINGS = {0: "passed", 1: "failed", 3: "undecided"}
COLUMNS = ("verdict", "claim", "says", "family", "reward", "task", "measured, points", "why")
INERT = re.compile(r"[&<>\\`*_~|\[\]]|(?P<spotted>[@#$]|:(?! |$)|(?<=www)\.)", re.IGNORECASE)
"""Markdown's own characters, and what GitHub spots in finished text: mentions, references, formulas, emoji and links."""


def step_summary(report: GateReport) -> str:
    """Markdown: the outcome in a word, the counts, a row a verdict, what cannot be checked, and what it all rests on."""
    description = f": {_inert(report.description)}" if report.description else ""
    blocks = [
        f"## rlvr gate {HEADINGS.get(report.exit_code, f'exit code {report.exit_code}')}: {_inert(report.policy)}",
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
    """Workflow commands, one a verdict that does not hold, worst first; where GitHub would drop some, the last says how many."""
    levels: dict[Level, list[Verdict]] = {"error": [], "warning": [], "notice": []}
    for verdict in sorted(report.verdicts, key=lambda v: WORST_FIRST.index(v.verdict)):
        if verdict.verdict != "holds":
            levels[_level(verdict, report)].append(verdict)
    return [line for level, verdicts in levels.items() for line in _of_level(level, verdicts, report)]


def _inert(text: str) -> str:
    """Text from a user that shows as it is written: no markup, link, image, mention, reference, formula or emoji comes of it.

    A character reference is never markup (CommonMark 2.5). What GitHub spots in finished text stands in a ``span`` of its own, as
    its documentation says for a dollar sign.
    """
    return INERT.sub(
        lambda match: f"<span>{match[0]}</span>" if match["spotted"] else f"&#{ord(match[0])};",
        one_line(text),
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (columns, ["---"] * len(columns), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _row(verdict: Verdict) -> tuple[str, ...]:
    names = (verdict.claim, verdict.says, verdict.family, verdict.reward, verdict.task, measured(verdict))
    why = "<br>".join(_inert(line) for line in explained(verdict))
    return (f"{VERDICT_MARKS[verdict.verdict]} {verdict.verdict}", *(_inert(name) for name in names), why)


def _provenance(report: GateReport) -> str:
    version, generated = _inert(report.suite_version), _inert(report.generated)
    return f"rlvr-suite {version}, samples {_inert(report.samples_hash)}, summary of {generated}"


def _level(verdict: Verdict, report: GateReport) -> Level:
    """How loud a verdict is that does not hold: as loud as what it does to the exit code."""
    if verdict.verdict in ("refuted", "missing"):
        return "error"
    return (
        "warning" if report.inconclusive is None else "error" if report.inconclusive == "fail" else "notice"
    )


def _of_level(level: Level, verdicts: Sequence[Verdict], report: GateReport) -> list[str]:
    """The commands of one level, as many as GitHub shows."""
    if len(verdicts) <= SHOWN:
        return [_annotation(level, verdict, report) for verdict in verdicts]
    shown, rest = verdicts[: SHOWN - 1], verdicts[SHOWN - 1 :]
    more = _command(level, {"title": "rlvr gate: more"}, f"{len(rest)} more are not shown: {counts(rest)}")
    return [*(_annotation(level, verdict, report) for verdict in shown), more]


def _annotation(level: Level, verdict: Verdict, report: GateReport) -> str:
    place = {"file": report.policy_file, "line": verdict.line} if report.policy_file else {}
    title = one_line(f"rlvr gate: {verdict.verdict}: {verdict.claim}")
    about = one_line(f"{verdict.says} ({verdict.family}, {verdict.reward} on {verdict.task})")
    return _command(level, {**place, "title": title}, "\n".join((about, *explained(verdict))))


def _command(level: Level, properties: dict[str, str | int | None], message: str) -> str:
    """A workflow command, escaped as GitHub's own toolkit escapes it (actions/toolkit, ``command.ts``), and no other."""
    given = ",".join(
        f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None
    )
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "## [")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
