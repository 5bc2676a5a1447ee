"""Double auctions: sellers ask, buyers bid, and who trades with whom follows from the prices or from chance."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from jiran.compiled import njit
from jiran.market.base import Effort, Formula, Parameter, Values, mechanism
from jiran.market.family import AUCTION
from jiran.market.matching import Trades, Vector, record, shuffled
from jiran.market.merit import (
    BUYS,
    SELLS,
    between,
    clear_in_merit_order,
    merit_order,
    set_prices,
)
from jiran.market.orders import Homes
from jiran.market.pairing import BEST_FIRST, Pairing
from jiran.market.pause import stopped
from jiran.nothing import NOTHING_KWH

#: Meetings before it asks whether to stop, some milliseconds.
_BREATH = 500_000

_ARRIVAL = Pairing(
    "Orders arrive by chance; each takes the best waiting orders that fit, and what is left of it waits."
)
_MEETINGS = Pairing("Chance decides who meets whom.")


@mechanism(
    "uniform-price",
    plain_name="auction with one price",
    family=AUCTION,
    pairing=BEST_FIRST,
    reasoning="one-price",
    formula=Formula(r"k \, b_m + (1 - k) \, a_m"),
    telling=True,
    textbook=True,
    properties=("budget-balanced", "no-deficit", "individually-rational", "efficient"),
    needs_bids=True,
    k=Parameter(0.5, "where the price lies between the marginal ask (0) and the marginal bid (1)", ge=0.0, le=1.0),
)
def uniform_price(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001  the homes' own limits count
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Serve the cheapest sellers and the dearest buyers, all at one price between the last bid and ask that trade.

    p = k * b_m + (1 - k) * a_m, with b_m and a_m the bid and the ask of the marginal ACCEPTED pair (not the middle
    of all prices that would clear the market). The marginal orders are served in part, equal prices by home.

    Not truthful: who is marginal moves the price, so a buyer gains by bidding less and a seller by asking more.
    The k-double auction: Chatterjee and Samuelson 1983, doi 10.1287/opre.31.5.835.
    """
    count = clear_in_merit_order(net_kwh, limit_price, trades)
    if count > 0:
        marginal = trades[count - 1]
        price = between(marginal.seller_price, marginal.buyer_price, parameters[0])
        set_prices(trades, count, price, price)
    return count


@mechanism(
    "pay-as-bid",
    plain_name="auction with a price for each pair",
    family=AUCTION,
    pairing=BEST_FIRST,
    reasoning="price-of-each-pair",
    formula=Formula(r"k \, b_j + (1 - k) \, a_i"),
    properties=("budget-balanced", "no-deficit", "individually-rational", "efficient"),
    needs_bids=True,
    k=Parameter(0.5, "where each pair's price lies between its ask (0) and its bid (1)", ge=0.0, le=1.0),
)
def pay_as_bid(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Pair the cheapest sellers with the dearest buyers, each pair at a price between its own bid and ask.

    p_ij = k * b_j + (1 - k) * a_i: k = 1 is pay-as-bid, k = 0 pay-as-offer. The same homes trade as much as under
    uniform-price; only the money differs.

    Not truthful: whoever sets a price gains by shading it. Efficient by the limits as given, for that reason.
    """
    count = clear_in_merit_order(net_kwh, limit_price, trades)
    for place in range(count):
        trade = trades[place]
        price = between(trade.seller_price, trade.buyer_price, parameters[0])
        trade.buyer_price = price
        trade.seller_price = price
    return count


@njit(cache=True)
def _take_resting(
    net_kwh: Vector, limit_price: Vector, left_kwh: Vector, home: int, side: float, book: Homes, trades: Trades
) -> int:
    """Let an arriving order trade with the resting orders of a book, best first, at their prices.

    `book` has the other side in the order of price and time; `left_kwh` is above zero for orders that rest.
    """
    count = 0
    wanted_kwh = abs(net_kwh[home])
    for other in book:
        if wanted_kwh <= NOTHING_KWH or side * limit_price[other] < side * limit_price[home]:
            break
        kwh = min(wanted_kwh, left_kwh[other])
        if kwh > NOTHING_KWH:
            seller, buyer = (home, other) if side == SELLS else (other, home)
            count = record(trades, count, seller, buyer, kwh, limit_price[other], limit_price[other])
            left_kwh[other] -= kwh
            wanted_kwh -= kwh
    left_kwh[home] = wanted_kwh
    return count


@mechanism(
    "continuous-double-auction",
    plain_name="continuous auction",
    family=AUCTION,
    draws_lots=True,
    pairing=_ARRIVAL,
    reasoning="waiting-orders",
    formula=Formula(r"a_i \text{ or } b_j, \text{ of the order that came first}"),
    properties=("budget-balanced", "no-deficit", "individually-rational"),
    needs_bids=True,
)
def continuous_double_auction(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,
    trades: Trades,
) -> int:
    """Let orders arrive in a random order; one that meets an acceptable offer trades at once, at that offer's price.

    An arriving bid b_j takes the resting asks a_i <= b_j, lowest first, each at p = a_i; an arriving ask takes the
    resting bids b_j >= a_i, highest first, each at p = b_j. At equal prices the earlier order goes first. What is
    left of the arriving order rests.

    Not efficient: ask 10, bids 20 and 30 of one kWh each arrive in this order; 20 trades and 30 goes without.
    Not truthful: the resting order's price is the price. Friedman and Rust 1993, The Double Auction Market.
    """
    arrival = shuffled(net_kwh.size, rng)
    arrived_kwh, arrived_limit = net_kwh[arrival], limit_price[arrival]
    # Sorted as they arrive, equal prices are in the order of time.
    asks = arrival[merit_order(arrived_kwh, arrived_limit, SELLS)]
    bids = arrival[merit_order(arrived_kwh, arrived_limit, BUYS)]
    left_kwh = np.zeros(net_kwh.size)  # an order that has not arrived, or is filled, has nothing that rests
    count = 0
    for home in arrival:
        side, book = (SELLS, bids) if net_kwh[home] > 0.0 else (BUYS, asks)
        count += _take_resting(net_kwh, limit_price, left_kwh, home, side, book, trades[count:])
    return count


def _meetings(orders: int, _values: Values) -> Effort:
    """Return what it needs that everybody meets everybody on the other side.

    About 10 ns for a pair.
    """
    return Effort(1e-8 * orders * orders / 4.0 + 1e-6 * orders, 500.0 * orders)


@mechanism(
    "random-p2p",
    plain_name="meetings by chance",
    family=AUCTION,
    draws_lots=True,
    pairing=_MEETINGS,
    reasoning="meetings-by-chance",
    formula=Formula(r"p_\text{coef} \, b_j + (1 - p_\text{coef}) \, a_i"),
    properties=("budget-balanced", "no-deficit", "individually-rational"),
    needs_bids=True,
    needs=_meetings,
    p_coef=Parameter(0.5, "where each pair's price lies between its ask (0) and its bid (1)", ge=0.0, le=1.0),
)
def random_p2p(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,
    trades: Trades,
) -> int:
    """Let homes meet in random pairs, each pair once, and trade whenever the bid is not below the ask.

    p_ij = p_coef * b_j + (1 - p_coef) * a_i. In each round a home meets at most one other that it has not met yet:
    both sides are shuffled into circles and one circle turns by one place a round, until all pairs have met.

    Not efficient: a dear seller may meet a dear buyer first and keep a cheap one out; with uniform random prices the
    welfare is about 0.7 of the best. Not truthful: bid and ask set the price. After Blouin and Serrano 2001.
    """
    sellers = shuffled(net_kwh.size, rng)
    buyers = shuffled(net_kwh.size, rng)
    sellers = sellers[net_kwh[sellers] > 0.0]
    buyers = buyers[net_kwh[buyers] < 0.0]
    left_kwh = np.abs(net_kwh)
    circle = max(sellers.size, buyers.size)
    count = 0
    meetings = circle * circle if min(sellers.size, buyers.size) > 0 else 0
    for meeting in range(meetings):
        if meeting % _BREATH == 0 and stopped(meeting / meetings):
            break
        place, turn = meeting % circle, meeting // circle
        other = (place + turn) % circle
        if place < sellers.size and other < buyers.size:
            seller, buyer = sellers[place], buyers[other]
            kwh = min(left_kwh[seller], left_kwh[buyer])
            if kwh > NOTHING_KWH and limit_price[buyer] >= limit_price[seller]:
                price = between(limit_price[seller], limit_price[buyer], parameters[0])
                count = record(trades, count, seller, buyer, kwh, price, price)
                left_kwh[seller] -= kwh
                left_kwh[buyer] -= kwh
    return count
