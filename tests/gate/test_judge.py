"""The gate's verdicts: a golden table with one row for every way a claim can end."""

import math
import time
from typing import Any, Literal

import pytest
from small_summaries import BASELINE, contrast, families, policy, row, summary

from suite.errors import SuiteError
from suite.gate import judge
from suite.gate.baseline import baseline_of
from suite.schema import ControlDelta, Covers, DeltaReference, DeltaRow, Spread, Summary

A = "family: a, reward: r, task: t"
GAIN, GAIN_5 = f"{{{A}, expect: gain}}", f"{{{A}, expect: gain, at_least: 5}}"
NO_GAIN, EQUAL = f"{{{A}, expect: no_gain, margin: 5}}", f"{{{A}, expect: equivalent, margin: 5}}"
BEATS, BEATS_ALL = f"{{{A}, beats: random}}", f'{{{A}, beats: "*"}}'
STRONG, CLEAN = f"{{{A}, expect: strong_baseline}}", f"{{{A}, expect: clean}}"
PAPER = f"{{{A}, reproduces: published, within: 5}}"
STORED, WORSE = f"{{{A}, reproduces: base.yaml, within: 5}}", f"{{{A}, not_worse_than: base.yaml, margin: 5}}"
TWO = "{reward: r, task: t, expect: gain, at_least: 2 families}"
EXACT = f"{{{A.replace('reward: r', 'reward: e')}, not_worse_than: base.yaml, margin: 5}}"
UNLIKE = row(None, delta=None, comparable=False, differs=("decoding", "dtype"))


def against(*controls: tuple[str, float, float], covers: Covers = "items only", **changes: Any) -> DeltaRow:
    """A row with a difference from each control: reward, lower and upper end."""
    rows = tuple(
        ControlDelta(
            reward=name,
            checkpoints=(f"a-{name}",),
            difference=(low + high) / 2,
            interval=(low, high),
            interval_covers=covers,
        )
        for name, low, high in controls
    )
    return row(
        (1, 9),
        control=tuple(f"a-{name}" for name, _, _ in controls),
        against_controls=rows or None,
        **changes,
    )


def strong(low: float, high: float) -> DeltaRow:
    return row((1, 9), strong_baseline_delta=(low + high) / 2, strong_baseline_interval=(low, high))


def printed(delta: float, interval: tuple[float, float], *steps: int | None) -> DeltaRow:
    """A row with the same figure printed of each of the steps."""
    figures = (
        DeltaReference(delta=delta, source="arXiv 2506.10947v1, Fig. 1", setting="greedy", step=step)
        for step in steps or (None,)
    )
    return row(interval, published=tuple(figures))


def on_clean(dirty: tuple[float, float], *clean: tuple[float, float] | DeltaRow | None) -> Summary:
    """The delta on t and those on the clean tasks c, d, ...: an interval, a row, or a contrast without any row."""
    tasks = "cdef"[: len(clean)]
    rows = [
        one if isinstance(one, DeltaRow) else row(one, task=task)
        for task, one in zip(tasks, clean, strict=True)
        if one
    ]
    return summary(row(dirty), *rows, contrasts=tuple(contrast("t", task) for task in tasks))


def damaged(**changes: Any) -> DeltaRow:
    """A row that no file could hold: nothing is validated."""
    return row((1, 9)).model_copy(update=changes)


GOLDEN: list[tuple[str, str, DeltaRow | Summary, str, str, int]] = [
    ("gain above 0", GAIN, row((1, 9)), "holds", "+5.0 points, interval +1.0 to +9.0: all of it is above 0", 0),
    ("gain that touches 0", GAIN, row((0, 9)), "inconclusive", "not all of it is above 0", 3),
    ("gain across 0", GAIN, row((-2, 9)), "inconclusive", "interval -2.0 to +9.0", 3),
    ("no gain up to 0", GAIN, row((-9, 0)), "refuted", "none of it is above 0", 1),
    ("loss", GAIN, row((-9, -1)), "refuted", "none of it is above 0", 1),
    ("gain of exactly 5", GAIN_5, row((5, 9)), "holds", "at least 5", 0),
    ("gain around 5", GAIN_5, row((4.9, 9)), "inconclusive", "not all of it is at least 5", 3),
    ("gain up to 5", GAIN_5, row((1, 5)), "inconclusive", "not all of it is at least 5", 3),
    ("gain below 5", GAIN_5, row((1, 4.9)), "refuted", "none of it is at least 5", 1),
    ("gain that its test does not see", GAIN, row((1, 9), p=0.06), "inconclusive", "but its test has p = 0.06", 3),
    ("gain whose test says nothing", GAIN, damaged(p=math.nan), "inconclusive", "but its test has p = nan", 3),
    ("gain that its test sees", GAIN, row((1, 9), p=0.05), "holds", "above 0", 0),
    ("no gain below margin", NO_GAIN, row((-2, 4.9)), "holds", "below 5", 0),
    ("a loss is no gain", NO_GAIN, row((-9, -6)), "holds", "below 5", 0),
    ("no gain up to margin", NO_GAIN, row((-2, 5)), "inconclusive", "not all of it is below 5", 3),
    ("gain from margin", NO_GAIN, row((5, 9)), "refuted", "none of it is below 5", 1),
    ("gain above margin", NO_GAIN, row((5.1, 9)), "refuted", "none of it is below 5", 1),
    ("equivalent inside", EQUAL, row((-4.9, 4.9)), "holds", "between -5 and 5", 0),
    ("equivalent across the upper margin", EQUAL, row((-1, 6)), "inconclusive", "not all of it is between", 3),
    ("equivalent across the lower margin", EQUAL, row((-5, 1)), "inconclusive", "not all of it is between", 3),
    ("a gain is not equivalent", EQUAL, row((5, 9)), "refuted", "none of it is between -5 and 5", 1),
    ("a loss is not equivalent", EQUAL, row((-9, -6)), "refuted", "none of it is between -5 and 5", 1),
    ("beats its control", BEATS, against(("random", 1, 5), ("format", -3, 1)), "holds", "delta beyond random +3.0", 0),
    ("does not beat its control", BEATS, against(("random", -5, -1)), "refuted", "none of it is above 0", 1),
    ("may beat its control", BEATS, against(("random", -1, 5)), "inconclusive", "not all of it is above 0", 3),
    ("beats one control of two", BEATS_ALL, against(("random", 1, 5), ("format", -3, 1)), "inconclusive", "1 of 2 hold", 3),
    ("beats all controls", BEATS_ALL, against(("random", 1, 5), ("format", 2, 6)), "holds", "2 of 2 hold", 0),
    ("the control was not run", BEATS, against(("format", 1, 5)), "missing", "no control random of the same base", 1),
    ("no control at all", BEATS_ALL, against(), "missing", "no control of the same base", 1),
    ("a control has no control", BEATS, row((1, 9), spurious=True), "missing", "a control itself", 1),
    ("gain against the best prompt", STRONG, strong(1, 5), "holds", "delta against the base's best prompt +3.0", 0),
    ("no gain against the best prompt", STRONG, strong(-5, 0), "refuted", "none of it is above 0", 1),
    ("perhaps gain against the best prompt", STRONG, strong(-1, 5), "inconclusive", "not all of it", 3),
    ("the base was asked in one way", STRONG, row((1, 9)), "missing", "--protocols all", 1),
    ("clean gain", CLEAN, on_clean((1, 9), (2, 4)), "holds", "2 of 2 hold", 0),
    ("leaked gain", CLEAN, on_clean((1, 9), (-2, 0)), "refuted", "1 of 2 hold; delta -1.0", 1),
    ("clean gain of no gain", CLEAN, on_clean((-9, -1), (2, 4)), "refuted", "1 of 2 hold; delta -5.0", 1),
    ("perhaps clean gain", CLEAN, on_clean((1, 9), (-1, 4)), "inconclusive", "not all of it is above 0", 3),
    ("no clean task", CLEAN, row((1, 9)), "missing", "no clean task was run beside t", 1),
    ("gain on a clean task", CLEAN.replace("task: t", "task: c"), on_clean((-9, -1), (2, 4)), "holds", "delta +3.0", 0),
    ("gain on a clean task and on none beside it", CLEAN.replace("task: t", "task: c"), on_clean((1, 9), (2, 4), (-2, 0)),
     "refuted", "1 of 2 hold; delta -1.0", 1),
    ("clean task that was not compared", CLEAN, on_clean((1, 9), None), "missing", "1 of 2 hold; the summary has no delta", 1),
    ("clean task whose arms differ", CLEAN, on_clean((1, 9), UNLIKE.model_copy(update={"task": "c"})),
     "not comparable", "1 of 2 hold; the arms differ in decoding, dtype", 3),
    ("a task that is neither clean nor contaminated", CLEAN.replace("task: t", "task: u"),
     summary(*on_clean((1, 9), (2, 4)).deltas, row((1, 9), task="u"), contrasts=(contrast("t", "c"),)),
     "missing", "no clean task was run beside u", 1),
    ("another clean task", CLEAN[:-1] + ", clean_tasks: d}", on_clean((1, 9), (2, 4)), "missing", "no clean task d", 1),
    ("reproduces the figure", PAPER, printed(6, (3, 9)), "holds", "+6.0 printed (arXiv 2506.10947v1, Fig. 1; greedy)", 0),
    ("far from the figure", PAPER, printed(20, (3, 9)), "refuted", "delta minus the printed one -14.0", 1),
    ("perhaps the figure", PAPER, printed(9, (3, 9)), "inconclusive", "not all of it is between -5 and 5", 3),
    ("a figure of this step and one of another", PAPER, printed(6, (3, 9), 10, 300), "holds", "+6.0 printed", 0),
    ("a figure of no step and one of another", PAPER, printed(6, (3, 9), None, 300), "holds", "+6.0 printed", 0),
    ("figures of other steps", PAPER, printed(6, (3, 9), 100, 300), "not comparable", "0 of 2 hold", 3),
    ("a figure of another step", PAPER, printed(6, (3, 9), 300), "not comparable", "of step 300", 3),
    ("nobody prints it", PAPER, row((1, 9)), "missing", "no source prints a delta of a-base trained on r on t", 1),
    ("like the baseline", STORED, row((10, 12)), "holds", "delta minus the baseline's +1.0", 0),
    ("unlike the baseline", STORED, row((-1, 1)), "refuted", "none of it is between -5 and 5", 1),
    ("the baseline lacks it", STORED, row((10, 12), step=20), "missing", "base.yaml does not have this pair", 1),
    ("unchanged", WORSE, row((9, 11)), "holds", "delta +10.0 points, unchanged", 0),
    ("better", WORSE, row((19, 21)), "holds", "+20.0 points, +10.0 in base.yaml", 0),
    ("a little worse, surely", WORSE, row((6, 8)), "holds", "delta minus the baseline's -3.0", 0),
    ("six points worse", WORSE, row((3, 5)), "refuted", "all of it is below 0, and the change itself is not above -5", 1),
    ("four points worse, surely", EXACT, row((5.8, 6.2), reward="e"), "holds", "all of it is above -5", 0),
    ("four points worse, and perhaps six", EXACT, row((3.9, 8.1), reward="e"), "inconclusive", "not all of it is above -5", 3),
    ("five points worse", EXACT, row((4, 6), reward="e"), "refuted", "not all of it is above -5; all of it is below 0", 1),
    ("seven points worse, surely", EXACT, row((2, 4), reward="e"), "refuted", "none of it is above -5; all of it is below 0", 1),
    ("six points worse within noise", WORSE, row((-4, 12)), "inconclusive", "not all of it is above -5", 3),
    ("other items", WORSE, row((9, 11), n_items=40), "not comparable", "another n_items", 3),
    ("other k", WORSE, row((9, 11), k=8), "not comparable", "another k", 3),
    ("two families of two", TWO, families((1, 9), (2, 9)), "holds", "holds in a, b", 0),
    ("one family of two", TWO, families((1, 9), (-9, -1)), "refuted", "holds in a; refuted in b", 1),
    ("one family open", TWO, families((1, 9), (-1, 9)), "inconclusive", "holds in a; inconclusive in b", 3),
    ("one family missing", TWO, families((1, 9)), "missing", "holds in a; missing in b", 1),
    ("arms differ", GAIN, UNLIKE, "not comparable", "differ in decoding, dtype", 3),
    ("arms differ for no_gain", NO_GAIN, UNLIKE, "not comparable", "differ in decoding, dtype", 3),
    ("no interval", GAIN, row(None), "inconclusive", "delta +4.0 points without an interval", 3),
    ("no delta", NO_GAIN, row(None, delta=None), "inconclusive", "no delta", 3),
    ("interval of nothing", GAIN, damaged(delta=math.nan, interval=(math.nan, math.nan)), "inconclusive", "not a usable", 3),
    ("interval without an end", GAIN, damaged(interval=(1.0, math.inf)), "inconclusive", "not a usable interval", 3),
    ("interval the wrong way round", NO_GAIN, row((9, 1)), "inconclusive", "not a usable interval", 3),
    ("interval of another number", GAIN, row((1, 9), delta=20), "inconclusive", "+20.0 points, interval +1.0 to +9.0: not a", 3),
    ("interval of another number beside a figure", PAPER, printed(6, (3, 9)).model_copy(update={"delta": 20.0}),
     "inconclusive", "not a usable interval", 3),
    ("interval of another number beside a baseline", WORSE, row((8, 9), delta=20), "inconclusive", "not a usable interval", 3),
    ("interval of items only", GAIN, row((1, 9), interval_covers="items only"), "holds", "covers items only", 0),
    ("imported arms", GAIN, row((1, 9), arms="unverified"), "holds", "arms unverified", 0),
    ("unknown family", GAIN.replace("family: a", "family: c"), row((1, 9)), "missing", "no pair with family c; it has a, b", 1),
    ("unknown reward", GAIN.replace("reward: r", "reward: rr"), row((1, 9)), "missing", "no pair with reward rr; it has r", 1),
    ("unknown task", NO_GAIN.replace("task: t", "task: u"), row((1, 9)), "missing", "no pair with task u; it has t", 1),
    ("unknown base", "{base: z, reward: r, task: t, expect: gain}", row((1, 9)), "missing", "with base z; it has a-base", 1),
    ("no such combination", GAIN.replace("family: a", "family: b"), row((1, 9)), "missing", "no pair of reward r on t in b", 1),
    ("no such protocol", GAIN[:-1] + ", protocol: r1}", row((1, 9)), "missing", "with protocol r1", 1),
    ("no such step", GAIN[:-1] + ", step: 20}", row((1, 9)), "missing", "with step 20", 1),
    ("a pattern that means nothing", GAIN.replace("reward: r", 'reward: "z*"'), row((1, 9)), "missing",
     "no pair with reward z*; it has r", 1),
    ("no controls in the run", '{task: t, spurious: true, expect: gain}', row((1, 9)), "missing", "with a spurious reward", 1),
    ("families of others' bases", '{family: a, base: "*", reward: r, task: t, expect: gain}', families((1, 9), (-9, -1)), "holds",
     "above 0", 0),
    ("beats by a pattern", '{family: a, reward: "*", task: t, beats: random}',
     summary(against(("random", 1, 5)), row((1, 9), reward="random", spurious=True)), "holds", "beyond random", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "given", "verdict", "detail", "code"), [r[1:] for r in GOLDEN], ids=[r[0] for r in GOLDEN]
)
def test_every_way_a_claim_can_end(
    claim: str, given: DeltaRow | Summary, verdict: str, detail: str, code: int
) -> None:
    whole = given if isinstance(given, Summary) else summary(given)
    report = judge(whole, policy(claim, baseline=BASELINE))
    found = report.verdicts[0]
    assert found.verdict == verdict, found
    assert detail in found.detail, found.detail
    assert report.exit_code == code


def test_the_table_has_every_verdict_and_every_kind_of_claim() -> None:
    words = {verdict for _, _, _, verdict, _, _ in GOLDEN}
    assert words == {"holds", "refuted", "inconclusive", "not comparable", "missing"}
    kinds = {policy(claim, baseline=BASELINE).claims[0].kind.name for _, claim, *_ in GOLDEN}
    assert len(kinds) == 8
    assert len(GOLDEN) >= 40


HOLDS, REFUTED, OPEN, UNEQUAL, MISSING = (
    (GAIN, row((1, 9))),
    (GAIN.replace("reward: r", "reward: bad"), row((-9, -1), reward="bad")),
    (GAIN.replace("reward: r", "reward: open"), row((-9, 9), reward="open")),
    (GAIN.replace("reward: r", "reward: unequal"), UNLIKE.model_copy(update={"reward": "unequal"})),
    (GAIN.replace("reward: r", "reward: gone"), row((1, 9))),
)


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
    claims, rows = [c for c, _ in cases], [r for _, r in cases]
    options: list[Literal["pass", "fail"] | None] = [None, "pass", "fail"]
    codes = [judge(summary(*rows), policy(*claims), option).exit_code for option in options]
    assert codes == [plain, passed, failed]


def test_each_step_of_a_reward_is_judged_by_itself_and_named() -> None:
    found = judge(summary(row((1, 9)), row((-1, 9), step=20)), policy(GAIN)).verdicts
    assert [v.verdict for v in found] == ["holds", "inconclusive"]
    assert "step 20" in found[1].detail


def test_an_open_claim_says_how_many_items_and_samples_would_decide_it() -> None:
    """Half width 4 on 50 items and 2.5 points to go, 80% chance: 50 (4 / 2.5 * 2.8 / 1.96)^2 = 261 in large samples."""
    spread = Spread(between=10.0, sampling=300.0)
    needs = judge(summary(row((-1.5, 6.5), spread=spread)), policy(GAIN)).verdicts[0].needs
    assert needs is not None
    assert needs.items == pytest.approx(261, rel=0.06)
    assert needs.samples is not None
    assert needs.samples > 1
    assert needs.seeds is None


def test_an_open_claim_over_several_seeds_says_how_many_seeds_would_decide_it() -> None:
    seeds = row((-0.4, 6.4), seed_deltas=(1.5, 3.0, 4.5), seeds=(0, 1, 2), interval_covers="items and seeds")
    needs = judge(summary(seeds), policy(GAIN)).verdicts[0].needs
    assert needs is not None
    assert needs.seeds is not None
    assert needs.seeds > 3


def test_a_number_on_the_edge_itself_is_decided_by_nothing() -> None:
    assert judge(summary(row((-4, 4))), policy(GAIN)).verdicts[0].needs is None


def test_an_unverified_pair_is_marked() -> None:
    assert judge(summary(row((1, 9), arms="unverified")), policy(GAIN)).verdicts[0].unverified


def test_every_clean_task_is_a_part_and_the_whole_has_no_number_of_its_own() -> None:
    given = on_clean((1, 9), (2, 4), None)
    (whole,) = judge(given, policy(CLEAN)).verdicts
    assert [(part.task, part.verdict) for part in whole.parts] == [
        ("t", "holds"),
        ("c", "holds"),
        ("d", "missing"),
    ]
    (open_,) = judge(on_clean((1, 9), (-1, 4)), policy(CLEAN)).verdicts
    assert open_.verdict == "inconclusive"
    assert open_.parts[1].needs
    assert (open_.points, open_.interval, open_.quantity, open_.needs) == (None,) * 4


def test_a_contrast_of_another_task_says_what_is_clean_here_too() -> None:
    """d was run beside u alone, and still is a clean task of the method."""
    given = summary(
        row((1, 9)),
        row((2, 4), task="c"),
        row((-2, 0), task="d"),
        contrasts=(contrast("t", "c"), contrast("u", "d")),
    )
    (whole,) = judge(given, policy(CLEAN)).verdicts
    assert whole.verdict == "refuted"
    assert [part.task for part in whole.parts] == ["t", "c", "d"]


def test_a_whole_with_an_unverified_part_is_unverified() -> None:
    given = on_clean((1, 9), row((2, 4), task="c", arms="unverified"))
    assert judge(given, policy(CLEAN)).verdicts[0].unverified
    by_family = summary(row((1, 9)), row((2, 9), family="b", arms="unverified"))
    assert judge(by_family, policy(TWO)).verdicts[0].unverified
    assert judge(families((1, 9), (2, 9)), policy(TWO)).verdicts[0].unverified is None


def test_a_summary_of_another_level_is_refused() -> None:
    given = summary(row((1, 9))).model_copy(update={"level": 0.5})
    with pytest.raises(SuiteError, match=r"level 0\.5; the gate's are of 0\.95"):
        judge(given, policy(GAIN))
    with pytest.raises(SuiteError, match=r"level 0\.5"):
        baseline_of(given, given.deltas)


def test_a_loss_that_is_surer_is_never_judged_more_kindly() -> None:
    """Not worse than by 5: with more items the interval narrows around the same change."""
    order = ["holds", "inconclusive", "refuted"]
    for change in (-7.0, -5.0, -4.9, -4.0, -1.0, 3.0):
        words = [
            judge(
                summary(row((10 + change - half, 10 + change + half), reward="e")),
                policy(EXACT, baseline=BASELINE),
            ).verdicts[0]
            for half in (20.0, 8.0, 6.0, 4.0, 2.0, 0.5, 0.05)
        ]
        found = [order.index(word.verdict) for word in words]
        assert found in (sorted(found), sorted(found, reverse=True)), (change, found)


SEEDS = {"seeds": (0, 1, 2), "seed_deltas": (1.5, 3.0, 4.5), "interval_covers": "items and seeds"}


@pytest.mark.parametrize(
    ("claim", "given", "known"),
    [
        (BEATS, against(("random", -1, 5)), True),
        (BEATS, against(("random", -1, 5), covers="items and seeds"), False),
        (BEATS, against(("random", -1, 5), covers="items, and seeds of one arm"), False),
        (STRONG, strong(-1, 5).model_copy(update={"interval_covers": "items only"}), True),
        (STRONG, strong(-1, 5).model_copy(update=SEEDS), False),
        (GAIN, row((-0.4, 6.4), **SEEDS), True),
        (PAPER, printed(9, (3, 9)), True),
        (WORSE, row((-4, 12)), False),
        (STORED, row((3, 12)), False),
    ],
)
def test_what_would_decide_is_told_only_where_the_noise_is_known(
    claim: str, given: DeltaRow, known: bool
) -> None:
    found = judge(summary(given), policy(claim, baseline=BASELINE)).verdicts[0]
    assert found.verdict == "inconclusive"
    assert (found.needs is not None) == known


def test_the_longer_arm_of_an_interval_says_what_would_decide() -> None:
    wide, lopsided = row((-1.5, 6.5)), row((-1.5, 3.5), delta=2.5)
    found = [judge(summary(given), policy(GAIN)).verdicts[0].needs for given in (wide, lopsided)]
    assert found[0] == found[1]


def test_5000_rows_are_judged_in_seconds() -> None:
    names = [(f"f{i}", f"r{j}", f"t{k}") for i in range(10) for j in range(25) for k in range(20)]
    rows = [row((1, 9), family=f, reward=r, task=t, checkpoint=f"{f}-{r}") for f, r, t in names]
    contrasts = [
        contrast("t0", t, family=f, base=f"{f}-base", checkpoint=f"{f}-{r}", reward=r)
        for f, r, t in names
        if int(t[1:]) >= 10
    ]
    given = summary(*rows, families={f"f{i}": "" for i in range(10)}, contrasts=tuple(contrasts))
    start = time.process_time()
    found = judge(given, policy('{reward: "*", task: "*", expect: clean}')).verdicts
    assert time.process_time() - start < 3
    assert len(found) == 5000
