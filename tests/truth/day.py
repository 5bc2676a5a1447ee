"""What is true of a stretch of a run, worked out step by step and home by home."""

from __future__ import annotations

import numpy as np
import polars as pl

import jiran.explain.day
from jiran.nothing import NOTHING_KWH
from truth.harness import Claim, oracle
from truth.rounding import dates, energy, many, period
from truth.run import all_known, at_meters, in_market, of_window, traders

assert jiran.explain.day  # brings the forms in


def used(result, first, last):
    return sum(result.flows[name][first:last].sum() for name in ("load_kwh", "ev_kwh"))


def taken(result, first, last):
    return [float(row.sum()) for row in result.flows["grid_import_kwh"][first:last]]


def lived_from(result, first, last):
    """Return the energy of each source of what homes used, home by home."""
    flow = {name: result.flows[name][first:last] for name in result.flows}
    lent = np.zeros_like(flow["load_kwh"])
    for place, home in enumerate(result.flows.fleet.homes):
        lent[:, home] += result.flows.outputs.ev_lent_kwh[first:last, place]
    sold_sun = flow["p2p_sold_kwh"] - lent
    own = flow["generation_kwh"] - sold_sun - flow["battery_charged_kwh"] - flow["grid_export_kwh"]
    own = own - flow["curtailed_kwh"]
    own = own + flow["home_battery_given_kwh"] - flow["home_battery_charged_kwh"]
    stores = " and batteries" if max(result.community.battery_kwh) > 0 else ""
    market = in_market(result)[first:last]
    sold, bought = np.maximum(market, 0.0).sum(), np.maximum(-market, 0.0).sum()
    if (stores and own.sum() < -0.005) or sold_sun.sum() - bought < -0.005:
        return None
    return {
        f"their own roofs{stores}": own.sum(),
        f"neighbours' roofs{stores}": sold_sun.sum() - bought,
        "the battery": flow["battery_drawn_kwh"].sum() + sold,
        "neighbours' cars": lent.sum(),
        "their own cars": (flow["ev_supplied_kwh"] - lent).sum(),
    }


@oracle("day.without_grid", of_window)
def without_grid(result, first, last):
    if used(result, first, last) <= NOTHING_KWH:
        return None
    best, run = None, []
    for step, kwh in enumerate(taken(result, first, last), first):
        run = [] if kwh > NOTHING_KWH else [*run, step]
        if run and (best is None or len(run) > len(best)):
            best = run
    if best is None:
        return None
    when = period(result, best[0], best[-1], dated=dates(result, first, last))
    lived = lived_from(result, best[0], best[-1] + 1) if all_known(result) else None
    known = lived is not None
    parts = sorted((lived or {}).items(), key=lambda one: -one[1])
    sources = tuple((name, float(kwh)) for name, kwh in parts if kwh >= 0.005)
    everything = len(best) == last - first
    words = [f"{name} ({energy(kwh)})" for name, kwh in sources] or ["they used no energy"] * known
    start = "At no time did the homes need the grid" if everything else f"From {when} the homes needed nothing"
    return Claim({"all": everything, "period": when, "known": known, "sources": sources}, (start, *words))


@oracle("day.always_grid", of_window)
def always_grid(result, first, last):
    return Claim({}, ()) if min(taken(result, first, last)) > NOTHING_KWH else None


@oracle("day.no_demand", of_window)
def no_demand(result, first, last):
    return Claim({}, ()) if used(result, first, last) <= NOTHING_KWH else None


def bought_by_homes(result, first, last):
    """Return the trades in which a home buys, and whether the community battery sells in one of them."""
    log = result.trades.filter((result.trades["step"] >= first) & (result.trades["step"] < last))
    found = log.filter(log["buyer"].cast(pl.String) != "community battery")
    return found, bool((found["seller"].cast(pl.String) == "community battery").any())


@oracle("day.chart", of_window)
def chart(result, first, last):
    flow = {name: result.flows[name][first:last].sum(axis=1) for name in result.flows}
    bought, sells = bought_by_homes(result, first, last)
    if not all_known(result):
        return of_meters(result, first, last)
    sun = flow["generation_kwh"].tolist()
    at = first + next(place for place, kwh in enumerate(sun) if kwh >= max(sun) * (1 - 1e-9))
    soc = result.flows.outputs.soc_kwh[first:last].tolist()
    when, sunniest = period(result, first, last - 1, dated=True), period(result, at, at, dated=True)
    demand = float(flow["load_kwh"].sum() + flow["ev_kwh"].sum())
    shines = sum(sun) > NOTHING_KWH
    battery = result.scenario.battery.capacity_kwh > 0
    figures = {
        "period": when,
        "known": True,
        "demand_kwh": demand,
        "import_kwh": flow["grid_import_kwh"].sum(),
        "traded_kwh": bought["kwh"].sum(),
        "trades": bought.height,
        "battery": sells,
        "generation_kwh": sum(sun),
        "sunniest": sunniest if shines else "",
        "stored": (min(soc), max(soc)) if battery else (),
    }
    words = (
        f"time, {when}.",
        f"Demand {energy(demand)}, of",
        f"supplied {energy(figures['import_kwh'])} and {traders(sells)} {energy(bought['kwh'].sum())} in {many(bought.height, 'trade', 'trades')}.",
        f"generation {energy(sum(sun))}",
    )
    more = (f"its sunniest time {sunniest}.",) * shines + (f"from {energy(min(soc))} to {energy(max(soc))}.",) * battery
    return Claim(figures, words + more)


def of_meters(result, first, last):
    """Return what `chart` says where it is not known what all homes used and generated."""
    net = at_meters(result)[first:last]
    taken, given = float(-net[net < 0].sum()), float(net[net > 0].sum())
    given -= float(result.flows["curtailed_kwh"][first:last].sum())
    bought = float(result.flows["p2p_bought_kwh"][first:last].sum())
    log, sells = bought_by_homes(result, first, last)
    log = log.height
    grid = float(result.flows["grid_import_kwh"][first:last].sum())
    soc = result.flows.outputs.soc_kwh[first:last].tolist()
    battery = result.scenario.battery.capacity_kwh > 0
    when = period(result, first, last - 1, dated=True)
    figures = {
        "period": when,
        "known": False,
        "taken_kwh": taken,
        "given_kwh": given,
        "import_kwh": grid,
        "traded_kwh": bought,
        "trades": log,
        "battery": sells,
        "stored": (min(soc), max(soc)) if battery else (),
    }
    words = (
        f"time, {when}. The homes imported {energy(taken)}, of",
        f"supplied {energy(grid)} and {traders(sells)} {energy(bought)} in {many(log, 'trade', 'trades')}.",
        f"They exported {energy(given)}.",
    )
    return Claim(figures, words + (f"from {energy(min(soc))} to {energy(max(soc))}.",) * battery)
