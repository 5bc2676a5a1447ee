"""One step of batteries in homes that bid: what each home brings to the market, and what its battery does once that is over.

Before the market `ask` says it, after it `settle` moves the batteries, by what was then traded. A battery without a plan yet, or
one that keeps peaks low, acts at once, for its home alone; so do all in a step in which export pays more than import costs, or
the grid pays for what is taken: a store then does best to waste energy, whatever was traded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
from numba import types

from jiran.compiled import njit
from jiran.control.bidding import Orders, leaves_room, order_of
from jiran.control.days import store_at
from jiran.control.dispatch import choose, dispatch, follow, line_up
from jiran.control.memory import remember
from jiran.control.peaks import forget
from jiran.control.store import Connection, beside_roof
from jiran.engine.annotations import Counts, Direct, Matrix, Trades, Vector, handed_on, signature_of
from jiran.engine.at_home import change_of
from jiran.engine.records import Devices, Memories, Outputs
from jiran.nothing import LAST_DIGITS

#: Rows of what stores ask of the market, an array of shape (row, home), kWh, and what an order is worth to its home, per kWh, no
#: number where no store bids: what the home has to spare (> 0) or lacks (< 0) without its store; what it brings if the store does not bid; what it does bring, without a car's offer, and its worth; the same of the other side of the market,
#: no number once that was tried; what was traded; and which of its stores it is that asks, no number: none.
_ROWS = 8
OWN, UNBID, BROUGHT, WORTH, OTHER, OTHER_WORTH, TRADED, WHO = range(_ROWS)
#: In a home with both the car acts for its home, and the battery, if it bids, asks on top of that.
CAR, BATTERY = 1.0, 2.0


@njit(cache=True, forceinline=True)
def asking(homes: int) -> Matrix:
    """Return room for what the stores of so many homes ask; none bids yet."""
    asked = np.empty((_ROWS, homes))
    for row in range(_ROWS):  # np.full takes numba a second
        for home in range(homes):
            asked[row, home] = np.nan
    return asked


@handed_on
def ask(
    step: int,
    direct: Direct,
    at_home: Devices,
    memory: Memories,
    wanted_kwh: Vector,  # noqa: ARG001  as of `at_home.act`
    line: Matrix,
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,
) -> None:
    """Say what each home with a battery brings to the market; a battery that has no plan yet acts at once, as in `at_home.act`.

    Args:
        step: Which step.
        direct: Says what those do that have no plan.
        at_home: The batteries.
        memory: What they hold and remember; is changed.
        wanted_kwh: Is not used.
        line: Room for the pieces of a step.
        out: What batteries do in the step, if nothing is traded, and what they would if nobody ever traded, is filled in.
        net_kwh: What each home has to spare (> 0) or lacks (< 0), kWh, shape (home,); becomes what it brings to the market.
        asked: Is filled in, rows as said above, shape (row, home).
    """
    given, now, shares = at_home.given, at_home.before + step, at_home.roof_kwh.shape[0] > 0
    row, import_price, export_price = now % at_home.way.day + 1, given.import_price[step], given.export_price[step]
    # Compiled code counts the references to what it hands on and looks up, so both are done once and not for each store.
    planned, peak_kwh, most_import_kwh, forecasts = (
        memory.planned, memory.peak_kwh, memory.most_import_kwh, at_home.way.forecasts,
    )  # fmt: skip
    moved_kwh, held_kwh, standby_kwh = out.home_moved_kwh[step], out.home_stored_kwh[step], at_home.stores.standby_kwh
    steps, alone_kwh = out.home_moved_kwh.shape[0], out.home_alone_kwh
    bids = alone_kwh.shape[0] > 0  # else it is cars that do, and batteries act for their homes alone
    network_charge, peak_price = at_home.network_charge, at_home.way.peak_price
    gains = bids and leaves_room(import_price, export_price, network_charge)
    forget(step, given.month_begins, peak_kwh)
    for at in range(at_home.homes.size):
        home, stored_kwh, store = at_home.homes[at], memory.stored_kwh[at], store_at(at, at_home.stores)
        alone_stored_kwh = alone_kwh[steps + step - 1, at] if bids and step > 0 else stored_kwh
        if shares:
            store = beside_roof(store, at_home.roof_kwh[step, at])
        most_kwh = max(most_import_kwh[row - 1, at], peak_kwh[at]) if planned[at] else np.inf
        if asked[WHO, home] == CAR:
            net_kwh[home] = asked[UNBID, home]
        connection = Connection(-net_kwh[home], import_price, export_price, most_kwh, 1.0, peak_price)
        if forecasts:
            remember(at, now, -net_kwh[home], memory)
        asked[WHO, home] = asked[WORTH, home] = asked[OTHER, home] = np.nan
        if planned[at]:
            upto_kwh, value = memory.upto_kwh[row, at], memory.value[row, at]
            pieces = line_up(connection, store, line)
            move = alone = choose(pieces, connection, store, stored_kwh, upto_kwh, value, line)
            if alone_stored_kwh != stored_kwh:
                alone = choose(pieces, connection, store, alone_stored_kwh, upto_kwh, value, line)
        else:
            wanted = direct(
                standby_kwh - net_kwh[home], stored_kwh, import_price, export_price, store, at_home.way.parameters
            )
            move = alone = follow(wanted, connection, store, stored_kwh)
        moved_kwh[at], held_kwh[at] = move.charged_kwh - move.given_kwh, move.stored_kwh
        if bids:
            alone_kwh[step, at], alone_kwh[steps + step, at] = alone.charged_kwh - alone.given_kwh, alone.stored_kwh
        # What comes in is not to be more than a level, from wherever.
        if not (planned[at] and gains and most_kwh == np.inf):
            _act(at, home, moved_kwh, standby_kwh, held_kwh, memory.stored_kwh, peak_kwh, net_kwh)
            continue
        asked[WHO, home] = BATTERY
        put_order(home, order_of(connection, network_charge, store, stored_kwh, upto_kwh, value, move), asked, net_kwh)


@njit(cache=True, forceinline=True, borrows=True)
def put_order(home: int, orders: Orders, asked: Matrix, net_kwh: Vector) -> None:
    """Have a home bring the first of its orders.

    Args:
        home: Which home.
        orders: Those it may choose from.
        asked: Is filled in, but for who asks.
        net_kwh: What the home has to spare (> 0) or lacks (< 0) without its store; becomes what it brings.
    """
    asked[OWN, home] = net_kwh[home]
    net_kwh[home] = asked[BROUGHT, home] = orders.first.net_kwh
    asked[UNBID, home], asked[WORTH, home] = orders.unbid.net_kwh, orders.first.worth
    if orders.other.net_kwh != 0.0:
        asked[OTHER, home], asked[OTHER_WORTH, home] = orders.other.net_kwh, orders.other.worth


@handed_on
def settle(
    step: int,
    direct: Direct,  # noqa: ARG001  as of `at_home.act`
    at_home: Devices,
    memory: Memories,
    wanted_kwh: Vector,  # noqa: ARG001
    line: Matrix,
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,
) -> None:
    """Let each battery that has a plan do what is best for its home after the market, which comes on top of what it needs.

    Args:
        step: Which step.
        direct: Is not called.
        at_home: The batteries.
        memory: What they hold and remember; is changed.
        wanted_kwh: Is not used.
        line: Room for the pieces of a step.
        out: For what was traded; what the batteries do is filled in.
        net_kwh: What each home brought to the market, kWh, shape (home,), with what a car of it lent; becomes what it has to
            spare or lacks before it is traded.
        asked: What `ask` filled in.
    """
    given, now, shares = at_home.given, at_home.before + step, at_home.roof_kwh.shape[0] > 0
    row, import_price, export_price = now % at_home.way.day + 1, given.import_price[step], given.export_price[step]
    moved_kwh, held_kwh, standby_kwh = out.home_moved_kwh[step], out.home_stored_kwh[step], at_home.stores.standby_kwh
    traded_kwh, stored, peak_kwh = out.traded_kwh[step], memory.stored_kwh, memory.peak_kwh
    for at in range(at_home.homes.size):
        home = at_home.homes[at]
        if asked[WHO, home] != BATTERY:
            continue  # it has acted
        net_kwh[home] = asked[OWN, home] + (net_kwh[home] - asked[BROUGHT, home])
        need_kwh = traded_kwh[home] - net_kwh[home]
        if need_kwh != -asked[OWN, home]:  # else it is as if there were no market
            store = store_at(at, at_home.stores)
            if shares:
                store = beside_roof(store, at_home.roof_kwh[step, at])
            connection = Connection(need_kwh, import_price, export_price, np.inf, 1.0, 0.0)
            move = dispatch(connection, store, stored[at], memory.upto_kwh[row, at], memory.value[row, at], line)
            moved_kwh[at], held_kwh[at] = move.charged_kwh - move.given_kwh, move.stored_kwh
        _act(at, home, moved_kwh, standby_kwh, held_kwh, stored, peak_kwh, net_kwh)


@njit(cache=True, forceinline=True, borrows=True)
def _act(
    at: int,
    home: int,
    moved_kwh: Vector,
    standby_kwh: float,
    held_kwh: Vector,
    stored_kwh: Vector,
    peak_kwh: Vector,
    net_kwh: Vector,
) -> None:
    """Let a battery have done what is written down.

    Args:
        at: Which battery.
        home: Of which home.
        moved_kwh: What each takes (> 0) or gives (< 0) in the step, shape (store,).
        standby_kwh: What each uses by itself.
        held_kwh: The same of what it then holds.
        stored_kwh: What each holds, shape (store,); is changed.
        peak_kwh: The highest that came in this month, the same.
        net_kwh: What each home has to spare (> 0) or lacks (< 0), kWh, shape (home,); is changed.
    """
    stored_kwh[at] = held_kwh[at]
    net_kwh[home] += change_of(moved_kwh[at], standby_kwh)
    peak_kwh[at] = max(peak_kwh[at], -net_kwh[home])


@handed_on
def hold_to_worth(asked: Matrix, net_kwh: Vector, value_price: Vector, limit_price: Vector) -> None:
    """Hold homes with a store that bids to what their order is worth to them.

    Args:
        asked: What `ask` filled in.
        net_kwh: What each home brings to the market, kWh, shape (home,).
        value_price: What a kWh is worth to each home by the grid's prices, per kWh, shape (home,); is changed.
        limit_price: What each home bids or asks, the same.
    """
    for home in range(net_kwh.size):
        worth = asked[WORTH, home]
        if worth == worth:  # noqa: PLR0124  a number
            own = value_price[home]
            value_price[home] = limit_price[home] = min(own, worth) if net_kwh[home] < 0.0 else max(own, worth)


@handed_on
def change_mind(trades: Trades, new: int, orders: Counts, asked: Matrix, value_price: Vector, net_kwh: Vector) -> int:
    """Let homes with a store bring another order, if the one they brought was no good; 1 if there is one, or 0.

    A rule that heeds no limits may have a store trade at a price at which it loses: its home then brings what it would without
    bidding, for nobody has to accept a price. And who found nobody tries the other side of the market, once.

    Args:
        trades: What the rule wrote, from the front.
        new: How many trades.
        orders: The home of each order, shape (order,).
        asked: What `ask` filled in; is changed.
        value_price: What a kWh is worth to each home, per kWh, shape (home,).
        net_kwh: What each home brings to the market, kWh, shape (home,); is changed.
    """
    changed = 0
    for home in range(net_kwh.size):
        asked[TRADED, home] = 0.0
    for place in range(min(new, trades.size)):
        trade = trades[place]
        for order, price, side in ((trade.seller, trade.seller_price, 1.0), (trade.buyer, trade.buyer_price, -1.0)):
            if not 0 <= order < orders.size:
                continue  # which is found out later
            home = orders[order]
            worth = value_price[home]
            asked[TRADED, home] += trade.kwh
            if np.isfinite(asked[WORTH, home]) and side * (worth - price) > LAST_DIGITS * (abs(price) + abs(worth)):
                _bring(home, asked[UNBID, home], np.nan, asked, net_kwh)
                asked[OTHER, home], changed = np.nan, 1
    for home in range(net_kwh.size):
        if np.isfinite(asked[OTHER, home]) and asked[TRADED, home] == 0.0:
            _bring(home, asked[OTHER, home], asked[OTHER_WORTH, home], asked, net_kwh)
            asked[OTHER, home], changed = np.nan, 1
    return changed


@njit(cache=True, forceinline=True, borrows=True)
def _bring(home: int, kwh: float, worth: float, asked: Matrix, net_kwh: Vector) -> None:
    """Have a home bring so much of such a worth instead of what it brings; what a car offers stays."""
    net_kwh[home] += kwh - asked[BROUGHT, home]
    asked[BROUGHT, home], asked[WORTH, home] = kwh, worth


@handed_on
def hold_nobody(asked: Matrix, net_kwh: Vector, value_price: Vector, limit_price: Vector) -> None:
    """Do nothing: no store bids. Arguments as of `hold_to_worth`."""


@handed_on
def keep_mind(
    trades: Trades,  # noqa: ARG001  as of `change_mind`
    new: int,  # noqa: ARG001
    orders: Counts,  # noqa: ARG001
    asked: Matrix,  # noqa: ARG001
    value_price: Vector,  # noqa: ARG001
    net_kwh: Vector,  # noqa: ARG001
) -> int:
    """Return 0: no store bids. Arguments as of `change_mind`."""
    return 0


#: Either of them, each.
Hold = Annotated[Callable[..., None], types.FunctionType(signature_of(hold_nobody))]
Change = Annotated[Callable[..., int], types.FunctionType(signature_of(keep_mind))]
