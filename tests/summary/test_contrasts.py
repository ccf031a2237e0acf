"""Deltas against each other: leaked and other items, contaminated and clean tasks, families; and several training seeds."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest
from builders.cells import FAMILY, right_at, write_cell

from suite import stats
from suite.benchmarks.items import Item
from suite.registry import load_registry
from suite.schema import DeltaRow, Pair, Summary
from suite.store.run_folder import RunStore
from suite.summary.summarize import summarize
from suite.summary.table import scored_cells

ITEMS = [Item(f"i{n}", f"question {n}", str(n), continuation=f" rest {n}") for n in range(10)]
PAIR = Pair(family=FAMILY, base=FAMILY, checkpoint="mine-s0", reward="my_method", recipe="r", seed=0, step=20)
LEAKY = "micro-qwen2.5-math"


def summary(run: RunStore, *pairs: Pair) -> Summary:
    return summarize(scored_cells(run.finished()), pairs, load_registry())


def one(run: RunStore, *pairs: Pair) -> DeltaRow:
    (row,) = (row for row in summary(run, *pairs).deltas if row.task == "micro_bench")
    return row


def write_arms(
    run: RunStore,
    task: str,
    base: Collection[int],
    after: Collection[int],
    family: str = FAMILY,
    checkpoint: str = "mine-s0",
    base_id: str | None = None,
) -> None:
    """Both arms on a task, right on the items at these places; the base has the family's id unless another is given."""
    base_id = base_id or family
    for model, places in ((base_id, base), (checkpoint, after)):
        answers = right_at(places, ITEMS)
        write_cell(run, model, answers, items=ITEMS, task=task, family=family, base=base_id)


def write_probe(run: RunStore, texts: Sequence[str]) -> None:
    """The base's answers to the probe of ``micro_bench``, to as many items as there are texts."""
    answers = [[text] for text in texts]
    write_cell(run, FAMILY, answers, items=ITEMS[: len(texts)], task="micro_bench_partial")


def test_the_delta_is_split_by_what_the_base_continues_word_for_word(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[0], after=[0, 1, 2, 3, 7])
    write_probe(run, [f" rest {n}" if n < 4 else "something else" for n in range(10)])
    leak = one(run, PAIR).leak
    assert leak is not None
    assert (leak.probe, leak.n_reproduced, leak.n_other) == ("micro_bench_partial", 4, 6)
    assert (leak.delta_reproduced, leak.delta_other) == pytest.approx((75.0, 100 / 6))
    assert leak.difference == pytest.approx(75 - 100 / 6)
    assert (
        leak.difference_interval is not None
        and leak.difference_interval[0] < leak.difference < leak.difference_interval[1]
    )


def test_without_a_probe_there_is_no_split_and_a_part_without_items_has_no_delta(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[0], after=[0, 1])
    assert one(run, PAIR).leak is None
    write_probe(run, ["nothing of it"] * 10)
    leak = one(run, PAIR).leak
    assert leak is not None
    assert (leak.n_reproduced, leak.delta_reproduced, leak.interval_reproduced, leak.difference) == (
        0,
        None,
        None,
        None,
    )
    assert leak.delta_other == pytest.approx(10.0)


@pytest.mark.parametrize(("family", "leaked"), [(LEAKY, True), (FAMILY, False)])
def test_a_contaminated_task_stands_beside_a_clean_one_in_every_family(
    tmp_path: Path, family: str, leaked: bool
) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(6), family=family)
    write_arms(run, "micro_arithmetic_clean", base=[], after=[1, 2], family=family)
    (contrast,) = summary(run, PAIR.model_copy(update={"family": family, "base": family})).contrasts
    assert (contrast.contaminated, contrast.clean, contrast.leaked) == (
        "micro_bench",
        "micro_arithmetic_clean",
        leaked,
    )
    assert (contrast.delta_contaminated, contrast.delta_clean, contrast.difference) == pytest.approx(
        (60.0, 20.0, 40.0)
    )
    assert contrast.interval is not None


def test_a_set_published_after_the_base_is_clean_for_it_and_one_before_is_not(tmp_path: Path) -> None:
    run, base = RunStore(tmp_path), "qwen2.5-math-7b"
    for task in ("math500", "aime2024", "aime2025"):
        write_arms(run, task, base=[], after=[1], family="qwen2.5-math", base_id=base)
    pair = PAIR.model_copy(update={"family": "qwen2.5-math", "base": base})
    found = {(c.contaminated, c.clean, c.leaked) for c in summary(run, pair).contrasts}
    assert found == {("math500", "aime2025", True), ("aime2024", "aime2025", True)}


def test_gains_of_two_families_are_compared_item_by_item_and_controls_are_not(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(8))
    write_arms(run, "micro_bench", base=[0], after=[0, 1, 2], family=LEAKY, checkpoint="other-s0")
    other = PAIR.model_copy(update={"family": LEAKY, "base": LEAKY, "checkpoint": "other-s0"})
    (found,) = summary(run, PAIR, other).interactions
    assert {found.base, found.other_base} == {FAMILY, LEAKY}
    assert abs(found.difference) == pytest.approx(60.0)
    assert found.interval is not None and found.interval[0] < found.difference < found.interval[1]
    coins = [pair.model_copy(update={"reward": "random"}) for pair in (PAIR, other)]
    assert summary(run, *coins).interactions == ()


def seeds(
    run: RunStore, *gains: Collection[int], reward: str = "my_method", name: str = "mine"
) -> list[Pair]:
    """A base that is never right, and one checkpoint a training seed."""
    if not any(run.finished()):
        write_arms(run, "micro_bench", base=[], after=[], checkpoint="unused")
    pairs = []
    for seed, places in enumerate(gains):
        checkpoint = f"{name}-s{seed}"
        pairs.append(PAIR.model_copy(update={"checkpoint": checkpoint, "seed": seed, "reward": reward}))
        write_cell(run, checkpoint, right_at(places, ITEMS), items=ITEMS)
    return pairs


def test_seeds_of_one_method_are_one_row_about_the_method(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    row = one(run, *seeds(run, range(6), range(5), range(7)))
    assert (row.seeds, row.checkpoints) == ((0, 1, 2), ("mine-s0", "mine-s1", "mine-s2"))
    assert row.seed_deltas == pytest.approx((60.0, 50.0, 70.0))
    assert row.delta == pytest.approx(60.0)
    assert row.interval_covers == "items and seeds"
    score_TI = np.array([[float(n < m) for n in range(10)] for m in (6, 5, 7)])
    assert row.interval == pytest.approx(stats.delta(np.zeros(10), score_TI).interval)
    assert row.contributions is not None and sum(
        (
            row.contributions.became_extractable,
            row.contributions.no_longer_truncated,
            row.contributions.truly_changed,
        )
    ) == pytest.approx(60.0)


def test_the_p_of_several_seeds_is_where_their_interval_ends_at_zero(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    row = one(run, *seeds(run, range(6), range(5), range(7)))
    assert row.p is not None and row.p > stats.sign_flip_p(np.repeat([60.0, 0.0], 5) / 60, 1.0) / 10  # type: ignore[operator]
    score_TI = np.array([[float(n < m) for n in range(10)] for m in (6, 5, 7)])
    low, _ = stats.delta(np.zeros(10), score_TI, 1 - row.p).interval or (1.0, 1.0)
    assert low == pytest.approx(0.0, abs=1e-3)


def test_a_seed_that_lacks_the_task_is_left_out_and_the_row_says_which_are_there(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pairs = seeds(run, range(6), range(5))
    row = one(run, *pairs, PAIR.model_copy(update={"checkpoint": "mine-s2", "seed": 2}))
    assert row.seeds == (0, 1)


def test_a_pair_without_a_stated_seed_stands_by_itself(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pairs = [pair.model_copy(update={"seed": None}) for pair in seeds(run, range(6), range(5))]
    rows = [row for row in summary(run, *pairs).deltas if row.task == "micro_bench"]
    assert [(row.seeds, row.interval_covers) for row in rows] == [((), "items only")] * 2


def test_the_delta_beyond_the_best_control_is_paired_by_item(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    mine = seeds(run, range(8))
    coin = seeds(run, range(3), reward="random", name="coin")
    box = seeds(run, range(5), reward="format", name="box")
    rows = {row.reward: row for row in summary(run, *mine, *coin, *box).deltas if row.task == "micro_bench"}
    row = rows["my_method"]
    assert (row.control, row.adjusted_against) == (("coin-s0", "box-s0"), "format")
    assert row.adjusted_delta == pytest.approx(30.0)
    score = [np.array([float(n < m) for n in range(10)]) for m in (5, 8)]
    assert row.adjusted_interval == pytest.approx(
        stats.adjusted_delta(score[0][None], score[1][None]).interval
    )
    assert row.beats_controls is (row.adjusted_interval is not None and row.adjusted_interval[0] > 0)
    assert rows["random"].adjusted_delta is None and rows["random"].spurious is True


def test_p_values_are_adjusted_for_the_board_without_the_leak_probes(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(8))
    write_arms(run, "micro_arithmetic_clean", base=[], after=range(7))
    rows = {row.task: row for row in summary(run, PAIR).deltas}
    p_values = [rows["micro_bench"].p, rows["micro_arithmetic_clean"].p]
    assert p_values == pytest.approx([2 / 2**8, 2 / 2**7])
    assert [rows["micro_bench"].p_holm, rows["micro_arithmetic_clean"].p_holm] == pytest.approx(
        [4 / 2**8, 4 / 2**8]
    )
    assert [rows["micro_bench"].p_bh, rows["micro_arithmetic_clean"].p_bh] == pytest.approx(
        [4 / 2**8, 2 / 2**7]
    )


@pytest.mark.parametrize(
    ("base", "after"), [([], []), (range(10), range(10)), (range(5), range(5)), ([], range(10))], ids=str
)
def test_ties_all_right_and_all_wrong_have_an_interval_with_a_width_and_no_nan(
    tmp_path: Path, base: Sequence[int], after: Sequence[int]
) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=base, after=after)
    row = one(run, PAIR)
    assert row.interval is not None and row.interval[1] - row.interval[0] > 1
    assert row.mde is not None and row.equivalent_within is not None and row.p is not None
    text = summary(run, PAIR).to_json()
    assert "NaN" not in text and "Infinity" not in text and "null" not in text


def test_items_that_were_not_probed_are_in_neither_part(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(8))
    write_probe(run, [f" rest {n}" if n < 2 else "something else" for n in range(4)])
    leak = one(run, PAIR).leak
    assert leak is not None and (leak.n_reproduced, leak.n_other) == (2, 2)


def test_a_contrast_of_several_seeds_covers_what_the_seeds_differ_in() -> None:
    rng, runs, covered = np.random.default_rng(2), 400, 0
    for _ in range(runs):
        dirty_T1, clean_T1 = (rng.normal(10, 5, (3, 1)) for _ in range(2))
        parts = [shift_T1 + rng.normal(0, 20, (3, 200)) for shift_T1 in (dirty_T1, clean_T1)]
        low, high = stats.parts_difference(*parts).interval or (1.0, -1.0)
        covered += low <= 0 <= high
    assert covered / runs >= 0.93
    assert stats.parts_difference(np.zeros((1, 5)), np.zeros((1, 4))).interval is not None


def test_a_smaller_first_try_of_the_same_task_is_not_set_against_the_clean_one(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(6))
    write_arms(run, "micro_arithmetic_clean", base=[], after=[1, 2])
    few = ITEMS[:3]
    write_cell(run, FAMILY, right_at([], few), items=few)
    write_cell(run, "mine-s0", right_at([0, 1], few), items=few)
    (contrast,) = summary(run, PAIR).contrasts
    assert (contrast.n_contaminated, contrast.n_clean) == (10, 10)


def test_one_text_under_two_protocol_ids_is_two_rows_and_a_control_is_named_once(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    coin = PAIR.model_copy(update={"checkpoint": "coin-s0", "reward": "random"})
    for name in ("chat", "qwen_math"):
        for model, places in ((FAMILY, []), ("mine-s0", range(5)), ("coin-s0", range(2))):
            answers = right_at(places, ITEMS)
            same_text = {"protocol_hash": "one text"}
            write_cell(run, model, answers, items=ITEMS, protocol=name, identity=same_text)
    mine = [row for row in summary(run, PAIR, coin).deltas if row.reward == "my_method"]
    assert [(row.protocol, row.control) for row in mine] == [
        ("chat", ("coin-s0",)),
        ("qwen_math", ("coin-s0",)),
    ]


def test_a_checkpoint_is_not_compared_with_a_base_that_it_was_not_trained_from(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(5))
    assert one(run, PAIR.model_copy(update={"base_weights": FAMILY})).delta == pytest.approx(50.0)
    older = PAIR.model_copy(update={"base_weights": "older"})
    replaced = summarize(scored_cells(run.finished()), [older], load_registry(), weights={FAMILY: FAMILY})
    assert replaced.deltas == () and {row.model for row in replaced.scores} == {FAMILY, "mine-s0"}


def test_seeds_of_a_recipe_that_nobody_states_stay_apart(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pairs = [pair.model_copy(update={"recipe": "unstated"}) for pair in seeds(run, range(6), range(5))]
    rows = [row for row in summary(run, *pairs).deltas if row.task == "micro_bench"]
    assert [row.seeds for row in rows] == [(0,), (1,)]
