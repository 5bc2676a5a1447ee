"""Rules that trade as one community and share out what it saves: Nash bargaining, Shapley value, nucleolus.

All three write the same best trades by limit prices and differ in the money alone. The game: a coalition C of homes is
worth v(C), the most its own orders can gain. With the price p as the dual variable

    v(C) = min over p of the sum over C of gain_i(p),  gain_i(p) = |net_i| * max(0, limit_i - p) for a buyer,
                                                                   |net_i| * max(0, p - limit_i) for a seller,

and p need only run over limit prices. With the grid's prices b and s as limits this is (b - s) * min(S_C, D_C).
A home's share x_i of v(all) becomes its own price per kWh: limit_i + x_i / sold_i, or limit_i - x_i / bought_i. So
a trade's two prices differ, but over the step what buyers pay is what sellers receive.
A home that no best trade serves (priced out by its limit) cannot be paid by a trade: it is not a player.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.errors import MechanismError
from jiran.market.base import Effort, Formula, Parameter, Values, mechanism
from jiran.market.family import SHARED_SAVING
from jiran.market.matching import Trades, Vector, pair, shuffled
from jiran.market.pairing import AFTERWARDS
from jiran.market.pause import stopped
from jiran.market.rules.nucleolus import nucleolus_shares, number_of_players

Matrix = NDArray[np.float64]

#: Players that a drawn order of arrival looks at before it asks whether to stop, some milliseconds.
_BREATH = 100_000

#: Up to this many players all 2^n coalitions are looked at: by the nucleolus, and by the Shapley value, which can be drawn.
MOST_PLAYERS, MOST_SHAPLEY_PLAYERS = 16, 12


@mechanism(
    "nash-bargaining",
    plain_name="saving shared equally",
    family=SHARED_SAVING,
    pairing=AFTERWARDS,
    reasoning="equal-parts",
    formula=Formula(r"b_j - \frac{v(N)}{n \, e_j}", seller_symbols=r"a_i + \frac{v(N)}{n \, e_i}"),
    telling=True,
    properties=("budget-balanced", "no-deficit", "individually-rational", "efficient", "anonymous"),
)
def nash_bargaining(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001  limit prices hold what the grid offers
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Give every home that trades the same part of what the community saves in the step.

    x_i = v(all) / n: the point where the product of all savings x_1 * ... * x_n is highest (Nash 1950).

    Budget balanced, individually rational, efficient. Not truthful: of a seller at 0.2 and a buyer at 0.5, who trade
    1 kWh at 0.35, the buyer would have it at 0.25 by a limit of 0.3. Not in the core: of one seller and two buyers of
    1 kWh each gets a third, but the seller and one buyer alone would save it all. A tiny order gets as much as a
    large one, so its price per kWh can be far beyond the grid's.
    """
    count, players = _best_trades(net_kwh, limit_price, trades)
    return _pay(np.ones(players.size), players, limit_price, trades, count)


def _too_many_to_look_at_all(orders: int, _values: Values) -> bool:
    """Tell whether so many homes may trade that orders of arrival are drawn."""
    return orders > MOST_SHAPLEY_PLAYERS


def _draws(orders: int, values: Values) -> Effort:
    """Return what the Shapley value needs: all coalitions of a few homes, or so many orders of arrival of many.

    Memory grows with orders alone: orders of arrival are drawn one after the other.
    """
    visits = 2.0**orders if orders <= MOST_SHAPLEY_PLAYERS else float(values["permutations"])
    return Effort(1e-7 * orders * visits, 500.0 * orders)


@mechanism(
    "shapley",
    plain_name="saving shared by what each adds",
    family=SHARED_SAVING,
    draws_lots=_too_many_to_look_at_all,
    pairing=AFTERWARDS,
    reasoning="what-each-adds",
    formula=Formula(
        r"b_j - \frac{x_j}{e_j},\ x_j = \sum_{C \not\ni j} \frac{\lvert C \rvert! \, (n - \lvert C \rvert - 1)!}{n!}"
        r" \, \left(v(C \cup j) - v(C)\right)",
        seller_symbols=r"a_i + \frac{x_i}{e_i}",
    ),
    properties=("budget-balanced", "no-deficit", "individually-rational", "efficient"),
    needs=_draws,
    permutations=Parameter(
        500, f"random orders of arrival, drawn if more than {MOST_SHAPLEY_PLAYERS} homes trade", ge=1.0, le=1e6
    ),
)
def shapley(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001  limit prices hold what the grid offers
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,
    trades: Trades,
) -> int:
    """Give every home what it adds on average when the homes join the community in random order.

    x_i = sum over C without i of |C|! * (n - |C| - 1)! / n! * (v(C + i) - v(C)) (Shapley 1953). Exact up to 12 homes
    that trade. Above, the mean over `permutations` orders of arrival drawn with the seed: its standard error is at
    most |net_i| * (highest - lowest limit price) / (2 * sqrt(permutations)), so four times the draws halve it.

    Budget balanced, individually rational, efficient. Not truthful: of a seller at 0.2 and a buyer at 0.5, who trade
    1 kWh at 0.35, the buyer would have it at 0.25 by a limit of 0.3. Not in the core: of one seller and two buyers of
    1 kWh the shares are 4/6, 1/6, 1/6, but the seller and one buyer alone would save all.
    """
    count, players = _best_trades(net_kwh, limit_price, trades)
    if players.size <= MOST_SHAPLEY_PLAYERS:
        shares = _shapley(_values(_gains(net_kwh[players], limit_price[players])))
    else:
        shares = _sampled_shapley(net_kwh[players], limit_price[players], int(parameters[0]), rng)
    return _pay(shares, players, limit_price, trades, count)


def _coalitions(orders: int, _values: Values) -> Effort:
    """Return what the nucleolus needs up to its bound; it refuses more players itself, for not all orders are players.

    Every coalition has a value and a column of eight bytes for each player.
    """
    players = min(orders, MOST_PLAYERS)
    return Effort(2e-6 * 2.0**players + 1e-6 * orders, 8.0 * players * 2.0**players + 500.0 * orders)


@mechanism(
    "nucleolus",
    plain_name="saving shared so that no group leaves",
    family=SHARED_SAVING,
    pairing=AFTERWARDS,
    reasoning="nobody-leaves",
    formula=Formula(
        r"b_j - \frac{x_j}{e_j},\ x = \operatorname{lexmin}\ \left(v(C) - x(C)\right)_{C \subset N}",
        seller_symbols=r"a_i + \frac{x_i}{e_i}",
    ),
    properties=("budget-balanced", "no-deficit", "individually-rational", "efficient", "anonymous"),
    needs=_coalitions,
    most_traders=MOST_PLAYERS,
)
def nucleolus(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001  limit prices hold what the grid offers
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Share the saving so that the coalition with the most reason to complain has as little reason as possible.

    x = the point that makes the excesses v(C) - x(C), sorted from the largest, lexicographically smallest (Schmeidler
    1969). The core of this game is never empty (equilibrium prices are in it), so x is in the core: no group of homes
    would do better alone. It depends on which sums of orders happen to match, even with the grid's
    prices as limits: 2 sellers of 1 kWh leave buyers of 1 and 2 kWh nothing, but buyers of 0.9 and 2 kWh keep a part.
    So all coalitions are looked at: exact, and only up to 16 homes that trade in a step; with more it refuses.

    Budget balanced, individually rational, efficient. Not truthful: of a seller at 0.2 and a buyer at 0.5, who trade
    1 kWh at 0.35, the buyer would have it at 0.25 by a limit of 0.3.
    """
    count, players = _best_trades(net_kwh, limit_price, trades)
    if players.size > MOST_PLAYERS:
        problem = f"is for at most {MOST_PLAYERS} homes that trade in a step, and here {players.size} do"
        raise MechanismError("nucleolus", problem)
    return _pay(
        np.maximum(0.0, nucleolus_shares(_values(_gains(net_kwh[players], limit_price[players])))),
        players,
        limit_price,
        trades,
        count,
    )


@njit(cache=True)
def _best_trades(net_kwh: Vector, limit_price: Vector, trades: Trades) -> tuple[int, NDArray[np.int64]]:
    """Write the trades that gain most by limit prices; orders at the margin are rationed pro rata.

    Returns:
        The number of trades, and the homes that trade.
    """
    if net_kwh.size == 0:
        return 0, np.empty(0, np.int64)
    price = _clearing_price(net_kwh, limit_price)
    inside_kwh, margin_kwh = np.zeros(2), np.zeros(2)  # of sellers, of buyers
    for home in range(net_kwh.size):
        side = int(net_kwh[home] < 0.0)
        if limit_price[home] == price:
            margin_kwh[side] += abs(net_kwh[home])
        elif (limit_price[home] < price) == (side == 0):
            inside_kwh[side] += abs(net_kwh[home])
    volume_kwh = (inside_kwh + margin_kwh).min()
    traded_kwh = np.zeros_like(net_kwh)
    for home in range(net_kwh.size):
        side = int(net_kwh[home] < 0.0)
        # A part of an order: with orders of very different sizes the difference of two sums may round to more than all.
        if limit_price[home] == price:
            traded_kwh[home] = net_kwh[home] * min(1.0, max(0.0, volume_kwh - inside_kwh[side]) / margin_kwh[side])
        elif (limit_price[home] < price) == (side == 0):
            traded_kwh[home] = net_kwh[home] * min(1.0, volume_kwh / inside_kwh[side])
    count = pair(traded_kwh, price, price, trades)
    return count, np.flatnonzero(_totals_of(trades, count, net_kwh.size))


@njit(cache=True)
def _clearing_price(net_kwh: Vector, limit_price: Vector) -> Any:
    """Return the lowest limit price at which those who ask no more offer at least what those who bid more want.

    Args:
        net_kwh: Orders of some players, shape (player,).
        limit_price: Shape (player,), at least one.
    """
    order = np.argsort(limit_price, kind="mergesort")
    more_kwh = 0.0  # what is wanted above the price, less what is offered up to it
    for net in net_kwh:
        more_kwh += max(-net, 0.0)
    place = 0
    while place < order.size:
        price = limit_price[order[place]]
        while place < order.size and limit_price[order[place]] == price:
            more_kwh -= abs(net_kwh[order[place]])
            place += 1
        if more_kwh <= 0.0:
            return price
    return limit_price[order[-1]]


@njit(cache=True)
def _gains(net_kwh: Vector, limit_price: Vector) -> Matrix:
    """Return what each player gains by its whole order at each of their limit prices, or 0, shape (player, price).

    Args:
        net_kwh: Whole orders, shape (player,).
        limit_price: Shape (player,).

    Returns:
        Money; the value of a coalition is the lowest of its sums over the prices (duality of the merit order).
    """
    prices = np.unique(limit_price)
    gains = np.zeros((net_kwh.size, prices.size))
    for player in range(net_kwh.size):
        for place in range(prices.size):
            gains[player, place] = max(0.0, net_kwh[player] * (prices[place] - limit_price[player]))
    return gains


@njit(cache=True)
def _totals_of(trades: Trades, count: int, homes: int) -> Vector:
    """Return what each home trades in all, kWh >= 0."""
    total_kwh = np.zeros(homes)
    for place in range(min(count, trades.size)):
        total_kwh[trades[place].seller] += trades[place].kwh
        total_kwh[trades[place].buyer] += trades[place].kwh
    return total_kwh


@njit(cache=True)
def _pay(shares: Vector, players: NDArray[np.int64], limit_price: Vector, trades: Trades, count: int) -> int:
    """Set prices so that the gain of the trades is shared in proportion to `shares` (>= 0, one for each player).

    Args:
        shares: Weights, shape (player,); if all are 0 everybody trades at its own limit.
        players: The home of each player.
        limit_price: Shape (home,).
        trades: In merit order; their prices are set.
        count: How many there are.

    Returns:
        The same count; without room for all nothing is set.
    """
    if count > trades.size:
        return count
    gain = 0.0
    for place in range(count):
        trade = trades[place]
        gain += trade.kwh * max(0.0, limit_price[trade.buyer] - limit_price[trade.seller])
    gain_per_kwh = _totals_of(trades, count, limit_price.size)
    total = shares.sum()
    for place in range(players.size):
        home = players[place]
        gain_per_kwh[home] = shares[place] / total * gain / gain_per_kwh[home] if total > 0.0 else 0.0
    for place in range(count):
        trade = trades[place]
        trade.buyer_price = limit_price[trade.buyer] - gain_per_kwh[trade.buyer]
        trade.seller_price = limit_price[trade.seller] + gain_per_kwh[trade.seller]
    return count


@njit(cache=True)
def _values(worth: Matrix) -> Vector:
    """Return v(C) of every coalition; bit i of the index says whether player i belongs to it.

    Args:
        worth: As `_gains` returns it, shape (player, price).

    Returns:
        Shape (2 ** players,), 0 for the empty one.
    """
    sums = np.zeros((1 << worth.shape[0], worth.shape[1]))
    values = np.zeros(sums.shape[0])
    for player in range(worth.shape[0]):
        for rest in range(1 << player):
            sums[rest + (1 << player)] = sums[rest] + worth[player]
            values[rest + (1 << player)] = sums[rest + (1 << player)].min()
    return values


@njit(cache=True)
def _shapley(values: Vector) -> Vector:
    """Return the Shapley value of a game given by the value of every coalition.

    Args:
        values: v(C), shape (2 ** players,).

    Returns:
        Shape (player,); they add up to the value of all.
    """
    players = number_of_players(values)
    size = np.zeros(values.size, np.int64)
    for player in range(players):
        size[1 << player : 2 << player] = size[: 1 << player] + 1
    weight = np.full(players, 1.0 / max(players, 1))  # |C|! (n - |C| - 1)! / n!
    for members in range(1, players):
        weight[members] = weight[members - 1] * members / (players - members)
    shares = np.zeros(players)
    for player in range(players):
        for coalition in range(values.size):
            if not coalition >> player & 1:
                shares[player] += weight[size[coalition]] * (values[coalition | 1 << player] - values[coalition])
    return shares


@njit(cache=True)
def _sampled_shapley(net_kwh: Vector, limit_price: Vector, permutations: int, rng: Generator) -> Vector:
    """Return the mean of what each player adds, over random orders of arrival.

    What a coalition saves is the least, over prices, of what its members would gain by their whole orders. That sum is
    convex in the price: its slope is what is offered up to the price less what is wanted above it. So with each player
    the least is found a few prices from where it was, by what stands at the prices between.
    """
    prices = np.unique(limit_price)
    level, shares = np.searchsorted(prices, limit_price), np.zeros(net_kwh.size)
    each, at_kwh = max(1, _BREATH // net_kwh.size), np.empty(prices.size)
    for draw in range(permutations):
        if draw % each == 0 and stopped(draw / permutations):
            break
        at_kwh[:] = 0.0  # offered and wanted by those who came, at each price
        least, gain, slope, before = 0, 0.0, 0.0, 0.0
        for player in shuffled(net_kwh.size, rng):
            gain += max(0.0, net_kwh[player] * (prices[least] - limit_price[player]))
            at_kwh[level[player]] += abs(net_kwh[player])
            if (net_kwh[player] > 0.0) == (level[player] <= least):
                slope += net_kwh[player]
            while slope < 0.0 and least + 1 < prices.size:
                gain += slope * (prices[least + 1] - prices[least])
                least += 1
                slope += at_kwh[least]
            while least > 0 and slope > at_kwh[least]:
                slope -= at_kwh[least]
                least -= 1
                gain -= slope * (prices[least + 1] - prices[least])
            shares[player] += max(0.0, gain - before)
            before = gain
    return shares / permutations
