"""What an order is: rounding dust is none. It leaves before strategies bid, before rules see a market and draw lots.

A home without an order is not in the market: rule and strategy get the homes that have one, in their order in the list,
numbered from 0. So nobody's trades, prices or lots depend on who has nothing to trade.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.nothing import NOTHING_KWH, ROUNDING

Vector = NDArray[np.float64]
Homes = NDArray[np.int64]


@njit(cache=True)
def count_orders(net_kwh: Vector) -> int:
    """Return how many homes have an order: more than nothing, kWh, shape (home,)."""
    count = 0
    for home in range(net_kwh.size):
        count += abs(net_kwh[home]) > NOTHING_KWH
    return count


@njit(cache=True)
def homes_with_order(net_kwh: Vector) -> Homes:
    """Return the homes that have an order, in the order of the list, shape (order,)."""
    homes, count = np.empty(net_kwh.size, np.int64), 0
    for home in range(net_kwh.size):
        homes[count] = home
        count += abs(net_kwh[home]) > NOTHING_KWH
    return homes[:count]


@njit(cache=True)
def rest(left_kwh: float, order_kwh: float) -> float:
    """Return what is left to trade of an order, kWh >= 0: 0 if only rounding is left of it.

    Args:
        left_kwh: The order less what was traded of it.
        order_kwh: The order, of either sign, or the largest number that took part in the subtraction.
    """
    return left_kwh if left_kwh > max(NOTHING_KWH, ROUNDING * abs(order_kwh)) else 0.0


@njit(cache=True)
def copy(numbers: Vector, into: Vector) -> Vector:
    """Copy numbers to the front of `into` and return them.

    A plain loop: to compile `into[:] = numbers` takes numba three seconds, for the message if the shapes differ.
    """
    for place in range(numbers.size):
        into[place] = numbers[place]
    return into[: numbers.size]


@njit(cache=True)
def pick(numbers: Vector, homes: Homes, into: Vector) -> Vector:
    """Copy the numbers of some homes to the front of `into`, shape (home,), and return them.

    Args:
        numbers: One a home, shape (home,).
        homes: Which homes, shape (picked,).
        into: Room for at least as many.
    """
    for place in range(homes.size):
        into[place] = numbers[homes[place]]
    return into[: homes.size]


@njit(cache=True)
def with_keys(parameters: Vector, keys: Vector, homes: Homes, into: Vector) -> Vector:
    """Copy a rule's parameters to the front of `into`, behind them the keys of some homes, and return both.

    Args:
        parameters: The rule's own.
        keys: Of all homes, shape (home,); of none where the rule has no keys.
        homes: Those with an order, shape (order,).
        into: Room for the parameters and a key a home.
    """
    copy(parameters, into)
    if keys.size == 0:
        return into[: parameters.size]
    pick(keys, homes, into[parameters.size :])
    return into[: parameters.size + homes.size]


@njit(cache=True)
def put(numbers: Vector, homes: Homes, picked: Vector) -> None:
    """Write numbers of some homes back to where they were picked.

    Args:
        numbers: Of all homes, changed in place.
        homes: Which ones, shape (order,).
        picked: Their numbers, shape (order,).
    """
    for place in range(homes.size):
        numbers[homes[place]] = picked[place]


@njit(cache=True)
def pick_rows(table: Vector, homes: Homes) -> Vector:
    """Return the rows of some homes, of a table of shape (home, column); a table without rows stays as it is.

    Args:
        table: Shape (home, column), or without rows.
        homes: Which homes, shape (picked,).

    Returns:
        A copy, shape (picked, column).
    """
    if table.shape[0] == 0:
        return table
    rows = np.empty((homes.size, table.shape[1]))
    for place in range(homes.size):
        for column in range(table.shape[1]):
            rows[place, column] = table[homes[place], column]
    return rows


@njit(cache=True)
def put_rows(table: Vector, homes: Homes, rows: Vector) -> None:
    """Write rows of some homes back to where they were picked.

    Args:
        table: Of all homes, changed in place; one of 0 homes is left alone.
        homes: Which ones, shape (order,).
        rows: Their rows, shape (order, column).
    """
    for place in range(homes.size if table.shape[0] > 0 else 0):
        for column in range(table.shape[1]):
            table[homes[place], column] = rows[place, column]
