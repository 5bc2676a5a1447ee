"""What trading does to a home's bill, partner by partner, and what homes sell at each hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.control import find_controller
from jiran.engine.flows import METERED, PRICED, given_out, taken_in
from jiran.money.prices import cost
from jiran.nothing import RESIDUE

if TYPE_CHECKING:
    from jiran.engine.energy import Flows
    from jiran.result.result import Result

Array = NDArray[np.float64]

_GRID = {"grid_import_kwh": "Grid import", "grid_export_kwh": "Grid export"}


def bill_steps(result: Result, home: str) -> list[tuple[str, float]]:
    """Return how a home's bill with the grid alone becomes its bill with neighbours and battery.

    The first entry is the bill with the grid alone, the last the bill now; those between are changes, > 0 = pays
    more, and the first plus the changes is the last.
    """
    at = result.community.ids.index(home)
    now = result.settlement
    whole = float(result.without_p2p.cost_without_battery[at])
    peaks, peaks_alone = _at_peaks(result, at)
    alone = whole - peaks_alone
    paid = {flow: float(cost(flow, result.flows.of_home(flow.name, at), result.prices)) for flow in PRICED}
    by_grid = {flow: amount for flow, amount in paid.items() if flow.account == "grid"}
    if now.bills is not None:  # what import and export change depends on each other by the tier
        grid = [("Grid", _change([float(now.bills.by_home()[at]), -alone]))]
    elif _moves_by_trades(result, at):  # without trades its stores would do something else, so only the sum is known
        grid = [("Grid", _change([*by_grid.values(), -alone]))]
    else:
        net = net_kwh(result.flows, at)
        without = {flow: float(cost(flow, np.maximum(-flow.sign * net, 0.0), result.prices)) for flow in by_grid}
        # What goes out is what comes in but for what is used: the residue of the one is that of the other.
        largest = max(abs(amount) for amount in (alone, *by_grid.values(), *without.values()))
        grid = [(_GRID[flow.name], _change([by_grid[flow], -without[flow]], largest)) for flow in by_grid]
    battery_trades = result.flows.street_bids  # whom a kWh was bought of is in the list of trades
    return [
        ("Grid alone", whole),
        *grid,
        ("Paid in the market" if battery_trades else "Paid to neighbours", float(now.paid[at])),
        ("Got in the market" if battery_trades else "Paid by neighbours", -float(now.received[at])),
        ("Battery", sum(amount for flow, amount in paid.items() if flow.account == "battery")),
        ("End of the billing period", float(now.period_payment[at])),
        ("Share in the street's peaks", _change([peaks, -peaks_alone])),
        ("Share of the battery fund", -float(now.fund_share[at])),
        ("Now", float(now.cost[at])),
    ]


def _moves_by_trades(result: Result, home: int) -> bool:
    """Tell whether trades change what a home's stores do, or what its roof must leave out.

    A car lends, a battery bids or is run for a street with such cars, or the street's connection has a limit.
    """
    if result.scenario.grid.limited:
        return True
    flows, run_by = result.flows, result.scenario.home_battery.controller
    lent = bool(result.scenario.ev.supply.enabled and flows.fleet.homes.size)
    battery = flows.batteries_bid or (lent and find_controller(run_by).together)
    return home in flows.fleet.homes or (battery and home in flows.battery_homes)


def _at_peaks(result: Result, home: int) -> tuple[float, float]:
    """Return what a home pays for the street's peaks, and what it would pay with the grid alone."""
    now, alone = result.settlement.demand, result.without_p2p.demand
    if now is None or alone is None:
        return 0.0, 0.0
    return float(now.payment[home]), float(alone.without_battery[home])


def _change(amounts: list[float], largest: float = 0.0) -> float:
    """Return the sum of large amounts that may cancel each other; what is but the residue of them is no change.

    Args:
        amounts: Add up to the change.
        largest: The largest of all that they come from, if it is larger than they are.
    """
    change = sum(amounts)
    return change if abs(change) > RESIDUE * max(largest, *map(abs, amounts)) else 0.0


def net_kwh(flows: Flows, home: int) -> Array:
    """Return what a home has left of its own (> 0) or lacks (< 0) in each step, before anybody else, shape (step,)."""
    kwh = {flow.name: flows.of_home(flow.name, home) for flow in METERED}
    net: Array = given_out(kwh) - taken_in(kwh)
    return net


def sold_by_hour(result: Result) -> Array:
    """Return what each home sold (> 0) or bought (< 0) in each hour of the day, a day's mean, shape (24, home)."""
    in_hour = (np.arange(24)[:, None] == result.timeline.hour.astype(np.int64)).astype(np.float64)
    hours = np.maximum(in_hour.sum(axis=1), 1.0) * result.timeline.step_h
    mean: Array = (in_hour / hours[:, None]) @ result.flows.outputs.traded_kwh
    return mean


def neighbours(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a home's trades by neighbour and side, most energy first.

    Args:
        rows: Its trades: `side`, `neighbour`, `kwh` and `amount`, the money as the home sees it.
    """
    summed = rows.group_by("side", "neighbour", maintain_order=True).agg(pl.col("kwh", "amount").sum())
    return summed.sort("kwh", descending=True, maintain_order=True)
