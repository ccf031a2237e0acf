"""Verdicts and reports as types: the kinds they accept, the words that count them, the JSON."""

import json

import pytest
from golden import GAIN, first_verdict
from pydantic import ValidationError
from small_summaries import policy, row, summary

from suite.gate import GateReport, Verdict, judge
from suite.gate.gate_report import counted, tally, tally_words, worst
from suite.gate.kinds import KINDS

HOLDS = first_verdict(GAIN, row((1, 9)))
REFUTED = first_verdict(GAIN, row((-9, -1)))
MISSING = first_verdict(GAIN, row((1, 9), reward="s"))


def test_a_verdict_is_about_a_kind_of_the_table_and_no_other() -> None:
    for name in KINDS:
        assert Verdict.model_validate({**HOLDS.model_dump(), "kind": name}).kind == name
    with pytest.raises(ValidationError, match="'gain', 'no_gain'"):
        Verdict.model_validate({**HOLDS.model_dump(), "kind": "no_loss_at_all"})
    assert GateReport.model_json_schema()["$defs"]["Verdict"]["properties"]["kind"]["enum"] == list(KINDS)


def test_the_worst_verdict_decides_for_several() -> None:
    assert worst([HOLDS, MISSING, REFUTED]) == "refuted"
    assert worst([HOLDS, MISSING]) == "missing"


def test_verdicts_are_counted_worst_first_and_one_holds_where_several_hold() -> None:
    assert tally([HOLDS, REFUTED, HOLDS]) == (("refuted", 1), ("holds", 2))
    assert tally_words([HOLDS, REFUTED, HOLDS]) == "1 refuted, 2 hold"
    assert tally_words([HOLDS, REFUTED]) == "1 refuted, 1 holds"
    assert tally_words([]) == "no verdicts"
    assert counted("refuted", 2) == "2 refuted"


def test_a_report_reads_back_from_its_json_and_absent_keys_are_left_out() -> None:
    report = judge(summary(row((1, 9)), families={"a": "A"}), policy(GAIN))
    assert GateReport.model_validate_json(report.to_json()) == report
    assert "needs" not in json.loads(report.to_json())["verdicts"][0]
