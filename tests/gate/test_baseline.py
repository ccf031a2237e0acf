"""Baselines: a planted regression is caught, noise of the same size is not called one, and the file is written for a review."""

import math
from pathlib import Path

import pytest
from small_summaries import row, summary

from suite.errors import SuiteError
from suite.gate import judge, load_policy
from suite.gate.baseline import baseline_of, baseline_text, load_baseline
from suite.gate.update import update_baselines
from suite.schema import DeltaRow, Summary

POLICY = 'claims:\n  - {reward: "*", task: "*", not_worse_than: base.yaml, margin: 5}\n'


def measured(points: dict[str, float], half: float) -> Summary:
    """Reward r on task t in these families, each delta with an interval of that half width, and a control beside it."""
    rows = [row((delta - half, delta + half), family=family) for family, delta in points.items()]
    controls = [row((-half, half), family=family, reward="random", spurious=True) for family in points]
    return summary(*rows, *controls, families=dict.fromkeys(points, ""))


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(POLICY)
    return file


def update(given: Summary, policy_file: Path) -> list[str]:
    return update_baselines(
        given, load_policy(policy_file, baselines=False), Path("runs/main"), str(policy_file)
    )


def words(given: Summary, policy_file: Path) -> dict[tuple[str, str], str]:
    return {(v.family, v.reward): v.verdict for v in judge(given, load_policy(policy_file)).verdicts}


BEFORE = {"a": 12.0, "b": 3.0, "c": 20.0}


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


def test_an_update_says_what_moved_and_the_second_one_nothing(policy_file: Path) -> None:
    update(measured(BEFORE, half=2), policy_file)
    lines = update(measured(BEFORE | {"c": 14.0}, half=2), policy_file)
    assert lines[1:] == ["moved c c-base r x 10 t none (c-rl, 50 items x 1): +20.0 to +14.0"]
    assert update(measured(BEFORE | {"c": 14.0}, half=2), policy_file)[1:] == ["nothing moved"]


def test_the_file_has_a_row_a_line_reads_back_and_says_how_it_was_made(policy_file: Path) -> None:
    given = measured(BEFORE, half=2)
    update(given, policy_file)
    text = (policy_file.parent / "base.yaml").read_text()
    assert len(text.splitlines()) == 3 + len(given.deltas)
    assert f"rlvr-suite gate runs/main --policy {policy_file} --update-baseline" in text.splitlines()[0]
    assert load_baseline(policy_file.parent / "base.yaml") == baseline_of(given, given.deltas)
    assert text == baseline_text(
        baseline_of(given, given.deltas),
        f"rlvr-suite gate runs/main --policy {policy_file} --update-baseline",
    )


def test_a_file_that_is_no_baseline_is_not_overwritten(policy_file: Path) -> None:
    other = policy_file.parent / "base.yaml"
    other.write_text(POLICY)
    with pytest.raises(SuiteError, match=r"base\.yaml"):
        update(measured(BEFORE, half=2), policy_file)
    assert other.read_text() == POLICY


def test_a_policy_without_a_baseline_cannot_update_one() -> None:
    with pytest.raises(SuiteError, match="names no baseline"):
        update_baselines(measured(BEFORE, half=2), load_policy("micro_demo"), Path("run"), "micro_demo")


def test_arms_that_do_not_match_are_left_out_of_a_baseline(policy_file: Path) -> None:
    unlike: DeltaRow = row(None, delta=None, comparable=False, differs=("dtype",), family="z")
    given = summary(row((1, 9)), unlike, families={"a": "", "z": ""})
    assert update(given, policy_file)[0].endswith(": 1 rows")


def sized(n_items: int, low: float, checkpoint: str = "a-rl") -> DeltaRow:
    return row((low, low + 1), n_items=n_items, checkpoint=checkpoint)


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


def test_rows_that_a_file_could_not_tell_apart_are_not_written(policy_file: Path) -> None:
    update(measured(BEFORE, half=2), policy_file)
    before = (policy_file.parent / "base.yaml").read_bytes()
    with pytest.raises(SuiteError, match=r"two rows of a a-base r x 10 t none \(a-rl, 50 items x 1\)"):
        update(summary(sized(50, 8), sized(50, 4), families={"a": ""}), policy_file)
    assert (policy_file.parent / "base.yaml").read_bytes() == before
    assert sorted(path.name for path in policy_file.parent.iterdir()) == ["base.yaml", "mine.yaml"]


def test_two_ways_to_write_one_path_are_one_baseline(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "claims:\n  - {family: a, reward: r, task: t, not_worse_than: base.yaml, margin: 5}\n"
        "  - {family: b, reward: r, task: t, reproduces: ./base.yaml, within: 5}\n"
    )
    given = measured({"a": 12.0, "b": 3.0}, half=2)
    assert update(given, file)[0].endswith(": 2 rows")
    assert set(words(given, file).values()) == {"holds"}


def test_of_several_baselines_all_are_written_or_none(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    claims = "  - {family: a, reward: r, task: t, not_worse_than: one.yaml, margin: 5}\n"
    file.write_text(f"claims:\n{claims}{claims.replace('family: a', 'family: gone').replace('one', 'two')}")
    with pytest.raises(SuiteError, match=r"no delta for it"):
        update(measured({"a": 12.0}, half=2), file)
    file.write_text(f"claims:\n{claims}{claims.replace('one', 'sub/two')}")
    (tmp_path / "sub").write_text("a file, no folder")
    with pytest.raises(OSError, match="sub"):
        update(measured({"a": 12.0}, half=2), file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.yaml", "sub"]


def test_a_baseline_that_could_not_be_read_again_is_told_and_not_written(policy_file: Path) -> None:
    many = summary(*(row((1, 9), checkpoint=f"{n}-{'x' * 3000}") for n in range(400)), families={"a": ""})
    with pytest.raises(
        SuiteError,
        match=r"its 400 rows could not be read again: \d+ bytes; at most 1000000.*Narrow the policy",
    ):
        update(many, policy_file)
    with pytest.raises(SuiteError, match="is not read back from the file unchanged"):
        update(summary(row((1, 9), checkpoint="a\x85b"), families={"a": ""}), policy_file)
    assert not (policy_file.parent / "base.yaml").exists()


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
