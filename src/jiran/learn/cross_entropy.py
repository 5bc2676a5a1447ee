"""The cross-entropy method: draw, keep the best, draw around them.

Rubinstein 1999, doi:10.1023/A:1010091220143; with noise that stays for a while, as Szita and Lorincz 2006,
doi:10.1162/neco.2006.18.12.2936.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: How many are drawn in a generation, and how many of them are kept.
DRAWN, KEPT = 40, 8
#: How far the next draws follow the best.
_FOLLOW = 0.8


class Generation(NamedTuple):
    """What is known after a generation.

    Attributes:
        best: The best numbers of all until now.
        cost: What they cost.
        middle: Cost of the middle one of those that were just drawn.
    """

    best: Array
    cost: float
    middle: float


def search(
    cost: Callable[[Array], float], first: Array, spread: Array, rng: np.random.Generator
) -> Iterator[Generation]:
    """Yield one generation after another, without an end.

    Args:
        cost: Is to be least.
        first: Where to begin.
        spread: How far around that to draw at first, each.
        rng: Random numbers.
    """
    mean, best, least, count = first.copy(), first.copy(), cost(first), 0
    floor = spread.copy()
    while True:
        drawn = mean + spread * rng.standard_normal((DRAWN, first.size))
        drawn[0] = mean  # the middle of the best is often better than any of them
        costs = np.array([cost(one) for one in drawn])
        order = np.argsort(costs, kind="stable")
        if costs[order[0]] < least:
            best, least = drawn[order[0]].copy(), float(costs[order[0]])
        elite = drawn[order[:KEPT]]
        mean = (1.0 - _FOLLOW) * mean + _FOLLOW * elite.mean(axis=0)
        count += 1
        noise = 0.2 * floor * max(0.0, 1.0 - count / 30.0)
        spread = (1.0 - _FOLLOW) * spread + _FOLLOW * elite.std(axis=0) + _FOLLOW * noise
        yield Generation(best, least, float(np.median(costs)))
