"""JUnit XML of the gate, read back with junitparser and checked against the Jenkins xUnit plugin's schema.

The schema is no file of ours: ``make build/junit-10.xsd`` takes it from the source of pytest.
"""

import os
from collections import Counter
from itertools import chain, product
from pathlib import Path
from typing import get_args

import pytest

from suite.gate.gate_report import GateReport, Verdict
from suite.gate.reports.junit import junit_xml
from suite.gate.reports.wording import measured, one_line
from suite.schema import Needs, NotCheckable, VerdictWord

XSD = Path(__file__).resolve().parents[3] / "build" / "junit-10.xsd"
WORDS = get_args(VerdictWord)
ASKED = (None, "pass", "fail")
HOSTILE = 'a.b\x00\x1b\ufffe<x a="1">]]>&amp;\r\n\t\u2028\u202e"é🙂'
PAIR = {"checkpoint": "qwen-format", "base": "qwen", "step": 50, "protocol": "boxed"}


def verdict(word: VerdictWord = "holds", **changes: object) -> Verdict:
    fields = {
        "claim": "1", "kind": "gain", "says": "gain above 0 points", "family": "qwen2.5",
        "reward": "format", "task": "math500",
        "verdict": word, "detail": f"it is {word}", **changes,
    }  # fmt: skip
    return Verdict(**fields)


def exit_code(words: tuple[VerdictWord, ...], inconclusive: str | None) -> int:
    if {"refuted", "missing"} & set(words):
        return 1
    open_words = {"inconclusive", "not comparable"} & set(words)
    return {None: 3, "pass": 0, "fail": 1}[inconclusive] if open_words else 0


def report(*verdicts: Verdict, **changes: object) -> GateReport:
    code = exit_code(tuple(v.verdict for v in verdicts), changes.get("inconclusive"))
    fields = {
        "policy": "release", "suite_version": "0.9", "generated": "2026-03-01", "samples_hash": "ab12",
        "exit_code": code,
        "verdicts": verdicts, **changes,
    }  # fmt: skip
    return GateReport(**fields)


def read(document: bytes):
    """The only suite, as junitparser reads it."""
    from junitparser import JUnitXml

    (suite,) = JUnitXml.fromstring(document)
    return suite


def outcomes(document: bytes) -> list[list[tuple[str, str]]]:
    return [[(type(result).__name__, result.type) for result in case.result] for case in read(document)]


@pytest.fixture(scope="module")
def schema():
    from lxml import etree

    if not XSD.exists() and not os.environ.get("CI"):
        pytest.skip(f"needs {XSD} (make build/junit-10.xsd)")
    return etree.XMLSchema(etree.parse(str(XSD)))


EVERY_FIELD = report(
    verdict(points=18.2, interval=(14.8, 21.5), quantity="delta", **PAIR),
    verdict(
        "refuted", claim=HOSTILE, says=HOSTILE, family=HOSTILE, reward=HOSTILE, task=HOSTILE, detail=HOSTILE
    ),
    verdict(
        "inconclusive",
        needs=Needs(items=420, seeds=5),
        parts=(verdict("holds"), verdict("inconclusive", family="olmo")),
    ),
    verdict("not comparable", differs=("decoding",), unverified=True, **PAIR),
    verdict("missing", base="qwen"),
    policy=HOSTILE,
    policy_file="policies/release.yaml",
    not_checkable=(NotCheckable(claim=HOSTILE, why="no run has it"), NotCheckable(claim="b", why=HOSTILE)),
)


@pytest.mark.parametrize(
    "made", [EVERY_FIELD, EVERY_FIELD.model_copy(update={"inconclusive": "pass"}), report()]
)
def test_the_document_is_valid_by_the_schema_of_jenkins(made: GateReport, schema) -> None:
    from lxml import etree

    schema.assertValid(etree.fromstring(junit_xml(made)))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("length", range(4))
def test_nothing_fails_exactly_when_the_exit_code_is_0(length: int, asked: str | None) -> None:
    for words in product(WORDS, repeat=length):
        made = report(*map(verdict, words), inconclusive=asked)
        suite = read(junit_xml(made))
        assert (suite.failures + suite.errors == 0) == (made.exit_code == 0), words
        assert suite.tests == length


@pytest.mark.parametrize("asked", ASKED)
def test_the_counts_are_those_of_the_elements(asked: str | None) -> None:
    document = junit_xml(report(*map(verdict, WORDS * 2), inconclusive=asked))
    suite = read(document)
    results = Counter(name for name, _ in chain.from_iterable(outcomes(document)))
    counted = (results["Failure"], results["Error"], results["Skipped"])
    assert (suite.failures, suite.errors, suite.skipped) == counted
    assert suite.tests == len(list(suite)) == 10


@pytest.mark.parametrize(
    ("word", "asked", "outcome"),
    [
        ("holds", None, []),
        ("refuted", None, [("Failure", "refuted")]),
        ("refuted", "pass", [("Failure", "refuted")]),
        ("missing", "pass", [("Error", "missing")]),
        ("inconclusive", None, [("Failure", "inconclusive")]),
        ("inconclusive", "fail", [("Failure", "inconclusive")]),
        ("inconclusive", "pass", [("Skipped", "inconclusive")]),
        ("not comparable", None, [("Failure", "not comparable")]),
        ("not comparable", "pass", [("Skipped", "not comparable")]),
    ],
)
def test_a_verdict_is_an_outcome(
    word: VerdictWord, asked: str | None, outcome: list[tuple[str, str]]
) -> None:
    assert outcomes(junit_xml(report(verdict(word), inconclusive=asked))) == [outcome]


def told(made: Verdict) -> list[str]:
    """The lines of a test's text, below what the claim says."""
    (case,) = read(junit_xml(report(made)))
    text = case.result[0].text if case.result else case.system_out
    says, *lines = text.splitlines()
    assert says == made.says
    return lines


@pytest.mark.parametrize("word", WORDS)
def test_every_test_says_why(word: VerdictWord) -> None:
    assert told(verdict(word)) == [f"it is {word}"]


def test_a_verdict_over_families_names_them_and_their_pairs() -> None:
    parts = (
        verdict("holds", family="qwen", points=3.0, **PAIR),
        verdict("refuted", family="olmo", detail="below it"),
    )
    assert told(verdict("refuted", family="qwen, olmo", parts=parts)) == [
        "it is refuted", "qwen, step 50, protocol boxed: holds, +3.0", "olmo: refuted, below it",
    ]  # fmt: skip


def test_a_verdict_over_tasks_or_controls_names_what_differs() -> None:
    parts = (
        verdict("holds", task="amc", points=3.0),
        verdict("refuted", points=-1.0, quantity="delta beyond random"),
    )
    assert told(verdict("refuted", parts=parts)) == [
        "it is refuted",
        "amc: holds, +3.0",
        "refuted, delta beyond random -1.0",
    ]


@pytest.mark.parametrize(
    ("needs", "lines"),
    [
        (Needs(items=1420, seeds=5), ["to decide at this size: about 1,420 items or about 5 seeds"]),
        (Needs(samples=8), ["to decide at this size: about 8 samples an item"]),
        (Needs(), []),
    ],
)
def test_what_would_decide_is_told_as_alternatives(needs: Needs, lines: list[str]) -> None:
    assert told(verdict("inconclusive", needs=needs)) == ["it is inconclusive", *lines]


def test_no_two_tests_have_one_name() -> None:
    same = verdict()
    taken = "1: gain above 0 points (qwen2.5, format on math500) (2)"
    made = [same, same, verdict(**PAIR), verdict(**PAIR | {"step": 100}), same]
    names = [case.name for case in read(junit_xml(report(*made)))]
    assert taken in names
    assert len(set(names)) == len(made)


def test_the_class_name_has_the_policy_as_its_package() -> None:
    (case,) = read(junit_xml(report(verdict(), policy="v1.2")))
    assert case.classname == "v1_2.qwen2_5"


def test_hostile_ids_come_back_with_what_xml_forbids_replaced() -> None:
    case = list(read(junit_xml(EVERY_FIELD)))[1]
    clean = 'a.b���<x a="1">]]>&amp; �"é🙂'
    assert case.result[0].message == clean
    assert case.name == f"{clean}: {clean} ({clean}, {clean} on {clean})"


def test_a_lone_surrogate_is_replaced() -> None:
    assert one_line("a\udc80b") == "a�b"


def test_the_properties_say_what_the_verdicts_rest_on() -> None:
    suite = read(junit_xml(report(verdict(), policy_file="p.yaml", inconclusive="fail")))
    assert suite.name == "rlvr-suite gate: release"
    assert {p.name: p.value for p in suite.properties()} == {
        "policy": "release", "policy_file": "p.yaml", "suite_version": "0.9", "samples_hash": "ab12",
        "generated": "2026-03-01",
        "inconclusive": "fail", "exit_code": "0",
    }  # fmt: skip


def test_what_cannot_be_checked_is_told() -> None:
    made = report(not_checkable=(NotCheckable(claim="7", why="needs\na human"),))
    assert "not checkable: 7: needs a human" in junit_xml(made).decode()


@pytest.mark.parametrize(
    ("generated", "timestamp"),
    [
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01T23:30:05.25", "2026-03-01T23:30:05"),
        ("2026-03-01T23:30:05-02:00", "2026-03-02T01:30:05"),
        ("0001-01-01T00:00:00+02:00", None),
        ("last Tuesday", None),
    ],
)
def test_the_timestamp_is_the_summarys(generated: str, timestamp: str | None) -> None:
    assert read(junit_xml(report(verdict(), generated=generated))).timestamp == timestamp


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (PAIR, ", qwen-format against qwen, step 50, protocol boxed"),
        ({"base": "qwen", "step": 0}, ", base qwen, step 0"),
        ({"checkpoint": "qwen-format"}, ", qwen-format"),
        ({}, ""),
    ],
)
def test_the_name_has_the_pair_as_far_as_it_is_known(fields: dict[str, object], words: str) -> None:
    (case,) = read(junit_xml(report(verdict(**fields))))
    assert case.name == f"1: gain above 0 points (qwen2.5, format on math500{words})"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"points": -0.04}, "0.0"),
        (
            {"points": -3.25, "interval": (-6.0, 0.01), "quantity": "beyond format"},
            "beyond format -3.2 [-6.0, 0.0]",
        ),
    ],
)
def test_what_was_measured_is_signed_unless_it_is_zero(fields: dict[str, object], words: str) -> None:
    assert measured(verdict(**fields)) == words
