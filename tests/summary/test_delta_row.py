"""The flat row: a part that does not apply leaves no key, and each part's keys come from it alone."""

from pathlib import Path

import pytest
from builders.ten_items import PAIR, row_of, write_arms

from suite.registry import load_registry
from suite.schema import ControlDelta, DeltaRow
from suite.stats import Estimate
from suite.store.run_folder import RunStore
from suite.summary.delta_row import Controls, DeltaParts, StrongBaseline, delta_row
from suite.summary.methods import MeasuredMethod, methods
from suite.summary.scored_cells import scored_cells

IDENTITY = {
    "family", "base", "checkpoint", "reward", "recipe", "step", "seeds", "task", "protocol", "k", "n_items",
    "base_cell", "checkpoint_cells", "comparable",
}  # fmt: skip
ADDED_LATER = {"p_holm", "p_bh", "leak"}
"""Keys that need the other rows of the summary."""


@pytest.fixture
def method(tmp_path: Path) -> MeasuredMethod:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[0], after=[0, 1])
    (method,) = methods([PAIR], scored_cells(run.finished()))
    return method


def keys(method: MeasuredMethod, parts: DeltaParts) -> set[str]:
    return delta_row(method, parts).model_dump(exclude_none=True).keys() - IDENTITY


def control(reward: str, low: float) -> ControlDelta:
    return ControlDelta(
        reward=reward, checkpoints=("c",), difference=8.0, interval=(low, 20.0), interval_covers="items only"
    )


def test_without_any_part_a_row_only_says_what_was_compared(method: MeasuredMethod) -> None:
    assert keys(method, DeltaParts("base", is_spurious=False, strong=StrongBaseline())) == set()


def test_arms_that_differ_name_the_fields(method: MeasuredMethod) -> None:
    row = delta_row(method, DeltaParts("base", False, StrongBaseline(), differs=("dtype",)))
    assert (row.comparable, row.differs) == (False, ("dtype",))


def test_a_strong_baseline_gives_its_keys_and_no_others(method: MeasuredMethod) -> None:
    strong = StrongBaseline(
        Estimate(4.0, (-1.0, 9.0)), before=0.5, chosen=("r1", "r1"), protocols=("r1", "chat")
    )
    found = keys(method, DeltaParts("base", is_spurious=False, strong=strong))
    assert found == {
        f"strong_baseline_{name}" for name in ("delta", "interval", "before", "chosen", "protocols")
    }


@pytest.mark.parametrize(("low", "beaten"), [(1.0, True), (0.0, False)])
def test_controls_are_beaten_only_if_every_interval_is_above_zero(
    method: MeasuredMethod, low: float, beaten: bool
) -> None:
    against = (control("random", 1.0), control("format", low))
    parts = DeltaParts("base", False, StrongBaseline(), controls=Controls(("c", "c"), against, against[0]))
    row = delta_row(method, parts)
    assert (row.beats_controls, row.adjusted_against, row.adjusted_delta) == (beaten, "random", 8.0)


def test_no_matched_control_is_an_empty_list_without_a_word_on_beating(method: MeasuredMethod) -> None:
    row = delta_row(method, DeltaParts("base", False, StrongBaseline(), controls=Controls(())))
    assert (row.control, row.against_controls, row.beats_controls) == ((), None, None)


def test_a_compared_row_fills_every_key_that_one_seed_without_controls_can_have(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    write_arms(run, "micro_bench", base=[0], after=[0, 1])
    row = row_of(run, PAIR)
    of_several = {"checkpoints", "seed_deltas"}
    of_controls = {
        "against_controls",
        "adjusted_delta",
        "adjusted_interval",
        "adjusted_covers",
        "adjusted_against",
    }
    exceptions = {"differs", "arms", "spurious", "beats_controls", "published"}
    expected = set(DeltaRow.model_fields) - of_several - of_controls - exceptions - ADDED_LATER
    found = row.model_dump(exclude_none=True).keys() - ADDED_LATER
    assert found == {key for key in expected if not key.startswith("strong_baseline")}
    assert load_registry().is_spurious(row.reward) is False
