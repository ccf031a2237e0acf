"""Deltas of one seed and of several: which rule counts, the p where the interval ends, parts and controls."""

import numpy as np
import pytest

from suite.stats import adjusted_delta, delta, delta_p, half_width, parts_difference
from suite.stats.intervals import Floats, paired_delta, seeds_delta, stacks_difference
from suite.stats.significance import sign_flip_p

BEFORE_I = np.array([0.0, 0.5, 0.5, 1.0, 0.0, 0.5, 0.0, 1.0])
AFTER_TI = np.array(
    [
        [0.5, 0.5, 1.0, 1.0, 0.5, 0.5, 0.5, 1.0],
        [0.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.0, 1.0],
        [0.5, 1.0, 0.5, 1.0, 0.0, 1.0, 0.5, 1.0],
    ]
)
ONE_TI = AFTER_TI[:1]


def points_TI(after_TI: Floats) -> Floats:
    return 100 * (after_TI - BEFORE_I)


def test_one_seed_is_a_paired_delta_and_several_are_a_delta_over_seeds() -> None:
    assert delta(BEFORE_I, ONE_TI) == paired_delta(BEFORE_I, AFTER_TI[0])
    assert delta(BEFORE_I, AFTER_TI) == seeds_delta(BEFORE_I, AFTER_TI)


def test_the_p_of_one_seed_is_the_sign_flip_test_in_steps_of_a_sample() -> None:
    assert delta_p(BEFORE_I, ONE_TI, k=2) == sign_flip_p(points_TI(ONE_TI)[0], 50.0)


def test_the_p_of_several_seeds_is_the_level_at_which_the_interval_ends_at_zero() -> None:
    p = delta_p(BEFORE_I, AFTER_TI, k=2)
    assert p is not None and 0 < p < 0.2
    assert (delta(BEFORE_I, AFTER_TI, 1 - p - 1e-6).interval or (0, 0))[0] > 0
    assert (delta(BEFORE_I, AFTER_TI, 1 - p + 1e-6).interval or (1, 1))[0] < 0


def test_seeds_without_any_change_have_a_p_of_one_and_one_item_has_none() -> None:
    assert delta_p(BEFORE_I, np.stack([BEFORE_I] * 2), k=2) == pytest.approx(1.0)
    assert delta_p(BEFORE_I[:1], AFTER_TI[:, :1], k=2) is None


def test_half_the_width_is_that_of_the_interval_that_is_not_cut() -> None:
    low, high = delta(BEFORE_I, AFTER_TI).interval or (0.0, 0.0)
    assert low > -100 and high < 100
    assert half_width(BEFORE_I, AFTER_TI) == pytest.approx((high - low) / 2)
    assert half_width(BEFORE_I[:1], AFTER_TI[:, :1]) is None


def test_a_control_of_one_seed_beside_a_method_of_one_seed_is_paired_by_item() -> None:
    assert adjusted_delta(AFTER_TI[1:2], ONE_TI) == paired_delta(AFTER_TI[1], AFTER_TI[0])
    assert adjusted_delta(ONE_TI, AFTER_TI[1:]) == stacks_difference(AFTER_TI[1:], ONE_TI)


def test_the_difference_of_two_parts_is_wider_over_seeds_that_differ_in_it() -> None:
    part_TI = points_TI(AFTER_TI)[:, :4]
    other_TJ = points_TI(AFTER_TI)[:, 4:]
    over_items = parts_difference(part_TI.mean(axis=0)[None], other_TJ.mean(axis=0)[None])
    over_seeds = parts_difference(part_TI, other_TJ)
    assert over_seeds.mean == pytest.approx(over_items.mean)
    assert over_items.interval is not None and over_seeds.interval is not None
    assert over_seeds.interval[0] < over_items.interval[0] < over_items.interval[1] < over_seeds.interval[1]
    assert parts_difference(part_TI[:, :1], other_TJ).interval is None


def test_a_contrast_of_several_seeds_covers_what_the_seeds_differ_in() -> None:
    rng, runs, covered = np.random.default_rng(2), 400, 0
    for _ in range(runs):
        dirty_T1, clean_T1 = (rng.normal(10, 5, (3, 1)) for _ in range(2))
        parts = [shift_T1 + rng.normal(0, 20, (3, 200)) for shift_T1 in (dirty_T1, clean_T1)]
        low, high = parts_difference(*parts).interval or (1.0, -1.0)
        covered += low <= 0 <= high
    assert covered / runs >= 0.93
    assert parts_difference(np.zeros((1, 5)), np.zeros((1, 4))).interval is not None
