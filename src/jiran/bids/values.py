"""Strategies without guile: homes bid the tariff, or what a kWh is worth to them."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jiran.bids.base import strategy
from jiran.compiled import njit
from jiran.plugins.plugin import Parameter

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def spread(default: float) -> Parameter:
    """Return the parameter of strategies whose homes differ in what a kWh is worth to them."""
    return Parameter(
        default,
        "how far homes differ in what a kWh is worth to them, as a share of the grid's price window; 0 = the tariff",
        ge=0.0,
        le=1.0,
    )


@njit(cache=True)
def draw_values(
    net_kwh: Vector, floor_price: float, cap_price: float, traits: Matrix, share: float, value_price: Vector
) -> None:
    """Write what a kWh is worth to each home: what the grid says, moved into the window by a draw of its own.

    A buyer's value is U(cap - share * window, cap), a seller's U(floor, floor + share * window), the same draw in every
    step; window = cap - floor. A window that is closed leaves what the grid says. Under a tariff cap and floor are each
    home's own, and the window is that of the pair of prices.

    Args:
        net_kwh: The orders, kWh, shape (home,): sells > 0, buys < 0.
        floor_price: What the grid gives for a kWh.
        cap_price: What it takes, less the network charge.
        traits: Two draws U(0, 1) for each home, as buyer and as seller, shape (home, 2).
        share: How far values differ, 0..1 of the window.
        value_price: Holds what the grid says, and is moved, per kWh, shape (home,).
    """
    window = max(0.0, cap_price - floor_price)
    for home in range(net_kwh.size):
        if net_kwh[home] < 0.0:
            value_price[home] -= share * window * traits[home, 0]
        else:
            value_price[home] += share * window * traits[home, 1]


@strategy("price-taker", plain_name="takes the grid's price", at_tariff=True)
def price_taker(
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
    """Bid what the grid says: buy for what it takes at most, sell for what it gives at least.

    All buyers bid import_price - network_charge, all sellers ask export_price: a rule that works by bids cannot tell
    one home from another. Under a tariff each home bids what its own bill says a kWh is worth.
    """


@strategy("truthful", plain_name="bids its own value", spread=spread(1.0))
def truthful(
    net_kwh: Vector,
    floor_price: float,
    cap_price: float,
    traits: Matrix,
    parameters: Vector,
    rng: Generator,  # noqa: ARG001  values are drawn once, for the whole run
    memory: Matrix,  # noqa: ARG001
    value_price: Vector,
    limit_price: Vector,
) -> None:
    """Bid what a kWh is worth to the home, which differs from home to home.

    A buyer's value is U(cap - spread * window, cap), a seller's U(floor, floor + spread * window), drawn once a run;
    window = cap - floor = import_price - network_charge - export_price. With spread = 1 the two curves cross, with
    spread <= 1/2 every buyer values a kWh more than every seller does.
    """
    draw_values(net_kwh, floor_price, cap_price, traits, parameters[0], value_price)
    limit_price[:] = value_price
