"""The one compiled loop over time.

Each step in order: every home uses its own generation (and the battery of its EV, and one of its own), homes with an order
bid, the market
clears surpluses and deficits into trades, what surplus is left charges the community battery or goes to the grid, what deficit
is left is drawn from the battery or the grid. Rule and bidding strategy are arguments, so that one compiled kernel serves
all of them; called as `run.py_func` the same lines run in plain Python.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.bids.base import LAST_LIMIT, LAST_NET_KWH, LAST_TRADED_KWH, MARKET_PRICE
from jiran.compiled import njit
from jiran.control.store import new_line
from jiran.engine.annotations import compiled
from jiran.engine.at_market import asking
from jiran.engine.calls import Calls
from jiran.engine.fleet import lend, offer, use_own
from jiran.engine.records import Fleet, Inputs, Log, Outputs, Start, Stop, Stores, Window
from jiran.engine.street import own_use
from jiran.market.booking import FINE, NOBODY, TOO_MUCH, book, to_homes
from jiran.market.orders import copy, count_orders, homes_with_order, pick, pick_rows, put, put_rows, with_keys
from jiran.market.pause import begin

Array = NDArray[np.float64]

#: Why a run stopped early, besides faults of trades: ROOM means that the buffer of trades is nearly full, CROWDED that
#: one step needs more room, STOPPED that nobody wants the run any more.
ROOM, CROWDED, TOO_MANY, NO_PRICE, STOPPED = range(TOO_MUCH + 1, TOO_MUCH + 6)


@njit(cache=True, borrows=True)
def _value_at_tariff(
    step: int, inputs: Inputs, net_kwh: Array, value_price: Array, limit_price: Array
) -> tuple[float, float]:
    """Fill in what the grid says a kWh is worth as every home's value and limit, and return the market's pair of prices.

    Args:
        step: Which step.
        inputs: For the grid's prices, and what they are worth to each home where it has a tariff of many prices.
        net_kwh: What each home brings to the market, kWh, shape (home,): surplus > 0, deficit < 0.
        value_price: Is filled with what a kWh is worth to each home, per kWh, shape (home,).
        limit_price: Is filled with the same: what each home bids or asks without a strategy of its own.

    Returns:
        What the grid gives for a kWh, and what it takes less the network charge.
    """
    floor_price, cap_price = inputs.export_price[step], inputs.import_price[step] - inputs.network_charge
    worth = inputs.worth
    if worth.slot.size > 0:
        slot = worth.slot[step]
        for home in range(net_kwh.size):
            own = worth.bought[slot, home] - inputs.network_charge if net_kwh[home] < 0.0 else worth.sold[slot, home]
            value_price[home] = limit_price[home] = own
        return floor_price, cap_price
    for home in range(net_kwh.size):
        value_price[home] = limit_price[home] = cap_price if net_kwh[home] < 0.0 else floor_price
    return floor_price, cap_price


@njit(cache=True)
def _keep_bids(
    step: int, fleet: Fleet, offered_kwh: Array, value_price: Array, limit_price: Array, out: Outputs
) -> tuple[int, int]:
    """Hold EVs to their reservation price, check all bids, and keep them if they are not the tariff.

    Args:
        step: Which step.
        fleet: The EVs that lend, and the lowest price at which they do.
        offered_kwh: What the EV of each home offers, kWh >= 0, shape (home,).
        value_price: What a kWh is worth to each home, per kWh, shape (home,); is raised for homes whose EV offers.
        limit_price: What each home bids or asks, the same.
        out: `value_price` and `limit_price` of the step are filled in, if they have steps.

    Returns:
        `FINE`, or `NO_PRICE` and the home whose price is no number.
    """
    for home in fleet.homes:
        if offered_kwh[home] > 0.0 and not np.isnan(fleet.reserve_price):
            value_price[home] = max(value_price[home], fleet.reserve_price)
            limit_price[home] = max(limit_price[home], fleet.reserve_price)
    for home in range(limit_price.size):
        if not (np.isfinite(value_price[home]) and np.isfinite(limit_price[home])):
            return NO_PRICE, home
    if out.limit_price.shape[0] > 0:
        copy(value_price, out.value_price[step])
        copy(limit_price, out.limit_price[step])
    return FINE, 0


@njit(cache=True, borrows=True)
def _remember(
    trades: NDArray[np.void],
    new: int,
    network_charge: float,
    net_kwh: Array,
    limit_price: Array,
    traded_kwh: Array,
    memory: Array,
) -> None:
    """Write into the homes' memory how the step ended, for strategies that learn; the others have none.

    Args:
        trades: The step's trades, from the front.
        new: How many there are.
        network_charge: What is in buyers' prices for the network, per kWh.
        net_kwh: The orders, kWh, shape (order,).
        limit_price: Their prices per kWh, shape (order,).
        traded_kwh: What was traded of each, sold > 0, bought < 0, kWh, shape (order,).
        memory: Is filled in, shape (order, MEMORY), columns as in `bids.base`; of 0 homes for strategies that do not learn.
    """
    if memory.shape[0] == 0:
        return
    for home in range(net_kwh.size):
        memory[home, LAST_NET_KWH] = net_kwh[home]
        memory[home, LAST_LIMIT], memory[home, LAST_TRADED_KWH] = limit_price[home], traded_kwh[home]
    kwh, amount = 0.0, 0.0
    for place in range(new):
        trade = trades[place]
        kwh += trade.kwh
        amount += trade.kwh * 0.5 * (trade.buyer_price - network_charge + trade.seller_price)
    if kwh > 0.0:
        memory[:, MARKET_PRICE] = amount / kwh


@njit(cache=True, borrows=True)
def _book(
    trades: NDArray[np.void], new: int, network_charge: float, net_kwh: Array, traded_kwh: Array
) -> tuple[int, int, int]:
    """Add a step's trades to the orders' totals, check them, and charge the network: see `booking.book`.

    Args:
        trades: What the rule wrote, from the front; buyers' prices get the network charge.
        new: How many trades it says it wrote.
        network_charge: Per kWh.
        net_kwh: The orders that it was given, kWh, shape (order,).
        traded_kwh: Is filled with what each order traded: sold > 0, bought < 0, kWh, shape (order,).

    Returns:
        How many trades are kept, what is wrong (`FINE`: nothing), and the order in question.
    """
    if new < 0 or new > net_kwh.size * net_kwh.size:
        return 0, TOO_MANY, 0
    if new > trades.size:
        return 0, CROWDED, 0
    kept, fault, order = book(net_kwh, trades[:new], traded_kwh)
    for place in range(kept):
        trades[place].buyer_price += network_charge
    return kept, fault, order


@compiled
def run(  # noqa: C901, PLR0912, PLR0915  a step from top to bottom, with a way out for each fault
    window: Window,
    calls: Calls,
    inputs: Inputs,
    stores: Stores,
    start: Start,
    out: Outputs,
    log: Log,
) -> Stop:
    """Run the steps of a window and fill in `out`.

    Args:
        window: Which steps.
        calls: The market rule, the bidding strategy, and what stores do.
        inputs: Profiles, prices, and what rule and strategy know.
        stores: The community battery, EVs that lend theirs, and batteries in homes.
        start: What the step before the window left; its arrays are changed.
        out: Where flows go.
        log: Where trades go.

    Returns:
        Where and why it stopped; `FINE` after the last step.
    """
    fleet, trades, memory, at_home, line = stores.fleet, log.trades, start.memory, stores.at_home, new_line()
    stored_kwh, ev_stored_kwh = start.stored_kwh, start.ev_stored_kwh
    # The community battery has the place behind the homes, if it bids.
    homes, traders = inputs.load_kwh.shape[1], out.order_kwh.shape[1]
    brought_kwh, offered_kwh, everybody = np.empty(traders), np.zeros(homes), np.empty(homes, np.int64)
    net_kwh = brought_kwh[:homes]
    for home in range(homes):
        everybody[home] = home
    bidding = out.order_kwh.shape[0] > 0
    limited = inputs.import_limit_kwh.size > 0 or inputs.export_limit_kwh.size > 0
    asked = asking(traders if bidding else 0)
    value_price, limit_price, wanted_kwh = (
        np.empty(traders),
        np.empty(traders),
        np.zeros(max(at_home.homes.size, stores.cars.homes.size)),
    )
    # Strategy and rule get copies: what it is checked against must not be its to change.
    shown, bids, parameters = np.empty(traders), np.empty(traders), np.empty(inputs.parameters.size + inputs.keys.size)
    # Of those that have an order, if others have none.
    few_kwh, few_values, few_limits = np.empty(traders), np.empty(traders), np.empty(traders)
    booked = np.empty(traders)  # of those that have an order
    count, steps = 0, inputs.load_kwh.shape[0]
    for step in range(window.first, window.last):
        if begin(step / steps, 1.0 / steps):
            return Stop(step=step, trades=count, fault=STOPPED, home=0)
        if trades.size - count < log.room:
            return Stop(step=step, trades=count, fault=ROOM, home=0)
        use_own(step, inputs, fleet, ev_stored_kwh, out, net_kwh)
        # A call through an argument takes a microsecond, so there is none for what is not there.
        if stores.cars.homes.size > 0:
            calls.cars(step, calls.direct, stores.cars, start.cars, wanted_kwh, line, out, net_kwh, asked)
        if at_home.homes.size > 0:
            calls.batteries(step, calls.direct, at_home, start.at_home, wanted_kwh, line, out, net_kwh, asked)
        offer(step, fleet, ev_stored_kwh, out, net_kwh, offered_kwh)
        if traders > homes:
            calls.ask_for_all(step, stores, start.street, stored_kwh, line, brought_kwh, asked)
        # Once, unless stores bid, and one changes its mind.
        again, new = True, 0
        while again:
            floor_price, cap_price = _value_at_tariff(step, inputs, net_kwh, value_price, limit_price)
            if traders > homes:
                value_price[homes] = limit_price[homes] = cap_price if brought_kwh[homes] < 0.0 else floor_price
            if bidding:
                copy(brought_kwh, out.order_kwh[step])
                calls.hold(asked, brought_kwh, value_price, limit_price)
            # A home without an order is not there: neither strategy nor rule sees it.
            traded_kwh = out.traded_kwh[step]
            orders, order_kwh, values, limits = everybody, net_kwh, value_price, limit_price
            traits, memories, bidders = inputs.traits, memory, homes
            whole = traders == homes and count_orders(net_kwh) == homes
            if not whole:
                orders = homes_with_order(brought_kwh)
                bidders = orders.size
                if bidders > 0 and orders[bidders - 1] == homes:
                    bidders -= 1
                order_kwh = pick(brought_kwh, orders, few_kwh)
                values, limits = pick(value_price, orders, few_values), pick(limit_price, orders, few_limits)
                traits, memories = pick_rows(inputs.traits, orders[:bidders]), pick_rows(memory, orders[:bidders])
            if bidders > 0:  # the community battery bids what its energy is worth
                calls.bid(
                    copy(order_kwh[:bidders], shown), floor_price, cap_price, traits, inputs.bid_parameters, start.bid_rng,
                    memories, values[:bidders], limits[:bidders],
                )  # fmt: skip
            if not whole:
                put(value_price, orders, values)
                put(limit_price, orders, limits)
            fault, odd = _keep_bids(step, fleet, offered_kwh, value_price, limit_price, out)
            if fault != FINE:
                return Stop(step=step, trades=count, fault=fault, home=odd)
            again, new = False, 0
            if orders.size > 0:
                limits = pick(limit_price, orders, few_limits) if not whole else limit_price
                new = calls.clear(
                    copy(order_kwh, shown), copy(limits, bids), inputs.import_price[step], inputs.export_price[step],
                    with_keys(inputs.parameters, inputs.keys, orders, parameters), start.rng, trades[count:],
                )  # fmt: skip
            if bidding:
                again = calls.change_mind(trades[count:], new, orders, asked, value_price, brought_kwh) > 0
        booked_kwh = booked[: orders.size]
        new, fault, order = _book(trades[count:], new, inputs.network_charge, order_kwh, booked_kwh)
        if fault != FINE:
            return Stop(step=step, trades=count, fault=fault, home=order if fault == NOBODY else orders[order])
        _remember(trades[count:], new, inputs.network_charge, order_kwh[:bidders], limits, booked_kwh, memories)
        if not whole:
            to_homes(trades[count : count + new], orders)
            put_rows(memory, orders[:bidders], memories)
            if traders > homes:
                out.battery_traded_kwh[step] = booked_kwh[bidders] if bidders < orders.size else 0.0
        if new > 0:  # else it stays 0, and a year without trades takes no memory
            put(traded_kwh, orders[:bidders], booked_kwh)
        count += new
        out.trades_until[step] = count
        lend(step, fleet, ev_stored_kwh, out, net_kwh, offered_kwh, traded_kwh)
        if bidding:
            calls.settle_cars(step, calls.direct, stores.cars, start.cars, wanted_kwh, line, out, net_kwh, asked)
            calls.settle(step, calls.direct, at_home, start.at_home, wanted_kwh, line, out, net_kwh, asked)
        if stores.street.homes.size > 0:
            stored_kwh = calls.for_all(
                step, calls.for_all_direct, stores, start.street, inputs.may_draw, stored_kwh, line, net_kwh, traded_kwh, out
            )  # fmt: skip
        else:
            stored_kwh = own_use(step, stores.battery, inputs.may_draw, stored_kwh, net_kwh, traded_kwh, out)
        if limited:
            stored_kwh = calls.heed(
                step, inputs, stores, start.cars, start.at_home, start.street, stored_kwh, line, net_kwh, traded_kwh, out
            )  # fmt: skip
    return Stop(step=window.last, trades=count, fault=FINE, home=0)
