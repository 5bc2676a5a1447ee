"""One step of a community battery that bids: the order that it brings to the market, in a place behind those of the homes.

It has nothing to spare and lacks nothing, so all that it brings comes from what it stores, at what that is worth to the street. After
the market it delivers what it sold and takes what it bought, and then meets what the market left, as one that does not bid (`street`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
from numba import types

from jiran.compiled import njit
from jiran.control.bidding import Order, Orders, leaves_room, order_of
from jiran.control.days import store_at
from jiran.control.dispatch import dispatch
from jiran.control.store import Connection, Store
from jiran.engine.annotations import Matrix, Vector, handed_on, signature_of
from jiran.engine.at_market import OTHER, UNBID, WORTH, put_order
from jiran.engine.records import Memories, Stores


@handed_on
def ask_for_all(
    step: int, stores: Stores, memory: Memories, stored_kwh: float, line: Matrix, net_kwh: Vector, asked: Matrix
) -> None:
    """Say what the community battery brings to the market: nothing as long as it has no plan, or the grid leaves no price to trade at.

    Args:
        step: Which step.
        stores: The battery, how it is run, and the lowest price for which it gives energy.
        memory: What it remembers.
        stored_kwh: What it holds.
        line: Room for the pieces of a step.
        net_kwh: What each home brings, and behind them what the battery brings, which is filled in, kWh, shape (home + 1,).
        asked: Its column of the battery is filled in, rows as in `at_market`, shape (row, home + 1).
    """
    street, place = stores.street, net_kwh.size - 1
    given, row, store = street.given, (street.before + step) % street.way.day + 1, store_at(0, street.stores)
    import_price, export_price, charge = given.import_price[step], given.export_price[step], street.network_charge
    net_kwh[place] = 0.0
    asked[WORTH, place] = asked[OTHER, place] = np.nan
    if not (memory.planned[0] and leaves_room(import_price, export_price, charge)):
        return
    upto_kwh, value = memory.upto_kwh[row, 0], memory.value[row, 0]
    alone = Connection(0.0, import_price, export_price, np.inf, 1.0, 0.0)
    rest = dispatch(alone, store, stored_kwh, upto_kwh, value, line)
    # What it trades with homes is neither fed in nor taken from the grid, so that it may always do.
    free = Store(store.battery, store.standby_kwh, store.wear_price, True, True, np.inf)  # noqa: FBT003
    orders = order_of(alone, charge, free, stored_kwh, upto_kwh, value, rest)
    cap_price, reserve_price = import_price - charge, stores.reserve_price
    first = _priced(orders.first, export_price, cap_price, reserve_price)
    other = _priced(orders.other, export_price, cap_price, reserve_price)
    put_order(place, Orders(first, other, orders.unbid), asked, net_kwh)
    asked[UNBID, place] = 0.0  # what it exchanges with the grid it need not bring to the market


@njit(cache=True, forceinline=True, borrows=True)
def _priced(order: Order, floor_price: float, cap_price: float, reserve_price: float) -> Order:
    """Return an order of the battery with a price, so that no rule makes it trade at a worse one.

    Args:
        order: It may have none, if the grid would take or give as much.
        floor_price: What the grid gives for a kWh.
        cap_price: What it takes for one, less the network charge.
        reserve_price: The lowest price for which the battery gives energy; no number: there is none.
    """
    worth = order.worth
    if np.isnan(worth):
        worth = cap_price if order.net_kwh < 0.0 else floor_price
    if order.net_kwh > 0.0 and worth < reserve_price:
        worth = reserve_price
    return Order(order.net_kwh, worth)


@handed_on
def ask_nothing(
    step: int,
    stores: Stores,
    memory: Memories,
    stored_kwh: float,
    line: Matrix,
    net_kwh: Vector,
    asked: Matrix,
) -> None:
    """Do nothing: the community battery does not bid. Arguments as of `ask_for_all`."""


#: Either of them.
AskForAll = Annotated[Callable[..., None], types.FunctionType(signature_of(ask_nothing))]
