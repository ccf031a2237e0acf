"""The base under the best of its prompts, without the bias of choosing and measuring on the same items."""

from dataclasses import dataclass

import numpy as np

from suite.stats.intervals import Floats


@dataclass(frozen=True)
class BestProtocol:
    """The base under the best of its protocols: its score of each item, and the choice for each half."""

    before_I: Floats
    chosen: tuple[int, int]


def strong_baseline(before_PI: Floats) -> BestProtocol:
    """Return the cross-fitted best of several protocols.

    It is chosen on one half of the items and measured on the other, both ways.

    Rows are protocols, the pair's own first; of equal means the first counts. The halves are the even and
    the odd items, so their order must not depend on the items' difficulty (a sort by hash does not). If
    both used the same items, the maximum of several noisy means would be too high for the base and the
    delta too low (Cawley and Talbot 2010, JMLR 11:2079); crossed over, each item is measured once, under a
    protocol that was chosen without it.

    >>> strong_baseline(np.array([[0.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]]))
    BestProtocol(before_I=array([1., 1., 1., 1.]), chosen=(1, 1))
    """
    if before_PI.ndim != 2 or min(before_PI.shape) < 1:
        raise ValueError(f"protocols x items expected, not {before_PI.shape}")
    even_I = np.arange(before_PI.shape[1]) % 2 == 0
    if even_I.all():
        raise ValueError("one item cannot be halved")
    best_on_even = int(np.argmax(before_PI[:, even_I].mean(axis=1)))
    best_on_odd = int(np.argmax(before_PI[:, ~even_I].mean(axis=1)))
    before_I = np.where(even_I, before_PI[best_on_odd], before_PI[best_on_even])
    return BestProtocol(before_I, (best_on_odd, best_on_even))
