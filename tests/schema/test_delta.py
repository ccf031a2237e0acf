"""The types of a delta row: what a damaged file is refused for, and what their properties return."""

import pytest
from pydantic import ValidationError

from suite.schema import DeltaRow, Spread, Transition, Transitions

ROW: dict[str, object] = {
    "family": "llama3",
    "base": "llama3.1-8b",
    "checkpoint": "c-s0",
    "reward": "random",
    "recipe": "grpo",
    "step": 300,
    "seeds": (0,),
    "task": "math500",
    "protocol": "chat",
    "k": 1,
    "n_items": 500,
    "comparable": True,
}
IMPOSSIBLE: list[dict[str, object]] = [
    {"delta": 100.5},
    {"delta": float("nan")},
    {"interval": (-101.0, 3.0)},
    {"before": 1.2},
    {"p": -0.1},
    {"k": 0},
    {"n_items": 10**9},
    {"finding": "win"},
    {"spurious": False},
    {"adjusted_delta": 201.0},
    {"base": ""},
    {"surprise": 1},
]


@pytest.mark.parametrize("fields", IMPOSSIBLE, ids=str)
def test_a_value_that_no_computation_gives_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DeltaRow.model_validate(ROW | fields)


def test_a_row_that_names_cells_names_one_for_each_checkpoint() -> None:
    both = {"checkpoints": ("c-s0", "c-s1"), "checkpoint_cells": ("aa", "bb")}
    assert DeltaRow.model_validate(ROW | both).measured_in == "aa"
    with pytest.raises(ValidationError, match="one for each of 2 checkpoints"):
        DeltaRow.model_validate(ROW | both | {"checkpoint_cells": ("aa",)})


def test_the_variance_of_a_difference_falls_with_the_samples_down_to_that_between_items() -> None:
    assert Spread(between=100, sampling=800).of_difference(1) == 900
    assert Spread(between=100, sampling=800).of_difference(8) == 200
    assert Spread(between=100).of_difference(8) == 100


def test_the_parts_of_transitions_are_in_the_papers_order() -> None:
    parts = [Transition(n=n, correct_before=0, correct_after=0, points=0) for n in range(4)]
    named = dict(zip(("code_code", "code_lang", "lang_code", "lang_lang"), parts, strict=True))
    assert Transitions.model_validate(named).parts == tuple(parts)
