"""A market without an auctioneer: pairs of homes negotiate energy and price until both sides agree."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.random import Generator
from numpy.typing import NDArray

from jiran.market.base import Parameter, mechanism
from jiran.market.matching import DUST_KWH, Trades, Vector, record

Matrix = NDArray[np.float64]


@mechanism(
    "consensus",
    properties=("budget-balanced", "no-deficit", "individually-rational"),
    curvature=Parameter(
        0.5, "how far a home's price of its last kWh moves from its limit, part of the spread", gt=0.0, le=0.5
    ),
    tolerance=Parameter(
        1e-6, "stop when energy and price move less than this part of order and spread", gt=0.0, le=0.1
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

    The prices are the dual variables. It stops when the primal residual, max |e_ij - e_ji| / (largest order), and the
    dual residual, rho * max |change of m_ij| / W, are both at most `tolerance`, or after `rounds`. A trade is then
    min(e_ij, e_ji) at p_ij, held between the two limits. With the grid's prices as limits and r = surplus / deficit
    the price is import_price - c * W * r for r < 1 and export_price + c * W / r for r > 1. It writes a trade for
    every pair that agrees, so more trades than the other rules.

    Budget balanced, individually rational, however early it stops. Not efficient by limit prices, only nearly so:
    it stops short by the tolerance, and of 1 kWh wanted at 10 and at 9 and 1 kWh sold at 0 it gives the second a part,
    for the first kWh is worth most. Not truthful: a single buyer who understates its limit pays less.
    """
    sellers, buyers = np.flatnonzero(net_kwh > DUST_KWH), np.flatnonzero(net_kwh < -DUST_KWH)
    if sellers.size == 0 or buyers.size == 0 or limit_price[buyers].max() <= limit_price[sellers].min():
        return 0
    kwh, price = _negotiate(net_kwh[sellers], -net_kwh[buyers], limit_price[sellers], limit_price[buyers], parameters)
    count = 0
    for place in range(kwh.size):
        row, column = divmod(place, buyers.size)
        seller, buyer = sellers[row], buyers[column]
        if kwh[row, column] > DUST_KWH and limit_price[seller] <= limit_price[buyer]:
            agreed = min(max(price[row, column], limit_price[seller]), limit_price[buyer])
            count = record(trades, count, seller, buyer, kwh[row, column], agreed, agreed)
    return count


@njit(cache=True)
def _negotiate(
    surplus_kwh: Vector, deficit_kwh: Vector, asks: Vector, bids: Vector, parameters: Vector
) -> tuple[Matrix, Matrix]:
    """Return the energy and the price that each pair agrees on, both of shape (seller, buyer)."""
    spread = bids.max() - asks.min()
    order_kwh = max(surplus_kwh.max(), deficit_kwh.max())
    typical_kwh = min(surplus_kwh.sum(), deficit_kwh.sum()) / max(surplus_kwh.size, deficit_kwh.size)
    rho = spread / typical_kwh
    bend, tolerance = parameters[0] * spread / rho, parameters[1]
    price = np.empty((asks.size, bids.size))
    for row in range(asks.size):
        price[row] = 0.5 * (asks[row] + bids)
    offered, wanted, middle = np.zeros_like(price), np.zeros_like(price), np.zeros_like(price)
    for _ in range(int(parameters[2])):
        primal, dual = 0.0, 0.0
        for row in range(asks.size):
            offered[row] = _choose(
                middle[row] + (price[row] - asks[row]) / rho, bend / surplus_kwh[row], surplus_kwh[row]
            )
        for column in range(bids.size):
            aims = middle[:, column] + (bids[column] - price[:, column]) / rho
            wanted[:, column] = _choose(aims, bend / deficit_kwh[column], deficit_kwh[column])
        for row in range(asks.size):
            for column in range(bids.size):
                gap = offered[row, column] - wanted[row, column]
                agreed = wanted[row, column] + 0.5 * gap
                primal, dual = max(primal, abs(gap)), max(dual, abs(agreed - middle[row, column]))
                middle[row, column] = agreed
                price[row, column] -= 0.5 * rho * gap
        if primal <= tolerance * order_kwh and dual <= tolerance * typical_kwh:
            break
    return np.minimum(offered, wanted), price


@njit(cache=True)
def _choose(aims: Vector, slope: float, order_kwh: float) -> Vector:
    """Return the trades e >= 0 of one home that minimise sum (e - aims)^2 + slope * (sum e)^2, with sum e <= order.

    All positive trades lie below their aims by the same amount. Those that this would make negative leave, one round
    after the other, as in the projection onto a simplex.
    """
    taken = np.ones(aims.size, np.bool_)
    while True:
        total, left = 0.0, 0
        for partner in range(aims.size):
            if taken[partner]:
                total += aims[partner]
                left += 1
        if left == 0:
            return np.zeros_like(aims)
        below = (total - min(max(0.0, total / (1.0 + left * slope)), order_kwh)) / left
        leavers = 0
        for partner in range(aims.size):
            if taken[partner] and aims[partner] <= below:
                taken[partner] = False
                leavers += 1
        if leavers == 0:
            return np.where(taken, aims - below, 0.0)
