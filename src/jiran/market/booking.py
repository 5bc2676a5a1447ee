"""Check trades against the orders and add them up, in one compiled pass: for runs, for `jiran.clear`, for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from jiran.compiled import njit
from jiran.market.matching import Trades, Vector
from jiran.market.trade import ORDER_TOLERANCE
from jiran.nothing import NOTHING_KWH

#: What is wrong with the trades, if anything.
FINE, NOBODY, UNWRITTEN, ITSELF, NOT_A_NUMBER, WRONG_SIDE, TOO_MUCH = range(7)

#: The same in words; `home` is who is at fault, `number` is what the rule wrote, from 0 in the list that it was given.
WORDS = {
    NOBODY: "names number {number} as seller or buyer, and was given {orders}, numbered from 0",
    UNWRITTEN: "returns a higher number of trades than it wrote: one of them is empty",
    ITSELF: "lets {home} trade with itself",
    NOT_A_NUMBER: "writes a trade of {home} whose energy or price is not a usable number",
    WRONG_SIDE: "lets {home} sell, which has nothing to sell, or buy, which needs nothing",
    TOO_MUCH: "trades more than there is for {home}",
}


@njit(cache=True)
def fault_of(trade: Any, net_kwh: Vector) -> tuple[int, int]:
    """Return what is wrong with a trade that is not as it must be, and the number in question, from 0 in the list of orders.

    Args:
        trade: A record of `market.trade.TRADE`.
        net_kwh: The orders that the rule was given, kWh, shape (order,).

    Returns:
        A code, `FINE` to `WRONG_SIDE`, and the order at fault; of `NOBODY` the number that is none.
    """
    for number in (trade.seller, trade.buyer):
        if not 0 <= number < net_kwh.size:
            return NOBODY, number
    if trade.seller == trade.buyer:
        # All zeros is what the room for trades holds before a rule writes there.
        empty = trade.seller == 0 and trade.kwh == 0.0 and trade.buyer_price == 0.0 and trade.seller_price == 0.0
        return UNWRITTEN if empty else ITSELF, trade.seller
    usable = trade.kwh >= 0.0 and np.isfinite(trade.kwh)
    if not (usable and np.isfinite(trade.buyer_price) and np.isfinite(trade.seller_price)):
        return NOT_A_NUMBER, trade.seller
    if not net_kwh[trade.seller] > 0.0:
        return WRONG_SIDE, trade.seller
    if not net_kwh[trade.buyer] < 0.0:
        return WRONG_SIDE, trade.buyer
    return FINE, 0


@njit(cache=True)
def exceeds(net_kwh: float, traded_kwh: float) -> bool:
    """Tell whether a home traded more than its order by more than rounding.

    Args:
        net_kwh: Its order, of either sign.
        traded_kwh: What it traded, of either sign.
    """
    return abs(traded_kwh) > abs(net_kwh) + ORDER_TOLERANCE * max(1.0, abs(net_kwh))


@njit(cache=True)
def finite(numbers: Vector) -> bool:
    """Tell whether all are finite.

    A loop over the numbers makes no array beside them, which counts in the kernel.
    """
    unusable = 0
    for number in numbers:
        unusable += not np.isfinite(number)
    return unusable == 0


@njit(cache=True)
def book(net_kwh: Vector, trades: Trades, traded_kwh: Vector) -> tuple[int, int, int]:
    """Add trades up and refuse those that break an order; a trade of nothing is dropped.

    Args:
        net_kwh: The orders that the rule was given, kWh, shape (order,).
        trades: What it wrote; those that are kept are moved to the front.
        traded_kwh: Is filled with what each order traded: sold > 0, bought < 0, shape (order,).

    Returns:
        How many trades are kept, what is wrong, and the number in question, from 0 in the list of orders.
    """
    traded_kwh[:] = 0.0
    kept = 0
    for place in range(trades.size):
        trade = trades[place]
        seller, buyer, kwh = trade.seller, trade.buyer, trade.kwh
        allowed = 0 <= seller < net_kwh.size and 0 <= buyer < net_kwh.size and net_kwh[seller] > 0.0 > net_kwh[buyer]
        if not (allowed and 0.0 <= kwh < np.inf and np.isfinite(trade.buyer_price) and np.isfinite(trade.seller_price)):
            fault, who = fault_of(trade, net_kwh)
            return kept, fault, who
        if kwh > NOTHING_KWH:
            traded_kwh[seller] += kwh
            traded_kwh[buyer] -= kwh
            if kept < place:
                trades[kept] = trade
            kept += 1
    for home in range(net_kwh.size):
        if exceeds(net_kwh[home], traded_kwh[home]):
            return kept, TOO_MUCH, home
    return kept, FINE, 0


@njit(cache=True)
def to_homes(trades: Trades, homes: Any) -> None:
    """Replace the numbers of orders by those of homes.

    Args:
        trades: Records with numbers of orders; changed in place.
        homes: The home of each order, shape (order,).
    """
    for place in range(trades.size):
        trades[place].seller = homes[trades[place].seller]
        trades[place].buyer = homes[trades[place].buyer]


@njit(cache=True)
def add_up(trades: Trades, sold_kwh: Vector, bought_kwh: Vector, paid: Vector, received: Vector) -> None:
    """Add what each home sells, buys, pays and receives in checked trades to arrays of shape (home,).

    Args:
        trades: Checked records of `market.trade.TRADE`, by number of home.
        sold_kwh: Is added to, kWh, like the others.
        bought_kwh: The same.
        paid: In the currency.
        received: The same.
    """
    for place in range(trades.size):
        trade = trades[place]
        sold_kwh[trade.seller] += trade.kwh
        bought_kwh[trade.buyer] += trade.kwh
        paid[trade.buyer] += trade.kwh * trade.buyer_price
        received[trade.seller] += trade.kwh * trade.seller_price


@njit(cache=True)
def book_all(
    net_kwh: Vector,
    trades: Trades,
    homes: Any,
    traded_kwh: Vector,
    sold_kwh: Vector,
    bought_kwh: Vector,
    paid: Vector,
    received: Vector,
) -> tuple[int, int, int]:
    """Do what `book` does, and add up what each home sells, buys, pays and receives, shape (home,).

    Args:
        net_kwh: As in `book`, like `trades` and `traded_kwh`.
        trades: Get the numbers of homes instead of those of orders.
        homes: The homes that have an order; empty: all of them.
        traded_kwh: What each order traded.
        sold_kwh: Is added to, like the others.
        bought_kwh: The same.
        paid: The same.
        received: The same.
    """
    kept, fault, order = book(net_kwh, trades, traded_kwh)
    if fault != FINE:
        return kept, fault, order
    if homes.size > 0:
        to_homes(trades[:kept], homes)
    add_up(trades[:kept], sold_kwh, bought_kwh, paid, received)
    return kept, FINE, 0
