"""``rlvr-suite power``: the answers in words. The answers: tests/summary/test_power.py."""

import json
from dataclasses import replace

import pytest

from suite.commands.main import main
from suite.commands.power import basis_lines, rows
from suite.summary.power import PowerQuestion, PowerReport, answer

ASSUMED = answer(PowerQuestion("aime2024"))
MEASURED = replace(ASSUMED, accuracy=None, pairs=2, between=25.0, sampling=9.0)


def words(report: PowerReport) -> list[str]:
    return [row["answer"] for row in rows(report)]


def test_each_number_stands_with_what_it_is_for() -> None:
    asked_for = [row["what"] for row in rows(replace(ASSUMED, k=1, n_items=30, delta=2.5))]
    assert asked_for == [
        "detectable with 30 items, 1 sample, 1 seed",
        "items needed for 2.5 points (1 sample, 1 seed)",
        "samples per item needed for 2.5 points (30 items, 1 seed)",
        "training seeds needed for 2.5 points (30 items, 1 sample)",
    ]


def test_what_no_number_reaches_and_what_is_unknown_are_said_in_words() -> None:
    hopeless = replace(ASSUMED, detectable=None, items_needed=None, samples_needed=None, seed_sd=None)
    assert words(hopeless) == [
        "nothing, not even 100 points",
        "too many to count",
        "not with any number: items differ too much",
        "unknown: give the delta's standard deviation between seeds with --seed-sd",
    ]
    of_one_sample = replace(MEASURED, sampling=None, samples_needed=None, seed_sd=1.0, seeds_needed=3)
    assert words(of_one_sample)[2] == "unknown: the run drew one sample per item"
    assert words(of_one_sample)[3].startswith("3, for a claim about the method")


def test_the_basis_says_whether_the_variance_is_assumed_or_measured() -> None:
    assert basis_lines(ASSUMED)[1].startswith("assumed: accuracy 0.3; item difficulties Beta ")
    assert basis_lines(ASSUMED)[2] == "to measure instead of assume: --run RUN"
    (_, measured) = basis_lines(MEASURED)
    assert measured.startswith("measured, median over 2 pairs: ")
    assert measured.endswith("(between items 5.0, one sample 3.0)")


def test_json_is_printed_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", "--task", "aime2024", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_items"] == 30
