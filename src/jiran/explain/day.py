"""What a stretch of a run shows: when the homes needed no grid, and what they lived from then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import taken_in, traded_kwh, went_out
from jiran.explain.battery import state
from jiran.explain.busiest import busiest_hour, busiest_step
from jiran.explain.exchange import exchange
from jiran.explain.nothing_traded import nothing_traded
from jiran.explain.run import grid
from jiran.explain.say import energy, who_trades
from jiran.explain.times import period, several_dates
from jiran.nothing import LAST_DIGITS, LEAST_SAID_KWH, NOTHING_KWH
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, listed

if TYPE_CHECKING:
    from jiran.result.result import Result


def summary(result: Result, first: int, last: int) -> tuple[Sentence, ...]:
    """Return what the steps first <= step < last show; of one day its hours, of several what they have in common.

    Args:
        result: The run.
        first: First step.
        last: The step after the last one.
    """
    subject = (result, first, last)
    if several_dates(result.timeline, first, last):
        found = true_ones(
            grid(*subject), exchange(*subject), *state(*subject), busiest_hour(*subject) or busiest_step(*subject)
        )
    else:
        free = without_grid(*subject), always_grid(*subject), no_demand(*subject)
        found = true_ones(*free, *state(*subject), busiest_step(*subject))
    return true_ones(*found, nothing_traded(*subject))


def _without_grid_words(figures: Figures) -> str:
    when = "At no time" if figures["all"] else f"From {figures['period']}"
    need = "did the homes need the grid" if figures["all"] else "the homes needed nothing from the grid"
    sources = [f"{name} ({energy(kwh)})" for name, kwh in figures["sources"]]
    if figures["known"]:
        need += f": they lived from {listed(sources)}" if sources else ": they used no energy"
    return f"{when} {need}."


@form("day.without_grid", _without_grid_words)
def without_grid(result: Result, first: int, last: int) -> Figures | None:
    """Say when, the longest time, no home took anything from the grid, and what they lived from, if it is known.

    Returns:
        all: Whether it is the whole time.
        period: The longest stretch of steps without import; of equally long ones the first.
        known: Whether it is known what they lived from.
        sources: Names and kWh, the most first, adding up to what the homes used in it, but for what would read as 0.
    """
    flow = {name: values[first:last] for name, values in result.settlement.step_kwh.items()}
    free = np.concatenate([[False], flow["grid_import_kwh"] <= NOTHING_KWH, [False]])
    starts, ends = np.flatnonzero(free[1:] & ~free[:-1]), np.flatnonzero(free[:-1] & ~free[1:])
    used_kwh = float((flow["load_kwh"] + flow["ev_kwh"]).sum())
    if not starts.size or used_kwh <= NOTHING_KWH:
        return None
    longest = int((ends - starts).argmax())
    start, end = int(starts[longest]), int(ends[longest])
    dated = several_dates(result.timeline, first, last)
    sources = _sources(result, first + start, first + end)
    return {
        "all": end - start == last - first,
        "period": period(result.timeline, first + start, first + end - 1, dated=dated),
        "known": sources is not None,
        "sources": sources or (),
    }


def _sources(result: Result, first: int, last: int) -> tuple[tuple[str, float], ...] | None:
    """Return where the homes' energy came from, in words and kWh, most first; what would read as 0 is left out.

    None if what some homes used and generated is not known, or if batteries in homes, or the community's, took more than roofs gave.

    Energy from the battery counts as the battery's, wherever it came from before; that from batteries in homes is not told
    apart from that of their roofs. What a car lends to a neighbour is taken off what neighbours' roofs sold, and so is what the
    community battery bought in the market; what it sold there is the battery's.
    """
    if result.community.net_metered.any():
        return None
    kwh = {name: float(values[first:last].sum()) for name, values in result.settlement.step_kwh.items()}
    lent = float(result.flows.outputs.ev_lent_kwh[first:last].sum())
    sold_by_roofs = kwh["p2p_sold_kwh"] - lent
    from_roofs = sold_by_roofs - kwh["battery_bought_kwh"]
    own = (
        kwh["generation_kwh"]
        - sold_by_roofs
        - kwh["battery_charged_kwh"]
        - kwh["grid_export_kwh"]
        - kwh["curtailed_kwh"]
    )
    own += kwh["home_battery_given_kwh"] - kwh["home_battery_charged_kwh"]
    stores = " and batteries" if result.community.battery_kwh.any() else ""
    if (stores and own < -LEAST_SAID_KWH) or (kwh["battery_bought_kwh"] and from_roofs < -LEAST_SAID_KWH):
        return None
    found = {
        f"their own roofs{stores}": own,
        f"neighbours' roofs{stores}": from_roofs,
        "the battery": kwh["battery_drawn_kwh"] + kwh["battery_sold_kwh"],
        "neighbours' cars": lent,
        "their own cars": kwh["ev_supplied_kwh"] - lent,
        "the grid": kwh["grid_import_kwh"],
    }
    return tuple(sorted(((name, part) for name, part in found.items() if part >= LEAST_SAID_KWH), key=lambda one: -one[1]))  # fmt: skip


@form("day.always_grid", lambda _figures: "The homes needed the grid all the time.")
def always_grid(result: Result, first: int, last: int) -> Figures | None:
    """Say that in each step some home took energy from the grid.

    Returns:
        {} if it is so: the sentence has no figures.
    """
    taken = result.settlement.step_kwh["grid_import_kwh"][first:last]
    return {} if (taken > NOTHING_KWH).all() else None


@form("day.no_demand", lambda _figures: "The homes used no energy.")
def no_demand(result: Result, first: int, last: int) -> Figures | None:
    """Say that no home used any energy.

    Returns:
        {} if it is so; less than `NOTHING_KWH` in all is nothing.
    """
    used = result.settlement.step_kwh
    return {} if (used["load_kwh"] + used["ev_kwh"])[first:last].sum() <= NOTHING_KWH else None


def _chart_words(figures: Figures) -> str:
    suppliers = (
        f"of which the grid supplied {energy(figures['import_kwh'])} and {who_trades(figures['battery'])} {energy(figures['traded_kwh'])} in "
        f"{counted(figures['trades'], 'trade')}"
    )
    if figures["known"]:
        text = (
            f"Demand {energy(figures['demand_kwh'])}, {suppliers}. Solar generation {energy(figures['generation_kwh'])}"
        )
        text += f", its sunniest time {figures['sunniest']}." if figures["sunniest"] else "."
    else:
        text = f"The homes imported {energy(figures['taken_kwh'])}, {suppliers}. They exported {energy(figures['given_kwh'])}."
    text = f"Charts over time, {figures['period']}. {text}"
    if not figures["stored"]:
        return text
    low, high = (energy(kwh) for kwh in figures["stored"])
    return f"{text} The battery held from {low} to {high}."


@form("day.chart", _chart_words)
def chart(result: Result, first: int, last: int) -> Figures:
    """Say in numbers what the charts of a stretch show, home by home: always.

    It is what homes used and generated, or if that is not known of all of them, what passed their meters.

    Returns:
        period: The time, dated.
        known: Whether use and generation of all homes are known.
        import_kwh: What the grid supplied, kWh.
        traded_kwh: What neighbours supplied, and the community battery in the market, kWh.
        trades: In how many trades.
        battery: Whether the community battery sold in any.
        stored: Least and most that the battery held at the end of a step, kWh; () without a battery.
        demand_kwh: What homes used, kWh, if known, with generation_kwh and the sunniest step.
        taken_kwh: Else what passed their meters inwards, kWh, with given_kwh outwards.
    """
    kwh = {name: values[first:last] for name, values in result.settlement.step_kwh.items()}
    soc, known = result.flows.outputs.soc_kwh[first:last], not result.community.net_metered.any()
    behind = _of_the_sun(result, first, last) if known else {
        "taken_kwh": float(taken_in(kwh).sum()), "given_kwh": float(went_out(kwh).sum())
    }  # fmt: skip
    return {
        "period": period(result.timeline, first, last - 1, dated=True),
        "known": known,
        "import_kwh": float(kwh["grid_import_kwh"].sum()),
        "traded_kwh": float((traded_kwh(kwh) - kwh["battery_bought_kwh"]).sum()),
        "trades": int((result.flows.trades_between(first, last)["buyer"] < result.community.size).sum()),
        "battery": bool(kwh["battery_sold_kwh"].any()),
        "stored": (float(soc.min()), float(soc.max())) if result.scenario.battery.capacity_kwh > 0.0 else (),
        **behind,
    }


def _of_the_sun(result: Result, first: int, last: int) -> Figures:
    """Return what homes used and generated, and when it was sunniest.

    Returns:
        demand_kwh: Load and charging, kWh.
        generation_kwh: kWh.
        sunniest: The first of the steps with most generation, "" without any.
    """
    kwh = {name: values[first:last] for name, values in result.settlement.step_kwh.items()}
    sun = kwh["generation_kwh"]
    at = first + int((sun >= sun.max() * (1.0 - LAST_DIGITS)).argmax())
    return {
        "demand_kwh": float((kwh["load_kwh"] + kwh["ev_kwh"]).sum()),
        "generation_kwh": float(sun.sum()),
        "sunniest": period(result.timeline, at, at, dated=True) if sun.sum() > NOTHING_KWH else "",
    }
