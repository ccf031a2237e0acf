"""Where a gain comes from: the paper's own table, brute force over pairings, and sums that are the delta."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from suite.schema import Transition
from suite.stats.attribution import Answers, Flags, contributions, transitions

SEEDS = range(20)
RIGHT, TRUNCATED, UNPARSED, WRONG = range(4)
FIG_7 = {
    "ground_truth": [(165, 105, 119), (160, 93, 125), (72, 20, 56), (103, 29, 91)],
    "majority_vote": [(243, 148, 172), (82, 50, 64), (119, 28, 96), (56, 21, 50)],
    "format": [(314, 191, 212), (11, 7, 5), (152, 36, 119), (23, 13, 21)],
    "incorrect": [(301, 182, 210), (24, 16, 20), (129, 29, 100), (46, 20, 38)],
    "random": [(268, 164, 155), (57, 34, 41), (142, 34, 98), (33, 15, 31)],
}
"""Qwen2.5-Math-7B on MATH-500: of Code->Code, Code->Lang, Lang->Code, Lang->Lang the size, right before
and right after.
"""
TOTALS = {"ground_truth": 391, "majority_vote": 382, "format": 357, "incorrect": 368, "random": 325}
STRATEGIES = [(True, True), (True, False), (False, True), (False, False)]


def arm(outcome_IS: np.ndarray, code_IS: Flags) -> Answers:
    return Answers(outcome_IS == RIGHT, code_IS, outcome_IS == TRUNCATED, outcome_IS == UNPARSED)


def random_arm(rng: np.random.Generator, n: int, k: int) -> Answers:
    """Outcomes and strategy of each item by chances of its own."""
    outcome_IS = np.stack([rng.choice(4, k, p=rng.dirichlet(np.full(4, 0.7))) for _ in range(n)])
    return arm(outcome_IS, rng.random((n, k)) < rng.random((n, 1)))


def arms(seed: int, k_before: int = 8, k_after: int = 8, n: int = 30) -> tuple[Answers, Answers]:
    rng = np.random.default_rng(seed)
    return random_arm(rng, n, k_before), random_arm(rng, n, k_after)


def delta(before: Answers, after: Answers) -> float:
    return float(100 * (after.right_IS.mean() - before.right_IS.mean()))


def of_paper(reward: str) -> tuple[Answers, Answers]:
    """Arms of one sample per item with the counts of Fig. 7."""
    right = {arm: [i < counts[arm] for counts in FIG_7[reward] for i in range(counts[0])] for arm in (1, 2)}
    sizes = [counts[0] for counts in FIG_7[reward]]
    codes = [np.repeat([pair[arm] for pair in STRATEGIES], sizes)[:, None] for arm in (0, 1)]
    none_IS = np.zeros((500, 1), dtype=bool)
    before, after = (Answers(np.array(right[n])[:, None], codes[n - 1], none_IS, none_IS) for n in (1, 2))
    return before, after


def outcome_sources(before: Answers, after: Answers) -> list[float]:
    """Points from answers that could not be read, were cut off or were wrong."""
    found = contributions(before, after)
    return [found.became_extractable, found.no_longer_truncated, found.truly_changed]


def strategy_mix(before: Answers, after: Answers) -> list[float]:
    """Points from the mix of strategies, from accuracy within code and within language."""
    found = contributions(before, after)
    return [found.strategy_mix, found.within_code, found.within_language]


PARTS: dict[str, Callable[[Answers, Answers], list[float]]] = {
    "outcomes": outcome_sources,
    "transitions": lambda before, after: [part.points for part in transitions(before, after).parts],
    "strategies": strategy_mix,
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("ks", [(1, 1), (8, 8), (3, 7), (1, 8)])
def test_the_parts_sum_to_the_delta(
    parts: Callable[[Answers, Answers], list[float]], ks: tuple[int, int]
) -> None:
    for seed in SEEDS:
        before, after = arms(seed, *ks)
        assert sum(parts(before, after)) == pytest.approx(delta(before, after), abs=1e-9)


@pytest.mark.parametrize("ks", [(1, 1), (3, 7)])
def test_swapping_the_arms_flips_every_sign(ks: tuple[int, int]) -> None:
    for seed in SEEDS:
        before, after = arms(seed, *ks)
        for parts in (outcome_sources, strategy_mix):
            flipped = [-points for points in parts(before, after)]
            assert parts(after, before) == pytest.approx(flipped, abs=1e-9)
        there = transitions(before, after)
        back = transitions(after, before)
        # Code->Lang is Lang->Code from behind.
        mirrored = (there.code_code, there.lang_code, there.code_lang, there.lang_lang)
        assert [part.points for part in back.parts] == pytest.approx(
            [-part.points for part in mirrored], abs=1e-9
        )
        assert [part.n for part in back.parts] == pytest.approx([part.n for part in mirrored], abs=1e-9)


def pairings(before: Answers, after: Answers) -> list[tuple[int, int, int, float]]:
    """(item, sample before, sample after, weight) of every pairing; the weights of an item sum to 1."""
    n, k_before = before.right_IS.shape
    k_after = after.right_IS.shape[1]
    return [
        (*place, 1 / (k_before * k_after)) for place in product(range(n), range(k_before), range(k_after))
    ]


@pytest.mark.parametrize("ks", [(1, 1), (2, 3)])
def test_transitions_count_every_pairing_of_the_samples_of_an_item(ks: tuple[int, int]) -> None:
    before, after = arms(5, *ks)
    total = delta(before, after) / 100 * 30
    for one, (s, t) in zip(transitions(before, after).parts, STRATEGIES, strict=True):
        chosen = [
            (i, b, a, w)
            for i, b, a, w in pairings(before, after)
            if (before.code_IS[i, b], after.code_IS[i, a]) == (s, t)
        ]
        n = sum(w for *_, w in chosen)
        was, now = (
            sum(w * before.right_IS[i, b] for i, b, _, w in chosen),
            sum(w * after.right_IS[i, a] for i, _, a, w in chosen),
        )
        expected = Transition(
            n=n,
            correct_before=was,
            correct_after=now,
            share_of_gain=(now - was) / total,
            points=100 * (now - was) / 30,
        )
        assert one.model_dump() == pytest.approx(expected.model_dump(), abs=1e-9)


@pytest.mark.parametrize("ks", [(1, 1), (2, 3)])
def test_outcomes_count_what_became_right_minus_what_right_ones_became(ks: tuple[int, int]) -> None:
    before, after = arms(6, *ks)
    for points, name in zip(
        outcome_sources(before, after), ("unparsed_IS", "truncated_IS", "wrong_IS"), strict=True
    ):
        was_IS, is_IS = getattr(before, name), getattr(after, name)
        net = sum(
            w * (int(was_IS[i, b] and after.right_IS[i, a]) - int(before.right_IS[i, b] and is_IS[i, a]))
            for i, b, a, w in pairings(before, after)
        )
        assert points == pytest.approx(100 * net / 30, abs=1e-9)


@pytest.mark.parametrize("reward", FIG_7)
def test_the_papers_counts_come_back(reward: str) -> None:
    found = transitions(*of_paper(reward)).parts
    assert [(one.n, one.correct_before, one.correct_after) for one in found] == FIG_7[reward]
    assert sum(one.correct_before for one in found) == 247
    assert sum(one.correct_after for one in found) == TOTALS[reward]


def test_the_papers_table_2_is_the_mean_of_the_shares_over_the_five_rewards() -> None:
    shares = [[one.share_of_gain or 0.0 for one in transitions(*of_paper(reward)).parts] for reward in FIG_7]
    assert np.round(100 * np.mean(shares, axis=0), 1).tolist() == [11.6, 8.6, 58.3, 21.4]


@pytest.mark.parametrize("ks", [(1, 1), (3, 6)])
def test_without_a_gain_there_is_no_share_of_it(ks: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):  # every item right in a third of its samples: 1/3 and 2/6 round differently in sums
        before, after = (
            arm(
                np.where(np.arange(k) < k / 3 if k > 1 else [True], RIGHT, WRONG) * np.ones((7, 1)),
                rng.random((7, k)) < 0.5,
            )
            for k in ks
        )
        found = transitions(before, after).parts
        assert [one.share_of_gain for one in found] == [None] * 4
        assert sum(one.points for one in found) == pytest.approx(0, abs=1e-9)


def test_a_strategy_that_only_one_arm_uses_is_all_mix() -> None:
    right_IS, none_IS = np.array([[True], [True], [False], [False]]), np.zeros((4, 1), dtype=bool)
    code_IS = np.array([[True], [False], [False], [False]])
    language = Answers(right_IS, none_IS, none_IS, none_IS)
    some_code = Answers(right_IS | code_IS, code_IS, none_IS, none_IS)
    found = contributions(language, some_code)
    # code: share 0 -> 1/4 at accuracy 1; language: share 1 -> 3/4 at accuracies 1/2 and 1/3
    assert found.within_code == 0
    assert found.strategy_mix == pytest.approx(100 * (1 / 4 - 1 / 4 * (1 / 2 + 1 / 3) / 2))
    assert found.within_language == pytest.approx(100 * (1 / 3 - 1 / 2) * 7 / 8)
    assert sum(strategy_mix(language, some_code)) == pytest.approx(delta(language, some_code))


def test_arms_that_swap_strategies_at_the_same_accuracies_differ_by_mix_alone() -> None:
    right_IS, code_IS = (
        np.array([[True], [True], [True], [False]]),
        np.array([[True], [True], [False], [False]]),
    )
    none_IS = np.zeros((4, 1), dtype=bool)
    after_right_IS, after_code_IS = np.array([[True], [True], [True], [True]]), np.ones((4, 1), dtype=bool)
    found = strategy_mix(
        Answers(right_IS, code_IS, none_IS, none_IS), Answers(after_right_IS, after_code_IS, none_IS, none_IS)
    )
    assert found == pytest.approx([25.0, 0.0, 0.0])


def test_one_item_and_arms_without_any_change_are_defined() -> None:
    before, _ = arms(1, n=1)
    assert sum(outcome_sources(before, before)) == sum(strategy_mix(before, before)) == 0
    assert [one.share_of_gain for one in transitions(before, before).parts] == [None] * 4


@pytest.mark.parametrize("call", [contributions, transitions])
def test_arms_of_other_items_are_refused(call: Callable[[Answers, Answers], object]) -> None:
    with pytest.raises(ValueError, match="differ in items"):
        call(arms(0, n=3)[0], arms(0, n=4)[1])


def test_answers_of_two_outcomes_of_other_shapes_or_none_at_all_are_refused() -> None:
    some_IS, other_IS, none_IS = (
        np.ones((2, 3), dtype=bool),
        np.ones((2, 4), dtype=bool),
        np.zeros((2, 3), dtype=bool),
    )
    with pytest.raises(ValueError, match="two outcomes"):
        Answers(some_IS, none_IS, some_IS, none_IS)
    with pytest.raises(ValueError, match="two outcomes"):
        Answers(none_IS, none_IS, some_IS, some_IS)
    with pytest.raises(ValueError, match="differ in items or samples"):
        Answers(some_IS, other_IS, none_IS, none_IS)
    with pytest.raises(ValueError, match="items x samples expected"):
        Answers(*[np.zeros((0, 3), dtype=bool)] * 4)


def test_a_part_of_nothing_is_zero_without_a_sign() -> None:
    none_IS = np.zeros((4, 1), dtype=bool)
    all_right = arm(np.full((4, 1), RIGHT), ~none_IS)
    half_right = arm(np.array([[RIGHT], [RIGHT], [WRONG], [WRONG]]), ~none_IS)
    loss = transitions(all_right, half_right)
    assert [part.share_of_gain for part in loss.parts] == [1.0, 0.0, 0.0, 0.0]
    fewer_wrong = contributions(arm(np.full((4, 1), WRONG), ~none_IS), arm(np.full((4, 1), WRONG), none_IS))
    numbers = [*outcome_sources(all_right, half_right), *fewer_wrong.model_dump().values()]
    numbers += [part.share_of_gain for part in loss.parts]
    assert [number for number in numbers if number == 0 and np.signbit(number)] == []
