"""Baselines: a planted regression is caught, and noise of the same size is not called one."""

import math
from pathlib import Path

import pytest
from small_summaries import row, summary
from stored_deltas import BEFORE, measured, policy_in, sized, update, words

from suite.errors import SuiteError
from suite.gate import judge, load_policy
from suite.gate.baseline import baseline_text, load_baseline, moved


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    return policy_in(tmp_path)


def test_what_has_not_moved_holds_however_wide_its_interval(policy_file: Path) -> None:
    wide = measured(BEFORE, half=30)
    update(wide, policy_file)
    assert set(words(wide, policy_file).values()) == {"holds"}
    assert judge(wide, load_policy(policy_file)).exit_code == 0


def test_a_planted_regression_of_6_points_in_one_family_is_caught_and_named(policy_file: Path) -> None:
    update(measured(BEFORE, half=2), policy_file)
    report = judge(measured(BEFORE | {"c": 14.0}, half=2), load_policy(policy_file))
    assert [(v.family, v.reward) for v in report.verdicts if v.verdict != "holds"] == [("c", "r")]
    assert next(v for v in report.verdicts if v.family == "c").verdict == "refuted"
    assert report.exit_code == 1


def test_6_points_within_noise_are_inconclusive_and_never_hold(policy_file: Path) -> None:
    update(measured(BEFORE, half=5), policy_file)
    report = judge(measured(BEFORE | {"c": 14.0}, half=5), load_policy(policy_file))
    open_ = [v for v in report.verdicts if v.verdict == "inconclusive"]
    assert ("c", "r") in {(v.family, v.reward) for v in open_}
    assert all(v.needs is None for v in open_)  # more items would be another measurement
    assert report.exit_code == 3


def test_a_family_that_drops_out_is_missing(policy_file: Path) -> None:
    update(measured(BEFORE, half=2), policy_file)
    assert words(measured({"a": 12.0, "b": 3.0}, half=2), policy_file)[("c", "r")] == "missing"


def test_a_pair_that_the_baseline_does_not_know_is_missing_until_it_is_updated(policy_file: Path) -> None:
    update(measured({"a": 12.0}, half=2), policy_file)
    assert words(measured(BEFORE, half=2), policy_file)[("b", "r")] == "missing"
    lines = update(measured(BEFORE, half=2), policy_file)
    assert [line.split()[:2] for line in lines[1:]] == [
        ["new", "b"],
        ["new", "c"],
        ["new", "b"],
        ["new", "c"],
    ]
    assert set(words(measured(BEFORE, half=2), policy_file).values()) == {"holds"}


def test_a_changed_base_is_a_change_though_the_delta_is_the_same(policy_file: Path) -> None:
    update(measured({"a": 12.0}, half=30), policy_file)
    given = measured({"a": 12.0}, half=30)
    moved = given.model_copy(
        update={"deltas": tuple(r.model_copy(update={"before": 0.4}) for r in given.deltas)}
    )
    assert set(words(moved, policy_file).values()) == {"inconclusive"}


def test_another_version_of_the_task_is_not_comparable(policy_file: Path) -> None:
    update(measured({"a": 12.0}, half=2), policy_file)
    given = measured({"a": 12.0}, half=2)
    newer = given.model_copy(
        update={"tasks": tuple(t.model_copy(update={"version": "2"}) for t in given.tasks)}
    )
    verdict = judge(newer, load_policy(policy_file)).verdicts[0]
    assert (verdict.verdict, verdict.differs) == ("not comparable", ("task version",))


def test_every_row_of_one_method_is_stored_and_judged(policy_file: Path) -> None:
    """Imported answers of half the items beside those of all: one key, two rows."""
    rows = (sized(50, 8), sized(100, 4), sized(100, 6, "other-seed"))
    given = summary(*rows, families={"a": ""})
    assert update(given, policy_file)[0].endswith(": 3 rows")
    found = judge(given, load_policy(policy_file)).verdicts
    assert [(v.verdict, v.n_items, v.checkpoint) for v in found] == [
        ("holds", 50, "a-rl"), ("holds", 100, "a-rl"), ("holds", 100, "other-seed"),
    ]  # fmt: skip
    worse = summary(
        *(r.model_copy(update={"delta": -9.0, "interval": (-9.5, -8.5)}) for r in rows), families={"a": ""}
    )
    assert [v.verdict for v in judge(worse, load_policy(policy_file)).verdicts] == ["refuted"] * 3


def test_rows_find_the_stored_one_that_is_most_like_them(policy_file: Path) -> None:
    update(summary(sized(50, 8), sized(100, 4), families={"a": ""}), policy_file)
    renamed = judge(
        summary(sized(100, 4, "new"), sized(50, 8, "new"), families={"a": ""}), load_policy(policy_file)
    ).verdicts
    assert [v.verdict for v in renamed] == ["holds", "holds"]
    other = judge(summary(sized(50, 8), sized(70, 4), families={"a": ""}), load_policy(policy_file)).verdicts
    assert [(v.verdict, v.differs) for v in other] == [("holds", None), ("not comparable", ("n_items",))]
    fewer = judge(summary(sized(50, 8), families={"a": ""}), load_policy(policy_file)).verdicts
    assert [(v.verdict, v.n_items) for v in fewer] == [("holds", 50), ("missing", 100)]
    more = judge(
        summary(*(sized(n, 8) for n in (50, 100, 200)), families={"a": ""}), load_policy(policy_file)
    ).verdicts
    assert [(v.verdict, v.n_items) for v in more][2] == ("missing", 200)


def test_a_task_that_the_summary_does_not_describe_has_an_unknown_version(policy_file: Path) -> None:
    given = measured({"a": 12.0}, half=2).model_copy(update={"tasks": ()})
    update(given, policy_file)
    assert load_baseline(policy_file.parent / "base.yaml").rows[0].version == "unknown"
    assert set(words(given, policy_file).values()) == {"holds"}


def test_numbers_that_no_baseline_can_hold_have_moved_and_are_no_fault_of_the_gate(policy_file: Path) -> None:
    update(measured({"a": 12.0}, half=2), policy_file)
    given = measured({"a": 12.0}, half=2)
    wild = given.model_copy(
        update={"deltas": tuple(r.model_copy(update={"before": 7.0}) for r in given.deltas)}
    )
    assert set(words(wild, policy_file).values()) == {"holds"}  # the change is 0 to within 2.8
    lost = given.model_copy(
        update={"deltas": tuple(r.model_copy(update={"delta": math.nan}) for r in given.deltas)}
    )
    assert set(words(lost, policy_file).values()) == {"inconclusive"}


def test_a_baseline_that_is_not_there_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"no such baseline.*--update-baseline"):
        load_baseline(tmp_path / "base.yaml")


def test_a_stored_number_has_no_negative_zero_and_a_review_none_either(policy_file: Path) -> None:
    update(summary(row((-2.00000004, 2)), families={"a": ""}), policy_file)
    stored = load_baseline(policy_file.parent / "base.yaml")
    assert "-0.0" not in baseline_text(stored, "test")
    assert moved(None, stored) == ["new   a a-base r x 10 t none (a-rl, 50 items x 1): 0.0"]
