"""Where a gain comes from: three decompositions, exact and additive, in points that sum to the delta.

Samples of the two arms are not matched one to one, so an item counts by its shares: b_x and a_x are the
shares of its samples with x before and after, and b_x a_y is the share of all pairings of a sample before
with one after that go from x to y. With one sample per item (k = 1) that is the plain count. Swapping the
arms flips every sign (and Code->Lang is then Lang->Code).

They describe and do not prove causes: items that were easier anyway may be those that moved to code.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suite.schema import Contributions, Transition, Transitions
from suite.stats.intervals import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """The samples of one arm, items x samples.

    An answer has one outcome: right, truncated, unparsed, else wrong. ``truncated_IS`` is that outcome: an
    answer that was boxed before the cap is right even if it was cut off.
    """

    right_IS: Flags
    code_IS: Flags
    truncated_IS: Flags
    unparsed_IS: Flags

    def __post_init__(self) -> None:
        shape = self.right_IS.shape
        if len(shape) != 2 or min(shape) < 1:
            raise ValueError(f"items x samples expected, not {shape}")
        if {flags.shape for flags in (self.code_IS, self.truncated_IS, self.unparsed_IS)} != {shape}:
            raise ValueError("the flags of an arm differ in items or samples")
        unread_IS = self.truncated_IS | self.unparsed_IS
        if (self.right_IS & unread_IS | self.truncated_IS & self.unparsed_IS).any():
            raise ValueError("an answer has two outcomes")

    @property
    def wrong_IS(self) -> Flags:
        """Answers of no other outcome."""
        return ~(self.right_IS | self.truncated_IS | self.unparsed_IS)


def contributions(before: Answers, after: Answers) -> Contributions:
    """Split the delta by what an answer is while it is not right, and by change of strategy mix.

    By outcome: points_X = 100 mean_I(b_X a_right - b_right a_X), X unparsed, truncated, wrong; at k = 1,
    items X -> right minus items right -> X. The sum is the delta, since the shares of an item sum to 1.

    By strategy: the symmetric decomposition of Kitagawa 1955 (JASA 50:1168). With f the share of samples
    with a strategy and r their accuracy, mix = sum over strategies of (f_after - f_before) times the mean
    of both r; within = (r_after - r_before) times the mean of both f.
    """
    _check_same_items(before, after)
    right_before_I = _share_I(before.right_IS)
    right_after_I = _share_I(after.right_IS)

    def net_points(before_IS: Flags, after_IS: Flags) -> float:
        gained_I = _share_I(before_IS) * right_after_I
        lost_I = right_before_I * _share_I(after_IS)
        return float(100 * np.mean(gained_I - lost_I))

    code = _strategy(before, before.code_IS, after, after.code_IS)
    language = _strategy(before, ~before.code_IS, after, ~after.code_IS)
    return Contributions(
        became_extractable=net_points(before.unparsed_IS, after.unparsed_IS),
        no_longer_truncated=net_points(before.truncated_IS, after.truncated_IS),
        truly_changed=net_points(before.wrong_IS, after.wrong_IS),
        strategy_mix=code.mix + language.mix,
        within_code=code.within,
        within_language=language.within,
    )


class _Strategy(NamedTuple):
    """Points from using one strategy more or less often, and from being right more often with it."""

    mix: float
    within: float


def _strategy(before: Answers, before_IS: Flags, after: Answers, after_IS: Flags) -> _Strategy:
    """Return one strategy's two parts of the delta.

    ``before_IS`` and ``after_IS`` are the samples that use it. Where one arm never uses it, that arm has no
    accuracy for it; the other arm's is taken, so that the whole change counts as mix.
    """
    share_before = float(before_IS.mean())
    share_after = float(after_IS.mean())
    right_before = _accuracy(before.right_IS, before_IS)
    right_after = _accuracy(after.right_IS, after_IS)
    if right_before is None or right_after is None:
        right_before = right_after = right_before or right_after or 0.0
    mix = 100 * (share_after - share_before) * (right_before + right_after) / 2
    within = 100 * (right_after - right_before) * (share_before + share_after) / 2
    # A smaller share of nothing right is 0.0, not -0.0.
    return _Strategy(mix + 0.0, within + 0.0)


def transitions(before: Answers, after: Answers) -> Transitions:
    """Split the gain by strategy before and after: C_d = gain within subset d over the whole gain.

    Shao et al. 2025, arXiv 2506.10947, Table 2 and Fig. 7. With s the strategy before and t the one after:
    n_d = sum_I b_s a_t; right before = sum_I b_(right and s) a_t; right after = sum_I b_s a_(right and t).
    Over the four subsets these sum to the items and to the right answers of each arm.
    """
    _check_same_items(before, after)
    gain = _gain(before, after)
    n_items = len(before.right_IS)

    def subset(s_IS: Flags, t_IS: Flags) -> Transition:
        s_I = _share_I(s_IS)
        t_I = _share_I(t_IS)
        # Of all pairings of an item's samples, those from s to t; then those whose first, or second, is
        # right.
        right_before = float(_share_I(before.right_IS & s_IS) @ t_I)
        right_after = float(s_I @ _share_I(after.right_IS & t_IS))
        gained = right_after - right_before
        return Transition(
            n=float(s_I @ t_I),
            correct_before=right_before,
            correct_after=right_after,
            share_of_gain=gained / gain + 0.0 if gain else None,  # no part of a loss is 0.0, not -0.0
            points=100 * gained / n_items,
        )

    return Transitions(
        code_code=subset(before.code_IS, after.code_IS),
        code_lang=subset(before.code_IS, ~after.code_IS),
        lang_code=subset(~before.code_IS, after.code_IS),
        lang_lang=subset(~before.code_IS, ~after.code_IS),
    )


def _gain(before: Answers, after: Answers) -> float:
    """Return the right answers gained, in items.

    Exactly 0 where there is no gain, whatever the rounding of shares.
    """
    k_before = before.right_IS.shape[1]
    k_after = after.right_IS.shape[1]
    # Whole numbers until the last step: 1/3 and 2/6 round differently when shares are summed.
    gained = int(after.right_IS.sum()) * k_before - int(before.right_IS.sum()) * k_after
    return float(gained / (k_before * k_after))


def _check_same_items(before: Answers, after: Answers) -> None:
    if len(before.right_IS) != len(after.right_IS):
        raise ValueError(f"arms differ in items: {len(before.right_IS)} and {len(after.right_IS)}")


def _share_I(flags_IS: Flags) -> Floats:
    """Return the share of each item's samples that have the flag."""
    share_I: Floats = flags_IS.mean(axis=1, dtype=np.float64)
    return share_I


def _accuracy(right_IS: Flags, strategy_IS: Flags) -> float | None:
    """Return the share of the strategy's samples that are right; None without any."""
    n = int(strategy_IS.sum())
    return int((right_IS & strategy_IS).sum()) / n if n else None
