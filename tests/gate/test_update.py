"""``--update-baseline``: the file is written for a review, and whole or not at all."""

from pathlib import Path

import pytest
from small_summaries import row, summary
from stored_deltas import BEFORE, POLICY, measured, policy_in, sized, update, words

from suite.errors import SuiteError
from suite.gate import load_policy
from suite.gate.baseline import baseline_of, baseline_text, load_baseline
from suite.gate.update import update_baselines
from suite.schema import DeltaRow


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    return policy_in(tmp_path)


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
