"""Who trades with whom, and how much: loops that mechanisms share.

Matching in an order walks sellers and buyers pair by pair. Rationing first decides how much each home sells or
buys, and `pair` then turns those totals into at most sellers + buyers - 1 trades.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.market.orders import Vector
from jiran.market.pairing import AFTERWARDS, Cleared, Pairing
from jiran.nothing import NOTHING_KWH

Trades = NDArray[np.void]

__all__ = [
    "MATCHINGS", "Trades", "Vector", "equal_shares", "match", "match_in_order", "matching_draws_lots", "pair",
    "pairing_of_matching", "pro_rata", "record", "shuffled", "totals",
]  # fmt: skip

_PAIRINGS = (
    Pairing(
        "First come, first served: the first seller on the list sells to the first buyer, until one of the two has nothing "
        "left; then the next one follows.",
        matching="index-order",
    ),
    AFTERWARDS._replace(matching="pro-rata"),
    AFTERWARDS._replace(matching="equal-share"),
    Pairing(
        "A draw decides anew in each step who comes first; then seller and buyer are paired off in that order.",
        matching="random-order",
    ),
)
MATCHINGS = tuple(pairing.matching for pairing in _PAIRINGS)
#: Place in `MATCHINGS` of the way that draws who comes first.
_DRAWN = 3


def pairing_of_matching(cleared: Cleared) -> Pairing:
    """Return how pairs are made by a rule whose parameter `matching` is one of `MATCHINGS`."""
    return _PAIRINGS[MATCHINGS.index(str(cleared.parameters["matching"]))]


def matching_draws_lots(_orders: int, values: Mapping[str, float | str]) -> bool:
    """Tell whether a rule whose parameter `matching` is one of `MATCHINGS` draws lots."""
    return values["matching"] == MATCHINGS[_DRAWN]


@njit(cache=True)
def record(
    trades: Trades, count: int, seller: int, buyer: int, kwh: float, buyer_price: float, seller_price: float
) -> int:
    """Write one trade behind the `count` trades that are there and return the new count.

    Without room nothing is written, but it is counted: the kernel sees from the count that it must make room.

    Args:
        trades: Records of `market.trade.TRADE`, filled from the front.
        count: How many there are.
        seller: Number of the order that sells, from 0.
        buyer: Number of the order that buys.
        kwh: Energy of the trade, kWh >= 0.
        buyer_price: What the buyer pays per kWh, without the network charge.
        seller_price: What the seller gets per kWh.
    """
    if count < trades.size:
        trade = trades[count]
        trade.seller = seller
        trade.buyer = buyer
        trade.kwh = kwh
        trade.buyer_price = buyer_price
        trade.seller_price = seller_price
    return count + 1


@njit(cache=True)
def match(
    way: int, net_kwh: Vector, rng: np.random.Generator, buyer_price: float, seller_price: float, trades: Trades
) -> int:
    """Clear everything that can be traded at one price, in one of the ways of `MATCHINGS` (by index).

    Args:
        way: Place in `MATCHINGS`.
        net_kwh: What each home has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        rng: For the way that draws lots.
        buyer_price: What every buyer pays per kWh.
        seller_price: What every seller gets per kWh.
        trades: Records to fill from the front.

    Returns:
        How many trades were written, or would have been with room for them.
    """
    homes = net_kwh.size
    if way == 0:
        return match_in_order(net_kwh, np.arange(homes), buyer_price, seller_price, trades)
    if way == _DRAWN:
        return match_in_order(net_kwh, shuffled(homes, rng), buyer_price, seller_price, trades)
    surplus_kwh, deficit_kwh = totals(net_kwh)
    volume_kwh = min(surplus_kwh, deficit_kwh)
    if volume_kwh <= 0.0:
        return 0
    if way == 1:
        traded_kwh = pro_rata(net_kwh, volume_kwh / surplus_kwh, volume_kwh / deficit_kwh)
    else:
        traded_kwh = equal_shares(net_kwh, volume_kwh)
    return pair(traded_kwh, buyer_price, seller_price, trades)


@njit(cache=True)
def match_in_order(
    net_kwh: Vector, order: NDArray[np.int64], buyer_price: float, seller_price: float, trades: Trades
) -> int:
    """Give each seller in turn to the buyers in turn, min(surplus, deficit) a pair: the paper's loop.

    The two nested loops of the paper in one pass: a buyer who is served is never looked at again.

    Args:
        net_kwh: What each home has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        order: The homes in the order in which they are served, shape (home,).
        buyer_price: What every buyer pays per kWh.
        seller_price: What every seller gets per kWh.
        trades: Records to fill from the front.

    Returns:
        How many trades were written, or would have been with room for them.
    """
    count = 0
    place = 0
    wanted_kwh = 0.0
    for seller in order:
        offered_kwh = net_kwh[seller]
        while offered_kwh > NOTHING_KWH:
            while wanted_kwh <= NOTHING_KWH:
                if place == order.size:
                    return count
                wanted_kwh = -net_kwh[order[place]]
                place += 1
            kwh = min(offered_kwh, wanted_kwh)
            count = record(trades, count, seller, order[place - 1], kwh, buyer_price, seller_price)
            offered_kwh -= kwh
            wanted_kwh -= kwh
    return count


@njit(cache=True)
def shuffled(homes: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the homes in a random order (Fisher and Yates).

    Args:
        homes: How many.
        rng: One draw is taken for each home but one.

    Returns:
        A permutation of 0 .. homes - 1, each as likely.
    """
    order = np.arange(homes)
    for place in range(homes - 1, 0, -1):
        other = int(rng.random() * (place + 1))
        order[place], order[other] = order[other], order[place]
    return order


@njit(cache=True)
def totals(net_kwh: Vector) -> tuple[float, float]:
    """Return the sums of all surpluses and of all deficits, kWh, both >= 0."""
    surplus_kwh = 0.0
    deficit_kwh = 0.0
    for net in net_kwh:
        if net > 0.0:
            surplus_kwh += net
        else:
            deficit_kwh -= net
    return surplus_kwh, deficit_kwh


@njit(cache=True)
def pro_rata(net_kwh: Vector, seller_share: float, buyer_share: float) -> Vector:
    """Return what each home sells (> 0) or buys (< 0): the same share of every order on a side.

    Args:
        net_kwh: What each home has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        seller_share: The part of its surplus that each seller sells, 0..1.
        buyer_share: The part of its deficit that each buyer buys, 0..1.

    Returns:
        kWh, shape (home,).
    """
    traded_kwh = np.empty_like(net_kwh)
    for home in range(net_kwh.size):
        traded_kwh[home] = net_kwh[home] * (seller_share if net_kwh[home] > 0.0 else buyer_share)
    return traded_kwh


@njit(cache=True)
def equal_shares(net_kwh: Vector, volume_kwh: float) -> Vector:
    """Return what each home sells (> 0) or buys (< 0): the same amount on a side, but no more than its order.

    Args:
        net_kwh: What each home has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        volume_kwh: What is traded in all, no more than either side has.

    Returns:
        kWh, shape (home,); sales and purchases add up to the volume.
    """
    selling_cap = _cap(net_kwh, 1.0, volume_kwh)
    buying_cap = _cap(net_kwh, -1.0, volume_kwh)
    traded_kwh = np.empty_like(net_kwh)
    for home in range(net_kwh.size):
        traded_kwh[home] = max(-buying_cap, min(selling_cap, net_kwh[home]))
    return traded_kwh


@njit(cache=True)
def _cap(net_kwh: Vector, side: float, volume_kwh: float) -> float:
    """Return the cap at which the orders of a side (1 sells, -1 buys), each cut to the cap, add up to the volume.

    Water filling: the cap is raised round by round, by what the orders that it already covers leave over.
    """
    cap = 0.0
    while True:
        covered_kwh, open_orders = 0.0, 0
        for net in net_kwh:
            if side * net > cap:
                open_orders += 1
            elif side * net > 0.0:
                covered_kwh += side * net
        if open_orders == 0:
            return np.inf
        higher = (volume_kwh - covered_kwh) / open_orders
        if higher <= cap:
            return cap
        cap = higher


@njit(cache=True)
def pair(traded_kwh: Vector, buyer_price: float, seller_price: float, trades: Trades) -> int:
    """Turn what each home sells (> 0) and buys (< 0) into pairs, in index order; a pair of nothing is left out.

    Args:
        traded_kwh: What each home trades, kWh, shape (home,); as much is sold as is bought.
        buyer_price: What every buyer pays per kWh.
        seller_price: What every seller gets per kWh.
        trades: Records to fill from the front.

    Returns:
        How many trades were written, or would have been with room for them.
    """
    count = 0
    buyer = -1
    wanted_kwh = 0.0
    for seller in range(traded_kwh.size):
        offered_kwh = traded_kwh[seller]
        while offered_kwh > NOTHING_KWH:
            while wanted_kwh <= NOTHING_KWH:
                buyer += 1
                if buyer == traded_kwh.size:
                    return count
                wanted_kwh = -traded_kwh[buyer]
            kwh = min(offered_kwh, wanted_kwh)
            count = record(trades, count, seller, buyer, kwh, buyer_price, seller_price)
            offered_kwh -= kwh
            wanted_kwh -= kwh
    return count
