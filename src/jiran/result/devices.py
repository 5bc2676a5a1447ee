"""The account of each store: what it took, gave, lost and wore, in each step and in all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.engine.energy import COMMUNITY_BATTERY
from jiran.engine.flows import battery_given_kwh, battery_taken_kwh
from jiran.result.tables import times

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]


#: What a store of a home is called in its account.
HOME_BATTERY = "home battery"


class Device(NamedTuple):
    """A store through a run, energy in kWh at its terminals, arrays of shape (step,).

    Attributes:
        kind: "community battery", "EV" or "home battery".
        home: Name of its home, "" for that of the community.
        charged_kwh: What it took.
        given_kwh: What it gave.
        driven_kwh: What it was driven with.
        stored_kwh: What it held at the end of each step.
        start_kwh: What it held at the start.
        wear_cost: What each kWh that it gives costs by wearing it out.
        sold_kwh: What neighbours bought of it in the market.
        bought_kwh: What was bought of neighbours for it.
    """

    kind: str
    home: str
    charged_kwh: Array
    given_kwh: Array
    driven_kwh: Array
    stored_kwh: Array
    start_kwh: float
    wear_cost: float
    sold_kwh: Array
    bought_kwh: Array


def devices_of(result: Result) -> Iterator[Device]:
    """Yield the stores of a run: the community battery if there is one, EVs that lend theirs, batteries in homes."""
    flows, out, start, ids = result.flows, result.flows.outputs, result.start, result.community.ids
    none = np.zeros(result.timeline.steps)
    if result.scenario.battery.capacity_kwh > 0.0:
        kwh, wear_cost = result.settlement.step_kwh, result.scenario.battery.wear_cost
        yield Device(
            COMMUNITY_BATTERY, "", battery_taken_kwh(kwh), battery_given_kwh(kwh), none, out.soc_kwh, start.stored_kwh,
            wear_cost, kwh["battery_sold_kwh"], kwh["battery_bought_kwh"],
        )  # fmt: skip
    bought = flows.bought_for_cars
    for place, home in enumerate(flows.fleet.homes):
        yield Device(
            "EV", ids[home], out.ev_charged_kwh[:, place], out.ev_supplied_kwh[:, place], flows.fleet.trip_kwh[:, place],
            out.ev_stored_kwh[:, place], float(start.ev_stored_kwh[place]),
            result.scenario.ev.wear_cost if result.scenario.ev.planned else 0.0, out.ev_lent_kwh[:, place], bought[:, place],
        )  # fmt: skip
    traded, charged_kwh, given_kwh = flows.traded_for_batteries, flows.home_charged_kwh, flows.home_given_kwh
    for place, home in enumerate(flows.battery_homes):
        charged, given, stored = (array[:, place] for array in (charged_kwh, given_kwh, out.home_stored_kwh))
        held = 0.0 if start.at_home is None else float(start.at_home.stored_kwh[place])
        yield Device(
            HOME_BATTERY, ids[home], charged, given, none, stored, held, result.scenario.home_battery.wear_cost,
            np.maximum(traded[:, place], 0.0), np.maximum(-traded[:, place], 0.0),
        )  # fmt: skip


def _mean_price(result: Result, name: str) -> Array:
    """Return the mean price of what each trader sold or bought, per kWh, shape (step, trader); 0 where nothing was.

    Args:
        result: The run.
        name: "seller" or "buyer".
    """
    trades, shape = result.flows.trades, (result.timeline.steps, len(result.traders))
    at = result.flows.step_of_trades(0, shape[0]) * shape[1] + trades[name]
    kwh, amount = (
        np.bincount(at, weights, shape[0] * shape[1]).reshape(shape)
        for weights in (trades["kwh"], trades["kwh"] * trades[f"{name}_price"])
    )
    return np.divide(amount, kwh, out=np.zeros(shape), where=kwh > 0.0)


_STEPS: dict[str, Any] = {
    "step": pl.Int64, "time": pl.Datetime, "device": pl.String, "home": pl.String, "charged_kwh": pl.Float64,
    "given_kwh": pl.Float64, "driven_kwh": pl.Float64, "stored_kwh": pl.Float64,
}  # fmt: skip
_TOTALS: dict[str, Any] = {
    "device": pl.String, "home": pl.String, "charged_kwh": pl.Float64, "given_kwh": pl.Float64, "driven_kwh": pl.Float64,
    "start_kwh": pl.Float64, "end_kwh": pl.Float64, "lost_kwh": pl.Float64, "wear": pl.Float64, "sold_kwh": pl.Float64,
    "bought_kwh": pl.Float64, "received": pl.Float64, "paid": pl.Float64,
}  # fmt: skip


def devices_frame(result: Result) -> pl.DataFrame:
    """Return one row a store and step."""
    steps = np.arange(result.timeline.steps)
    frames = [
        pl.DataFrame(
            {
                "step": steps,
                "time": times(result.timeline),
                "device": [one.kind] * steps.size,
                "home": [one.home] * steps.size,
                "charged_kwh": one.charged_kwh,
                "given_kwh": one.given_kwh,
                "driven_kwh": one.driven_kwh,
                "stored_kwh": one.stored_kwh,
            }
        )
        for one in devices_of(result)
    ]
    none = pl.DataFrame(schema=_STEPS | {"time": pl.Datetime("us", result.timeline.zone)})
    return pl.concat([none, *frames])


def device_totals_frame(result: Result) -> pl.DataFrame:
    """Return one row a store: its sums over the run, what it lost on the way, what its wear is worth, and what it traded.

    What neighbours paid and got for it is at the mean price of its home in each step, the network charge within; the community
    battery's is what it got and paid itself.
    """
    rows, place = [], {name: at for at, name in enumerate(result.traders)}
    price = {
        side: cache(partial(_mean_price, result, side)) for side in ("seller", "buyer")
    }  # where something was traded
    for one in devices_of(result):
        charged, given, driven = (float(kwh.sum()) for kwh in (one.charged_kwh, one.given_kwh, one.driven_kwh))
        end = float(one.stored_kwh[-1])
        lost = charged - given - driven - (end - one.start_kwh)
        received, paid = (
            float(kwh @ price[side]()[:, place[one.home or one.kind]]) if kwh.any() else 0.0
            for kwh, side in ((one.sold_kwh, "seller"), (one.bought_kwh, "buyer"))
        )
        rows.append(
            (
                one.kind, one.home, charged, given, driven, one.start_kwh, end, lost, one.wear_cost * given,
                float(one.sold_kwh.sum()), float(one.bought_kwh.sum()), received, paid,
            )
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_TOTALS, orient="row")
