"""Check trades against the orders and add them up, in one compiled pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from jiran.market.matching import Trades, Vector
from jiran.market.trade import ORDER_TOLERANCE

#: What is wrong with the trades, if anything.
FINE, NOBODY, NOT_A_NUMBER, TOO_MUCH = range(4)


@njit(cache=True)
def fault_of(trade: Any, homes: int) -> int:
    """Return what is wrong with one trade by itself, whatever the orders."""
    if not (0 <= trade.seller < homes and 0 <= trade.buyer < homes):
        return NOBODY
    usable = trade.kwh >= 0.0 and np.isfinite(trade.kwh)
    if not (usable and np.isfinite(trade.buyer_price) and np.isfinite(trade.seller_price)):
        return NOT_A_NUMBER
    return FINE


@njit(cache=True)
def exceeds(net_kwh: float, sold_kwh: float, bought_kwh: float) -> bool:
    """Tell whether a home traded more than its order, or on the wrong side, by more than rounding."""
    rounding_kwh = ORDER_TOLERANCE * max(1.0, abs(net_kwh))
    return sold_kwh > max(net_kwh, 0.0) + rounding_kwh or bought_kwh > max(-net_kwh, 0.0) + rounding_kwh


@njit(cache=True)
def finite(numbers: Vector) -> bool:
    """Tell whether all are finite."""
    unusable = 0
    for number in numbers:
        unusable += not np.isfinite(number)
    return unusable == 0


@njit(cache=True)
def book(
    net_kwh: Vector, trades: Trades, sold_kwh: Vector, bought_kwh: Vector, paid: Vector, received: Vector
) -> tuple[int, int]:
    """Add the trades to what each home sold, bought, paid and received, shape (home,).

    Returns:
        What is wrong, and the trade or (`TOO_MUCH`) the home that is.
    """
    for place in range(trades.size):
        trade = trades[place]
        fault = fault_of(trade, net_kwh.size)
        if fault != FINE:
            return fault, place
        sold_kwh[trade.seller] += trade.kwh
        bought_kwh[trade.buyer] += trade.kwh
        paid[trade.buyer] += trade.kwh * trade.buyer_price
        received[trade.seller] += trade.kwh * trade.seller_price
    for home in range(net_kwh.size):
        if exceeds(net_kwh[home], sold_kwh[home], bought_kwh[home]):
            return TOO_MUCH, home
    return FINE, 0
