"""Merit order: cheapest sellers and dearest buyers first, up to where the two curves cross.

The auctions share these loops. Equal prices are served in the order of the homes.
"""

from __future__ import annotations

import numpy as np

from jiran.compiled import njit
from jiran.market.matching import Trades, Vector, record
from jiran.market.orders import Homes, homes_with_order
from jiran.market.sorting import sort_by_price
from jiran.market.trade import TRADE
from jiran.nothing import NOTHING_KWH, ROUNDING

SELLS = 1.0
BUYS = -1.0


@njit(cache=True)
def merit_order(net_kwh: Vector, limit_price: Vector, side: float) -> Homes:
    """Return the homes of one side, `SELLS` or `BUYS`, best price first: asks rise, bids fall.

    Args:
        net_kwh: What each home has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).
        side: `SELLS` or `BUYS`.

    Returns:
        Numbers of homes, shape (order of the side,); equal prices as they stand in the list.
    """
    homes, price = np.empty(net_kwh.size, np.int64), np.empty(net_kwh.size)
    count = 0
    for home in range(net_kwh.size):
        homes[count], price[count] = home, side * limit_price[home]
        count += side * net_kwh[home] > 0.0  # counted, not branched on: see sorting
    return sort_by_price(homes[:count], price[:count])


@njit(cache=True)
def walk(net_kwh: Vector, limit_price: Vector, sellers: Homes, buyers: Homes, trades: Trades) -> int:
    """Match best with best until the bid falls below the ask; each pair pays its own bid and gets its own ask.

    The last trade is the marginal one: its seller and buyer may be served in part, all before them are served fully.
    A remainder that is only rounding is dropped, for it would make the next order the marginal one and set its price.

    Args:
        net_kwh: What each home has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).
        sellers: Best first, as `merit_order` gives them.
        buyers: The same.
        trades: Records to fill from the front.

    Returns:
        How many trades were written, or would have been with room for them.
    """
    count, place, other = 0, 0, 0
    offered_kwh = wanted_kwh = 0.0
    while True:
        if offered_kwh <= 0.0:
            if place == sellers.size:
                return count
            offered_kwh = net_kwh[sellers[place]]
            place += 1
        if wanted_kwh <= 0.0:
            if other == buyers.size:
                return count
            wanted_kwh = -net_kwh[buyers[other]]
            other += 1
        seller, buyer = sellers[place - 1], buyers[other - 1]
        if limit_price[buyer] < limit_price[seller]:
            return count
        kwh = min(offered_kwh, wanted_kwh)
        count = record(trades, count, seller, buyer, kwh, limit_price[buyer], limit_price[seller])
        larger_kwh = max(net_kwh[seller], -net_kwh[buyer])
        rounding_kwh = max(NOTHING_KWH, ROUNDING * larger_kwh)
        offered_kwh = offered_kwh - kwh if offered_kwh - kwh > rounding_kwh else 0.0
        wanted_kwh = wanted_kwh - kwh if wanted_kwh - kwh > rounding_kwh else 0.0


@njit(cache=True)
def clear_in_merit_order(net_kwh: Vector, limit_price: Vector, trades: Trades) -> int:
    """Sort both sides and walk along them: the trades with the highest welfare, at their own bids and asks.

    Args:
        net_kwh: Surplus (> 0) or deficit (< 0) of each home, shape (home,).
        limit_price: Ask or bid of each, shape (home,).
        trades: Is filled from the front.

    Returns:
        How many trades were written, or would have been with room for them.
    """
    sellers = merit_order(net_kwh, limit_price, SELLS)
    return walk(net_kwh, limit_price, sellers, merit_order(net_kwh, limit_price, BUYS), trades)


def merit_trades(net_kwh: Vector, limit_price: Vector) -> Trades:
    """Return the trades in merit order of the homes that have an order, records of `TRADE`; the last is the marginal one.

    Args:
        net_kwh: Surplus (> 0) or deficit (< 0) of each home, kWh, shape (home,).
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).
    """
    homes = homes_with_order(net_kwh)
    trades = np.zeros(homes.size, TRADE).view(np.recarray)  # fields are attributes, without the compiler too
    count = clear_in_merit_order(net_kwh[homes], limit_price[homes], trades) if homes.size else 0
    found = trades[:count][trades["kwh"][:count] > NOTHING_KWH]
    for side in ("seller", "buyer"):
        found[side] = homes[found[side]]
    return found


@njit(cache=True)
def between(ask: float, bid: float, share: float) -> float:
    """Return the price at this share of the way from the ask up to the bid, never beyond either by rounding.

    Args:
        ask: The lower end.
        bid: The upper end, at least the ask.
        share: 0 gives the ask, 1 the bid.
    """
    return min(bid, max(ask, ask + share * (bid - ask)))


@njit(cache=True)
def set_prices(trades: Trades, count: int, buyer_price: float, seller_price: float) -> None:
    """Give the first `count` trades the same prices."""
    for place in range(count):
        trades[place].buyer_price = buyer_price
        trades[place].seller_price = seller_price


@njit(cache=True)
def traded_by_home(trades: Trades, count: int, homes: int) -> Vector:
    """Return what each home trades in all, kWh >= 0, whichever side it is on.

    Args:
        trades: Records of `market.trade.TRADE`.
        count: How many of them count, from the front.
        homes: How many homes there are.

    Returns:
        kWh, shape (home,).
    """
    traded_kwh = np.zeros(homes)
    for place in range(count):
        traded_kwh[trades[place].seller] += trades[place].kwh
        traded_kwh[trades[place].buyer] += trades[place].kwh
    return traded_kwh


@njit(cache=True)
def place_of(homes: Homes, home: int) -> int:
    """Return where a home stands in an order; the length of the order if it is not in it."""
    for place in range(homes.size):
        if homes[place] == home:
            return place
    return homes.size
