"""Sort homes by price, without branches.

A processor guesses which way a branch goes and loses some 15 steps when it is wrong. Which of two random prices is
higher cannot be guessed, and a usual sort spends two thirds of its time on wrong guesses. Here the outcome of a
comparison is a number, 0 or 1, that is added.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.market.pause import PLAIN

Integers = NDArray[np.int64]


def _sort_plainly(homes: Integers, price: NDArray[np.float64]) -> Integers:
    """Do what `sort_by_price` does, where there is no compiler."""
    return homes[np.argsort(price, kind="stable")]


@njit(cache=True)
def _sort_without_branches(homes: Integers, price: NDArray[np.float64]) -> Integers:
    """Return the homes with their prices rising; homes of equal price stay in the order given.

    A merge sort between the array `homes`, which is used up, and a second one. Its 2 ** level sorted runs are as long
    as each other, or one home longer; at first none has more than one home.
    """
    rank = _rank(price)
    to_homes, to_rank = np.empty_like(homes), np.empty_like(rank)
    level = 0
    while 1 << level < homes.size:
        level += 1
    while level > 0:
        _merge_runs(homes, rank, to_homes, to_rank, level)
        homes, to_homes = to_homes, homes
        rank, to_rank = to_rank, rank
        level -= 1
    return homes


@njit(cache=True)
def _rank(price: NDArray[np.float64]) -> Integers:
    """Return whole numbers in the order of the prices, for they compare faster.

    The bits of a float, read as a whole number, rise with the float; below zero they fall, and are turned around.
    """
    rank = (price + 0.0).view(np.int64)  # adding makes -0.0 a 0.0: equal prices need equal bits
    for place in range(rank.size):
        if rank[place] < 0:
            rank[place] ^= 0x7FFFFFFFFFFFFFFF
    return rank


@njit(cache=True)
def _merge_runs(homes: Integers, rank: Integers, to_homes: Integers, to_rank: Integers, level: int) -> None:
    """Merge each two neighbours of the 2 ** level sorted runs.

    Two runs merge from both ends at once: the lowest of what is left goes to the front, the highest to the back. Each
    end takes half of the homes, so neither reads beyond a run, whatever the prices are.
    """
    one = np.uint64(1)  # numba asks whether a signed index is below zero, an unsigned one is not
    for run in range(0, 1 << level, 2):
        start, middle, end = run * homes.size >> level, (run + 1) * homes.size >> level, (run + 2) * homes.size >> level
        left, right, front = np.uint64(start), np.uint64(middle), np.uint64(start)
        left_end, right_end, back = np.uint64(middle) - one, np.uint64(end) - one, np.uint64(end) - one
        for _ in range((end - start) // 2):
            swap = rank[right] < rank[left]
            to_rank[front] = rank[left] + (rank[right] - rank[left]) * swap
            to_homes[front] = homes[left] + (homes[right] - homes[left]) * swap
            left, right, front = left + np.uint64(not swap), right + np.uint64(swap), front + one
            swap = rank[right_end] < rank[left_end]
            to_rank[back] = rank[right_end] + (rank[left_end] - rank[right_end]) * swap
            to_homes[back] = homes[right_end] + (homes[left_end] - homes[right_end]) * swap
            left_end, right_end, back = left_end - np.uint64(swap), right_end - np.uint64(not swap), back - one
        if front == back:  # of an odd number of homes one is left, in either run
            last = left if left == left_end else right
            to_rank[front], to_homes[front] = rank[last], homes[last]


sort_by_price = _sort_plainly if PLAIN else _sort_without_branches
