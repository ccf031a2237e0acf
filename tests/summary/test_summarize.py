"""The summary of hand-made cells: numbers that can be worked out by hand, and none where the arms do not
match.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders.cells import FAMILY, ITEMS, Answer, write_cell
from builders.ten_items import PAIR as SEED_0
from builders.ten_items import summary, write_arms

from suite.errors import SuiteError
from suite.grade.stored_grades import read_cells
from suite.registry import load_registry
from suite.schema import OUTCOMES, Pair, Summary
from suite.stats.intervals import paired_delta
from suite.store.run_folder import RunStore, read_summary
from suite.summary.scored_cells import COLUMNS, scored, scored_cells
from suite.summary.summarize import summarize

PAIR = Pair(
    family=FAMILY, base=FAMILY, checkpoint="trained", reward="random", recipe="micro", seed=3, step=20
)
CUT_OFF = Answer("2", finish="length")
BEFORE = [["1", "no"], [CUT_OFF, "9"], ["none", "9"]]
AFTER = [["1", "1"], [CUT_OFF, "2"], [r"```python``` \boxed{3}", "9"]]


def summary_of(run: RunStore) -> Summary:
    return summarize(scored_cells(run.finished()), [PAIR], load_registry())


@pytest.fixture
def run(tmp_path: Path) -> RunStore:
    store = RunStore(tmp_path)
    write_cell(store, FAMILY, BEFORE)
    return store


def test_a_score_is_the_mean_over_items_with_outcomes_that_add_up(run: RunStore) -> None:
    row = summary_of(run).scores[0]
    assert row.accuracy == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert row.pass_at_k == pytest.approx(2 / 3)
    assert row.outcomes == {"error": 0, "correct": 2, "truncated": 0, "unparsed": 2, "wrong": 2}
    assert (row.k, row.n_items, row.metrics) == (2, 3, None)
    assert set(row.outcomes) == set(OUTCOMES)
    assert sum(row.outcomes.values()) == 6


def test_behaviour_is_counted_over_samples_whether_or_not_they_are_right(run: RunStore) -> None:
    write_cell(run, "trained", AFTER)
    behaviour = next(s for s in summary_of(run).scores if s.model == "trained").behaviour
    assert (behaviour.code, behaviour.boxed, behaviour.truncated) == pytest.approx((1 / 6, 1 / 6, 1 / 6))
    assert behaviour.mean_tokens == 4


def test_a_metric_that_one_sample_lacks_is_left_out_and_counts_as_nothing(run: RunStore) -> None:
    (cell,) = read_cells(run.finished())
    grades = {
        key: g.model_copy(update={"metrics": {"exact_match": 1.0, "answer_found": 1.0}})
        for key, g in cell.grades.items()
    }
    first = next(iter(grades))
    grades[first] = grades[first].model_copy(update={"metrics": {"exact_match": 1.0}})
    (row,) = summarize([scored(replace(cell, grades=grades))], [], load_registry()).scores
    assert row.metrics == {"exact_match": 1.0}


def test_a_delta_is_paired_by_item_in_points(run: RunStore) -> None:
    write_cell(run, "trained", AFTER)
    (row,) = summary_of(run).deltas
    assert (row.comparable, row.differs, row.seeds, row.interval_covers) == (True, None, (3,), "items only")
    assert (row.before, row.after) == pytest.approx((1 / 3, 2.5 / 3))
    assert row.delta == pytest.approx(50.0)
    assert row.interval == paired_delta(np.array([0.5, 0.5, 0.0]), np.array([1.0, 1.0, 0.5])).interval
    assert row.p == 0.25  # all three items gain: two of eight sign patterns go as far
    assert (row.finding, row.p_holm, row.p_bh) == ("inconclusive", 0.25, 0.25)


def test_arms_with_different_decoding_give_no_number_and_name_the_field(run: RunStore) -> None:
    write_cell(run, "trained", AFTER, temperature=1.0)
    (row,) = summary_of(run).deltas
    assert (row.comparable, row.differs) == (False, ("decoding",))
    assert [row.before, row.after, row.delta, row.interval, row.finding] == [None] * 5


def test_arms_with_different_numbers_of_samples_give_no_number(run: RunStore) -> None:
    write_cell(run, "trained", [[*texts, "9"] for texts in AFTER])
    (row,) = summary_of(run).deltas
    assert (row.comparable, row.differs, row.delta) == (False, ("k",), None)


def test_of_two_bases_the_one_that_matches_is_the_other_arm(run: RunStore) -> None:
    write_cell(run, FAMILY, AFTER, temperature=1.0)
    write_cell(run, "trained", AFTER, temperature=1.0)
    (row,) = summary_of(run).deltas
    assert (row.comparable, row.delta) == (True, 0.0)


def test_a_cell_with_an_error_is_scored_but_stays_off_the_deltas(run: RunStore) -> None:
    failed = Answer("3", error="out of memory")
    write_cell(run, "trained", [["1", "1"], ["2", "2"], ["3", failed]])
    summary = summary_of(run)
    row = next(s for s in summary.scores if s.model == "trained")
    assert row.outcomes["error"] == 1
    assert row.accuracy == pytest.approx(2.5 / 3)
    assert summary.deltas == ()


def test_a_checkpoint_without_its_base_has_a_score_and_no_delta(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_cell(run, "trained", AFTER)
    assert (len(summary_of(run).scores), summary_of(run).deltas) == (1, ())


def test_the_file_has_no_null_and_no_nan_and_reads_back_as_it_was(run: RunStore) -> None:
    write_cell(run, "trained", AFTER, temperature=1.0)
    summary = summary_of(run)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    data = json.loads(summary.to_json(), parse_constant=refuse)
    assert "null" not in json.dumps(data)
    assert read_summary(run.write_summary(summary)) == summary


def test_the_same_run_gives_the_same_bytes_and_another_text_another_hash(run: RunStore) -> None:
    write_cell(run, "trained", AFTER)
    first = summary_of(run)
    assert summary_of(run).to_json() == first.to_json()
    write_cell(run, "trained", [["1", "1"], ["2", "2"], ["4", "9"]])
    assert summary_of(run).samples_hash != first.samples_hash


def test_the_sample_table_has_a_row_a_sample_in_item_order(run: RunStore) -> None:
    (cell,) = read_cells(run.finished())
    table = scored(cell).rows
    assert tuple(table.columns) == COLUMNS
    assert list(table["item"]) == ["a", "a", "b", "b", "c", "c"]
    assert list(table["correct"]) == [True, False, True, False, False, False]


def test_arms_that_store_their_items_in_another_order_are_paired_by_item(run: RunStore) -> None:
    write_cell(run, "trained", [["9", "3"], ["9", "2"], ["1", "1"]], items=ITEMS[::-1])
    (there,) = summary_of(run).deltas
    write_cell(run, "trained", [["1", "1"], ["9", "2"], ["9", "3"]])
    (here,) = summary_of(run).deltas
    assert there.delta == pytest.approx(here.delta)
    assert there.interval == pytest.approx(here.interval)


def test_a_cell_of_a_family_that_the_registry_lacks_is_one_line(run: RunStore) -> None:
    cells = [
        replace(c, manifest=c.manifest.model_copy(update={"family": "mine"}))
        for c in scored_cells(run.finished())
    ]
    with pytest.raises(SuiteError, match="mine"):
        summarize(cells, [], load_registry())


def test_cells_of_weights_that_were_replaced_since_are_left_out(run: RunStore) -> None:
    cells = list(scored_cells(run.finished()))
    current = PAIR.model_copy(update={"base_weights": FAMILY, "weights": "trained"})
    assert len(summarize(cells, [current], load_registry()).scores) == len(cells)
    retrained = PAIR.model_copy(update={"base_weights": FAMILY, "weights": "other"})
    summary = summarize(cells, [retrained], load_registry())
    assert {row.model for row in summary.scores} == {FAMILY} and summary.deltas == ()


def test_p_values_are_adjusted_for_the_board_without_the_leak_probes(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(8))
    write_arms(run, "micro_arithmetic_clean", base=[], after=range(7))
    rows = {row.task: row for row in summary(run, SEED_0).deltas}
    p_values = [rows["micro_bench"].p, rows["micro_arithmetic_clean"].p]
    assert p_values == pytest.approx([2 / 2**8, 2 / 2**7])
    assert [rows["micro_bench"].p_holm, rows["micro_arithmetic_clean"].p_holm] == pytest.approx(
        [4 / 2**8, 4 / 2**8]
    )
    assert [rows["micro_bench"].p_bh, rows["micro_arithmetic_clean"].p_bh] == pytest.approx(
        [4 / 2**8, 2 / 2**7]
    )


def test_no_zero_carries_a_sign(run: RunStore) -> None:
    write_cell(run, "trained", [["none", "no"], ["9", "9"], ["none", "9"]])
    numbers: list[str] = []
    json.loads(summary_of(run).to_json(), parse_float=lambda text: numbers.append(text) or float(text))
    assert "0.0" in numbers and not [
        number for number in numbers if number.startswith("-0.0") and float(number) == 0
    ]
