"""Traders of zero intelligence, with and without learning: the field's yardstick for what a market does by itself."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from jiran.bids.base import LAST_LIMIT, LAST_NET_KWH, LAST_TRADED_KWH, MARKET_PRICE, OWN, strategy
from jiran.bids.values import Matrix, Vector, draw_values, spread
from jiran.compiled import njit
from jiran.market.orders import rest


@strategy("zero-intelligence", plain_name="bids anything that is no loss", draws_lots=True, spread=spread(0.0))
def zero_intelligence(
    net_kwh: Vector,
    floor_price: float,
    cap_price: float,
    traits: Matrix,
    parameters: Vector,
    rng: Generator,
    memory: Matrix,  # noqa: ARG001
    value_price: Vector,
    limit_price: Vector,
) -> None:
    """Bid any price that does not lose: ZI-C, zero intelligence with a budget constraint.

    A buyer bids U(floor, value), a seller asks U(value, cap), new in every step, and nothing is learned. In Gode and
    Sunder 1993 (J. Political Economy 101(1), doi 10.1086/261868) such traders bid many times, and their double auction
    reaches nearly all that is possible; here a home bids once a step, and what does not meet goes to the grid.
    """
    draw_values(net_kwh, floor_price, cap_price, traits, parameters[0], value_price)
    for home in range(net_kwh.size):
        value, draw = value_price[home], rng.random()
        other = min(floor_price, value) if net_kwh[home] < 0.0 else max(cap_price, value)
        limit_price[home] = value + draw * (other - value) if cap_price > floor_price else value


#: Columns of ZIP's memory: margin and momentum as seller and as buyer, learning rate, weight of momentum, and the
#: grid's lowest price and window in the last step. Margins are shares of the window, so that a new tariff keeps them.
_MARGIN, _MOMENTUM, _RATE, _WEIGHT, _FLOOR, _WINDOW = OWN, OWN + 2, OWN + 4, OWN + 5, OWN + 6, OWN + 7


@njit(cache=True)
def _settle_in(home: int, rng: Generator, memory: Matrix) -> None:
    """Draw a home's character: margins U(0.05, 0.35), learning rate U(0.1, 0.5), weight of momentum U(0, 0.1).

    Args:
        home: Which home.
        rng: The strategy's own.
        memory: Its row is filled in, shape (home, MEMORY).
    """
    memory[home, _MARGIN] = 0.05 + 0.3 * rng.random()
    memory[home, _MARGIN + 1] = 0.05 + 0.3 * rng.random()
    memory[home, _RATE] = 0.1 + 0.4 * rng.random()
    memory[home, _WEIGHT] = 0.1 * rng.random()


@njit(cache=True)
def _learn(home: int, rng: Generator, memory: Matrix) -> None:
    """Move a home's margin after the last step, towards a target just beyond the market's price.

    Prices are read in the home's own direction: more is better for it, whether it sells or buys.

    Args:
        home: Which home.
        rng: The strategy's own; how far beyond is drawn.
        memory: How the last step ended, and the margins, which change; shape (home, MEMORY).
    """
    net_kwh, window = memory[home, LAST_NET_KWH], memory[home, _WINDOW]
    if net_kwh == 0.0 or window <= 0.0:
        return
    side, sign = (0, 1.0) if net_kwh > 0.0 else (1, -1.0)
    bid = sign * (memory[home, LAST_LIMIT] - memory[home, _FLOOR]) / window
    market = sign * (memory[home, MARKET_PRICE] - memory[home, _FLOOR]) / window
    if np.isnan(market):
        market = bid
    served = rest(abs(net_kwh) - abs(memory[home, LAST_TRADED_KWH]), net_kwh) <= 0.0
    beyond = 0.05 * (rng.random() + rng.random())
    if served and bid <= market:
        target = market + beyond
    elif not served and bid >= market:
        target = market - beyond
    else:
        return
    weight = memory[home, _WEIGHT]
    change = weight * memory[home, _MOMENTUM + side] + (1.0 - weight) * memory[home, _RATE] * (target - bid)
    memory[home, _MOMENTUM + side] = change
    memory[home, _MARGIN + side] = min(1.0, max(0.0, memory[home, _MARGIN + side] + change))


@strategy(
    "zero-intelligence-plus", plain_name="learns from the last trades", draws_lots=True, learns=True, spread=spread(0.0)
)
def zero_intelligence_plus(
    net_kwh: Vector,
    floor_price: float,
    cap_price: float,
    traits: Matrix,
    parameters: Vector,
    rng: Generator,
    memory: Matrix,
    value_price: Vector,
    limit_price: Vector,
) -> None:
    """Bid a margin away from the own value, and learn the margin from step to step: ZIP.

    A seller asks value + margin * window, a buyer bids value - margin * window. After each step a home moves its margin
    by the Widrow-Hoff rule with momentum: up if it was served at a price better than its bid, down if it was not served
    and its bid was no better for the others than the market's price. A home has one margin as seller and one as buyer,
    and no bid loses. Cliff and Bruten 1997, HP Labs HPL-97-91; there each shout of a continuous auction teaches, here
    the outcome of a step, and margins are shares of the window instead of the value, which may be 0.
    """
    draw_values(net_kwh, floor_price, cap_price, traits, parameters[0], value_price)
    window = max(0.0, cap_price - floor_price)
    for home in range(net_kwh.size):
        if memory[home, _RATE] == 0.0:
            _settle_in(home, rng, memory)
        _learn(home, rng, memory)
        memory[home, _FLOOR], memory[home, _WINDOW] = floor_price, window
        value = value_price[home]
        if net_kwh[home] < 0.0:
            limit_price[home] = max(value - memory[home, _MARGIN + 1] * window, min(floor_price, value))
        else:
            limit_price[home] = min(value + memory[home, _MARGIN] * window, max(cap_price, value))
