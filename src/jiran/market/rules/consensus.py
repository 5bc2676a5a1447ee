"""A market without an auctioneer: pairs of homes negotiate energy and price until both sides agree."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.market.base import Effort, Parameter, Values, mechanism
from jiran.market.family import HAGGLING
from jiran.market.matching import Trades, Vector, record
from jiran.market.pairing import Pairing
from jiran.market.pause import stopped
from jiran.nothing import NOTHING_KWH

Matrix = NDArray[np.float64]

#: Over-relaxation: each round goes this much further than it found, which needs fewer rounds (Boyd et al. 2011, 3.4.3).
_FASTER = 1.6

#: Pairs that are negotiated before it asks whether to stop, some milliseconds.
_BREATH = 300_000

_HAGGLING = Pairing("All pairs haggle at the same time; these are the ones that agreed.")


def _needs(orders: int, values: Values) -> Effort:
    """Return what a step needs if it takes as many rounds as most do, or as few as are allowed.

    About 6 ns for a pair and round.
    """
    pairs, rounds = orders * orders / 4.0, min(float(values["rounds"]), 1_000.0)
    return Effort(6e-9 * pairs * rounds, 90.0 * pairs)


@mechanism(
    "consensus",
    plain_name="haggling of all pairs",
    family=HAGGLING,
    pairing=_HAGGLING,
    reasoning="haggling",
    properties=("budget-balanced", "no-deficit", "individually-rational"),
    all_pairs=True,
    needs=_needs,
    curvature=Parameter(
        0.5, "how far a home's price of its last kWh moves from its limit, part of the spread", gt=0.0, le=0.5
    ),
    tolerance=Parameter(
        3e-4, "stop when energy and price move less than this part of a typical order and the spread", gt=0.0, le=0.1
    ),
    rounds=Parameter(5000, "stop after this many rounds at the latest", ge=1.0, le=1e6),
)
def consensus(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,  # noqa: ARG001  limit prices hold what the grid offers
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Let each pair of seller and buyer haggle over energy and price until what one offers is what the other takes.

    Each home's own problem is quadratic: of its order of Q kWh, the q-th is worth limit_price - c * W * q / Q to a
    buyer and costs limit_price + c * W * q / Q to a seller, with c = `curvature` and W the spread of limit prices.
    In each round all homes choose at the same time what they would trade with each partner, and the price of a pair
    moves with the gap (consensus ADMM; Moret et al. 2018, Sorin et al. 2019, Baroche et al. 2019). Seller i, buyer j,
    m_ij = (e_ij + e_ji) / 2::

        e_ij <- argmin cost_i(sum_j e_ij) - sum_j p_ij e_ij + rho/2 * sum_j (e_ij - m_ij)^2
        e_ji <- argmax value_j(sum_i e_ji) - sum_i p_ij e_ji - rho/2 * sum_i (e_ji - m_ij)^2
        p_ij <- p_ij - rho/2 * (e_ij - e_ji)

    The prices are the dual variables. It stops when the primal residual, max |e_ij - e_ji|, and the dual residual,
    max |change of m_ij|, are both at most `tolerance` of a typical order, or after `rounds`. A trade is then
    min(e_ij, e_ji) at p_ij, held between the two limits. With the grid's prices as limits and r = surplus / deficit
    the price is import_price - c * W * r for r < 1 and export_price + c * W / r for r > 1. It writes a trade for
    every pair that agrees, so more trades than the other rules.

    Budget balanced, individually rational, however early it stops. Not efficient by limit prices, only nearly so:
    it stops short by the tolerance, and of 1 kWh wanted at 10 and at 9 and 1 kWh sold at 0 it gives the second a part,
    for the first kWh is worth most. Not truthful: a single buyer who understates its limit pays less.
    """
    sellers, buyers = np.flatnonzero(net_kwh > 0.0), np.flatnonzero(net_kwh < 0.0)
    if sellers.size == 0 or buyers.size == 0 or limit_price[buyers].max() <= limit_price[sellers].min():
        return 0
    kwh, price = _negotiate(net_kwh[sellers], -net_kwh[buyers], limit_price[sellers], limit_price[buyers], parameters)
    count = 0
    for place in range(kwh.size):
        row, column = divmod(place, buyers.size)
        seller, buyer = sellers[row], buyers[column]
        if kwh[row, column] > NOTHING_KWH and limit_price[seller] <= limit_price[buyer]:
            agreed = min(max(price[row, column], limit_price[seller]), limit_price[buyer])
            count = record(trades, count, seller, buyer, kwh[row, column], agreed, agreed)
    return count


@njit(cache=True)
def _negotiate(
    surplus_kwh: Vector, deficit_kwh: Vector, asks: Vector, bids: Vector, parameters: Vector
) -> tuple[Matrix, Matrix]:
    """Return the energy and the price that each pair agrees on, both of shape (seller, buyer).

    Args:
        surplus_kwh: Of each seller, shape (seller,).
        deficit_kwh: Of each buyer, shape (buyer,).
        asks: Shape (seller,).
        bids: Shape (buyer,).
        parameters: Curvature, tolerance, and the most rounds.
    """
    spread = bids.max() - asks.min()
    typical_kwh = min(surplus_kwh.sum(), deficit_kwh.sum()) / max(surplus_kwh.size, deficit_kwh.size)
    rho = spread / typical_kwh
    bend, tolerance = parameters[0] * spread / rho, parameters[1]
    price = np.empty((asks.size, bids.size))
    for row in range(asks.size):
        price[row] = 0.5 * (asks[row] + bids)
    offered, middle = np.zeros_like(price), np.zeros_like(price)
    # The buyers' side turned, so that each home's numbers lie beside each other.
    wanted, middle_of_buyer, price_of_buyer = np.zeros(price.T.shape), np.zeros(price.T.shape), price.T.copy()
    less_of_seller, less_of_buyer = np.zeros(asks.size), np.zeros(bids.size)
    rounds = int(parameters[2])
    each = max(1, _BREATH // price.size)
    for place in range(rounds):
        if place % each == 0 and stopped(place / rounds):
            break
        for row in range(asks.size):
            offered[row] = middle[row] + (price[row] - asks[row]) / rho
            less = _choose(offered[row], bend / surplus_kwh[row], surplus_kwh[row], less_of_seller[row])
            less_of_seller[row] = less
        for column in range(bids.size):
            wanted[column] = middle_of_buyer[column] + (bids[column] - price_of_buyer[column]) / rho
            less = _choose(wanted[column], bend / deficit_kwh[column], deficit_kwh[column], less_of_buyer[column])
            less_of_buyer[column] = less
        primal, dual = 0.0, 0.0
        for row in range(asks.size):
            for column in range(bids.size):
                gap = offered[row, column] - wanted[column, row]
                change = _FASTER * (wanted[column, row] + 0.5 * gap - middle[row, column])
                primal, dual = max(primal, abs(gap)), max(dual, abs(change))
                middle[row, column] += change
                price[row, column] -= _FASTER * 0.5 * rho * gap
                middle_of_buyer[column, row], price_of_buyer[column, row] = middle[row, column], price[row, column]
        if max(primal, dual) <= tolerance * typical_kwh:
            break
    return _within_orders(np.minimum(offered, wanted.T), surplus_kwh, deficit_kwh), price


@njit(cache=True)
def _within_orders(kwh: Matrix, surplus_kwh: Vector, deficit_kwh: Vector) -> Matrix:
    """Scale down the trades of a home that rounding made exceed its order, shape (seller, buyer).

    A small home that negotiates with much larger ones has numbers of their size, and so their rounding.
    """
    for row in range(surplus_kwh.size):
        kwh[row] *= min(1.0, surplus_kwh[row] / max(kwh[row].sum(), surplus_kwh[row]))
    for column in range(deficit_kwh.size):
        kwh[:, column] *= min(1.0, deficit_kwh[column] / max(kwh[:, column].sum(), deficit_kwh[column]))
    return kwh


@njit(cache=True)
def _choose(aims: Vector, slope: float, order_kwh: float, less: float) -> float:
    """Replace one home's aims by the trades e >= 0 that minimise sum (e - aims)^2 + slope * (sum e)^2, sum e <= order.

    All positive trades lie below their aims by the same amount `less` >= 0, a root of convex, piecewise linear functions.
    Newton's steps find it: here from what it was in the round before. The first step may go down, all others go up.
    """
    first = True
    while True:
        total, left = 0.0, 0
        for aim in aims:
            if aim > less:
                total += aim
                left += 1
        found = max(0.0, total * slope / (1.0 + left * slope), (total - order_kwh) / left) if left else 0.0
        if found <= less and not first:
            break
        less, first = found, False
    for partner in range(aims.size):
        aims[partner] = max(0.0, aims[partner] - less)
    return less
