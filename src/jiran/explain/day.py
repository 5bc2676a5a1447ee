"""What a stretch of a run shows: when the homes needed no grid, and what they lived from then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.battery import state
from jiran.explain.nothing_traded import nothing_traded
from jiran.explain.run import busiest_hour, busiest_step, grid
from jiran.explain.say import energy
from jiran.explain.times import period, several_dates
from jiran.nothing import LAST_DIGITS, LEAST_SAID_KWH, NOTHING_KWH
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, listed

if TYPE_CHECKING:
    from jiran.result.result import Result


def summary(result: Result, first: int, last: int) -> tuple[Sentence, ...]:
    """Return what the steps first <= step < last show; of one day its hours, of several what they have in common."""
    subject = (result, first, last)
    if several_dates(result.timeline, first, last):
        found = true_ones(grid(*subject), *state(*subject), busiest_hour(*subject) or busiest_step(*subject))
    else:
        free = without_grid(*subject), always_grid(*subject), no_demand(*subject)
        found = true_ones(*free, *state(*subject), busiest_step(*subject))
    return true_ones(*found, nothing_traded(*subject))


def _without_grid_words(figures: Figures) -> str:
    when = "At no time" if figures["all"] else f"From {figures['period']}"
    need = "did the homes need the grid" if figures["all"] else "the homes needed nothing from the grid"
    sources = [f"{name} ({energy(kwh)})" for name, kwh in figures["sources"]]
    return f"{when} {need}: {f'they lived from {listed(sources)}' if sources else 'they used no energy'}."


@form("day.without_grid", _without_grid_words)
def without_grid(result: Result, first: int, last: int) -> Figures | None:
    """Say when, the longest time, no home took anything from the grid, and what they lived from, most first."""
    flow = {name: values[first:last] for name, values in result.settlement.step_kwh.items()}
    free = np.concatenate([[False], flow["grid_import_kwh"] <= NOTHING_KWH, [False]])
    starts, ends = np.flatnonzero(free[1:] & ~free[:-1]), np.flatnonzero(free[:-1] & ~free[1:])
    if not starts.size or not (flow["load_kwh"] + flow["ev_kwh"]).sum() > NOTHING_KWH:
        return None
    longest = int((ends - starts).argmax())
    start, end = int(starts[longest]), int(ends[longest])
    dated = several_dates(result.timeline, first, last)
    return {
        "all": end - start == last - first,
        "period": period(result.timeline, first + start, first + end - 1, dated=dated),
        "sources": _sources(result, first + start, first + end),
    }


def _sources(result: Result, first: int, last: int) -> tuple[tuple[str, float], ...]:
    """Return where the homes' energy came from, in words and kWh, most first; what would read as 0 is left out."""
    kwh = {name: float(values[first:last].sum()) for name, values in result.settlement.step_kwh.items()}
    lent = float(result.flows.outputs.ev_lent_kwh[first:last].sum())
    from_roofs = kwh["p2p_sold_kwh"] - lent
    found = {
        "their own roofs": kwh["generation_kwh"] - from_roofs - kwh["battery_charged_kwh"] - kwh["grid_export_kwh"],
        "neighbours' roofs": from_roofs,
        "the battery": kwh["battery_drawn_kwh"],
        "neighbours' cars": lent,
        "their own cars": kwh["ev_supplied_kwh"] - lent,
        "the grid": kwh["grid_import_kwh"],
    }
    return tuple(sorted(((name, part) for name, part in found.items() if part >= LEAST_SAID_KWH), key=lambda one: -one[1]))  # fmt: skip


@form("day.always_grid", lambda _figures: "The homes needed the grid all the time.")
def always_grid(result: Result, first: int, last: int) -> Figures | None:
    """Say that in each step some home took energy from the grid."""
    taken = result.settlement.step_kwh["grid_import_kwh"][first:last]
    return {} if (taken > NOTHING_KWH).all() else None


@form("day.no_demand", lambda _figures: "The homes used no energy.")
def no_demand(result: Result, first: int, last: int) -> Figures | None:
    """Say that no home used any energy."""
    used = result.settlement.step_kwh
    return None if (used["load_kwh"] + used["ev_kwh"])[first:last].sum() > NOTHING_KWH else {}


def _chart_words(figures: Figures) -> str:
    text = (
        f"Charts over time, {figures['period']}. Demand {energy(figures['demand_kwh'])}, of which the grid supplied "
        f"{energy(figures['import_kwh'])} and neighbours {energy(figures['traded_kwh'])} in "
        f"{counted(figures['trades'], 'trade')}. Solar generation {energy(figures['generation_kwh'])}"
    )
    text += f", its sunniest time {figures['sunniest']}." if figures["sunniest"] else "."
    if not figures["stored"]:
        return text
    low, high = (energy(kwh) for kwh in figures["stored"])
    return f"{text} The battery held from {low} to {high}."


@form("day.chart", _chart_words)
def chart(result: Result, first: int, last: int) -> Figures:
    """Say in numbers what the charts of a stretch show, home by home: always."""
    kwh = {name: values[first:last] for name, values in result.settlement.step_kwh.items()}
    sun, soc = kwh["generation_kwh"], result.flows.outputs.soc_kwh[first:last]
    dated, at = True, first + int((sun >= sun.max() * (1.0 - LAST_DIGITS)).argmax())
    return {
        "period": period(result.timeline, first, last - 1, dated=dated),
        "demand_kwh": float((kwh["load_kwh"] + kwh["ev_kwh"]).sum()),
        "import_kwh": float(kwh["grid_import_kwh"].sum()),
        "traded_kwh": float(kwh["p2p_sold_kwh"].sum()),
        "trades": int(result.settlement.trades[first:last].sum()),
        "generation_kwh": float(sun.sum()),
        "sunniest": period(result.timeline, at, at, dated=dated) if sun.sum() > NOTHING_KWH else "",
        "stored": (float(soc.min()), float(soc.max())) if result.scenario.battery.capacity_kwh > 0.0 else (),
    }
