"""The base under the best of its prompts, without the bias of choosing and measuring on the same items."""

from dataclasses import dataclass

import numpy as np

from suite.stats.intervals import Floats


@dataclass(frozen=True)
class StrongBaseline:
    """The base under the best of its protocols: its score of each item (shares), and the protocol chosen on either half."""

    before_I: Floats
    chosen: tuple[int, int]


def strong_baseline(before_PI: Floats) -> StrongBaseline:
    """Cross-fitted best of several protocols: chosen on one half of the items, measured on the other. Rows: the pair's own first.

    The halves are the even and the odd items, so their order must not depend on the items' difficulty (items sorted by hash
    do). Chosen and measured on the same items, the maximum of several noisy means would be too high for the base and the delta
    too low (Cawley and Talbot 2010, JMLR 11:2079); crossed over, every item is measured once under a protocol that was chosen
    without it. Of equal means the first row counts.
    """
    if before_PI.ndim != 2 or min(before_PI.shape) < 1:
        raise ValueError(f"protocols x items expected, not {before_PI.shape}")
    even_I = np.arange(before_PI.shape[1]) % 2 == 0
    if even_I.all():
        raise ValueError("one item cannot be halved")
    for_odd, for_even = (int(np.argmax(before_PI[:, half_I].mean(axis=1))) for half_I in (even_I, ~even_I))
    return StrongBaseline(np.where(even_I, before_PI[for_even], before_PI[for_odd]), (for_even, for_odd))
