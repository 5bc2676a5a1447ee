"""What batteries and cars hold at the end, beside the same run without trading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import battery_passed_kwh
from jiran.explain.say import energy
from jiran.nothing import LEAST_SAID_KWH
from jiran.sentences import Figures, form
from jiran.words import listed

if TYPE_CHECKING:
    from jiran.result.result import Result


def _stored_words(figures: Figures) -> str:
    how = "more" if figures["kwh"] > 0.0 else "less"
    return f"{figures['who']} {energy(abs(figures['kwh']))} {how} than without trading, which no bill counts."


@form("run.stored", _stored_words)
def stored(result: Result) -> Figures | None:
    """Say by how much more or less batteries hold at the end than without trading, if that can be seen.

    Returns:
        kwh: More (> 0) or less (< 0) stored at the end than without trading, battery and cars together, kWh.
        who: What they are called, with the verb.
    """
    battery, fleet = result.scenario.battery, result.flows.fleet
    now, alone = result.settlement, result.without_p2p

    def more(name: str) -> float:  # a net-metered home has no car that is run here
        return float(np.nansum(now.home_kwh[name]) - np.nansum(alone.home_kwh[name]))

    own = {
        name: float((now.step_kwh[f"battery_{name}_kwh"] - alone.step_kwh[f"battery_{name}_kwh"]).sum())
        for name in ("import", "export", "bought", "sold")
    }
    passed = float((battery_passed_kwh(now.step_kwh) - battery_passed_kwh(alone.step_kwh)).sum())
    taken = more("battery_charged_kwh") + own["import"] + own["bought"] - passed
    given = more("battery_drawn_kwh") + own["export"] + own["sold"] - passed
    in_battery = taken * battery.charge_efficiency - given / battery.discharge_efficiency
    at_home = result.scenario.home_battery
    in_homes = more("home_battery_charged_kwh") * at_home.charge_efficiency
    in_homes -= more("home_battery_given_kwh") / at_home.discharge_efficiency
    in_cars = more("ev_kwh") * fleet.ev.charge_efficiency - more("ev_supplied_kwh") / fleet.ev.discharge_efficiency
    kwh = in_battery + in_homes + in_cars
    if abs(kwh) < LEAST_SAID_KWH:
        return None
    who = stores_end(result)
    return {"kwh": kwh, "who": f"{who[0].upper()}{who[1:]} with"}


def stores_end(result: Result) -> str:
    """Return what stores energy in a run, with the verb: "the battery and the cars end"."""
    at_home, cars = bool(result.community.battery_kwh.any()), result.flows.fleet.homes.size > 0
    names = stores(shared=result.scenario.battery.capacity_kwh > 0.0, at_home=at_home, cars=cars)
    return f"{listed(names)} {'ends' if names == ['the battery'] else 'end'}"


def stores(*, shared: bool, at_home: bool, cars: bool) -> list[str]:
    """Return what may store energy, by which of it there is; the battery if there is nothing."""
    there = {"the battery": shared, "the batteries in homes": at_home, "the cars": cars}
    return [name for name, is_there in there.items() if is_there] or ["the battery"]
