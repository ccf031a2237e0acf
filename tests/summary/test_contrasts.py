"""Deltas against each other: leaked and other items, contaminated and clean tasks, families."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from builders.cells import FAMILY, right_at, write_cell
from builders.ten_items import ITEMS, OTHER_FAMILY, PAIR, row_of, summary, write_arms

from suite.store.run_folder import RunStore


def write_probe(run: RunStore, texts: Sequence[str]) -> None:
    """The base's answers to the probe of ``micro_bench``, to as many items as there are texts."""
    answers = [[text] for text in texts]
    write_cell(run, FAMILY, answers, items=ITEMS[: len(texts)], task="micro_bench_partial")


def test_the_delta_is_split_by_what_the_base_continues_word_for_word(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[0], after=[0, 1, 2, 3, 7])
    write_probe(run, [f" rest {n}" if n < 4 else "something else" for n in range(10)])
    leak = row_of(run, PAIR).leak
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
    assert row_of(run, PAIR).leak is None
    write_probe(run, ["nothing of it"] * 10)
    leak = row_of(run, PAIR).leak
    assert leak is not None
    assert (leak.n_reproduced, leak.delta_reproduced, leak.interval_reproduced, leak.difference) == (
        0,
        None,
        None,
        None,
    )
    assert leak.delta_other == pytest.approx(10.0)


@pytest.mark.parametrize(("family", "leaked"), [(OTHER_FAMILY, True), (FAMILY, False)])
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
    write_arms(run, "micro_bench", base=[0], after=[0, 1, 2], family=OTHER_FAMILY, checkpoint="other-s0")
    other = PAIR.model_copy(update={"family": OTHER_FAMILY, "base": OTHER_FAMILY, "checkpoint": "other-s0"})
    (found,) = summary(run, PAIR, other).interactions
    assert {found.base, found.other_base} == {FAMILY, OTHER_FAMILY}
    assert abs(found.difference) == pytest.approx(60.0)
    assert found.interval is not None and found.interval[0] < found.difference < found.interval[1]
    coins = [pair.model_copy(update={"reward": "random"}) for pair in (PAIR, other)]
    assert summary(run, *coins).interactions == ()


def test_items_that_were_not_probed_are_in_neither_part(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(8))
    write_probe(run, [f" rest {n}" if n < 2 else "something else" for n in range(4)])
    leak = row_of(run, PAIR).leak
    assert leak is not None and (leak.n_reproduced, leak.n_other) == (2, 2)


def test_a_smaller_first_try_of_the_same_task_is_not_set_against_the_clean_one(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[], after=range(6))
    write_arms(run, "micro_arithmetic_clean", base=[], after=[1, 2])
    few = ITEMS[:3]
    write_cell(run, FAMILY, right_at([], few), items=few)
    write_cell(run, "mine-s0", right_at([0, 1], few), items=few)
    (contrast,) = summary(run, PAIR).contrasts
    assert (contrast.n_contaminated, contrast.n_clean) == (10, 10)
