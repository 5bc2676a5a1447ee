"""One step of a run taken apart: each home's balance and order, and what came in and went out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran import palette
from jiran.engine.flows import FLOWS, METERED, SOURCES, USES, given_out, taken_in, traded_kwh, went_out
from jiran.explain.times import period

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: What the community battery trades is shown with what the market leaves to it.
_WITH_BATTERY = {"battery_drawn_kwh": "battery_sold_kwh", "battery_charged_kwh": "battery_bought_kwh"}
_PRICES = ("grid_import", "grid_export", "battery_buys", "battery_sells")


@dataclass(frozen=True)
class RunStep:
    """One step of a run.

    Attributes:
        step: Which step.
        label: When it is, from its start to its end.
        orders: Columns by name, one entry a home: home, kind, net_metered, generation_kwh, ev_supplied_kwh (to itself),
            load_kwh, ev_kwh, battery_given_kwh, battery_charged_kwh (its own battery, before it heeds the street's limits; of one
            that bids, and of a car that does, what it offers and asks for before the market), balance_kwh, ev_offer_kwh,
            surplus_kwh, deficit_kwh; NaN where it is not known.
        energy: Flows of all homes in the step, by name; NaN where it is not known. And "battery_sold_kwh" and "battery_bought_kwh":
            what the community battery traded with them.
        money: Money received less paid in the step by homes, battery, network, market and grid, before the battery's
            fund is shared; sums to zero.
        prices: The grid's and the battery's prices in the step by name.
        batteries_bid: Whether batteries in homes bid in the market.
        cars_bid: Whether cars do.
        street_bids: Whether the community battery does.
    """

    step: int
    label: str
    orders: dict[str, Any]
    energy: dict[str, float]
    money: dict[str, float]
    prices: dict[str, float]
    batteries_bid: bool
    cars_bid: bool
    street_bids: bool


class Part(NamedTuple):
    """What came into the community in a step (side 0) or went out of it (side 1): its name, kWh and colour.

    Attributes:
        name: As a picture shows it.
        side: 0 or 1; each side adds up to the same kWh.
        kwh: Energy, kWh, at least 0.
        colour: As "#rrggbb".
    """

    name: str
    side: int
    kwh: float
    colour: str


def in_and_out(step: RunStep) -> list[Part]:
    """Return all that crosses the homes' border: within them, or where that is not known, at their meters.

    Trades between homes are in neither side: they stay within the community. Those with the community battery are with the rest that it
    gives and takes. What is left out because of the street's connection passes no meter: it is shown where the roofs are known.
    """
    known = not step.orders["net_metered"].any()
    at_meters = (
        Part("Export of the homes", 0, float(went_out(step.energy)), palette.EXPORT),
        Part("Import of the homes", 1, float(taken_in(step.energy)), palette.IMPORT),
    )
    flows = [
        Part(
            flow.street,
            side,
            step.energy[flow.name] + step.energy.get(_WITH_BATTERY.get(flow.name, ""), 0.0),
            flow.colour,
        )
        for side, flows in enumerate((SOURCES, USES))
        for flow in flows
        if flow.street and (known or (flow in METERED and not flow.at_meter))
    ]
    return flows if known else [*at_meters, *flows]


def step_label(result: Result, step: int) -> str:
    """Return when a step is, as people say it: "Sat 21 Mar 08:00 to 09:00"."""
    return period(result.timeline, step, step, dated=True)


def busiest_step(result: Result, first: int, last: int) -> int:
    """Return the step first <= step < last with most trades, of several that with most energy; else the sunniest.

    If it is not known how much sun there was, it is the step in which homes gave out most.

    Args:
        result: The run.
        first: First step.
        last: The step after the last one.
    """
    cut = slice(first, last)
    trades, kwh = result.settlement.trades[cut], result.settlement.step_kwh
    sun = given_out(kwh) if result.community.net_metered.any() else kwh["generation_kwh"]
    most = (traded_kwh(kwh) if trades.any() else sun)[cut]
    return first + int(np.where(trades == trades.max(), most, -1.0).argmax())


def trades_of(result: Result, step: int) -> NDArray[np.void]:
    """Return the trades of a step as records, in the order they were made; prices with the network charge."""
    return result.flows.trades_between(step, step + 1)


def orders_of(result: Result, step: int) -> Array:
    """Return what each trader offered (> 0) or wanted (< 0) in a step, kWh, shape (trader,).

    Own use is taken off first; what an EV may lend is added. Less than `NOTHING_KWH` is no order.
    """
    net_kwh: Array = result.flows.orders_between(step, step + 1)[0]
    return net_kwh


def take_apart(result: Result, step: int) -> RunStep:
    """Return one step, taken apart."""
    price = result.prices
    return RunStep(
        step,
        step_label(result, step),
        _orders(result, step),
        energy={name: float(result.settlement.step_kwh[name][step]) for name in (*FLOWS, *_WITH_BATTERY.values())},
        money={name: float(amount[step]) for name, amount in result.settlement.step_money.items()},
        prices={name: float(getattr(price, name)[step]) for name in _PRICES},
        batteries_bid=result.flows.batteries_bid,
        cars_bid=result.flows.cars_bid,
        street_bids=result.flows.street_bids,
    )


def _orders(result: Result, step: int) -> dict[str, Any]:
    """Work out each home's balance and its order.

    Args:
        result: The run.
        step: Which step, from 0.

    Returns:
        Columns as `RunStep.orders` has them, kWh, shape (home,); of a net-metered home the balance is export less
        import.
    """
    flow = {name: result.flows.between(name, step, step + 1)[0] for name in FLOWS}
    own_ev, offer = flow["ev_supplied_kwh"].copy(), np.zeros(result.community.size)
    fleet = result.flows.fleet
    own_ev[fleet.homes] -= result.flows.outputs.ev_lent_kwh[step]
    hidden, used = result.community.net_metered, flow["ev_kwh"].copy()
    given, charged = flow["home_battery_given_kwh"], flow["home_battery_charged_kwh"]
    offer[fleet.homes] = result.flows.outputs.ev_offered_kwh[step]
    order = result.flows.orders_between(step, step + 1)[0, : result.community.size]
    # What cars and batteries that bid do is known after the market; before it they ask for something.
    bidding = fleet.homes[result.flows.bidding_cars]
    offer[bidding] *= ~hidden[bidding]  # of what such a home brings it is not known what comes from the car
    asks = (order - offer - flow["generation_kwh"] + flow["load_kwh"] - (given - charged))[bidding]
    own_ev[bidding], used[bidding] = np.maximum(asks, 0.0), np.maximum(-asks, 0.0)
    balance = flow["generation_kwh"] + own_ev - flow["load_kwh"] - used
    brought = balance + (given - charged)
    brought[hidden] = (given_out(flow) - taken_in(flow))[hidden]
    brought[bidding] = (order - offer)[bidding]
    if result.flows.outputs.order_kwh.size:  # kept, for batteries may move once more after the market
        own = result.flows.battery_homes
        brought[own] = (order - offer)[own]
        given, charged = np.maximum(brought - balance, 0.0), np.maximum(balance - brought, 0.0)
    return {
        "home": result.community.ids,
        "kind": result.community.kinds,
        "net_metered": hidden,
        "generation_kwh": flow["generation_kwh"],
        "ev_supplied_kwh": own_ev,
        "load_kwh": flow["load_kwh"],
        "ev_kwh": used,
        "battery_given_kwh": given,
        "battery_charged_kwh": charged,
        "balance_kwh": brought,
        "ev_offer_kwh": offer,
        "surplus_kwh": np.maximum(order, 0.0),
        "deficit_kwh": np.maximum(-order, 0.0),
    }
