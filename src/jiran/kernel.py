"""The one compiled loop over time.

Each step in order: every home uses its own generation (and the battery of its EV), homes bid, the market clears
surpluses and deficits into trades, what surplus is left charges the community battery or goes to the grid, what deficit is left is
drawn from the battery or the grid. Rule and bidding strategy are arguments, so that one compiled kernel serves all of
them; called as `run.py_func` the same lines run in plain Python.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from jiran.bids.base import LAST_LIMIT, LAST_NET_KWH, LAST_TRADED_KWH, MARKET_PRICE, Bids
from jiran.bids.signature import BIDS
from jiran.market.base import Rule
from jiran.market.booking import FINE, NOBODY, TOO_MUCH, exceeds, fault_of
from jiran.market.signature import GENERATOR, RULE, TRADES
from jiran.storage import BATTERY, Battery, charge, discharge

Array = NDArray[np.float64]

#: Why a run stopped early, besides faults of trades: ROOM means that the buffer of trades is nearly full, CROWDED that
#: one step needs more room.
ROOM, CROWDED, TOO_MANY, NO_PRICE = range(4, 8)


class Inputs(NamedTuple):
    """What a run is given, energy in kWh and prices per kWh."""

    generation_kwh: Array  # (step, home)
    load_kwh: Array  # (step, home)
    ev_kwh: Array  # (step, home)
    import_price: Array  # (step,)
    export_price: Array  # (step,)
    network_charge: float
    parameters: Array  # of the market rule
    bid_parameters: Array  # of the bidding strategy
    traits: Array  # (home, 2): what the strategy knows of each home
    may_draw: NDArray[np.bool_]  # (step,): whether the community battery gives energy


class Fleet(NamedTuple):
    """EVs that lend their battery (see `profiles.ev.EvPlan`); none: arrays of length 0 along ev."""

    homes: NDArray[np.int64]  # (ev,)
    step_kwh: Array  # (ev,)
    parked: NDArray[np.bool_]  # (step,)
    supplying: NDArray[np.bool_]  # (step,)
    charging_steps_after: NDArray[np.int64]  # (step,)
    trip_kwh: Array  # (step, ev)
    ev: Battery  # its limits of power are not used: they differ from EV to EV
    departure_kwh: float
    reserve_price: float  # the lowest price per kWh for which an EV sells to neighbours; NaN = what the grid gives


class Outputs(NamedTuple):
    """What a run fills in, energy in kWh."""

    traded_kwh: Array  # (step, home): sold > 0, bought < 0
    charge_share: Array  # (step,): share of the surplus left by the market that charged the battery
    draw_share: Array  # (step,): share of the deficit left by the market that came from the battery
    soc_kwh: Array  # (step,): at the end of the step
    ev_charged_kwh: Array  # (step, ev)
    ev_supplied_kwh: Array  # (step, ev): to the own home and to neighbours
    ev_lent_kwh: Array  # (step, ev): to neighbours
    ev_offered_kwh: Array  # (step, ev): to neighbours
    ev_stored_kwh: Array  # (step, ev): at the end of the step
    value_price: Array  # (step, home): what a kWh is worth to a home; no steps if all have the tariff
    limit_price: Array  # (step, home): what it bids or asks; no steps if all bid the tariff
    trades_until: NDArray[np.int64]  # (step,): number of trades up to and with this step


_MATRIX, _VECTOR = types.Array(types.float64, 2, "C"), types.Array(types.float64, 1, "C")
_COUNTS, _FLAGS = types.Array(types.int64, 1, "C"), types.Array(types.boolean, 1, "C")
_INPUTS = types.NamedTuple(
    (_MATRIX, _MATRIX, _MATRIX, _VECTOR, _VECTOR, types.float64, _VECTOR, _VECTOR, _MATRIX, _FLAGS), Inputs
)
_FLEET = types.NamedTuple(
    (_COUNTS, _VECTOR, _FLAGS, _FLAGS, _COUNTS, _MATRIX, BATTERY, types.float64, types.float64), Fleet
)
_OUTPUTS = types.NamedTuple((_MATRIX, *[_VECTOR] * 3, *[_MATRIX] * 7, _COUNTS), Outputs)
_RESULT = types.UniTuple(types.int64, 4)
_SIGNATURE = _RESULT(
    types.int64,
    types.int64,
    RULE,
    GENERATOR,
    BIDS,
    GENERATOR,
    _MATRIX,
    _INPUTS,
    BATTERY,
    _FLEET,
    types.float64,
    _VECTOR,
    _OUTPUTS,
    TRADES,
    types.int64,
)


@njit(cache=True)
def _use_own(
    step: int,
    inputs: Inputs,
    fleet: Fleet,
    ev_stored_kwh: Array,
    out: Outputs,
    net_kwh: Array,
    offered_kwh: Array,
) -> None:
    """Write each home's net energy after its own use, with what its EV offers to neighbours on top."""
    for home in range(net_kwh.size):
        net_kwh[home] = inputs.generation_kwh[step, home] - inputs.load_kwh[step, home] - inputs.ev_kwh[step, home]
    for ev in range(fleet.homes.size):
        home = fleet.homes[ev]
        stored_kwh = ev_stored_kwh[ev] - fleet.trip_kwh[step, ev]
        # What the EV must hold after this step to be ready in time, if it charges in every later step it can.
        ready_kwh = (
            fleet.departure_kwh - fleet.charging_steps_after[step] * fleet.step_kwh[ev] * fleet.ev.charge_efficiency
        )
        charged_kwh, supplied_kwh, offered_kwh[home] = 0.0, 0.0, 0.0
        if fleet.parked[step]:
            target_kwh = ready_kwh if fleet.supplying[step] else fleet.departure_kwh
            wanted_kwh = (target_kwh - stored_kwh) / fleet.ev.charge_efficiency
            charged_kwh = max(0.0, min(fleet.step_kwh[ev], wanted_kwh))
            stored_kwh += charged_kwh * fleet.ev.charge_efficiency
        net_kwh[home] -= charged_kwh
        if fleet.supplying[step] and charged_kwh == 0.0:
            spare_kwh = (stored_kwh - max(ready_kwh, fleet.ev.minimum_kwh)) * fleet.ev.discharge_efficiency
            spare_kwh = max(0.0, min(fleet.step_kwh[ev], spare_kwh))
            supplied_kwh = min(spare_kwh, max(0.0, -net_kwh[home]))
            net_kwh[home] += supplied_kwh
            offered_kwh[home] = spare_kwh - supplied_kwh if net_kwh[home] >= 0.0 else 0.0
            net_kwh[home] += offered_kwh[home]
        out.ev_offered_kwh[step, ev] = offered_kwh[home]
        out.ev_charged_kwh[step, ev] = charged_kwh
        out.ev_supplied_kwh[step, ev] = supplied_kwh
        ev_stored_kwh[ev] = stored_kwh


@njit(cache=True)
def _tariff(step: int, inputs: Inputs, net_kwh: Array, value_price: Array, limit_price: Array) -> tuple[float, float]:
    """Fill in the tariff as every home's value and limit, and return the prices that no bid needs to leave."""
    floor_price, cap_price = inputs.export_price[step], inputs.import_price[step] - inputs.network_charge
    for home in range(net_kwh.size):
        value_price[home] = limit_price[home] = cap_price if net_kwh[home] < 0.0 else floor_price
    return floor_price, cap_price


@njit(cache=True)
def _keep_bids(
    step: int, fleet: Fleet, offered_kwh: Array, value_price: Array, limit_price: Array, out: Outputs
) -> tuple[int, int]:
    """Hold EVs to their reservation price, check all bids, and keep them if they are not the tariff."""
    for home in fleet.homes:
        if offered_kwh[home] > 0.0 and not np.isnan(fleet.reserve_price):
            value_price[home] = max(value_price[home], fleet.reserve_price)
            limit_price[home] = max(limit_price[home], fleet.reserve_price)
    for home in range(limit_price.size):
        if not (np.isfinite(value_price[home]) and np.isfinite(limit_price[home])):
            return NO_PRICE, home
    if out.limit_price.shape[0] > 0:
        out.value_price[step], out.limit_price[step] = value_price, limit_price
    return FINE, 0


@njit(cache=True)
def _remember(
    trades: NDArray[np.void],
    new: int,
    network_charge: float,
    net_kwh: Array,
    limit_price: Array,
    traded_kwh: Array,
    memory: Array,
) -> None:
    """Write into the homes' memory how the step ended, for strategies that learn."""
    memory[:, LAST_NET_KWH], memory[:, LAST_LIMIT], memory[:, LAST_TRADED_KWH] = net_kwh, limit_price, traded_kwh
    kwh, amount = 0.0, 0.0
    for place in range(new):
        trade = trades[place]
        kwh += trade.kwh
        amount += trade.kwh * 0.5 * (trade.buyer_price - network_charge + trade.seller_price)
    if kwh > 0.0:
        memory[:, MARKET_PRICE] = amount / kwh


@njit(cache=True)
def _book(
    trades: NDArray[np.void], new: int, network_charge: float, net_kwh: Array, traded_kwh: Array
) -> tuple[int, int]:
    """Add a step's trades to the homes' totals and check each against what there is."""
    homes = net_kwh.size
    traded_kwh[:] = 0.0
    if new < 0 or new > homes * homes:
        return TOO_MANY, 0
    if new > trades.size:
        return CROWDED, 0
    for place in range(new):
        trade = trades[place]
        fault = fault_of(trade, homes)
        if fault != FINE:
            return fault, max(trade.seller, trade.buyer) if fault == NOBODY else trade.seller
        if trade.seller == trade.buyer:
            return NOBODY, trade.seller
        trade.buyer_price += network_charge
        traded_kwh[trade.seller] += trade.kwh
        traded_kwh[trade.buyer] -= trade.kwh
        for home in (trade.seller, trade.buyer):
            sells = net_kwh[home] > 0.0
            if sells != (home == trade.seller) or exceeds(
                net_kwh[home], max(traded_kwh[home], 0.0), max(-traded_kwh[home], 0.0)
            ):
                return TOO_MUCH, home
    return FINE, 0


@njit(cache=True)
def _lend(
    step: int,
    fleet: Fleet,
    ev_stored_kwh: Array,
    out: Outputs,
    net_kwh: Array,
    offered_kwh: Array,
    traded_kwh: Array,
) -> None:
    """Take from the EVs what the market sold of their offers; PV is sold before the EV, and no offer is exported."""
    for ev in range(fleet.homes.size):
        home = fleet.homes[ev]
        net_kwh[home] -= offered_kwh[home]
        lent_kwh = min(offered_kwh[home], max(0.0, traded_kwh[home] - max(0.0, net_kwh[home])))
        net_kwh[home] += lent_kwh
        out.ev_lent_kwh[step, ev] = lent_kwh
        out.ev_supplied_kwh[step, ev] += lent_kwh
        ev_stored_kwh[ev] -= out.ev_supplied_kwh[step, ev] / fleet.ev.discharge_efficiency
        out.ev_stored_kwh[step, ev] = ev_stored_kwh[ev]


@njit(cache=True)
def _store(
    step: int,
    battery: Battery,
    may_draw: NDArray[np.bool_],
    stored_kwh: float,
    net_kwh: Array,
    traded_kwh: Array,
    out: Outputs,
) -> float:
    """Charge or draw the community battery with what the market left; return its new state.

    A battery works in one direction a step: if the market left both surplus and deficit, the larger side has it.
    """
    surplus_kwh, deficit_kwh = 0.0, 0.0
    for home in range(net_kwh.size):
        left_kwh = net_kwh[home] - traded_kwh[home]
        if left_kwh > 0.0:
            surplus_kwh += left_kwh
        else:
            deficit_kwh -= left_kwh
    taken_kwh, given_kwh = 0.0, 0.0
    if surplus_kwh > deficit_kwh:
        taken_kwh, stored_kwh = charge(battery, stored_kwh, surplus_kwh)
    elif may_draw[step]:
        given_kwh, stored_kwh = discharge(battery, stored_kwh, deficit_kwh)
    out.charge_share[step] = taken_kwh / surplus_kwh if surplus_kwh > 0.0 else 0.0
    out.draw_share[step] = given_kwh / deficit_kwh if deficit_kwh > 0.0 else 0.0
    out.soc_kwh[step] = stored_kwh
    return stored_kwh


@njit(_SIGNATURE, cache=True, nogil=True)
def run(
    first: int,
    last: int,
    clear: Rule,
    rng: np.random.Generator,
    bid: Bids,
    bid_rng: np.random.Generator,
    memory: Array,
    inputs: Inputs,
    battery: Battery,
    fleet: Fleet,
    stored_kwh: float,
    ev_stored_kwh: Array,
    out: Outputs,
    trades: NDArray[np.void],
    room: int,
) -> tuple[int, int, int, int]:
    """Run the steps first <= step < last and fill in `out`.

    Args:
        first: First step.
        last: Step to stop before.
        clear: The market rule.
        rng: Random numbers for the rule.
        bid: The bidding strategy.
        bid_rng: Random numbers for the strategy.
        memory: What homes remember, shape (home, MEMORY), or of 0 homes for a strategy that does not learn; is changed.
        inputs: Profiles and prices.
        battery: The community battery.
        fleet: EVs that lend their battery.
        stored_kwh: What the battery holds before step `first`.
        ev_stored_kwh: What each EV holds before step `first`, shape (ev,); is changed to the state at the end.
        out: Where flows go.
        trades: Where trades go, from the front.
        room: How many trades a step must have room for; at least the number of homes.

    Returns:
        The first step that was not run, the number of trades written, why it stopped, and the home in question.
    """
    homes = inputs.load_kwh.shape[1]
    net_kwh, offered_kwh = np.empty(homes), np.zeros(homes)
    value_price, limit_price, bids = np.empty(homes), np.empty(homes), np.empty(homes)
    # Strategy and rule get copies: what it is checked against must not be its to change.
    shown_kwh, parameters = np.empty(homes), np.empty(inputs.parameters.size)
    count = 0
    for step in range(first, last):
        if trades.size - count < room:
            return step, count, ROOM, 0
        _use_own(step, inputs, fleet, ev_stored_kwh, out, net_kwh, offered_kwh)
        shown_kwh[:] = net_kwh
        floor_price, cap_price = _tariff(step, inputs, net_kwh, value_price, limit_price)
        bid(
            shown_kwh, floor_price, cap_price, inputs.traits, inputs.bid_parameters, bid_rng, memory,
            value_price, limit_price,
        )  # fmt: skip
        fault, home = _keep_bids(step, fleet, offered_kwh, value_price, limit_price, out)
        if fault != FINE:
            return step, count, fault, home
        shown_kwh[:], bids[:], parameters[:] = net_kwh, limit_price, inputs.parameters
        prices = inputs.import_price[step], inputs.export_price[step]
        new = clear(shown_kwh, bids, prices[0], prices[1], parameters, rng, trades[count:])
        traded_kwh = out.traded_kwh[step]
        fault, home = _book(trades[count:], new, inputs.network_charge, net_kwh, traded_kwh)
        if fault != FINE:
            return step, count, fault, home
        if memory.shape[0] > 0:
            _remember(trades[count:], new, inputs.network_charge, net_kwh, limit_price, traded_kwh, memory)
        count += new
        out.trades_until[step] = count
        _lend(step, fleet, ev_stored_kwh, out, net_kwh, offered_kwh, traded_kwh)
        stored_kwh = _store(step, battery, inputs.may_draw, stored_kwh, net_kwh, traded_kwh, out)
    return last, count, FINE, 0
