"""What all kinds of claim share: unequal arms, the interval of a delta; and the table of kinds."""

from pathlib import Path
from runpy import run_path

import pytest
from golden import GAIN, NO_GAIN, UNLIKE, Golden
from small_summaries import BASELINE, policy, row

from suite.gate.kinds import EXPECTED, KINDS
from suite.gate.policy import ClaimEntry, Thresholds

GOLDEN = [
    Golden("arms differ", GAIN, UNLIKE, "not comparable", "differ in decoding, dtype", 3),
    Golden("arms differ for no_gain", NO_GAIN, UNLIKE, "not comparable", "differ in decoding, dtype", 3),
    Golden("interval of items only", GAIN, row((1, 9), interval_covers="items only"),
           "holds", "covers items only", 0),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_kind_needs_equal_arms_and_says_what_the_interval_covers(case: Golden) -> None:
    case.check()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_a_golden_table_of_its_own_with_each_verdict_of_an_interval(name: str) -> None:
    table: list[Golden] = run_path(str(Path(__file__).with_name(f"test_{name}.py")))["GOLDEN"]
    assert {"holds", "refuted", "inconclusive"} <= {case.verdict for case in table}
    kinds = {policy(case.claim, baseline=BASELINE).claims[0].kind.name for case in table}
    assert kinds == {name}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_claimed_by_keys_that_a_policy_can_have(name: str) -> None:
    kind = KINDS[name]
    assert kind.key in ClaimEntry.model_fields
    assert set(kind.thresholds) <= Thresholds.model_fields.keys()
    assert (name in EXPECTED) == (kind.key == "expect") == (kind.key != name)
    assert kind.rule
