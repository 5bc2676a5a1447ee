"""One step of the market taken apart, in the four moves of Lit et al., section IV.B.

Balance, sellers and buyers, pairs, price; and what happened to the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.flows import FLOWS
from jiran.tables import trades_frame

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.result import Result

Array = NDArray[np.float64]

#: The rule of the paper; its ways of matching are explained, other rules' trades are listed.
PAPER_RULE = "grid-fraction"
#: Ways of matching that first cut the orders of the long side, and then pair what is left of them.
_RATIONED = ("pro-rata", "equal-share")
_PRICES = ("grid_import", "grid_export", "battery_buys", "battery_sells")
#: A balance smaller than this is rounding.
DUST_KWH = 1e-9


@dataclass(frozen=True)
class Clearing:
    """One step, cleared.

    Attributes:
        step: Which step.
        label: When it starts.
        matching: Way of matching of the paper's rule, or "" for another rule.
        orders: One row a home: home, kind, generation_kwh, ev_supplied_kwh (to itself), load_kwh, ev_kwh,
            balance_kwh, ev_offer_kwh, surplus_kwh, deficit_kwh, cut_kwh (what the rule let it trade, >= 0).
        pairs: One row a trade in the order made: seller, buyer, offered_kwh and wanted_kwh before it, kwh,
            offered_left_kwh and wanted_left_kwh after it, buyer_price, seller_price, paid, received.
        energy: Flows of all homes in the step, by name.
        money: Money received less paid in the step by homes, battery, network, market and grid; sums to zero.
        prices: The grid's and the battery's prices in the step by name.
    """

    step: int
    label: str
    matching: str
    orders: pl.DataFrame
    pairs: pl.DataFrame
    energy: dict[str, float]
    money: dict[str, float]
    prices: dict[str, float]


def step_label(result: Result, step: int) -> str:
    """Return a step's start as people say it: "Sat 21 Mar 08:00"."""
    instant = result.timeline.local[step].astype(object)
    return f"{instant:%a} {instant.day} {instant:%b %H:%M}"


def busiest_step(result: Result, window: Window) -> int:
    """Return the step with most trades, of several the one with most energy; without trades the sunniest."""
    cut = slice(window.first, window.last)
    trades, kwh = result.settlement.trades[cut], result.settlement.step_kwh
    most = kwh["p2p_sold_kwh" if trades.any() else "generation_kwh"][cut]
    return window.first + int(np.where(trades == trades.max(), most, -1.0).argmax())


def clearing(result: Result, step: int) -> Clearing:
    """Return one step, taken apart."""
    market = result.scenario.market
    matching = str(market.parameters["matching"]) if market.mechanism == PAPER_RULE else ""
    orders = _orders(result, step)
    pairs = _pairs(result, step, orders, rationed=matching in _RATIONED)
    price = result.prices
    return Clearing(
        step,
        step_label(result, step),
        matching,
        orders,
        pairs,
        energy={name: float(result.settlement.step_kwh[name][step]) for name in FLOWS},
        money=_money(result, step, pairs),
        prices={name: float(getattr(price, name)[step]) for name in _PRICES},
    )


def _orders(result: Result, step: int) -> pl.DataFrame:
    """Work out each home's balance and its order."""
    flow = {name: result.flows.between(name, step, step + 1)[0] for name in FLOWS}
    own_ev, offer = flow["ev_supplied_kwh"].copy(), np.zeros(result.community.size)
    fleet = result.flows.fleet
    own_ev[fleet.homes] -= result.flows.outputs.ev_lent_kwh[step]
    balance = flow["generation_kwh"] + own_ev - flow["load_kwh"] - flow["ev_kwh"]
    offer[fleet.homes] = _ev_offers(result, step, own_ev[fleet.homes], balance[fleet.homes])
    order = balance + offer
    order[np.abs(order) < DUST_KWH] = 0.0
    return pl.DataFrame(
        {
            "home": result.community.ids,
            "kind": result.community.kinds,
            "generation_kwh": flow["generation_kwh"],
            "ev_supplied_kwh": own_ev,
            "load_kwh": flow["load_kwh"],
            "ev_kwh": flow["ev_kwh"],
            "balance_kwh": balance,
            "ev_offer_kwh": offer,
            "surplus_kwh": np.maximum(order, 0.0),
            "deficit_kwh": np.maximum(-order, 0.0),
            "cut_kwh": np.abs(result.flows.outputs.traded_kwh[step]),
        }
    )


def _ev_offers(result: Result, step: int, own_kwh: Array, balance_kwh: Array) -> Array:
    """Return what each EV that lends its battery offered to neighbours, as the kernel does, shape (ev,)."""
    flows = result.flows
    fleet, out = flows.fleet, flows.outputs
    if not fleet.homes.size or not fleet.supplying[step]:
        return np.zeros(fleet.homes.size)
    before = out.ev_stored_kwh[step - 1] if step else result.start.ev_stored_kwh
    later = fleet.charging_steps_after[step] * fleet.step_kwh * fleet.ev.charge_efficiency
    floor = np.maximum(fleet.departure_kwh - later, fleet.ev.minimum_kwh)
    spare = (before - fleet.trip_kwh[step] - floor) * fleet.ev.discharge_efficiency
    spare = np.clip(spare, 0.0, fleet.step_kwh)
    offers = (out.ev_charged_kwh[step] == 0.0) & (balance_kwh >= -DUST_KWH)
    free: Array = np.where(offers, np.maximum(spare - own_kwh, 0.0), 0.0)
    return free


def _pairs(result: Result, step: int, orders: pl.DataFrame, *, rationed: bool) -> pl.DataFrame:
    """Return the trades in the order made, with what seller and buyer had left before and after each."""
    trades = trades_frame(result.community, result.timeline, result.flows, step, step + 1)
    columns = ("cut_kwh", "cut_kwh") if rationed else ("surplus_kwh", "deficit_kwh")
    offered, wanted = (dict(zip(orders["home"], orders[column], strict=True)) for column in columns)
    rows = []
    for seller, buyer, kwh in trades.select("seller", "buyer", "kwh").iter_rows():
        before = offered[seller], wanted[buyer]
        offered[seller] = _rest(offered[seller] - kwh)
        wanted[buyer] = _rest(wanted[buyer] - kwh)
        rows.append((*before, offered[seller], wanted[buyer]))
    names = ("offered_kwh", "wanted_kwh", "offered_left_kwh", "wanted_left_kwh")
    left = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Float64), orient="row")
    return trades.drop("step", "time").hstack(left)


def _rest(kwh: float) -> float:
    return 0.0 if abs(kwh) < DUST_KWH else kwh


def _money(result: Result, step: int, pairs: pl.DataFrame) -> dict[str, float]:
    """Return who ended the step with how much money, before the battery's fund is shared."""
    kwh = {name: float(result.settlement.step_kwh[name][step]) for name in FLOWS}
    price = result.prices
    paid, received = float(pairs["paid"].sum()), float(pairs["received"].sum())
    network = result.scenario.grid.network_charge * float(pairs["kwh"].sum())
    grid = kwh["grid_import_kwh"] * price.grid_import[step] - kwh["grid_export_kwh"] * price.grid_export[step]
    battery = kwh["battery_drawn_kwh"] * price.battery_sells[step]
    battery -= kwh["battery_charged_kwh"] * price.battery_buys[step]
    return {
        "homes": received - paid - float(grid) - float(battery),
        "battery": float(battery),
        "network": network,
        "market": paid - received - network,
        "grid": float(grid),
    }
