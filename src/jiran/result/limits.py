"""What a kWh was worth to each home of a run, and what it bid or asked for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]


def values_between(result: Result, first: int, last: int, orders: Array | None = None) -> Array:
    """Return what a kWh was worth to each home in the steps first <= step < last, per kWh, shape (step, home).

    Args:
        result: The run.
        first: First step.
        last: The step behind the last one.
        orders: What `result.flows.orders_between` gives for these steps, if it is there already.
    """
    return _or_tariff(result, result.flows.outputs.value_price, first, last, orders)


def limits_between(result: Result, first: int, last: int, orders: Array | None = None) -> Array:
    """Return what each home bid or asked for a kWh in the steps first <= step < last; arguments as `values_between`."""
    return _or_tariff(result, result.flows.outputs.limit_price, first, last, orders)


def _or_tariff(result: Result, kept: Array, first: int, last: int, orders: Array | None) -> Array:
    """Return the kept prices of these steps; without any, all bid what the grid says: buyers less the network charge."""
    if kept.shape[0]:
        return kept[first:last]
    price, charge = result.prices, result.scenario.grid.network_charge
    orders = result.flows.orders_between(first, last) if orders is None else orders
    if result.worth is not None and result.worth.slot.size:
        slot = result.worth.slot[first:last]
        return np.where(orders < 0.0, result.worth.bought[slot] - charge, result.worth.sold[slot])
    return np.where(orders < 0.0, price.grid_import[first:last, None] - charge, price.grid_export[first:last, None])
