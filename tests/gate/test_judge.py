"""From verdicts on rows to a report: families, unverified arms, exit codes, levels, speed."""

import time
from itertools import product
from typing import Literal

import pytest
from golden import GAIN, UNLIKE, Golden
from small_summaries import contrast, families, policy, row, summary

from suite.errors import SuiteError
from suite.gate import judge
from suite.gate.baseline import baseline_of
from suite.schema import DeltaRow

TWO = "{reward: r, task: t, expect: gain, at_least: 2 families}"
GOLDEN = [
    Golden("two families of two", TWO, families((1, 9), (2, 9)), "holds", "holds in a, b", 0),
    Golden("one family of two", TWO, families((1, 9), (-9, -1)), "refuted", "holds in a; refuted in b", 1),
    Golden("one family open", TWO, families((1, 9), (-1, 9)),
           "inconclusive", "holds in a; inconclusive in b", 3),
    Golden("one family missing", TWO, families((1, 9)), "missing", "holds in a; missing in b", 1),
    Golden("imported arms", GAIN, row((1, 9), arms="unverified"), "holds", "arms unverified", 0),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_families_can_decide_and_unverified_arms_are_named(case: Golden) -> None:
    case.check()


HOLDS = (GAIN, row((1, 9)))
REFUTED = (GAIN.replace("reward: r", "reward: bad"), row((-9, -1), reward="bad"))
OPEN = (GAIN.replace("reward: r", "reward: open"), row((-9, 9), reward="open"))
UNEQUAL = (GAIN.replace("reward: r", "reward: unequal"), UNLIKE.model_copy(update={"reward": "unequal"}))
MISSING = (GAIN.replace("reward: r", "reward: gone"), row((1, 9)))


@pytest.mark.parametrize(
    ("cases", "plain", "passed", "failed"),
    [
        ([HOLDS], 0, 0, 0),
        ([HOLDS, OPEN], 3, 0, 1),
        ([HOLDS, UNEQUAL], 3, 0, 1),
        ([REFUTED, OPEN], 1, 1, 1),
        ([MISSING, UNEQUAL], 1, 1, 1),
        ([HOLDS, REFUTED], 1, 1, 1),
    ],
)
def test_one_comes_before_three_and_only_three_can_be_moved(
    cases: list[tuple[str, DeltaRow]], plain: int, passed: int, failed: int
) -> None:
    claims = [claim for claim, _ in cases]
    rows = [given for _, given in cases]
    options: list[Literal["pass", "fail"] | None] = [None, "pass", "fail"]
    codes = [judge(summary(*rows), policy(*claims), option).exit_code for option in options]
    assert codes == [plain, passed, failed]


def test_each_step_of_a_reward_is_judged_by_itself_and_named() -> None:
    found = judge(summary(row((1, 9)), row((-1, 9), step=20)), policy(GAIN)).verdicts
    assert [v.verdict for v in found] == ["holds", "inconclusive"]
    assert "step 20" in found[1].detail


def test_an_unverified_pair_is_marked() -> None:
    assert judge(summary(row((1, 9), arms="unverified")), policy(GAIN)).verdicts[0].unverified


def test_a_whole_with_an_unverified_family_is_unverified() -> None:
    by_family = summary(row((1, 9)), row((2, 9), family="b", arms="unverified"))
    assert judge(by_family, policy(TWO)).verdicts[0].unverified
    assert judge(families((1, 9), (2, 9)), policy(TWO)).verdicts[0].unverified is None


def test_a_summary_of_another_level_is_refused() -> None:
    given = summary(row((1, 9))).model_copy(update={"level": 0.5})
    with pytest.raises(SuiteError, match=r"level 0\.5; the gate's are of 0\.95"):
        judge(given, policy(GAIN))
    with pytest.raises(SuiteError, match=r"level 0\.5"):
        baseline_of(given, given.deltas)


def test_5000_rows_are_judged_in_seconds() -> None:
    rows = []
    contrasts = []
    for i, j, k in product(range(10), range(25), range(20)):
        family, reward, task = f"f{i}", f"r{j}", f"t{k}"
        checkpoint = f"{family}-{reward}"
        rows.append(row((1, 9), family=family, reward=reward, task=task, checkpoint=checkpoint))
        if k >= 10:
            base = f"{family}-base"
            contrasts.append(
                contrast("t0", task, family=family, base=base, checkpoint=checkpoint, reward=reward)
            )
    given = summary(*rows, families={f"f{i}": "" for i in range(10)}, contrasts=tuple(contrasts))
    start = time.process_time()
    found = judge(given, policy('{reward: "*", task: "*", expect: clean}')).verdicts
    assert time.process_time() - start < 3
    assert len(found) == 5000
