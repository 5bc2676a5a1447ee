"""What a store did in a step and why: what it took or gave and then held, and what its plan said a kWh was worth, against prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control.plan import MISSING_PRICE
from jiran.explain.say import energy, size
from jiran.nothing import NOTHING_KWH
from jiran.result.cars import cars_of
from jiran.sentences import Figures, form
from jiran.words import percent, price

if TYPE_CHECKING:
    from jiran.result.devices import Device
    from jiran.result.result import Result


Array = NDArray[np.float64]


class Seen(NamedTuple):
    """A store in a step.

    Attributes:
        device: The store.
        step: The step.
        capacity_kwh: What it can hold.
        worth: What its plan said another stored kWh was worth after the step; None: it had no plan.
        efficiency: Stored per kWh that it takes, and given per stored kWh.
        gives: Whether it may give at all.
        standby_kwh: What it uses in a step by itself, which is part of what it takes.
        present: Share of the step in which it is there, 0..1; a car is not always.
        hidden: Whether it is a car behind a meter that shows import and export alone: of it nothing is known.
    """

    device: Device
    step: int
    capacity_kwh: float
    worth: float | None
    efficiency: tuple[float, float]
    gives: bool
    standby_kwh: float
    present: float = 1.0
    hidden: bool = False


def presence(result: Result) -> Array:
    """Return the share of each step in which each car is there that plans or lends, shape (step, car)."""
    scenario, fleet = result.scenario, result.flows.fleet
    if scenario.ev.planned:
        return cars_of(result).present
    there: Array = np.repeat(fleet.parked[:, None].astype(np.float64), fleet.homes.size, axis=1)
    return there


def seen_at(result: Result, device: Device, step: int, worth: float | None, present: float = 1.0) -> Seen:
    """Return a store of a run in a step.

    Args:
        result: The run.
        device: The store.
        step: The step.
        worth: What another stored kWh was worth after it by its plan; None: it had none.
        present: Share of the step in which it is there.
    """
    scenario = result.scenario
    if device.kind == "EV":
        hidden = bool(result.community.net_metered[result.community.ids.index(device.home)])
        if scenario.ev.planned:
            calendar = scenario.ev.calendar
            of = (
                calendar.capacity_kwh,
                (calendar.efficiency, calendar.discharge_efficiency),
                scenario.ev.charging == "v2g",
            )
        else:
            supply = scenario.ev.supply
            of = supply.capacity_kwh, (supply.charge_efficiency, supply.discharge_efficiency), True
        return Seen(device, step, of[0], worth, of[1], of[2], 0.0, present, hidden)
    kept = scenario.battery if device.kind == "community battery" else scenario.home_battery
    capacity_kwh, standby_kwh = scenario.battery.capacity_kwh, 0.0
    if device.kind == "home battery":
        capacity_kwh = float(result.community.battery_kwh[result.community.ids.index(device.home)])
        standby_kwh = scenario.home_battery.standby_kwh(result.timeline.step_h)
    return Seen(
        device,
        step,
        capacity_kwh,
        worth,
        (kept.charge_efficiency, kept.discharge_efficiency),
        gives=True,
        standby_kwh=standby_kwh,
    )


def _name(kind: str, home: str) -> str:
    return {"home battery": f"The battery of {home}", "EV": f"The car of {home}"}.get(kind, "The community battery")


def _state_words(figures: Figures) -> str:
    did = f"takes {energy(figures['taken_kwh'])}" if figures["taken_kwh"] else ""
    did = f"gives {energy(figures['given_kwh'])}" if figures["given_kwh"] else did
    name = _name(figures["kind"], figures["home"])
    if figures["present"] == 0.0:
        return f"{name} is away."
    if figures["present"] < 1.0:
        name += f", here for {percent(figures['present'])} of this time,"
    return f"{name} {did or 'neither takes nor gives'}, and then holds {energy(figures['held_kwh'])} of {size(figures['capacity_kwh'])} kWh."


@form("device.state", _state_words)
def state(seen: Seen) -> Figures | None:
    """Say what a store took or gave in a step, and what it held then: of every store of which that is known.

    Returns:
        kind: What it is.
        home: Of whom, "" for that of the community.
        taken_kwh: At its terminals, its standby not among it; 0: nothing.
        given_kwh: The same of what it gave.
        held_kwh: At the end of the step.
        capacity_kwh: What it can hold.
        present: Share of the step in which it is there.
    """
    if seen.hidden:
        return None
    device, step = seen.device, seen.step
    taken, given = float(device.charged_kwh[step]) - seen.standby_kwh, float(device.given_kwh[step])
    return {
        "kind": device.kind, "home": device.home, "taken_kwh": taken if taken > NOTHING_KWH else 0.0,
        "given_kwh": given if given > NOTHING_KWH else 0.0, "held_kwh": float(device.stored_kwh[step]), "capacity_kwh": seen.capacity_kwh,
        "present": seen.present,
    }  # fmt: skip


def _worth_words(figures: Figures) -> str:
    currency = figures["currency"]

    def of(name: str) -> str:
        return price(figures[name], currency)

    if figures["must"]:
        begun = "By its plan it must hold more when it leaves: that comes before any price."
    else:
        begun = f"By its plan another stored kWh is worth {of('worth')} later."
    cost = f"To store one now costs {of('own')} of what its owner has to spare, {of('grid')} from the grid"
    if figures["home_gain"] is None:
        return f"{begun} {cost}."
    return f"{begun} {cost}; one that it gives is worth {of('home_gain')} where it is needed, {of('grid_gain')} at the grid."


@form("device.worth", _worth_words)
def worth(seen: Seen, result: Result) -> Figures | None:
    """True where the store is there and had a plan: what that said a stored kWh was worth after the step, against the grid's prices in it.

    Returns:
        worth: Of another kWh stored, or of the last one if it is full.
        must: Whether that is far more than any price: a car that is to hold more when it leaves.
        own: What one costs of what the owner has to spare: what the grid would give for it, by what is stored of it.
        grid: The same from the grid.
        home_gain: What a stored kWh is worth that is given where the grid would have to, less wear; None: it never gives.
        grid_gain: The same given to the grid.
        currency: Of the prices.
    """
    if seen.worth is None or seen.present == 0.0 or seen.hidden:
        return None
    stored, out = seen.efficiency
    bought, sold = float(result.prices.grid_import[seen.step]), float(result.prices.grid_export[seen.step])
    wear = seen.device.wear_cost
    must = seen.device.kind == "EV" and seen.worth > 0.5 * MISSING_PRICE + float(result.prices.grid_import.max())
    return {
        "worth": seen.worth, "must": must, "own": sold / stored, "grid": bought / stored,
        "home_gain": out * (bought - wear) if seen.gives else None, "grid_gain": out * (sold - wear) if seen.gives else None,
        "currency": result.scenario.currency,
    }  # fmt: skip
