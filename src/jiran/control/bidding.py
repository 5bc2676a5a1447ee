"""What a home with a store brings to the market: the order that could gain it most, of those by which it cannot lose.

What stored energy is worth is the store's reservation price. At each price per kWh there is an amount that home and store would
together buy or sell; of that curve a home has one order, a point of it: an amount, and the price at which the least willing kWh
of it still changes hands. Who finds nobody on one side of the market tries the other. The store moves after the market, by what
was then traded, so an order that finds nobody costs nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jiran.compiled import njit
from jiran.control.dispatch import Move
from jiran.control.store import Connection, Store, Vector, limits
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY


class Order(NamedTuple):
    """What a home brings to the market.

    Attributes:
        net_kwh: What it sells (> 0) or buys (< 0).
        worth: What the least willing kWh of it is worth to the home, per kWh, of what is bought less the network charge; no
            number: what the grid's prices say.
    """

    net_kwh: float
    worth: float


class Orders(NamedTuple):
    """The orders that a home may choose from; without one on a side that could gain anything it is of nothing there.

    Attributes:
        first: The one that could gain most.
        other: The one of the other side of the market that could.
        unbid: What the home brings if its store does not bid.
    """

    first: Order
    other: Order
    unbid: Order


@njit(cache=True, forceinline=True, borrows=True)
def leaves_room(import_price: float, export_price: float, network_charge: float) -> bool:
    """Tell whether a store may gain by bidding in a step.

    Else the grid leaves no price by which neighbours could gain, or it pays for what is taken, and it is best to take and lose
    as much as goes in.

    Args:
        import_price: What a kWh from the grid costs.
        export_price: What it gives for one.
        network_charge: What a kWh from a neighbour costs on top.
    """
    return export_price < import_price - network_charge and import_price >= 0.0


@njit(cache=True, forceinline=True, borrows=True)
def _better(
    order: Order, gain: float, net_kwh: float, moved_kwh: float, worth: float, floor_price: float, cap_price: float
) -> tuple[Order, float]:
    """Return the better of an order and of another one, and what that could gain at the best price there can be.

    Args:
        order: The best so far.
        gain: What it could gain.
        net_kwh: What the home has to spare (> 0) or lacks (< 0) without its store.
        moved_kwh: What the store takes (> 0) or gives (< 0) if all of the other order is traded.
        worth: What the least willing kWh of it is worth.
        floor_price: What the grid gives for a kWh.
        cap_price: What it takes for one, less the network charge.
    """
    other_kwh = net_kwh - moved_kwh
    worth = min(max(worth, floor_price), cap_price)  # beyond the grid's prices the grid does as well
    could = other_kwh * (cap_price - worth) if other_kwh > 0.0 else other_kwh * (floor_price - worth)
    if abs(other_kwh) > NOTHING_KWH and floor_price < cap_price and could > gain + NOTHING_MONEY:
        return Order(other_kwh, worth), could
    return order, gain


@njit(cache=True, forceinline=True, borrows=True)
def order_of(
    connection: Connection,
    network_charge: float,
    store: Store,
    stored_kwh: float,
    upto_kwh: Vector,
    value: Vector,
    rest: Move,
) -> Orders:
    """Return the orders of a home with a store.

    Args:
        connection: What the store finds at its home's meter.
        network_charge: What a kWh from a neighbour costs on top.
        store: The store.
        stored_kwh: What it holds.
        upto_kwh: What a kWh is worth after the step up to each level, as in `plan`, shape (piece,).
        value: The same.
        rest: What the store does best at the grid's prices, if nothing is traded.
    """
    floor_price, cap_price = connection.export_price, connection.import_price - network_charge
    net_kwh, battery = -connection.need_kwh - store.standby_kwh, store.battery
    unbid = Order(net_kwh + rest.given_kwh - rest.charged_kwh, np.nan)
    gives_kwh, takes_kwh = limits(connection, store)
    sale = purchase = Order(0.0, np.nan)
    gains = gained = 0.0
    if unbid.net_kwh > NOTHING_KWH:
        sale, gains = unbid, unbid.net_kwh * (cap_price - floor_price)
    elif unbid.net_kwh < -NOTHING_KWH:
        purchase, gained = unbid, unbid.net_kwh * (floor_price - cap_price)
    full = battery.capacity_kwh
    stored_kwh = min(stored_kwh, full)  # a full store may hold a last digit more than its capacity
    low = max(stored_kwh - gives_kwh / battery.discharge_efficiency, battery.minimum_kwh)
    high = min(stored_kwh + takes_kwh * battery.charge_efficiency, full)
    begin, piece = 0.0, 0
    while begin < high:
        end = upto_kwh[piece]
        # Of a piece that lies on both sides of what is stored, the part below is given and the part above taken.
        bottom, top = max(begin, low), min(end, stored_kwh)
        if top - bottom > NOTHING_KWH:
            ask = value[piece] / battery.discharge_efficiency + store.wear_price
            most_kwh = (bottom - stored_kwh) * battery.discharge_efficiency
            least_kwh = (top - stored_kwh) * battery.discharge_efficiency
            if net_kwh - most_kwh > 0.0:
                sale, gains = _better(sale, gains, net_kwh, most_kwh, ask, floor_price, cap_price)
            if net_kwh - least_kwh < 0.0:
                less = ask - network_charge
                purchase, gained = _better(purchase, gained, net_kwh, least_kwh, less, floor_price, cap_price)
        bottom, top = max(begin, stored_kwh), min(end, high)
        if top - bottom > NOTHING_KWH:
            bid = value[piece] * battery.charge_efficiency
            most_kwh = (top - stored_kwh) / battery.charge_efficiency
            least_kwh = (bottom - stored_kwh) / battery.charge_efficiency
            if net_kwh - least_kwh > 0.0:
                sale, gains = _better(sale, gains, net_kwh, least_kwh, bid, floor_price, cap_price)
            if net_kwh - most_kwh < 0.0:
                less = bid - network_charge
                purchase, gained = _better(purchase, gained, net_kwh, most_kwh, less, floor_price, cap_price)
        begin, piece = end, piece + 1
    return Orders(sale, purchase, unbid) if gains >= gained else Orders(purchase, sale, unbid)
