"""What stored energy is worth, step by step backwards: the exact plan of one store.

The least cost from a step on is a convex line over what is stored, made of straight pieces. One step earlier it is the
infimal convolution of that line with the step's own (`store.Line`): the pieces of both, sorted by slope, without what lies
beyond empty and full. So a plan is a merge of sorted lists for each step, exact, in microseconds, and never infeasible.

A worth is kept as pieces over the level: ``value[k]`` per kWh up to the level ``upto_kwh[k]``, falling from piece to piece;
the last one ends at the store's capacity, and what stands behind it means nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jiran.compiled import njit
from jiran.control.store import PRICE, SLIVER_KWH, WIDTH, Connection, Matrix, Store, Vector, fill_line, new_line, pool

#: What each kWh costs that is missing before a departure: far above any price, and a price, so that no plan is infeasible.
MISSING_PRICE = 10_000.0


class Ahead(NamedTuple):
    """What is known of the coming steps, arrays of shape (step,); fields as in `store.Connection`.

    Attributes:
        target_kwh: What the store must hold before the step, as a car before it leaves; 0: nothing.
        peak_kwh: The highest import of the step's month so far, as energy of a step; 0 in a month that is still to begin. A
            controller that keeps peaks low writes `most_import_kwh`, which is infinite before; what it writes also holds when
            the store then acts, raised to what the month has seen.
    """

    import_price: Vector
    export_price: Vector
    most_import_kwh: Vector
    present: Vector
    target_kwh: Vector
    peak_price: float
    peak_kwh: Vector = np.empty(0)


@njit(cache=True, forceinline=True, borrows=True)
def connection_at(step: int, need_kwh: float, ahead: Ahead) -> Connection:
    """Return what a store finds at its owner's meter in a step.

    Args:
        step: Which step.
        need_kwh: What the owner lacks (> 0) or has to spare (< 0) in it.
        ahead: What is known of all steps.
    """
    return Connection(
        need_kwh,
        ahead.import_price[step],
        ahead.export_price[step],
        ahead.most_import_kwh[step],
        ahead.present[step],
        ahead.peak_price,
    )


@njit(cache=True, borrows=True)
def flat(worth: float, store: Store, upto_kwh: Vector, value: Vector) -> None:
    """Write that each stored kWh is worth the same, whatever the level.

    Args:
        worth: Per kWh.
        store: The store.
        upto_kwh: Is filled in, shape (piece,).
        value: The same.
    """
    upto_kwh[0], value[0] = store.battery.capacity_kwh, worth


@njit(cache=True, forceinline=True, borrows=True)
def earlier_worth(
    count: int, giving: int, line: Matrix, store: Store, row: int, upto_kwh: Matrix, value: Matrix, at: int,
    found_kwh: Matrix, found: Matrix,
) -> bool:  # fmt: skip
    """Write what stored energy is worth one step earlier.

    Args:
        count: How many pieces the step's line has.
        giving: How many of them give.
        line: What the step costs; is pooled.
        store: For its limits.
        row: The row of what it is worth after the step.
        upto_kwh: Where that stands, shape (row, piece).
        value: The same.
        at: The row that is filled with what it is worth before the step.
        found_kwh: Where that stands, shape (row, piece); may be the same array.
        found: The same.

    Returns:
        Whether there was room for all pieces.
    """
    written, full = store.battery.minimum_kwh, store.battery.capacity_kwh
    # What the store could have taken in the step lies below its lowest level, and is cut off there.
    level, low = written, written
    for piece in range(giving, count):
        level -= line[WIDTH, piece]
    own, other, new, last_worth = pool(count, line) - 1, 0, 0, np.inf
    # Of both, the next piece; below all others where there is none left.
    own_worth = line[PRICE, own] if own >= 0 else -np.inf
    other_worth = value[row, 0] if low < full else -np.inf
    while written < full:
        if own_worth >= other_worth:
            if own < 0:
                break
            worth, width = own_worth, line[WIDTH, own]
            own -= 1
            own_worth = line[PRICE, own] if own >= 0 else -np.inf
        else:
            worth, width = other_worth, upto_kwh[row, other] - low
            low = upto_kwh[row, other]
            other += 1
            other_worth = value[row, other] if low < full else -np.inf
        level += width
        if level - written <= SLIVER_KWH:
            continue
        if worth != last_worth:
            if new == found.shape[1]:
                return False
            found[at, new] = last_worth = worth
            new += 1
        written = found_kwh[at, new - 1] = min(level, full)
    if new == 0:
        found[at, 0], new = 0.0, 1
    found_kwh[at, new - 1] = full
    return True


@njit(cache=True, forceinline=True, borrows=True)
def raise_below(target_kwh: float, store: Store, upto_kwh: Vector, value: Vector) -> bool:
    """Raise what a kWh is worth below a level that is wanted.

    Args:
        target_kwh: The level.
        store: The store.
        upto_kwh: Worth, shape (piece,); is changed.
        value: The same.

    Returns:
        Whether there was room for one more piece.
    """
    full, low, piece = store.battery.capacity_kwh, store.battery.minimum_kwh, 0
    if target_kwh <= low:
        return True
    target_kwh = min(target_kwh, full)
    while low < full and upto_kwh[piece] <= target_kwh:
        low = upto_kwh[piece]
        value[piece] += MISSING_PRICE
        piece += 1
    if target_kwh - low <= SLIVER_KWH:
        return True
    last = piece
    while upto_kwh[last] < full:
        last += 1
    if last + 1 == value.size:
        return False
    for place in range(last, piece - 1, -1):
        upto_kwh[place + 1], value[place + 1] = upto_kwh[place], value[place]
    upto_kwh[piece] = target_kwh
    value[piece] += MISSING_PRICE
    return True


@njit(cache=True)
def plan(need_kwh: Vector, ahead: Ahead, store: Store, upto_kwh: Matrix, value: Matrix) -> bool:
    """Fill in what one more stored kWh is worth before each coming step, given what it is worth after the last one.

    The plan is exact for what is expected: it equals a linear programme. Where a line is not convex, because a price is
    negative or export pays more than import costs, it is that of a store that may divide its time within a step. A level that is
    wanted is reached if it can be: if power from now on does not suffice, the plan is to charge at once and fully.

    Args:
        need_kwh: What the owner is expected to lack (> 0) or to spare (< 0), shape (step,).
        ahead: What is known.
        store: The store; its limits are the same in all steps.
        upto_kwh: Levels, shape (step + 1, piece); the last row is given, the others are filled in.
        value: What a kWh is worth up to each level, the same. A row is what holds before its step, and after the one before.

    Returns:
        Whether there was room for all pieces; if not, the rows before some step are not filled in.
    """
    line, target_kwh = new_line(), ahead.target_kwh
    for step in range(need_kwh.size - 1, -1, -1):
        count, giving = fill_line(connection_at(step, need_kwh[step], ahead), store, line)
        if not earlier_worth(count, giving, line, store, step + 1, upto_kwh, value, step, upto_kwh, value):
            return False
        if target_kwh[step] > 0.0 and not raise_below(target_kwh[step], store, upto_kwh[step], value[step]):
            return False
    return True


@njit(cache=True, borrows=True)
def pieces_of(row: int, store: Store, upto_kwh: Matrix, value: Matrix) -> int:
    """Return how many pieces a row of worth has; 0 if it cannot be: numbers must fall over levels that rise to the capacity.

    Args:
        row: Which row.
        store: The store.
        upto_kwh: Levels, shape (row, piece).
        value: What a kWh is worth up to each level, the same.
    """
    full, low, high = store.battery.capacity_kwh, -np.inf, np.inf
    for piece in range(value.shape[1]):
        worth, level = value[row, piece], upto_kwh[row, piece]
        if not (-np.inf < worth < np.inf and worth <= high and low <= level <= full):
            return 0
        if level == full:
            return piece + 1
        low, high = level, worth
    return 0


@njit(cache=True)
def mean_of(need_kwh: Matrix) -> Vector:
    """Return the mean of what may be needed, kWh, shape (step,), of shape (scenario, step) with rows equally likely."""
    rows, mean_kwh = need_kwh.shape[0], np.zeros(need_kwh.shape[1])
    for row in range(rows):
        one_kwh = need_kwh[row]
        for step in range(mean_kwh.size):
            mean_kwh[step] += one_kwh[step] / rows
    return mean_kwh


@njit(cache=True)
def plan_for_mean(need_kwh: Matrix, ahead: Ahead, store: Store, upto_kwh: Matrix, value: Matrix) -> bool:
    """Plan for the mean of what may come; arguments as of `plan`, need of shape (scenario, step) with rows equally likely."""
    return plan(mean_of(need_kwh), ahead, store, upto_kwh, value)
