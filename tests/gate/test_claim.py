"""A claim by itself: what it says, the baseline that it names, and names as patterns."""

import pytest
from golden import GAIN, PAPER, STORED, WORSE, says
from small_summaries import BASELINE, policy

from suite.gate.claim import is_baseline_file, is_pattern, matches


def test_a_claim_over_families_says_so_after_its_kinds_words() -> None:
    assert says("{reward: r, task: t, expect: gain, at_least: 5 points in 3 families}") == (
        "gain of at least 5 points, in at least 3 families"
    )
    assert says(GAIN) == "gain of more than 0 points"


@pytest.mark.parametrize(
    ("claim", "file"), [(STORED, "base.yaml"), (WORSE, "base.yaml"), (PAPER, None), (GAIN, None)]
)
def test_a_baseline_is_a_reference_that_is_a_file(claim: str, file: str | None) -> None:
    assert policy(claim, baseline=BASELINE).claims[0].baseline == file


def test_a_path_is_a_baseline_file_by_its_ending() -> None:
    assert is_baseline_file("a/b.yaml")
    assert is_baseline_file("b.yml")
    assert not is_baseline_file("arXiv 2506.10947v1")
    assert not is_baseline_file("a\0b.yaml")


def test_a_pattern_matches_several_names_and_a_name_itself() -> None:
    assert all(map(is_pattern, ("*", "micro-*", "olmo?", "[ab]")))
    assert not is_pattern("micro-llama3")
    assert matches("micro-llama3", ["olmo2", "micro-*"])
    assert not matches("llama3", ["micro-*", "Llama3"])
