"""Bids that move with time: the longer a home waits, the more it gives in."""

from __future__ import annotations

from numpy.random import Generator

from jiran.bids.base import LAST_NET_KWH, LAST_TRADED_KWH, OWN, strategy
from jiran.bids.values import Matrix, Vector, draw_values, spread
from jiran.market.orders import rest
from jiran.plugins.plugin import Parameter

_WAITED = OWN


@strategy(
    "linear-ramp",
    plain_name="moves from a good price to its value",
    learns=True,
    steps=Parameter(4.0, "steps without a full trade after which a home bids its value", ge=1.0, le=10_000.0),
    start=Parameter(
        0.25, "how far a home goes at once, from the grid's other price (0) to its value (1)", ge=0.0, le=1.0
    ),
    spread=spread(0.0),
)
def linear_ramp(
    net_kwh: Vector,
    floor_price: float,
    cap_price: float,
    traits: Matrix,
    parameters: Vector,
    rng: Generator,  # noqa: ARG001  nothing is drawn from step to step
    memory: Matrix,
    value_price: Vector,
    limit_price: Vector,
) -> None:
    """Start at a price that is good for the home, and move step by step to its value until it is served.

    A seller asks cap - t * (cap - value), a buyer bids floor + t * (value - floor), with t = start + (1 - start) *
    waited / steps up to 1. Waited counts the steps with an order since the home was last served in full, or changed
    sides. After the load and PV strategies of gsy-e, which run from their first to their last rate within a market slot.
    """
    draw_values(net_kwh, floor_price, cap_price, traits, parameters[2], value_price)
    for home in range(net_kwh.size):
        last_kwh = memory[home, LAST_NET_KWH]
        served = rest(abs(last_kwh) - abs(memory[home, LAST_TRADED_KWH]), last_kwh) <= 0.0
        memory[home, _WAITED] = 0.0 if served or last_kwh * net_kwh[home] <= 0.0 else memory[home, _WAITED] + 1.0
        way = parameters[1] + (1.0 - parameters[1]) * memory[home, _WAITED] / parameters[0]
        value = value_price[home]
        first = min(floor_price, value) if net_kwh[home] < 0.0 else max(cap_price, value)
        if cap_price > floor_price:
            limit_price[home] = first + min(1.0, way) * (value_price[home] - first)
