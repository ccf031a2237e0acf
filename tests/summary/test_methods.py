"""Methods: training seeds of one recipe are one row, and whatever is not stated stays apart."""

from pathlib import Path

import numpy as np
import pytest
from builders.cells import FAMILY, right_at, write_cell
from builders.ten_items import ITEMS, PAIR, row_of, summary, write_seeds

from suite import stats
from suite.store.run_folder import RunStore


def test_seeds_of_one_method_are_one_row_about_the_method(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    row = row_of(run, *write_seeds(run, range(6), range(5), range(7)))
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


def test_a_seed_that_lacks_the_task_is_left_out_and_the_row_says_which_are_there(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pairs = write_seeds(run, range(6), range(5))
    row = row_of(run, *pairs, PAIR.model_copy(update={"checkpoint": "mine-s2", "seed": 2}))
    assert row.seeds == (0, 1)


def test_a_pair_without_a_stated_seed_stands_by_itself(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pairs = [pair.model_copy(update={"seed": None}) for pair in write_seeds(run, range(6), range(5))]
    rows = [row for row in summary(run, *pairs).deltas if row.task == "micro_bench"]
    assert [(row.seeds, row.interval_covers) for row in rows] == [((), "items only")] * 2


def test_seeds_of_a_recipe_that_nobody_states_stay_apart(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pairs = [pair.model_copy(update={"recipe": "unstated"}) for pair in write_seeds(run, range(6), range(5))]
    rows = [row for row in summary(run, *pairs).deltas if row.task == "micro_bench"]
    assert [row.seeds for row in rows] == [(0,), (1,)]


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
