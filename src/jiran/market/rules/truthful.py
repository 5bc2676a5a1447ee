"""Double auctions in which nobody, or nearly nobody, gains by a limit price that is not its own value.

Truthful is meant for the price: how much a home has or needs is metered, not declared.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from jiran.compiled import njit
from jiran.market.base import Formula, mechanism
from jiran.market.family import HONEST_AUCTION
from jiran.market.matching import Trades, Vector, equal_shares, pair, pro_rata, totals
from jiran.market.merit import (
    BUYS,
    SELLS,
    clear_in_merit_order,
    merit_order,
    merit_trades,
    place_of,
    set_prices,
    traded_by_home,
)
from jiran.market.orders import Homes, rest
from jiran.market.pairing import AFTERWARDS, BEST_FIRST, Cleared, Pairing

_TWO_GROUPS = Pairing("Two groups, drawn by chance, trade each for itself: first one, then the other.")


@njit(cache=True)
def _before_marginal(net_kwh: Vector, limit_price: Vector, seller: int, buyer: int) -> Vector:
    """Return the orders that stand before the marginal seller and buyer in merit order, all others as 0.

    Args:
        net_kwh: Shape (home,).
        limit_price: Shape (home,).
        seller: The marginal one.
        buyer: The marginal one.
    """
    kept_kwh = np.zeros_like(net_kwh)
    for side, marginal in ((SELLS, seller), (BUYS, buyer)):
        homes = merit_order(net_kwh, limit_price, side)
        for home in homes[: place_of(homes, marginal)]:
            kept_kwh[home] = net_kwh[home]
    return kept_kwh


@njit(cache=True)
def _reduce_trade(net_kwh: Vector, limit_price: Vector, trades: Trades, count: int) -> int:
    """Replace the `count` trades in merit order by those without the marginal homes, at the marginal homes' limits.

    Args:
        net_kwh: Shape (home,).
        limit_price: Shape (home,).
        trades: In merit order at own limits; written anew.
        count: How many there are.

    Returns:
        How many trades are left.
    """
    if count == 0:
        return 0
    marginal = trades[count - 1]
    seller_price, buyer_price = marginal.seller_price, marginal.buyer_price
    kept_kwh = _before_marginal(net_kwh, limit_price, marginal.seller, marginal.buyer)
    surplus_kwh, deficit_kwh = totals(kept_kwh)
    volume_kwh = min(surplus_kwh, deficit_kwh)
    if volume_kwh <= 0.0:
        return 0
    shared_kwh = pro_rata(kept_kwh, volume_kwh / surplus_kwh, volume_kwh / deficit_kwh)
    return pair(shared_kwh, buyer_price, seller_price, trades)


@mechanism(
    "trade-reduction",
    plain_name="auction that gives up the last pair",
    family=HONEST_AUCTION,
    pairing=AFTERWARDS,
    reasoning="last-pair-given-up",
    formula=Formula("b_m", seller_symbols="a_m"),
    properties=("no-deficit", "individually-rational", "truthful"),
    needs_bids=True,
)
def trade_reduction(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001  the homes' own limits count
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Give up the last trade worth making and let its bid and ask be the prices of all others.

    With k the marginal accepted bid and ask in merit order: buyers pay b_k, sellers get a_k, and both homes k, whole
    orders, trade nothing. The side that then has more is served pro rata: in merit order a home that is served in
    part at a price that is not its own would gain by outbidding its neighbour.

    Truthful for orders of any size. No deficit: the market account keeps b_k - a_k on every kWh, so with equal limit
    prices it keeps the whole gain. Not efficient: order k is lost. McAfee 1992, doi 10.1016/0022-0531(92)90091-U.
    """
    count = clear_in_merit_order(net_kwh, limit_price, trades)
    return _reduce_trade(net_kwh, limit_price, trades, count)


@njit(cache=True)
def _next_limit(net_kwh: Vector, limit_price: Vector, side: float, marginal: int, nobody: float) -> float:
    """Return the limit of the home behind the marginal one in merit order; `nobody` if there is none.

    Args:
        net_kwh: Shape (home,).
        limit_price: Shape (home,).
        side: `SELLS` or `BUYS`.
        marginal: The last home that trades.
        nobody: What holds behind the last home of the side.
    """
    homes = merit_order(net_kwh, limit_price, side)
    place = place_of(homes, marginal) + 1
    return limit_price[homes[place]] if place < homes.size else nobody


def _pairing_of_mcafee(cleared: Cleared) -> Pairing:
    """Return how pairs are made: if the price did not fit, the last pair trades nothing, and the others are rationed."""
    walk = merit_trades(cleared.net_kwh, cleared.limit_price)
    gave_up = walk.size > 0 and not cleared.traded_kwh[[walk["seller"][-1], walk["buyer"][-1]]].any()
    return AFTERWARDS if gave_up else BEST_FIRST


@mechanism(
    "mcafee",
    plain_name="auction priced by the first pair that fails",
    family=HONEST_AUCTION,
    pairing=_pairing_of_mcafee,
    reasoning="first-pair-that-fails",
    formula=Formula(
        r"p = \frac{a_{m+1} + b_{m+1}}{2} \text{ if } a_m \le p \le b_m, \text{ else } b_m",
        seller_symbols=r"p \text{ if } a_m \le p \le b_m, \text{ else } a_m",
    ),
    properties=("no-deficit", "individually-rational"),
    needs_bids=True,
)
def mcafee(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,
    export_price: float,
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Trade at the middle of the first bid and ask that fail, or give up the last trade if that price does not fit.

    p = (b_{k+1} + a_{k+1}) / 2 with k the marginal accepted bid and ask. If a_k <= p <= b_k, all k trade at p, in
    merit order; else trade reduction. Without an order k+1 the grid stands in: b_{k+1} = export price, a_{k+1} =
    import price.

    Truthful for orders of one size, NOT for orders of any size: a bid of 4 for 2 kWh meets asks of 0 and 4 for 1 kWh
    each (grid prices 0 and 6); p = 3 does not fit and nothing trades, but bidding 3.5 it buys 1 kWh at p = 2. No
    deficit; not efficient when a trade is given up. McAfee 1992, doi 10.1016/0022-0531(92)90091-U.
    """
    count = clear_in_merit_order(net_kwh, limit_price, trades)
    if count == 0:
        return 0
    marginal = trades[count - 1]
    bid = _next_limit(net_kwh, limit_price, BUYS, marginal.buyer, export_price)
    ask = _next_limit(net_kwh, limit_price, SELLS, marginal.seller, import_price)
    price = (bid + ask) / 2.0
    if marginal.seller_price <= price <= marginal.buyer_price:
        set_prices(trades, count, price, price)
        return count
    return _reduce_trade(net_kwh, limit_price, trades, count)


@njit(cache=True)
def _displaced(
    home: int, limit_price: Vector, left_kwh: Vector, traded_kwh: Vector, side: float, own: Homes, other: Homes
) -> float:
    """Return the price per kWh that makes a home pay for what it displaces: the externality of its trade.

    If a seller were not there, others of its side (`own`, what is `left_kwh` of their orders, best first) would sell
    instead, or buyers (`other`, what they traded, worst first) would go without, whatever costs less; and the
    mirror image for a buyer.
    """
    needed_kwh, money, place, opposite = traded_kwh[home], 0.0, 0, 0
    while needed_kwh > 0.0:
        while place < own.size and (own[place] == home or left_kwh[own[place]] <= 0.0):
            place += 1
        free_kwh = left_kwh[own[place]] if place < own.size else 0.0
        if free_kwh > 0.0 and (
            opposite == other.size or side * limit_price[own[place]] <= side * limit_price[other[opposite]]
        ):
            price = limit_price[own[place]]
            place += 1
        elif opposite < other.size:
            price, free_kwh = limit_price[other[opposite]], traded_kwh[other[opposite]]
            opposite += 1
        else:
            break  # only rounding is left
        kwh = min(needed_kwh, free_kwh)
        money += kwh * price
        needed_kwh -= kwh
    limit: float = limit_price[home]
    average: float = money / (traded_kwh[home] - needed_kwh)
    return max(limit, average) if side == SELLS else min(limit, average)


@njit(cache=True)
def _charge_externality(net_kwh: Vector, limit_price: Vector, side: float, trades: Trades, count: int) -> None:
    """Set one side's price in `count` trades in merit order to what each home's trade costs the others.

    Args:
        net_kwh: Shape (home,).
        limit_price: Shape (home,).
        side: `SELLS` or `BUYS`; prices of the other one stay.
        trades: In merit order.
        count: How many there are.
    """
    if count == 0:
        return
    marginal = trades[count - 1]
    same, opposite = (marginal.seller, marginal.buyer) if side == SELLS else (marginal.buyer, marginal.seller)
    own, other = merit_order(net_kwh, limit_price, side), merit_order(net_kwh, limit_price, -side)
    own = own[place_of(own, same) :].copy()  # before the marginal home all is sold
    other = other[: place_of(other, opposite) + 1][::-1].copy()
    traded_kwh = traded_by_home(trades, count, net_kwh.size)
    left_kwh = np.abs(net_kwh) - traded_kwh
    for place in range(count):
        trade = trades[place]
        if side == SELLS:
            trade.seller_price = _displaced(trade.seller, limit_price, left_kwh, traded_kwh, side, own, other)
        else:
            trade.buyer_price = _displaced(trade.buyer, limit_price, left_kwh, traded_kwh, side, own, other)


@mechanism(
    "vcg",
    plain_name="auction priced by what others lose",
    family=HONEST_AUCTION,
    pairing=BEST_FIRST,
    reasoning="what-others-lose",
    formula=Formula(
        r"\frac{W_{-j}(\text{without } j) - W_{-j}(\text{with } j)}{e_j}",
        seller_symbols=r"\frac{W_{-i}(\text{with } i) - W_{-i}(\text{without } i)}{e_i}",
    ),
    properties=("individually-rational", "efficient", "truthful"),
    needs_bids=True,
)
def vcg(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Make each buyer pay, and each seller get, what its trade costs, or saves, all the others.

    With W the welfare of the trades in merit order, home i pays W_{-i}(without i) - W_{-i}(with i): for orders of one
    size a buyer pays max(a_k, b_{k+1}) and a seller gets min(b_k, a_{k+1}); for others the average over the kWh that
    a home displaces.

    Efficient, truthful and individually rational for orders of any size, and so it must run a DEFICIT, which the
    market account bears. Vickrey 1961, doi 10.1111/j.1540-6261.1961.tb02789.x; Clarke 1971; Groves 1973.
    """
    count = clear_in_merit_order(net_kwh, limit_price, trades)
    _charge_externality(net_kwh, limit_price, BUYS, trades, count)
    _charge_externality(net_kwh, limit_price, SELLS, trades, count)
    return count


@njit(cache=True)
def competitive_price(
    net_kwh: Vector, limit_price: Vector, import_price: float, export_price: float, trades: Trades
) -> float:
    """Return the middle of the prices at which supply meets demand; where no order bounds them, the grid does.

    Args:
        net_kwh: Shape (home,); homes that take no part have 0.
        limit_price: Shape (home,).
        import_price: Bounds the price from above if no order does.
        export_price: Bounds it from below.
        trades: Room to work in; what is in it is lost.
    """
    count = clear_in_merit_order(net_kwh, limit_price, trades)
    traded_kwh = traded_by_home(trades, count, net_kwh.size)
    low, high = -np.inf, np.inf
    for home in range(net_kwh.size):
        sold_out = rest(abs(net_kwh[home]) - traded_kwh[home], net_kwh[home]) <= 0.0
        limit = limit_price[home]
        # A price that clears is not below what a seller that sells asks, nor what a buyer that wants more bids ...
        if (net_kwh[home] > 0.0 and traded_kwh[home] > 0.0) or (net_kwh[home] < 0.0 and not sold_out):
            low = max(low, limit)
        # ... and not above what a buyer that buys bids, nor what a seller that has more asks.
        if (net_kwh[home] < 0.0 and traded_kwh[home] > 0.0) or (net_kwh[home] > 0.0 and not sold_out):
            high = min(high, limit)
    if low == -np.inf:
        low = min(export_price, high)
    if high == np.inf:
        high = max(import_price, low)
    return (low + high) / 2.0


@njit(cache=True)
def _clear_at(net_kwh: Vector, limit_price: Vector, price: float, trades: Trades) -> int:
    """Trade at a given price among those who accept it; the long side in merit order, at no better than it displaces.

    The short side trades all it has at the price. On the long side a home pays what the next in line would have paid
    (or gets what it would have got), but a seller no more than the price and a buyer no less.
    """
    accepted_kwh = np.where(np.sign(net_kwh) * (price - limit_price) >= 0.0, net_kwh, 0.0)
    surplus_kwh, deficit_kwh = totals(accepted_kwh)
    side = SELLS if surplus_kwh > deficit_kwh else BUYS
    # On the short side everybody counts as having the price for a limit: what a home displaces there costs the price.
    limits = np.where(side * accepted_kwh > 0.0, limit_price, price)
    count = clear_in_merit_order(accepted_kwh, limits, trades)
    set_prices(trades, count, price, price)
    _charge_externality(accepted_kwh, limits, side, trades, count)
    return count


@mechanism(
    "muda",
    plain_name="auction in two groups",
    family=HONEST_AUCTION,
    draws_lots=True,
    pairing=_TWO_GROUPS,
    reasoning="two-groups",
    properties=("no-deficit", "individually-rational", "truthful"),
    needs_bids=True,
)
def muda(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,
    export_price: float,
    parameters: Vector,  # noqa: ARG001
    rng: Generator,
    trades: Trades,
) -> int:
    """Split the homes into two random halves and clear each at the price that would clear the other half.

    p_1 is the middle of the prices at which supply meets demand in half 1, and half 2 trades at p_1; and p_2 likewise.
    The short side of a half trades all it has at p. The long side is served in merit order, and each of its homes
    pays (gets) what those it displaces would have paid (got), down (up) to p; at p itself it would gain by outbidding.
    A half without trade has the price between its best bid and ask, or the grid's where one is missing.

    Truthful for orders of any size, in every split. No deficit. Not efficient: nobody trades across the halves.
    The Vickrey variant of Segal-Halevi, Hassidim and Aumann 2018, arXiv 1712.06848.
    """
    half = np.empty(net_kwh.size)
    for home in range(net_kwh.size):
        half[home] = 1.0 if rng.random() < 0.5 else 0.0
    first_kwh, second_kwh = net_kwh * half, net_kwh * (1.0 - half)
    first_price = competitive_price(first_kwh, limit_price, import_price, export_price, trades)
    second_price = competitive_price(second_kwh, limit_price, import_price, export_price, trades)
    count = _clear_at(first_kwh, limit_price, second_price, trades)
    return count + _clear_at(second_kwh, limit_price, first_price, trades[count:])


@mechanism(
    "huang",
    plain_name="auction that cuts all the same",
    family=HONEST_AUCTION,
    pairing=AFTERWARDS,
    reasoning="last-pair-given-up-equal-cut",
    formula=Formula("b_m", seller_symbols="a_m"),
    properties=("no-deficit", "individually-rational", "truthful"),
    needs_bids=True,
)
def huang(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Give up the marginal orders, let their limits be the prices, and cut every order of the longer side equally.

    With k the marginal accepted bid and ask: buyers pay b_k, sellers get a_k, both homes k trade nothing. On the side
    that then has more, home i trades max(0, q_i - c) with one c for all, so that both sides are equal: an order that
    is exaggerated pays c as well, unlike under trade-reduction's pro rata.

    Truthful for orders of any size. No deficit; not efficient: order k is lost. Huang, Scheller-Wolf and Sycara 2002,
    Computational Intelligence 18(4).
    """
    count = clear_in_merit_order(net_kwh, limit_price, trades)
    if count == 0:
        return 0
    marginal = trades[count - 1]
    seller_price, buyer_price = marginal.seller_price, marginal.buyer_price
    kept_kwh = _before_marginal(net_kwh, limit_price, marginal.seller, marginal.buyer)
    surplus_kwh, deficit_kwh = totals(kept_kwh)
    if min(surplus_kwh, deficit_kwh) <= 0.0:
        return 0
    longer = SELLS if surplus_kwh > deficit_kwh else BUYS
    # What each home loses is the same amount, up to its order: the cut is itself an equal share, of the excess.
    excess_kwh = abs(surplus_kwh - deficit_kwh)
    kept_kwh -= equal_shares(np.where(longer * kept_kwh > 0.0, kept_kwh, 0.0), excess_kwh)
    return pair(kept_kwh, buyer_price, seller_price, trades)
