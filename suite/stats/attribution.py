"""Where a gain comes from: three decompositions, exact and additive, in points that sum to the delta.

Samples of the two arms are not matched one to one, so an item is taken by its shares: b_x and a_x are the shares of its samples
with x before and after, and b_x a_y is the share of all pairings of a sample before with one after that go from x to y. With one
sample an item (k = 1) that is the plain count. Swapping the arms flips every sign (and Code->Lang is then Lang->Code).

They describe, and do not say what caused what: items that were easier anyway may be those that moved to code.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suite.stats.intervals import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """The samples of one arm, items x samples. An answer is of one outcome: right, truncated, unparsed, else wrong.

    ``truncated_IS`` is the outcome: an answer that was boxed before the cap is right though it was cut off.
    """

    right_IS: Flags
    code_IS: Flags
    truncated_IS: Flags
    unparsed_IS: Flags

    def __post_init__(self) -> None:
        if self.right_IS.ndim != 2 or min(self.right_IS.shape) < 1:
            raise ValueError(f"items x samples expected, not {self.right_IS.shape}")
        if {flags.shape for flags in (self.code_IS, self.truncated_IS, self.unparsed_IS)} != {
            self.right_IS.shape
        }:
            raise ValueError("the flags of an arm differ in items or samples")
        if (
            self.right_IS & (self.truncated_IS | self.unparsed_IS) | (self.truncated_IS & self.unparsed_IS)
        ).any():
            raise ValueError("an answer has two outcomes")

    @property
    def wrong_IS(self) -> Flags:
        return ~(self.right_IS | self.truncated_IS | self.unparsed_IS)


class OutcomeSources(NamedTuple):
    """Points from answers that could not be read, were cut off or were wrong, net of those that went the other way."""

    became_extractable: float
    no_longer_truncated: float
    truly_changed: float


class Transition(NamedTuple):
    """Answers that go from one strategy to another: in items, of ``n`` the right ones before and after.

    ``share_of_gain`` is the paper's partial contribution, a share of the whole gain (negative where the subset loses), None where
    there is no gain at all; ``points`` is the same part in points.
    """

    n: float
    correct_before: float
    correct_after: float
    share_of_gain: float | None
    points: float


class Transitions(NamedTuple):
    """The four subsets of "Spurious Rewards"; every pairing is in one of them."""

    code_code: Transition
    code_lang: Transition
    lang_code: Transition
    lang_lang: Transition


class StrategyMix(NamedTuple):
    """Points from using code more or less often, and from being right more often within code and within language."""

    mix: float
    within_code: float
    within_language: float


def _same_items(before: Answers, after: Answers) -> None:
    if len(before.right_IS) != len(after.right_IS):
        raise ValueError(f"arms differ in items: {len(before.right_IS)} and {len(after.right_IS)}")


def _share_I(flags_IS: Flags) -> Floats:
    """Share of each item's samples."""
    share_I: Floats = flags_IS.mean(axis=1, dtype=np.float64)
    return share_I


def outcome_sources(before: Answers, after: Answers) -> OutcomeSources:
    """By what an answer is when it is not right: points_X = 100 mean_I(b_X a_right - b_right a_X), X unparsed, truncated, wrong.

    At k = 1: items X -> right minus items right -> X. The sum is the delta, since the shares of an item sum to 1.
    """
    _same_items(before, after)
    right_before_I, right_after_I = _share_I(before.right_IS), _share_I(after.right_IS)

    def points(before_IS: Flags, after_IS: Flags) -> float:
        return float(100 * np.mean(_share_I(before_IS) * right_after_I - right_before_I * _share_I(after_IS)))

    return OutcomeSources(
        points(before.unparsed_IS, after.unparsed_IS),
        points(before.truncated_IS, after.truncated_IS),
        points(before.wrong_IS, after.wrong_IS),
    )


def _gain(before: Answers, after: Answers) -> float:
    """Right answers gained, in items; exactly 0 where there is no gain, whatever the rounding of shares."""
    k_before, k_after = before.right_IS.shape[1], after.right_IS.shape[1]
    gained = int(after.right_IS.sum()) * k_before - int(before.right_IS.sum()) * k_after
    return float(gained / (k_before * k_after))


def transitions(before: Answers, after: Answers) -> Transitions:
    """By strategy before and after (Shao et al. 2025, arXiv 2506.10947, Table 2 and Fig. 7): C_d = gain within d over all gain.

    With s the strategy before and t the one after: n_d = sum_I b_s a_t; right before = sum_I b_(right and s) a_t; right after =
    sum_I b_s a_(right and t). Over the four subsets these sum to the items and to the right answers of each arm.
    """
    _same_items(before, after)
    gain, n_items = _gain(before, after), len(before.right_IS)

    def subset(s_IS: Flags, t_IS: Flags) -> Transition:
        s_I, t_I = _share_I(s_IS), _share_I(t_IS)
        right_before = float(_share_I(before.right_IS & s_IS) @ t_I)
        right_after = float(s_I @ _share_I(after.right_IS & t_IS))
        gained = right_after - right_before
        return Transition(
            float(s_I @ t_I),
            right_before,
            right_after,
            gained / gain if gain else None,
            100 * gained / n_items,
        )

    return Transitions(
        subset(before.code_IS, after.code_IS),
        subset(before.code_IS, ~after.code_IS),
        subset(~before.code_IS, after.code_IS),
        subset(~before.code_IS, ~after.code_IS),
    )


def _accuracy(right_IS: Flags, strategy_IS: Flags) -> float | None:
    """Share of the strategy's samples that are right; None without any."""
    n = int(strategy_IS.sum())
    return int((right_IS & strategy_IS).sum()) / n if n else None


def strategy_mix(before: Answers, after: Answers) -> StrategyMix:
    """Change of mix against change of accuracy within a strategy: the symmetric decomposition of Kitagawa 1955 (JASA 50:1168).

    With f the share of samples with a strategy and r their accuracy: mix = sum over strategies of (f_after - f_before) times the
    mean of both r; within = (r_after - r_before) times the mean of both f. A strategy that one arm never uses has no accuracy
    there; the other arm's stands in for it, so that all of its change counts as mix.
    """
    _same_items(before, after)

    def parts(before_IS: Flags, after_IS: Flags) -> tuple[float, float]:
        f_before, f_after = float(before_IS.mean()), float(after_IS.mean())
        r_before, r_after = _accuracy(before.right_IS, before_IS), _accuracy(after.right_IS, after_IS)
        if r_before is None or r_after is None:
            r_before = r_after = r_before or r_after or 0.0
        return 100 * (f_after - f_before) * (r_before + r_after) / 2, 100 * (r_after - r_before) * (
            f_before + f_after
        ) / 2

    code_mix, within_code = parts(before.code_IS, after.code_IS)
    language_mix, within_language = parts(~before.code_IS, ~after.code_IS)
    return StrategyMix(code_mix + language_mix, within_code, within_language)
