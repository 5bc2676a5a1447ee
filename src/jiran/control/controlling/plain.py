"""Controllers that expect nothing: own use, and hours of the tariff."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling.base import OWN_USE, controller
from jiran.control.plan import Ahead
from jiran.control.store import Store
from jiran.plugins.plugin import Parameter

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@controller(OWN_USE, plain_name="own use first", direct=True, own_use=True)
def self_consumption(
    need_kwh: float,
    stored_kwh: float,  # noqa: ARG001  jiran knows what fits
    import_price: float,  # noqa: ARG001  it asks no price
    export_price: float,  # noqa: ARG001
    store: Store,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001  it has none
) -> float:
    """Take what is left over and give what is lacking, at once and at any price.

    It never takes from the grid and never gives to it. Where a kWh costs the same at all hours, nothing does better for its home
    alone.
    """
    return -need_kwh


@controller(
    "time-of-use",
    plain_name="by the hours of the tariff",
    cheap=Parameter(0.2, "share of a day's hours, the cheapest, in which it may take from the grid", ge=0, le=0.5),
    dear=Parameter(0.6, "share of a day's hours, the cheapest, in which it gives nothing", ge=0.5, lt=1),
)
def time_of_use(
    need_kwh: Matrix,  # noqa: ARG001  it expects nothing
    ahead: Ahead,
    day: int,
    store: Store,
    parameters: Vector,
    upto_kwh: Matrix,
    value: Matrix,
) -> bool:
    """Fill up in the cheapest hours of each day, hold, and give in the dearest.

    Stored energy is worth what it saves in the dear hours, and at other hours no more than what buying would cost, so that
    only the cheap ones buy. Where the spread does not pay for losses and wear it is worth what the cheapest hour saves,
    which makes it own use first. Own sun is stored where this pays more than the grid.
    """
    charged, given = store.battery.charge_efficiency, store.battery.discharge_efficiency
    steps = ahead.import_price.size
    for first in range(0, steps, day):
        last = min(first + day, steps)
        prices = np.sort(ahead.import_price[first:last])
        low, high = prices[int(parameters[0] * prices.size)], prices[int(parameters[1] * prices.size)]
        saves = given * (high - store.wear_price)
        for step in range(first, last):
            price = ahead.import_price[step]
            if low / charged >= saves:
                worth = given * (prices[0] - store.wear_price)
            elif price <= low:
                worth = saves
            else:
                worth = min(saves, price / charged)
            upto_kwh[step + 1, 0], value[step + 1, 0] = store.battery.capacity_kwh, worth
    upto_kwh[0, 0], value[0, 0] = upto_kwh[1, 0], value[1, 0]
    return True
