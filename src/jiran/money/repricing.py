"""Prices that are set at the end of a billing period: a rule's trades get them after the run."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.engine.flows import PRICED
from jiran.errors import MechanismError, one_line
from jiran.market.base import Period
from jiran.money.prices import cost

if TYPE_CHECKING:
    from jiran.engine.energy import Flows
    from jiran.homes.timeline import Timeline
    from jiran.market.base import Mechanism, Reprice
    from jiran.money.prices import Prices
    from jiran.scenario import Grid

Array = NDArray[np.float64]


def reprice(flows: Flows, price: Prices, grid: Grid, timeline: Timeline, rule: Mechanism) -> Array:
    """Give the trades of each billing period the prices that the rule sets at its end.

    A home then pays its price for every kWh it took and gets its price for every kWh it gave, from whomever and to
    whomever. Trades carry that price; what it pays and gets otherwise for the rest, from battery and grid, is made up for
    by a payment to the market account.

    Args:
        flows: The run; the prices of its trades are changed.
        price: Prices of battery and grid.
        grid: For the network charge, which comes on top of what buyers pay, and for the length of a period.
        timeline: For the days.
        rule: Says each home's two prices in a period; one that does not leaves the trades as they are.

    Returns:
        What each home pays to the market account on top of its trades, < 0 = gets, shape (home,).

    Raises:
        MechanismError: The rule sets no usable prices.
    """
    period_payment = np.zeros(flows.profiles.load_kwh.shape[1])
    if rule.reprice is None:
        return period_payment
    begins = [*_begins(timeline, grid.billing), timeline.steps]
    for first, last in pairwise(begins):
        period = _period(flows, price, first, last)
        buy, sell = _prices(rule.name, rule.reprice, period)
        trades = flows.trades_between(first, last)
        trades["buyer_price"] = buy[trades["buyer"]] + grid.network_charge
        trades["seller_price"] = sell[trades["seller"]]
        period_payment += buy * period.rest_bought_kwh - period.rest_paid
        period_payment -= sell * period.rest_sold_kwh - period.rest_received
    return period_payment


def _prices(name: str, rule: Reprice, period: Period) -> Array:
    """Return what a kWh costs and earns each home in a period, shape (2, home).

    Args:
        name: Of the rule.
        rule: Its function that sets prices.
        period: What each home did.

    Raises:
        MechanismError: It fails, or gives something else than two finite prices a home.
    """
    try:
        prices = np.array(rule(period), dtype=np.float64)
    except Exception as error:
        raise MechanismError(name, f"failed to set the prices of a billing period: {one_line(error)}") from error
    if prices.shape != (2, period.bought_kwh.size) or not np.isfinite(prices).all():
        raise MechanismError(
            name, "must set two finite prices for each home at the end of a billing period, to buy and to sell"
        )
    return prices


def _begins(timeline: Timeline, length: str) -> list[int]:
    """Return the first step of each period."""
    if length == "run":
        return [0]
    unit = timeline.local.astype(f"datetime64[{'D' if length == 'day' else 'M'}]")
    return [0, *(np.flatnonzero(unit[1:] != unit[:-1]) + 1).tolist()]


def _period(flows: Flows, price: Prices, first: int, last: int) -> Period:
    """Add up what each home did in the steps first <= step < last.

    Args:
        flows: What moved in the run.
        price: What a kWh costs in each step.
        first: The first step.
        last: The step after the last one.
    """
    steps = slice(first, last)
    energy = {flow: flows.between(flow.name, first, last) for flow in PRICED}
    bought, sold = ({flow: kwh for flow, kwh in energy.items() if flow.source is side} for side in (True, False))
    return Period(
        bought_kwh=flows.between("p2p_bought_kwh", first, last).sum(axis=0),
        sold_kwh=flows.between("p2p_sold_kwh", first, last).sum(axis=0),
        rest_bought_kwh=reduce(add, bought.values()).sum(axis=0),
        rest_sold_kwh=reduce(add, sold.values()).sum(axis=0),
        rest_paid=reduce(add, (cost(flow, kwh, price, steps) for flow, kwh in bought.items())),
        rest_received=-reduce(add, (cost(flow, kwh, price, steps) for flow, kwh in sold.items())),
    )
